import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import type { FilePlace } from '../../../src/stores/file-place.js'
import { openRclonePlace } from '../../../src/stores/rclone.js'
import { RemoteStore } from '../../../src/stores/remote.js'
import { placeContract } from '../../support/place-contract.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { CREDENTIALS, startS3Server, type S3Server } from '../../support/s3-server.js'
import { mountSmallDisk } from '../../support/small-disk.js'
import { storeInShort } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

let home: string
let server: S3Server
let context: RealContext

/** A rclone that says it is new, so that what does not depend on that is tried with Debian's too. */
const PRETENDING = `#!/bin/sh
for word; do [ "$word" = version ] && { echo 'rclone v1.70.0'; exit 0; }; done
exec RCLONE "$@"
`

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-rclone-'))
  server = await startS3Server()
  context = await realContext()
  const rclone = execFileSync('sh', ['-c', 'command -v rclone'], { encoding: 'utf8' }).trim()
  await mkdir(path.join(home, 'bin'))
  await mkdir(path.join(home, 'root'))
  await writeFile(path.join(home, 'bin/rclone'), PRETENDING.replace('RCLONE', rclone))
  await chmod(path.join(home, 'bin/rclone'), 0o755)
  const configuration = `[s3]
type = s3
provider = Other
endpoint = ${server.url}
region = us-east-1
access_key_id = ${CREDENTIALS.accessKeyId}
secret_access_key = ${CREDENTIALS.secretAccessKey}

[folder]
type = alias
remote = ${home}/root

[sealed]
type = crypt
remote = ${home}/root/sealed
password = ${execFileSync(rclone, ['obscure', 'word'], { encoding: 'utf8' }).trim()}
`
  await writeFile(path.join(home, 'rclone.conf'), configuration, { mode: 0o600 })
})

afterAll(async () => {
  await server.stop()
  await context.workspace.clean()
  await rm(home, { recursive: true, force: true })
})

const environment = (more: Record<string, string> = {}): Record<string, string | undefined> => ({
  PATH: process.env.PATH,
  HOME: home,
  RCLONE_CONFIG: path.join(home, 'rclone.conf'),
  ...more,
})

const open = (location: string, more: Record<string, string> = {}): FilePlace =>
  openRclonePlace(location, { ...context, environment: environment(more) })

/** With the rclone that says it is new. */
const openNew = (location: string): FilePlace =>
  open(location, { PATH: `${path.join(home, 'bin')}:${process.env.PATH ?? ''}` })

placeContract('rclone and a bucket', async () => {
  const bucket = await server.bucket()
  const location = `rclone:s3:${bucket}/backups/db`
  return {
    place: open(location),
    again: () => open(location),
    plant: async (file, content) => {
      await server.client.putObject({ Bucket: bucket, Key: `backups/db/${file}`, Body: content })
    },
    peek: async (file) => {
      try {
        const { Body } = await server.client.getObject({ Bucket: bucket, Key: `backups/db/${file}` })
        return Buffer.from((await Body?.transformToByteArray()) ?? [])
      } catch {
        return undefined
      }
    },
    dispose: () => Promise.resolve(),
  }
})

storeInShort('a store of rclone', async () => {
  const bucket = await server.bucket()
  const again = (): RemoteStore => new RemoteStore(open(`rclone:s3:${bucket}/backups/db`), context)
  return {
    store: again(),
    again,
    plant: async (file, content) => {
      await server.client.putObject({ Bucket: bucket, Key: `backups/db/${file}`, Body: content })
    },
    erase: async (file) => {
      await server.client.deleteObject({ Bucket: bucket, Key: `backups/db/${file}` })
    },
    withoutManifest: 'invisible',
    dispose: () => Promise.resolve(),
  }
})

async function sample(contents: Record<string, Buffer>): Promise<Parameters<FilePlace['upload']>> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), content)
  }
  const files = Object.entries(contents).map(([name, content]) => ({
    path: name,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }))
  return [folder, files, 'daily/20261124T020000Z']
}

describe('rclone', () => {
  afterEach(async () => {
    await removeTemporaryFolders()
    await rm(path.join(home, 'root'), { recursive: true, force: true })
    await mkdir(path.join(home, 'root'))
  })

  test('one that shows files before they are whole is refused, with what to install', async () => {
    const [, minor = '0'] = /v1\.(\d+)/.exec(execFileSync('rclone', ['version'], { encoding: 'utf8' })) ?? []
    const listing = open('rclone:folder:store').list('')
    if (Number(minor) >= 63) await expect(listing).resolves.toEqual([])
    else await expect(listing).rejects.toThrow(/before they are whole.*Install rclone 1\.63/s)
  })

  test.each(['folder', 'sealed'])(
    'keeps files in a remote of folders, with checksums or without: %s',
    async (remote) => {
      const place = openNew(`rclone:${remote}:store`)
      const contents = {
        'dump/1.dat': randomBytes(100_000),
        'dump/-x ñ.dat': Buffer.from('2'),
        'toc.dat': Buffer.alloc(0),
      }
      const [folder, files, to] = await sample(contents)
      await place.upload(folder, files, to)
      expect((await place.list(to)).map((file) => [file.path, file.bytes]).sort()).toEqual(
        files.map((file) => [file.path, file.size]).sort(),
      )
      // The same size and date, another content: what has no checksums must be looked at itself.
      const changed = { ...contents, 'dump/1.dat': randomBytes(100_000) }
      const [again, newFiles] = await sample(changed)
      const before = await stat(path.join(folder, 'dump/1.dat'))
      await utimes(path.join(again, 'dump/1.dat'), before.atime, before.mtime)
      await place.upload(again, newFiles, to)
      const back = await temporaryFolder()
      await place.download(to, await place.list(to), back)
      for (const [name, content] of Object.entries(changed)) {
        expect((await readFile(path.join(back, name))).equals(content)).toBe(true)
      }
      await place.remove(files.map((file) => `${to}/${file.path}`))
      expect(await place.list('')).toEqual([])
    },
  )

  test('dates what is sent by its sending, not by the file here', async () => {
    const place = openNew('rclone:folder:store')
    const [folder, files, to] = await sample({ 'dump/1.dat': Buffer.from('1') })
    await utimes(path.join(folder, 'dump/1.dat'), new Date('2020-01-01'), new Date('2020-01-01'))
    const begun = Date.now()
    await place.upload(folder, files, to)
    const [there] = await place.list(to)
    expect(there!.changed.getTime()).toBeGreaterThan(begun - 2_000)
  })

  test('tells the room that is left, and null where the remote does not know', async () => {
    expect(await openNew('rclone:folder:').freeBytes()).toBeGreaterThan(0)
    expect(await openNew('rclone:folder:absent').freeBytes()).toBeNull()
    expect(await open(`rclone:s3:${await server.bucket()}`).freeBytes()).toBeNull()
  })

  test('a full remote is an error that says so, and no file looks whole', async () => {
    await mkdir(path.join(home, 'root/small'))
    const disk = await mountSmallDisk(path.join(home, 'root/small'), 2)
    try {
      const [folder, files, to] = await sample({ 'dump/1.dat': randomBytes(5_000_000) })
      await expect(openNew('rclone:folder:small').upload(folder, files, to)).rejects.toThrow(/no room left/)
    } finally {
      await disk.remove()
    }
  })

  test.each<[string, string, Record<string, string>, RegExp]>([
    ['a remote that it does not know', 'rclone:nowhere:x', {}, /no remote of that name.*listremotes/is],
    [
      'a remote that cannot be reached',
      'rclone:s3:bucket',
      { RCLONE_S3_ENDPOINT: 'http://127.0.0.1:1' },
      /the connection to the remote failed/i,
    ],
    ['no rclone here', 'rclone:folder:x', { PATH: '/nonexistent' }, /rclone was not found.*Install rclone/is],
  ])('says what is wrong and what to do: %s', async (_what, location, more, message) => {
    await expect(
      open(location, { RCLONE_LOW_LEVEL_RETRIES: '1', RCLONE_RETRIES: '1', ...more }).list(''),
    ).rejects.toThrow(message)
  })

  test('sees nothing of our environment but what is its own', async () => {
    const spy = path.join(home, 'spy')
    await mkdir(spy, { recursive: true })
    await writeFile(path.join(spy, 'rclone'), `#!/bin/sh\nenv >> '${spy}/seen'\necho 'rclone v1.70.0'\n`)
    await chmod(path.join(spy, 'rclone'), 0o755)
    const more = { PATH: `${spy}:/usr/bin:/bin`, INPUT_DATABASE_URL: 'postgresql://u:secret@h/d', PGPASSWORD: 'secret' }
    await expect(open('rclone:folder:x', more).list('')).rejects.toThrow()
    const seen = await readFile(path.join(spy, 'seen'), 'utf8')
    expect(seen).toContain('RCLONE_CONFIG=')
    expect(seen).not.toContain('secret')
  })
})
