import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { findProgram } from '../../../src/platform/find-program.js'
import type { FilePlace, SentFile } from '../../../src/stores/file-place.js'
import type { RsyncTools } from '../../../src/stores/rsync-command.js'
import { startCutProxy } from '../../support/cut-proxy.js'
import type { RsyncDaemon } from '../../support/rsync-daemon.js'
import { RsyncPlaces, keysOf } from '../../support/rsync-places.js'
import { mountSmallDisk } from '../../support/small-disk.js'
import type { Sshd } from '../../support/sshd.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

const OLD_SET = 'daily/20261123T020000Z'
const SET = 'daily/20261124T020000Z'

let places: RsyncPlaces
let daemon: RsyncDaemon
let sshd: Sshd

beforeAll(async () => {
  places = await RsyncPlaces.start()
  daemon = await places.daemon('daemon')
  sshd = await places.sshd('sshd')
})
afterAll(async () => {
  await places.stop()
})
afterEach(async () => {
  await removeTemporaryFolders()
  for (const name of await readdir(module())) await rm(module(name), { recursive: true, force: true })
})

/** What the daemon's module shows. */
const module = (...parts: string[]): string => places.at('daemon', 'module', ...parts)

const behind = (server: RsyncDaemon | Sshd, more: Partial<RsyncTools> = {}): RsyncTools =>
  places.tools(keysOf(server), more)

const openDaemon = (more: Partial<RsyncTools> = {}): FilePlace => places.open(daemon.location(), behind(daemon, more))

/** The daemon as it is reached through something that stands before it. */
const through = (port: number, more: Partial<RsyncTools> = {}): FilePlace =>
  places.open(`rsync://${daemon.user}@127.0.0.1:${port}/backups`, behind(daemon, more))

async function sample(contents: Record<string, Buffer>): Promise<[string, SentFile[]]> {
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
  return [folder, files]
}

const said = (): string => places.context.logger.said.map(({ message }) => message).join('\n')

describe('a connection that breaks', () => {
  const SIZE = 24_000_000

  test('while a set is sent: nothing of it is seen, and the next try goes on where it broke', async () => {
    const proxy = places.keep(await startCutProxy(daemon.port))
    const content = randomBytes(SIZE)
    const [folder, files] = await sample({ 'dump/1.dat': content })
    await mkdir(module('daily'))
    // The listing takes a few hundred bytes and passes.
    proxy.cut(SIZE / 2, 2)
    await expect(through(proxy.port, { pauses: [] }).upload(folder, files, SET)).rejects.toThrow(
      /connection to 127\.0\.0\.1 (failed|broke).*goes on from there/is,
    )
    expect(await openDaemon().list('')).toEqual([])
    await expect(stat(module(SET, 'dump/1.dat'))).rejects.toThrow('ENOENT')

    const before = proxy.passed()
    proxy.cut(SIZE / 4, 3)
    const told: number[] = []
    await through(proxy.port, { pauses: [10, 10, 10] }).upload(folder, files, SET, (done) => told.push(done))
    expect(proxy.passed() - before).toBeLessThan(SIZE * 0.7)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(said()).toMatch(/Trying again/)
    expect((await readFile(module(SET, 'dump/1.dat'))).equals(content)).toBe(true)
    expect(await readdir(module(SET, 'dump'))).toEqual(['1.dat'])
  })

  test('while a set is fetched: it is gone on with, and never a part taken for the whole', async () => {
    const proxy = places.keep(await startCutProxy(daemon.port))
    const content = randomBytes(SIZE)
    await mkdir(module(SET), { recursive: true })
    await writeFile(module(SET, '1.dat'), content)
    const listed = await openDaemon().list(SET)
    const to = await temporaryFolder()
    proxy.cut(SIZE / 2, 1)
    await expect(through(proxy.port, { pauses: [] }).download(SET, listed, to)).rejects.toMatchObject({ exitCode: 1 })
    expect((await readdir(to)).filter((name) => !name.startsWith('.'))).toEqual([])
    proxy.cut(SIZE / 4, 1)
    const before = proxy.passed()
    await through(proxy.port).download(SET, listed, to)
    expect(proxy.passed() - before).toBeLessThan(SIZE * 0.7)
    expect((await readFile(path.join(to, '1.dat'))).equals(content)).toBe(true)
    expect(await readdir(to)).toEqual(['1.dat'])
  })

  test('or that says nothing any more is given up, and said so', async () => {
    const proxy = places.keep(await startCutProxy(daemon.port))
    proxy.hush()
    const begun = Date.now()
    await expect(through(proxy.port, { silence: 1, pauses: [10] }).list('')).rejects.toThrow(
      /127\.0\.0\.1 (did not answer in time|failed or broke)|connection to 127\.0\.0\.1/i,
    )
    expect(proxy.connections()).toBe(2)
    expect(Date.now() - begun).toBeLessThan(60_000)
  })

  test('is ended when the run is interrupted', async () => {
    const proxy = places.keep(await startCutProxy(daemon.port))
    proxy.hush()
    const interruption = new AbortController()
    const listing = through(proxy.port, { signal: interruption.signal }).list('')
    setTimeout(() => {
      interruption.abort()
    }, 500)
    await expect(listing).rejects.toMatchObject({ exitCode: 130 })
  })
})

describe('a connection of ssh', () => {
  const eventually = async (holds: () => boolean): Promise<void> => {
    for (let waited = 0; !holds(); waited += 20) {
      if (waited > 5_000) throw new Error(`${holds.toString()} does not hold after 5 s`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  /** The server as it is reached through something that stands before it. */
  const throughTo = (port: number): FilePlace => {
    const sshKnownHosts = sshd.knownHosts.replace(String(sshd.port), String(port))
    const location = sshd.location(module()).replace(String(sshd.port), String(port))
    return places.open(location, places.tools({ sshKey: sshd.key, sshKnownHosts }))
  }

  test('is shared by all that is done, ended in the end, and opened again when it is needed', async () => {
    const proxy = places.keep(await startCutProxy(sshd.port))
    const place = throughTo(proxy.port)
    await Promise.all([place.write('log/a', '1'), place.write('log/b', '2')])
    expect((await place.list('log')).map((file) => file.path).sort()).toEqual(['a', 'b'])
    expect(proxy.connections()).toBe(1)
    expect(proxy.open()).toBe(1)
    await place.close?.()
    await eventually(() => proxy.open() === 0)
    expect(await place.read('log/a')).toBe('1')
    expect(proxy.connections()).toBe(2)
    await place.close?.()
    await place.close?.()
    await eventually(() => proxy.open() === 0)
  })

  test('that breaks is made anew, and what was being sent is gone on with', async () => {
    const proxy = places.keep(await startCutProxy(sshd.port))
    const content = randomBytes(24_000_000)
    const [folder, files] = await sample({ '1.dat': content })
    const place = throughTo(proxy.port)
    proxy.cut(12_000_000, 1)
    await place.upload(folder, files, SET)
    expect(proxy.connections()).toBeGreaterThan(1)
    expect(proxy.passed()).toBeLessThan(34_000_000)
    expect((await readFile(module(SET, '1.dat'))).equals(content)).toBe(true)
    await place.close?.()
    await eventually(() => proxy.open() === 0)
  })
})

describe('what was sent', () => {
  test('is compared with what is here, on the disk at the other end', async () => {
    // The disk at the other end flips a bit of what it has before rsync comes again; after it, nobody waits for the script.
    const script = places.at('flip')
    const flip = `f="$RSYNC_MODULE_PATH/${SET}/1.dat"; [ -f "$f" ] && printf X | dd of="$f" bs=1 seek=4000 conv=notrunc 2>/dev/null; exit 0`
    await writeFile(script, `#!/bin/sh\n${flip}\n`)
    await chmod(script, 0o755)
    const flipping = await places.daemon('flipping', `pre-xfer exec = ${script}`)
    const [folder, files] = await sample({ '1.dat': Buffer.alloc(2_000_000, 1), '2.dat': Buffer.alloc(10, 1) })
    await expect(places.open(flipping.location(), behind(flipping)).upload(folder, files, SET)).rejects.toThrow(
      /one file differs from what was sent, twice: 1\.dat/i,
    )
  })

  test('is seen by its owner alone', async () => {
    const [folder, files] = await sample({ 'dump/1.dat': Buffer.from('1') })
    await chmod(path.join(folder, 'dump/1.dat'), 0o644)
    const place = openDaemon()
    await place.upload(folder, files, SET)
    await place.write('log/2026-11-24.jsonl', '{}')
    for (const [file, mode] of [
      ['dump', 0o700],
      ['dump/1.dat', 0o600],
      ['../../log/2026-11-24.jsonl', 0o600],
    ] as const) {
      expect((await stat(module(SET, file))).mode & 0o777).toBe(mode)
    }
  })

  test.each<[string, () => Promise<[FilePlace, string]>]>([
    ['a daemon', () => Promise.resolve([openDaemon(), module()])],
    ['ssh', () => Promise.resolve([places.open(sshd.location(module()), behind(sshd)), module()])],
    [
      'a restricted key',
      async () => {
        const server = await places.sshd('linking', `command="/usr/bin/rrsync -no-lock ${module()}"`)
        return [places.open(server.location('/'), behind(server)), module()]
      },
    ],
  ])('is linked where the set before holds the same, behind %s', async (_what, open) => {
    const [place, root] = await open()
    const same = randomBytes(2_000_000)
    const [first, firstFiles] = await sample({
      'dump/1.dat': same,
      'dump/2.dat': randomBytes(2_000_000),
      toc: Buffer.from('a'),
    })
    await place.upload(first, firstFiles, OLD_SET)
    const changed = randomBytes(2_000_000)
    const [second, secondFiles] = await sample({ 'dump/1.dat': same, 'dump/2.dat': changed, toc: Buffer.from('b') })
    // By its content, not by its date.
    await utimes(path.join(second, 'dump/1.dat'), new Date('2020-01-01'), new Date('2020-01-01'))
    await place.upload(second, secondFiles, SET)

    const inode = async (set: string, file: string): Promise<number> => (await stat(path.join(root, set, file))).ino
    expect(await inode(SET, 'dump/1.dat')).toBe(await inode(OLD_SET, 'dump/1.dat'))
    expect(await inode(SET, 'dump/2.dat')).not.toBe(await inode(OLD_SET, 'dump/2.dat'))
    expect((await readFile(path.join(root, SET, 'dump/2.dat'))).equals(changed)).toBe(true)
    expect((await readFile(path.join(root, SET, 'toc'))).toString()).toBe('b')
    await place.remove(firstFiles.map((file) => `${OLD_SET}/${file.path}`))
    expect((await readFile(path.join(root, SET, 'dump/1.dat'))).equals(same)).toBe(true)
    expect(await readdir(path.join(root, 'daily'))).toEqual([path.basename(SET)])
  })

  test('is never linked to a file that has rotted', async () => {
    const place = openDaemon()
    const content = randomBytes(2_000_000)
    const [folder, files] = await sample({ '1.dat': content })
    await place.upload(folder, files, OLD_SET)
    const rotten = Buffer.from(content)
    rotten.writeUInt8(rotten.readUInt8(1_000) ^ 1, 1_000)
    await writeFile(module(OLD_SET, '1.dat'), rotten)
    await place.upload(folder, files, SET)
    expect((await readFile(module(SET, '1.dat'))).equals(content)).toBe(true)
    expect((await readFile(module(OLD_SET, '1.dat'))).equals(rotten)).toBe(true)
  })
})

test('what rsync has not finished is not listed, and goes with its set, or when it is old', async () => {
  const place = openDaemon()
  const old = 'weekly/20261101T020000Z/.lifeboat-partial/1.dat'
  const planted = [
    `${SET}/toc.dat`,
    `${SET}/.lifeboat-partial/2.dat`,
    `${SET}/.2.dat.Ab3dEf`,
    `${SET}/dump/.~tmp~/3.dat`,
    old,
  ]
  for (const file of planted) {
    await mkdir(path.dirname(module(file)), { recursive: true })
    await writeFile(module(file), 'x')
  }
  const longAgo = new Date(Date.now() - 10 * 24 * 3600 * 1000)
  await utimes(module(old), longAgo, longAgo)
  expect((await place.list('')).map((file) => file.path)).toEqual([`${SET}/toc.dat`])
  await place.remove([`${SET}/toc.dat`])
  await expect(stat(module(SET, '.lifeboat-partial'))).rejects.toThrow('ENOENT')
  await expect(stat(module(SET, '.2.dat.Ab3dEf'))).rejects.toThrow('ENOENT')
  await expect(stat(module('weekly'))).rejects.toThrow('ENOENT')
})

test('a full disk at the other end is an error that says which, and the place is as it was', async () => {
  const small = module('small')
  await mkdir(small)
  const disk = await mountSmallDisk(small, 4)
  try {
    const place = places.open(daemon.location('/small'), behind(daemon))
    await place.write('log/2026-11-24.jsonl', '{}')
    const [folder, files] = await sample({ '1.dat': randomBytes(8_000_000) })
    await expect(place.upload(folder, files, SET)).rejects.toThrow(/no room left on the disk at the other end \(127/i)
    expect((await place.list('')).map((file) => file.path)).toEqual(['log/2026-11-24.jsonl'])
  } finally {
    await disk.remove()
  }
})

describe('says what is wrong and what to do', () => {
  const withPassword = (rsyncPassword: string): FilePlace =>
    places.open(daemon.location(), places.tools({ rsyncPassword }))

  test('when the password is wrong, without showing it', async () => {
    const error = await withPassword('n0t-the-word')
      .list('')
      .catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/did not accept the user or the password for the module backups.*rsync-password/is)
    expect(JSON.stringify(error) + String(error) + said()).not.toContain('n0t-the-word')
    await expect(places.open(daemon.location(), places.tools({})).list('')).rejects.toThrow(/did not accept/i)
  })

  test('when the module is unknown or read-only', async () => {
    const unknown = daemon.location().replace('/backups', '/elsewhere')
    await expect(places.open(unknown, behind(daemon)).list('')).rejects.toThrow(/no module elsewhere/i)
    const readOnly = await places.daemon('reading', 'read only = yes')
    await expect(places.open(readOnly.location(), behind(readOnly)).write('a', 'b')).rejects.toThrow(/is read-only/i)
    const refusing = await places.daemon('refusing', 'refuse options = delete')
    await expect(places.open(refusing.location(), behind(refusing)).remove(['a'])).rejects.toThrow(/refuse --delete/i)
  })

  test('when the host key is not the one that is known, or none is', async () => {
    const location = sshd.location(module())
    const other = await places.sshd('other')
    const hostKey = other.knownHosts.replace(String(other.port), String(sshd.port))
    const settings = { sshKey: sshd.key, sshKnownHosts: hostKey }
    await expect(places.open(location, places.tools(settings)).list('')).rejects.toThrow(
      /is another than the known one/i,
    )
    const unknown = { sshKey: sshd.key, sshKnownHosts: other.knownHosts }
    await expect(places.open(location, places.tools(unknown)).list('')).rejects.toThrow(/not known.*ssh-keyscan/is)
    // The user's own file does not know it either.
    await expect(places.open(location, places.tools({ sshKey: sshd.key })).list('')).rejects.toThrow(/not known/i)
  })

  test("when the user's own configuration of ssh turns the checks off, it connects no more than without", async () => {
    const bin = await temporaryFolder()
    const careless = path.join(bin, 'careless')
    await writeFile(careless, 'Host *\n  StrictHostKeyChecking no\n  NoHostAuthenticationForLocalhost yes\n')
    await writeFile(path.join(bin, 'ssh'), `#!/bin/sh\nexec ${String(findProgram('ssh'))} -F ${careless} "$@"\n`)
    await chmod(path.join(bin, 'ssh'), 0o755)
    const environment = { ...places.context.environment, PATH: `${bin}:${process.env.PATH ?? ''}` }
    const place = places.open(
      sshd.location(module()),
      places.tools({ sshKey: sshd.key, sshKnownHosts: '# none\n' }, { environment }),
    )
    await expect(place.list('')).rejects.toThrow(/not known/i)
  })

  test('when the key is refused, or is none', async () => {
    const other = await places.sshd('another')
    const location = sshd.location(module())
    const tools = (sshKey: string): RsyncTools => places.tools({ sshKey, sshKnownHosts: sshd.knownHosts })
    await expect(places.open(location, tools(other.key)).list('')).rejects.toThrow(/accepted none of the keys/i)
    await expect(places.open(location, tools('/nowhere/key')).list('')).rejects.toMatchObject({ exitCode: 2 })
    const broken = sshd.key.replace(/\n(.{20})/, '\n')
    await expect(places.open(location, tools(broken)).list('')).rejects.toThrow(/cannot use the private key/i)
  })

  test.each([
    ['has no rsync', 'nothing-like-rsync', /no rsync at the other end/i],
    ['prints a greeting', 'echo welcome to this machine', /not rsync alone.*login shell/is],
    [
      'has an old one',
      `echo 'rsync: on remote machine: --ignore-missing-args: unknown option' >&2; exit 1`,
      /does not know the option --ignore-missing-args.*3\.1/is,
    ],
    [
      'has one that takes one connection at a time',
      `echo '/usr/bin/rrsync error: Another instance of rrsync is already accessing this directory.' >&2; exit 1`,
      /-no-lock/,
    ],
  ])('when the other end %s', async (what, command, message) => {
    const server = await places.sshd(`when-it-${what.replaceAll(' ', '-')}`, `command="${command}"`)
    await expect(places.open(server.location('/x'), behind(server)).list('')).rejects.toThrow(message)
  })

  test('but for a file that goes while it is looked at, which is one that is not there', async () => {
    const bin = await temporaryFolder()
    const vanished = 'rsync warning: some files vanished before they could be transferred (code 24) at main.c(1956)'
    await writeFile(
      path.join(bin, 'rsync'),
      `#!/bin/sh
case "$*" in *--files-from=-*) cat >/dev/null; echo '${vanished}' >&2; exit 24 ;; esac
exec ${String(findProgram('rsync'))} "$@"
`,
    )
    await chmod(path.join(bin, 'rsync'), 0o755)
    const place = openDaemon({ environment: { PATH: `${bin}:${process.env.PATH ?? ''}` } })
    expect(await place.read('.lock/store/1.json')).toBeUndefined()
    expect(await place.list('')).toEqual([])
    const file = { path: 'a', bytes: 1, changed: new Date() }
    await expect(place.download('', [file], path.join(bin, 'to'))).rejects.toThrow(
      /vanished while they were transferred/,
    )
  })

  test('when nothing listens, or there is no rsync or ssh here', async () => {
    const gone = places.open('rsync://127.0.0.1:1/module', places.tools({}))
    await expect(gone.list('')).rejects.toThrow(/connection to 127\.0\.0\.1/i)
    const nothing = { environment: { PATH: '/nowhere' } }
    await expect(openDaemon(nothing).list('')).rejects.toThrow(/rsync was not found.*Install rsync/is)
    const bin = await temporaryFolder()
    await writeFile(path.join(bin, 'rsync'), `#!/bin/sh\nPATH=${bin} exec ${String(findProgram('rsync'))} "$@"\n`)
    await chmod(path.join(bin, 'rsync'), 0o755)
    const noShell = behind(sshd, { environment: { PATH: bin } })
    await expect(places.open(sshd.location('/x'), noShell).list('')).rejects.toThrow(/ssh is not on this machine/i)
  })
})

describe('secrets', () => {
  test('are in no command line, and in the environment of no program that need not have them', async () => {
    const bin = await temporaryFolder()
    const seen = path.join(bin, 'seen')
    for (const name of ['rsync', 'ssh']) {
      const real = findProgram(name)
      await writeFile(
        path.join(bin, name),
        `#!/bin/sh\n{ echo "${name} $*"; env; } >> '${seen}.${name}'\nexec ${String(real)} "$@"\n`,
      )
      await chmod(path.join(bin, name), 0o755)
    }
    const environment = {
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      HOME: '/root',
      INPUT_SSH_KEY: sshd.key,
      PGPASSWORD: 'db-word',
    }
    const place = places.open(sshd.location(module()), behind(sshd, { environment }))
    await place.write('log/a', 'b')
    await openDaemon({ environment }).write('log/a', 'b')
    const [ofRsync, ofSsh] = await Promise.all(['rsync', 'ssh'].map((name) => readFile(`${seen}.${name}`, 'utf8')))
    const line = sshd.key.split('\n')[1] ?? ''
    expect(ofSsh).toMatch(/^ssh -T -p \d+ .*StrictHostKeyChecking=yes/m)
    for (const text of [ofRsync, ofSsh]) {
      expect(text).not.toContain(line)
      expect(text).not.toContain('db-word')
    }
    const commands = ofRsync!.split('\n').filter((each) => each.startsWith('rsync '))
    expect(commands.length).toBeGreaterThan(3)
    expect(commands.filter((each) => each.includes(daemon.password))).toEqual([])
    expect(ofSsh).not.toContain(daemon.password)
  })

  test('may come by their path, in folders of odd names, and with the line ends of another system', async () => {
    const odd = path.join(await temporaryFolder(), "an odd 'folder' 100%h")
    await mkdir(odd)
    await writeFile(path.join(odd, 'key'), sshd.key, { mode: 0o600 })
    await writeFile(path.join(odd, 'hosts'), sshd.knownHosts)
    await writeFile(path.join(odd, 'password'), `${daemon.password}\n`)
    const byPath = { sshKey: path.join(odd, 'key'), sshKnownHosts: path.join(odd, 'hosts') }
    await places.open(sshd.location(module()), places.tools(byPath)).write('a', 'b')
    const byText = { sshKey: sshd.key.trim().replaceAll('\n', '\r\n'), sshKnownHosts: sshd.knownHosts.trim() }
    expect(await places.open(sshd.location(module()), places.tools(byText)).read('a')).toBe('b')
    const password = { rsyncPassword: path.join(odd, 'password') }
    expect(await places.open(daemon.location(), places.tools(password)).read('a')).toBe('b')
  })
})
