import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, readFile, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { systemClock } from '../../../src/platform/clock.js'
import { ownerHere, type Owner } from '../../../src/platform/owner.js'
import { DirectoryStore } from '../../../src/stores/directory.js'
import { compiledSource, runCompiled, type CompiledSource } from '../../support/compiled.js'
import { clockAhead, memoryLogger } from '../../support/ports.js'
import { writeSampleSet } from '../../support/sample-set.js'
import { commitSample, storeContract } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const DAY = 24 * 60 * 60 * 1000

function storeIn(root: string, ahead = 0, patience = 300): DirectoryStore {
  return new DirectoryStore(root, { clock: clockAhead(ahead), logger: memoryLogger(), patience })
}

storeContract('a folder', async () => {
  const root = path.join(await temporaryFolder(), 'new', 'store')
  const open = (): DirectoryStore => new DirectoryStore(root, { clock: systemClock, logger: memoryLogger() })
  return {
    store: open(),
    again: open,
    withoutManifest: 'broken',
    plant: async (file, content) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true })
      await writeFile(path.join(root, file), content)
    },
    erase: (file) => rm(path.join(root, file)),
    dispose: removeTemporaryFolders,
  }
})

describe('a folder as store', () => {
  afterEach(removeTemporaryFolders)

  test('lays sets out as the seed does, readable by nobody else, and leaves nothing beside them', async () => {
    const root = path.join(await temporaryFolder(), 'backups')
    await storeIn(root).checkWritable()
    await commitSample(storeIn(root), { id: '20261124T020000Z' })
    expect((await readdir(path.join(root, 'daily/20261124T020000Z'))).sort()).toEqual([
      'SHA256SUMS',
      'dump',
      'globals.sql',
      'manifest.json',
    ])
    expect(await readdir(path.join(root, '.incoming'))).toEqual([])
    expect((await stat(root)).mode & 0o077).toBe(0)
    expect((await stat(path.join(root, 'daily/20261124T020000Z'))).mode & 0o077).toBe(0)
  })

  test('says why it cannot be written to', async () => {
    const root = await temporaryFolder()
    await writeFile(path.join(root, 'file'), '')
    await expect(storeIn(path.join(root, 'file')).checkWritable()).rejects.toThrow(
      /something of that name is in the way/i,
    )
    await expect(storeIn('/proc/lifeboat').checkWritable()).rejects.toMatchObject({ exitCode: 1 })
  })

  test('knows the free space, also before its folder is there', async () => {
    const root = await temporaryFolder()
    expect(await storeIn(path.join(root, 'not/yet')).freeBytes()).toBeGreaterThan(0)
  })

  test('follows no link out of the store', async () => {
    const root = await temporaryFolder()
    const outside = await temporaryFolder()
    await writeFile(path.join(outside, 'precious'), 'x')
    const store = storeIn(root)
    await commitSample(store, { id: '20261124T020000Z' })
    await symlink(outside, path.join(root, 'daily/20261124T020000Z/link'))
    await rename(path.join(root, 'daily/20261124T020000Z/globals.sql'), path.join(outside, 'globals.sql'))
    await symlink(path.join(outside, 'globals.sql'), path.join(root, 'daily/20261124T020000Z/globals.sql'))
    await symlink(path.join(root, 'daily/20261124T020000Z'), path.join(root, 'daily/20261125T020000Z'))
    expect(await store.list()).toMatchObject({
      sets: [],
      broken: [{ reason: 'it is not a folder' }, { reason: 'globals.sql is missing' }],
    })
    await store.remove({ id: '20261124T020000Z', type: 'daily' })
    expect((await readdir(outside)).sort()).toEqual(['globals.sql', 'precious'])
  })

  test('leaves other things in its folder alone', async () => {
    const root = await temporaryFolder()
    await mkdir(path.join(root, 'lost+found'))
    await mkdir(path.join(root, 'daily/notes'), { recursive: true })
    await writeFile(path.join(root, 'README'), '')
    const store = storeIn(root)
    await commitSample(store, { id: '20261124T020000Z' })
    expect(await store.list()).toMatchObject({ sets: [{ id: '20261124T020000Z' }], broken: [] })
    expect(await store.sweep()).toEqual([])
    expect((await readdir(root)).sort()).toEqual(['.incoming', 'README', 'daily', 'lost+found'])
  })

  test('does not commit what is already swept away', async () => {
    const root = await temporaryFolder()
    const incoming = await storeIn(root).begin('20261124T020000Z', 'daily')
    await rm(path.dirname(incoming.folder), { recursive: true })
    await expect(incoming.commit()).rejects.toMatchObject({ exitCode: 1 })
    expect(await storeIn(root).list()).toEqual({ sets: [], broken: [] })
  })

  test('a torn last line of the log costs that line and no other', async () => {
    const root = await temporaryFolder()
    const store = storeIn(root)
    const line = {
      timestamp: '2026-11-24 02:00:00',
      operation: 'backup',
      status: 'success',
      details: { duration: 1 },
    } as const
    await store.appendLog(line)
    await appendFile(path.join(root, 'log/2026-11-24.jsonl'), '{"timestamp":"2026-11-24 02:')
    await store.appendLog({ ...line, timestamp: '2026-11-24 02:30:00' })
    await appendFile(
      path.join(root, 'log/2026-11-24.jsonl'),
      `{"x":"${'y'.repeat(5 * 1024 * 1024)}"}\n{"timestamp":"20`,
    )
    const { lines, unreadable } = await store.readLog(new Date(0))
    expect(lines.map(({ timestamp }) => timestamp)).toEqual(['2026-11-24 02:00:00', '2026-11-24 02:30:00'])
    expect(unreadable).toBe(3)
  })
})

describe('sweeping a folder', () => {
  afterEach(removeTemporaryFolders)

  async function abandoned(root: string, change: Partial<Owner>): Promise<string> {
    const incoming = await storeIn(root).begin('20261124T020000Z', 'daily')
    await writeSampleSet(incoming.folder, { id: '20261124T020000Z' })
    const entry = path.dirname(incoming.folder)
    await writeFile(path.join(entry, 'owner.json'), JSON.stringify({ ...ownerHere('a test', new Date()), ...change }))
    return path.basename(entry)
  }

  test('spares what a living run writes, however long it takes', async () => {
    const root = await temporaryFolder()
    await abandoned(root, {})
    expect(await storeIn(root, 30 * DAY).sweep()).toEqual([])
  })

  test.each<[string, Partial<Owner>]>([
    ['whose process has ended', { pid: 4_194_304 }],
    ['whose process id was given to another process', { started: '1' }],
    ['from before the machine was restarted', { boot: '00000000-0000-0000-0000-000000000000' }],
  ])('removes what a run left %s', async (_what, change) => {
    const root = await temporaryFolder()
    const name = await abandoned(root, change)
    expect(await storeIn(root).sweep()).toEqual([name])
    expect(await readdir(path.join(root, '.incoming'))).toEqual([])
  })

  test.each<[string, Partial<Owner>]>([
    ['another machine', { host: 'elsewhere' }],
    ['another container', { pidNamespace: 'pid:[1]' }],
  ])('removes what a run on %s left after a day without a change', async (_what, change) => {
    const root = await temporaryFolder()
    const name = await abandoned(root, change)
    expect(await storeIn(root, DAY - 60_000).sweep()).toEqual([])
    expect(await storeIn(root, DAY + 60_000).sweep()).toEqual([name])
  })

  test('a note that a power failure left empty counts as none: removed after a minute', async () => {
    const root = await temporaryFolder()
    const name = await abandoned(root, {})
    await writeFile(path.join(root, '.incoming', name, 'owner.json'), '')
    expect(await storeIn(root, 30_000).sweep()).toEqual([])
    expect(await storeIn(root, 90_000).sweep()).toEqual([name])
  })
})

describe('the lock of a folder', () => {
  afterEach(removeTemporaryFolders)

  async function lockedBy(root: string, change: Partial<Owner>): Promise<void> {
    await storeIn(root).lock('rotating')
    const note = path.join(root, '.lock/owner.json')
    await writeFile(note, JSON.stringify({ ...(JSON.parse(await readFile(note, 'utf8')) as Owner), ...change }))
  }

  test('names who holds it when waiting takes too long', async () => {
    const root = await temporaryFolder()
    const unlock = await storeIn(root).lock('rotating /backups/db')
    const logger = memoryLogger()
    const waiting = new DirectoryStore(root, { clock: systemClock, logger, patience: 300 })
    await expect(waiting.lock('committing')).rejects.toThrow(
      new RegExp(`another run holds the store's lock.*pid ${process.pid} on .* since .*rotating /backups/db`, 'i'),
    )
    expect(logger.said).toMatchObject([{ level: 'info', message: expect.stringContaining(`pid ${process.pid}`) }])
    expect(await readdir(path.join(root, '.incoming'))).toEqual([])
    await unlock()
    await (
      await waiting.lock('committing')
    )()
  })

  test.each<[string, Partial<Owner>]>([
    ['has ended', { pid: 4_194_304 }],
    ['ran before the machine was restarted', { boot: '00000000-0000-0000-0000-000000000000' }],
  ])('is taken over from a process that %s', async (_what, change) => {
    const root = await temporaryFolder()
    await lockedBy(root, change)
    await (
      await storeIn(root).lock('a test')
    )()
    expect(await readdir(path.join(root, '.incoming'))).toEqual([])
  })

  test('is not waited for any longer once we are told to stop', async () => {
    const root = await temporaryFolder()
    const unlock = await storeIn(root).lock('rotating')
    const stop = new AbortController()
    const waiting = new DirectoryStore(root, { clock: systemClock, logger: memoryLogger(), signal: stop.signal })
    const locked = waiting.lock('a test')
    setTimeout(() => {
      stop.abort()
    }, 50)
    await expect(locked).rejects.toMatchObject({ exitCode: 130 })
    await expect(waiting.put(await setIn(await temporaryFolder()), SET)).rejects.toMatchObject({ exitCode: 130 })
    expect(await readdir(path.join(root, '.incoming'))).toEqual([])
    await unlock()
  })

  const SET = { id: '20261124T020000Z', type: 'daily' }

  async function setIn(folder: string): Promise<string> {
    await writeSampleSet(folder, SET)
    return folder
  }

  test('is taken over by one of many', async () => {
    const root = await temporaryFolder()
    await lockedBy(root, { pid: 4_194_304 })
    let inside = 0
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const unlock = await storeIn(root, 0, 20_000).lock('a test')
        expect(++inside).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 5))
        inside--
        await unlock()
      }),
    )
  })

  test('is kept for a process elsewhere that shows that it lives, and taken over when it falls silent', async () => {
    const root = await temporaryFolder()
    await lockedBy(root, { host: 'elsewhere' })
    await expect(storeIn(root).lock('a test')).rejects.toThrow(/on elsewhere/)
    let elapsed = 0
    const fast = {
      now: () => new Date(),
      monotonic: () => elapsed,
      sleep: () => Promise.resolve(void (elapsed += 10_000)),
    }
    const store = new DirectoryStore(root, { clock: fast, logger: memoryLogger(), patience: 200_000 })
    await (
      await store.lock('a test')
    )()
    expect(elapsed).toBeGreaterThan(120_000)
  })

  test('is taken over from one who died while he took it over', async () => {
    const root = await temporaryFolder()
    await lockedBy(root, { pid: 4_194_304 })
    await mkdir(path.join(root, '.lock/taken-over'))
    await expect(storeIn(root).lock('a test')).rejects.toThrow(/lock/)
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(path.join(root, '.lock/taken-over'), longAgo, longAgo)
    await (
      await storeIn(root).lock('a test')
    )()
  })

  test('given back twice, or after it was taken over, harms nobody', async () => {
    const root = await temporaryFolder()
    const unlock = await storeIn(root).lock('first')
    await rm(path.join(root, '.lock'), { recursive: true })
    const second = await storeIn(root).lock('second')
    await unlock()
    await unlock()
    await expect(storeIn(root).lock('third')).rejects.toThrow(/second/)
    await second()
  })
})

describe('a folder whose writer is killed', () => {
  let source: CompiledSource

  beforeAll(async () => {
    source = await compiledSource()
  })
  afterAll(async () => {
    await source.remove()
    await removeTemporaryFolders()
  })

  /** A second store beside the first. */
  const copiesOf = (root: string): string => `${root}-copies`

  /** Commits, copies and removes sets as fast as it can, and says each time which step comes. */
  const writer = (root: string): string => `
    import { mkdir, writeFile, readFile } from 'node:fs/promises'
    import { DirectoryStore } from './stores/directory.js'
    import { describeFiles, writeManifest, writeChecksums } from './backup/set.js'
    import { systemClock } from './platform/clock.js'
    const logger = { info() {}, warning() {}, debug() {}, error() {} }
    const store = new DirectoryStore(${JSON.stringify(root)}, { clock: systemClock, logger })
    const copies = new DirectoryStore(${JSON.stringify(copiesOf(root))}, { clock: systemClock, logger })
    const sample = JSON.parse(await readFile(${JSON.stringify(path.join(root, 'daily/20261101T020000Z/manifest.json'))}, 'utf8'))
    const alphabet = Buffer.alloc(200_000, 'abcdefghijklmnopqrstuvwxyz')
    for (let second = 0; ; second = (second + 1) % 60) {
      const id = '20261124T0200' + String(second).padStart(2, '0') + 'Z'
      const unlock = await store.lock('a crash test')
      const incoming = await store.begin(id, 'daily')
      await mkdir(incoming.folder + '/dump')
      for (let n = 0; n < 8; n++) await writeFile(incoming.folder + '/dump/' + n, alphabet)
      const files = await describeFiles(incoming.folder)
      await writeManifest(incoming.folder, { ...sample, id, files })
      await writeChecksums(incoming.folder, files)
      process.stdout.write('.')
      await incoming.commit()
      await store.appendLog({ timestamp: '2026-11-24 02:00:00', operation: 'backup', status: 'success', details: { duration: 1 } })
      await copies.put(incoming.folder.replace(/[.]incoming.*/, 'daily/' + id), { id, type: 'daily' })
      process.stdout.write('.')
      await copies.remove({ id, type: 'daily' })
      await store.remove({ id, type: 'daily' })
      await unlock()
    }`

  test('keeps its earlier sets, shows no half one, and is clean after the next sweep', async () => {
    const root = path.join(await temporaryFolder(), 'store')
    await commitSample(storeIn(root), { id: '20261101T020000Z' })
    await storeIn(copiesOf(root)).checkWritable()
    const before = await readFile(path.join(root, 'daily/20261101T020000Z/SHA256SUMS'), 'utf8')
    for (let round = 0; round < 25; round++) {
      const child = await runCompiled(source, writer(root))
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
      child.kill('SIGKILL')
      await once(child, 'close')

      const copies = await storeIn(copiesOf(root)).list()
      expect(copies.broken).toEqual([])
      for (const set of copies.sets) {
        execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: await storeIn(copiesOf(root)).open(set) })
        await storeIn(copiesOf(root)).remove(set)
      }
      await storeIn(copiesOf(root), 2 * 60_000).sweep()
      expect(await readdir(path.join(copiesOf(root), '.incoming'))).toEqual([])
      const { sets, broken } = await storeIn(root).list()
      expect(broken).toEqual([])
      expect(sets.at(-1)!.id).toBe('20261101T020000Z')
      for (const set of sets) {
        const folder = await storeIn(root).open(set)
        execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: folder })
        if (set.id !== '20261101T020000Z') await storeIn(root).remove(set)
      }
      await storeIn(root, 2 * 60_000).sweep()
      expect(await readdir(path.join(root, '.incoming'))).toEqual([])
      await (
        await storeIn(root).lock('the next run')
      )()
      expect((await storeIn(root).readLog(new Date(0))).unreadable).toBe(0)
    }
    expect(await readFile(path.join(root, 'daily/20261101T020000Z/SHA256SUMS'), 'utf8')).toBe(before)
  })

  test('when the disk is full, the error says so and nothing appears', async () => {
    const root = await temporaryFolder()
    if (!mountedSmall(root)) {
      process.stderr.write('Not tested: a full disk, because this machine lets us mount none.\n')
      return
    }
    try {
      await commitSample(storeIn(root), { id: '20261101T020000Z' })
      const incoming = await storeIn(root).begin('20261124T020000Z', 'daily')
      const big = { 'dump/1.dat': 'x'.repeat(8 * 1024 * 1024) }
      await expect(writeSampleSet(incoming.folder, { id: '20261124T020000Z', files: big })).rejects.toThrow(/ENOSPC/)
      await expect(storeIn(root).checkWritable()).rejects.toThrow(/no space left on the disk.*Free some space/)
      expect((await storeIn(root).list()).sets.map(({ id }) => id)).toEqual(['20261101T020000Z'])
      await incoming.discard()
      await storeIn(root).checkWritable()
      await commitSample(storeIn(root), { id: '20261124T020000Z' })
    } finally {
      execFileSync('umount', [root])
    }
  })

  test('where the file size is limited, the error says so and nothing appears', async () => {
    const root = path.join(await temporaryFolder(), 'store')
    await commitSample(storeIn(root), { id: '20261101T020000Z' })
    const script = path.join(source.folder, 'limited.js')
    await writeFile(script, writer(root))
    const child = spawn('sh', ['-c', 'ulimit -f 100; exec "$0" "$1"', process.execPath, script], { timeout: 30_000 })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await once(child, 'close')
    expect(said).toMatch(/EFBIG/)
    expect((await storeIn(root).list()).sets.map(({ id }) => id)).toEqual(['20261101T020000Z'])
    await storeIn(root, 2 * 60_000).sweep()
    expect(await readdir(path.join(root, '.incoming'))).toEqual([])
  })
})

function mountedSmall(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
