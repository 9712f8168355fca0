import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { appendFile, chmod, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import type { Format } from '../../../src/backup/manifest.js'
import { SET } from '../../../src/backup/set.js'
import { CORE, SHELL, barePath, runBare, type Ended } from '../../support/bare.js'
import { describeDatabase, differencesIn, oneLine, type Described } from '../../support/described.js'
import {
  DATABASE,
  backUpSealed,
  flipBitIn,
  folderOf,
  sealedBench,
  type SealedBench,
} from '../../support/sealed-store.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

const FORMATS = ['directory', 'custom', 'plain'] as const

let made: SealedBench
let original: Described
let coreutils: string
const sets: Partial<Record<Format, string>> = {}

beforeAll(async () => {
  made = await sealedBench()
  original = await describeDatabase(made.cluster, DATABASE)
  // All that is needed besides PostgreSQL: no Node, nothing of ours.
  coreutils = await barePath(path.join(await temporaryFolder(), 'path'), [...CORE, 'age', 'mkdir'])
  for (const format of FORMATS) {
    const id = await backUpSealed(made, { format, type: format, verify: 'none' })
    sets[format] = folderOf(made.bench.store, id, format)
  }
})
afterAll(async () => {
  await made.cluster.remove()
  await removeTemporaryFolders()
})

interface Restored extends Ended {
  /** What the script left in TMPDIR. */
  left: string[]
}

async function restore(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<Restored> {
  const TMPDIR = await temporaryFolder()
  const options = { cluster: made.cluster, coreutils, env: { TMPDIR, ...env } }
  const ended = await runBare([path.join(folder, SET.script), ...args], options)
  return { ...ended, left: await readdir(TMPDIR) }
}

async function expectEqual(database: string): Promise<void> {
  expect((await differencesIn(made.cluster, database, original)).map(oneLine)).toEqual([])
}

describe.each(FORMATS)('restore.sh of an encrypted set in format %s', (format) => {
  test('restores it with one key, equal to its source, and leaves no plaintext', async () => {
    const name = `sealed_${format}`
    const ended = await restore(sets[format]!, ['--identity', made.escrow.file, '--jobs', '2', '--', name])
    expect(ended).toMatchObject({
      code: 0,
      left: [],
      stdout: expect.stringContaining('as many in each as the source had'),
    })
    await expectEqual(name)
  })

  test('only checks when it is asked to', async () => {
    const ended = await restore(sets[format]!, ['--check', '--', 'only_checked'], { AGE_IDENTITY: made.daily.file })
    expect(ended).toMatchObject({ code: 0, left: [], stdout: expect.stringContaining('Nothing was written') })
    expect(await made.cluster.query(`SELECT FROM pg_database WHERE datname = 'only_checked'`)).toEqual([])
  })

  test('the steps by hand, typed as RESTORE.md gives them, restore it too', async () => {
    const folder = path.join(await temporaryFolder(), 'set')
    await cp(sets[format]!, folder, { recursive: true })
    await cp(made.daily.file, path.join(folder, 'key.txt'))
    const guide = await readFile(path.join(folder, SET.guide), 'utf8')
    const steps = /## By hand[^]*?```sh\n([^]*?)```/.exec(guide)?.[1] ?? ''
    await made.cluster.query(`DROP DATABASE IF EXISTS ${DATABASE}_kept`)
    const renamed = steps.replaceAll(` ${DATABASE}\n`, ` ${DATABASE}_kept\n`)
    expect(renamed).not.toBe(steps)
    const ended = await runBare(['-eu', '-c', `cd '${folder}'\n${renamed}`], {
      cluster: made.cluster,
      coreutils,
      env: { PATH: `${coreutils}:${made.cluster.clientBin}:/usr/bin:/bin` },
    })
    expect(ended).toMatchObject({ code: 0 })
    await expectEqual(`${DATABASE}_kept`)
    expect(await readdir(folder)).not.toContain('plain')
  })
})

test('the script is one that dash takes', async () => {
  await promisify(execFile)(SHELL, ['-n', path.join(sets.directory!, SET.script)])
})

test('RESTORE.md tells how the name of a key is found', async () => {
  const guide = await readFile(path.join(sets.directory!, SET.guide), 'utf8')
  const [, command = ''] = /`(printf [^`]*sha256sum)`/.exec(guide) ?? []
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: path.dirname(made.daily.file) })
  expect(guide).toContain(stdout.slice(0, 16))
})

describe('restore.sh of an encrypted set refuses', () => {
  test('without a key, with one that is not there, without a database', async () => {
    expect(await restore(sets.directory!, ['--', 'refused'])).toMatchObject({
      code: 2,
      left: [],
      stderr: expect.stringContaining('--identity FILE'),
    })
    expect(await restore(sets.directory!, ['--identity', '/nowhere', '--', 'refused'])).toMatchObject({ code: 2 })
    expect(await restore(sets.directory!, ['--identity', made.daily.file])).toMatchObject({ code: 2, left: [] })
  })

  test('a wrong key', async () => {
    expect(await restore(sets.directory!, ['--identity', made.stranger.file, '--', 'refused'])).toMatchObject({
      code: 3,
      left: [],
      stderr: expect.stringContaining('not one of the keys'),
    })
  })

  test.each([
    ['a flipped bit', (folder: string) => flipBitIn(path.join(folder, 'dump/toc.dat.age')), 'toc.dat.age'],
    ['a missing file', (folder: string) => rm(path.join(folder, 'globals.sql.age')), 'globals.sql.age'],
    ['a stranger', (folder: string) => writeFile(path.join(folder, 'x.age'), ''), 'x.age is not in SHA256SUMS'],
    ['a changed manifest', (folder: string) => appendFile(path.join(folder, SET.manifest), '\n'), SET.manifest],
  ])('%s', async (_, damage, says) => {
    const folder = path.join(await temporaryFolder(), 'set')
    await cp(sets.directory!, folder, { recursive: true })
    await damage(folder)
    const ended = await restore(folder, ['--identity', made.daily.file, '--', 'refused'])
    expect(ended).toMatchObject({ code: 3, left: [], stderr: expect.stringContaining(says) })
  })

  test('where there is no age', async () => {
    const without = await barePath(path.join(await temporaryFolder(), 'path'), CORE)
    const args = [path.join(sets.directory!, SET.script), '--identity', made.daily.file, '--', 'refused']
    const ended = await runBare(args, { cluster: made.cluster, coreutils: without })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('age is not on PATH') })
  })

  test('and leaves no plaintext when the restore in it fails, or it is told to end', async () => {
    const folder = path.join(await temporaryFolder(), 'bin')
    await mkdir(folder)
    // In the place of pg_restore: the restore of the data fails; or ends the script above it.
    for (const [name, work] of [
      ['fails', 'exit 1'],
      ['ends', 'kill -TERM "$PPID"'],
    ]) {
      const file = path.join(folder, 'pg_restore')
      const real = path.join(made.cluster.clientBin, 'pg_restore')
      await writeFile(file, `#!/bin/sh\ncase "$*" in *--section=data*) ${work!} ;; *) exec ${real} "$@" ;; esac\n`)
      await chmod(file, 0o755)
      const PATH = `${folder}:${coreutils}:${made.cluster.clientBin}`
      const ended = await restore(sets.directory!, ['--identity', made.daily.file, '--', `failing_${name!}`], { PATH })
      expect(ended.left).toEqual([])
      expect(ended.code).not.toBe(0)
    }
  })
})
