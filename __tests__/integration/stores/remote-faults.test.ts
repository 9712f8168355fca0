import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { Clock, ListingCache, Workspace } from '../../../src/context.js'
import { InterruptedError, OperationError } from '../../../src/errors.js'
import { entriesBelow } from '../../../src/platform/files.js'
import { systemClock } from '../../../src/platform/clock.js'
import { ifThere } from '../../../src/platform/file-errors.js'
import { ownerHere, type Owner } from '../../../src/platform/owner.js'
import { createWorkspace } from '../../../src/platform/workspace.js'
import type { LogLine } from '../../../src/records/log.js'
import { CleanablePlace, type OpenPlace } from '../../../src/stores/clean-up.js'
import type { FilePlace, PlacedFile } from '../../../src/stores/file-place.js'
import { FolderListingCache } from '../../../src/stores/listing-cache.js'
import { RemoteStore } from '../../../src/stores/remote.js'
import { withLock } from '../../../src/stores/store.js'
import { verifyFiles } from '../../../src/verify/files.js'
import { FolderPlace, type Step } from '../../support/folder-place.js'
import { clockAhead, memoryLogger, type MemoryLogger } from '../../support/ports.js'
import { sampleProof, writeSampleSet } from '../../support/sample-set.js'
import { commitSample } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const HOUR = 60 * 60 * 1000
const OLD = { id: '20261101T020000Z', type: 'daily' }
const SET = { id: '20261124T020000Z', type: 'daily' }
const LINE: LogLine = {
  timestamp: '2026-11-24 02:10:00',
  operation: 'backup',
  status: 'success',
  details: { duration: 1 },
}

let root: string
let workspace: Workspace
let logger: MemoryLogger

beforeEach(async () => {
  root = path.join(await temporaryFolder(), 'elsewhere')
  workspace = await createWorkspace({ environment: process.env })
  logger = memoryLogger()
})
afterEach(async () => {
  await workspace.clean()
  await removeTemporaryFolders()
})

function storeAt(place: FilePlace = new FolderPlace(root), clock: Clock = systemClock): RemoteStore {
  return new RemoteStore(place, { clock, logger, workspace, patience: 300 })
}

/** A store whose every step is told. */
function watched(announce: (step: Step) => void | Promise<void>, ahead = 0): RemoteStore {
  return storeAt(new FolderPlace(root, announce, ahead))
}

/** All files there, relative to the root. */
async function filesThere(): Promise<string[]> {
  const entries = (await ifThere(entriesBelow(root))) ?? []
  return entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path)
}

/** Files of sets that have no manifest, and all that is of locks and claims. */
async function leftovers(): Promise<string[]> {
  const files = await filesThere()
  return files.filter((file) => {
    const [first = '', id = ''] = file.split('/')
    return first !== 'log' && !first.startsWith('.part-') && !files.includes(`${first}/${id}/manifest.json`)
  })
}

/** Changes the notes of all marks, as if another process or machine had left them. */
async function changeOwners(change: Partial<Owner>): Promise<void> {
  for (const file of await filesThere()) {
    if (!/^\.(lock|incoming)\//.test(file) || file.endsWith('unfinished.json')) continue
    const note = JSON.parse(await readFile(path.join(root, file), 'utf8')) as Owner
    await writeFile(path.join(root, file), JSON.stringify({ ...note, ...change }))
  }
}

const DEAD = { pid: 4_194_304 }

async function findingsOf(set: { id: string; type: string }): Promise<string[]> {
  const folder = await storeAt().open(set)
  return (await verifyFiles(folder, set)).map(({ code, on }) => `${code} ${on}`)
}

/** As a backup does it. */
async function backUp(store: RemoteStore, id = SET.id): Promise<void> {
  const incoming = await store.begin(id, 'daily')
  try {
    await writeSampleSet(incoming.folder, { id })
    await incoming.send()
    await withLock(store, 'committing', () => incoming.commit())
  } finally {
    await incoming.discard()
  }
}

async function localSet(id = SET.id): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'set')
  await mkdir(folder)
  await writeSampleSet(folder, { id })
  return folder
}

class Cut extends OperationError {
  constructor() {
    super({ doing: 'a test', problem: 'the line was cut', advice: 'Try again.' })
  }
}

interface Faulty {
  what: string
  prepare?: () => Promise<void>
  work: (store: RemoteStore) => Promise<void>
}

/** Sets that are there are whole, and nothing looks like a broken one. */
async function expectNoHalfSets(atLeast: readonly string[]): Promise<string[]> {
  const { sets, broken } = await storeAt().list()
  expect(broken).toEqual([])
  const there = sets.map(({ id }) => id)
  expect(there).toEqual(expect.arrayContaining([...atLeast]))
  for (const set of sets) expect(await findingsOf(set)).toEqual([])
  return there
}

const WORKS: Faulty[] = [
  { what: 'a backup', work: (store) => backUp(store) },
  { what: 'a copy', work: async (store) => store.put(await localSet(), SET) },
  {
    what: 'a removal',
    prepare: () => commitSample(storeAt(), SET),
    work: (store) => withLock(store, 'rotating', () => store.remove(SET)),
  },
  {
    what: 'an outcome',
    prepare: () => commitSample(storeAt(), SET),
    work: (store) => store.addProof(SET, sampleProof('failed', '2026-11-26T02:00:00.000Z')),
  },
  {
    what: 'a sweep',
    prepare: async () => {
      await (
        await halfSent()
      ).abandoned
      await changeOwners(DEAD)
    },
    work: async (store) => {
      await withLock(store, 'sweeping', () => store.sweep())
    },
  },
  { what: 'a line of the log', work: (store) => store.appendLog({ ...LINE, operation: 'rotate' }) },
]

/** A set that was sent and not committed by a run that is still there. */
async function halfSent(): Promise<{ commit: () => Promise<unknown>; abandoned: Promise<void> }> {
  const incoming = await storeAt().begin(SET.id, SET.type)
  await writeSampleSet(incoming.folder, SET)
  await incoming.send()
  return { commit: () => incoming.commit(), abandoned: Promise.resolve() }
}

describe.each(WORKS)('$what at a place that fails', ({ prepare, work }) => {
  beforeEach(async () => {
    await commitSample(storeAt(), OLD)
    await storeAt().appendLog(LINE)
  })

  /** Tries the work with a fault at its first step, its second, and so on, until it is through before the fault. */
  async function atEveryStep(
    failsAt: (step: number, fault: number) => boolean,
    check: (done: boolean) => Promise<void>,
  ): Promise<number> {
    for (let fault = 1; ; fault++) {
      await prepare?.()
      const state = { reached: false }
      const place = new FolderPlace(root, ({ number }) => {
        if (!failsAt(number, fault)) return
        state.reached = true
        throw new Cut()
      })
      const done = await work(storeAt(place)).then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(Cut)
          return false
        },
      )
      if (!state.reached) return fault
      await check(done)
      await rm(path.join(root, 'daily', SET.id), { recursive: true, force: true })
      await rm(path.join(root, '.lock'), { recursive: true, force: true })
      await rm(path.join(root, '.incoming'), { recursive: true, force: true })
    }
  }

  test('for good, at any step: no half set is seen, the next run cleans up and works', async () => {
    const steps = await atEveryStep(
      (step, fault) => step >= fault,
      async () => {
        await changeOwners(DEAD)
        await expectNoHalfSets([OLD.id])
        const next = storeAt()
        const { lines, unreadable } = await next.readLog(new Date(0))
        expect(unreadable).toBe(0)
        expect(lines[0]).toEqual(LINE)
        await withLock(next, 'cleaning up', () => next.sweep())
        for (const file of await leftovers()) {
          // A copy that broke off is gone on with.
          expect(file).toMatch(/^daily\/20261124T020000Z\/|unfinished\.json$/)
        }
        await next.put(await localSetLike(), SET)
        expect(await leftovers()).toEqual([])
        await expectNoHalfSets([OLD.id, SET.id])
        await withLock(next, 'rotating', () => next.remove(SET))
      },
    )
    expect(steps).toBeGreaterThan(2)
  })

  test('once, at any step: what is said to be done is done, and no lock stays behind', async () => {
    const steps = await atEveryStep(
      (step, fault) => step === fault,
      async () => {
        await expectNoHalfSets([OLD.id])
        const next = storeAt()
        await withLock(next, 'cleaning up', () => next.sweep())
        await next.appendLog(LINE)
      },
    )
    expect(steps).toBeGreaterThan(2)
  })
})

/** The set that is there already, or a new one where there is none. */
async function localSetLike(): Promise<string> {
  return localSet()
}

test('what was done before the place failed is done', async () => {
  for (let fault = 1; ; fault++) {
    const state = { reached: false }
    const store = watched(({ number }) => {
      if (number < fault) return
      state.reached = true
      throw new Cut()
    })
    const done = await backUp(store).then(
      () => true,
      () => false,
    )
    const isThere = (await storeAt().list()).sets.length === 1
    if (done) expect(isThere).toBe(true)
    if (!state.reached) break
    await rm(root, { recursive: true, force: true })
  }
})

describe('a list that is no picture of an instant', () => {
  /** A place whose second list of everything misses files. */
  function listedInParts(misses: (file: PlacedFile) => boolean, between: () => Promise<void>): FilePlace {
    const place = new FolderPlace(root)
    let lists = 0
    const list = place.list.bind(place)
    place.list = async (folder) => {
      const files = await list(folder)
      if (folder !== '' || ++lists !== 2) return files
      await between()
      return files.filter((file) => !misses(file))
    }
    return place
  }

  test('does not make a set broken that was committed while it was made', async () => {
    await commitSample(storeAt(), SET)
    const place = listedInParts(
      (file) => file.path.endsWith('globals.sql'),
      () => Promise.resolve(),
    )
    const store = storeAt(place)
    await store.list()
    expect(await store.list()).toMatchObject({ sets: [SET], broken: [] })
  })

  test('does not make a set broken that was removed while it was made', async () => {
    await commitSample(storeAt(), SET)
    const place = listedInParts(
      (file) => file.path.endsWith('globals.sql'),
      async () => {
        await storeAt().remove(SET)
      },
    )
    const store = storeAt(place)
    await store.list()
    expect(await store.list()).toEqual({ sets: [], broken: [] })
  })

  test('is made anew when a manifest has gone before it was fetched', async () => {
    await commitSample(storeAt(), OLD)
    await commitSample(storeAt(), SET)
    let removed = false
    const store = watched(async ({ action }) => {
      if (action !== 'fetch' || removed) return
      removed = true
      await storeAt().remove(SET)
    })
    expect(await store.list()).toMatchObject({ sets: [OLD], broken: [] })
  })
})

test('manifests are fetched once in a run, and anew only where an outcome was added', async () => {
  await commitSample(storeAt(), OLD)
  await commitSample(storeAt(), SET)
  const fetched: string[] = []
  const store = watched(({ action, path: file }) => {
    if (action === 'fetch') fetched.push(file)
  })
  await store.list()
  await store.series()
  await store.list()
  expect(fetched).toHaveLength(2)
  await storeAt().addProof(SET, sampleProof('failed', '2026-11-26T02:00:00.000Z'))
  expect((await store.list()).sets[0]!.proof.outcome).toBe('failed')
  expect(fetched.slice(2).every((file) => file.includes(SET.id))).toBe(true)
})

describe('with what earlier runs have read', () => {
  /** Lists with a cache, and tells how much was fetched. */
  async function listed(cache: ListingCache): Promise<{ ids: string[]; fetched: number }> {
    let fetched = 0
    const place = new FolderPlace(root, ({ action }) => {
      if (action === 'fetch') fetched++
    })
    const store = new RemoteStore(place, { clock: systemClock, logger, workspace, listingCache: cache })
    const { sets, broken } = await store.list()
    expect(broken).toEqual([])
    return { ids: sets.map(({ id, proof }) => `${id} ${proof.outcome}`), fetched }
  }

  test('fetches only what is new, and says the same without it', async () => {
    await commitSample(storeAt(), OLD)
    await commitSample(storeAt(), SET)
    await storeAt().addProof(OLD, sampleProof('failed', '2026-11-26T02:00:00.000Z'))
    const cache = new FolderListingCache(await temporaryFolder(), logger)
    const first = await listed(cache)
    expect(first.fetched).toBe(3)
    expect(await listed(cache)).toEqual({ ...first, fetched: 0 })
    await storeAt().addProof(SET, sampleProof('failed', '2026-11-26T02:00:00.000Z'))
    expect(await listed(cache)).toEqual({ ids: [`${SET.id} failed`, `${OLD.id} failed`], fetched: 1 })
  })

  test('believes nothing that is of another size than what is there', async () => {
    await commitSample(storeAt(), SET)
    const cache = { get: () => Promise.resolve('{"schema":"forged"}'), put: () => Promise.resolve() }
    expect(await listed(cache)).toEqual({ ids: [`${SET.id} proven`], fetched: 1 })
  })
})

describe('fetching a set', () => {
  /** A place that flips a bit of a file so many times that it is fetched. */
  function flipping(file: string, times: number): FilePlace {
    const place = new FolderPlace(root)
    let left = times
    const download = place.download.bind(place)
    place.download = async (from, files, to, progress) => {
      await download(from, files, to, progress)
      if (!files.some((one) => one.path === file) || from === '' || left-- <= 0) return
      const content = await readFile(path.join(to, file))
      content[0] = content[0]! ^ 1
      await writeFile(path.join(to, file), content)
    }
    return place
  }

  test.each(['globals.sql', 'manifest.json', 'SHA256SUMS', 'dump/toc.dat'])(
    'gets %s once more when it arrived damaged',
    async (file) => {
      await commitSample(storeAt(), SET)
      const folder = await storeAt(flipping(file, 1)).open(SET)
      expect(await verifyFiles(folder, SET)).toEqual([])
      expect(logger.said.filter(({ level }) => level === 'warning')).toEqual([])
    },
  )

  test.each(['globals.sql', 'manifest.json'])('keeps %s that stays damaged, and says so', async (file) => {
    await commitSample(storeAt(), SET)
    const folder = await storeAt(flipping(file, 2)).open(SET)
    expect(await verifyFiles(folder, SET)).not.toEqual([])
    expect(logger.said).toMatchObject([
      { level: 'warning', message: expect.stringMatching(/daily\/20261124T020000Z is damaged.*fetched as it is/s) },
    ])
  })

  test('is an error where the place cuts it short, and leaves nothing behind', async () => {
    await commitSample(storeAt(), SET)
    const before = await foldersOfWorkspace()
    const store = watched(({ action, path: file }) => {
      if (action === 'fetch' && file.endsWith('toc.dat')) throw new Cut()
    })
    await expect(store.open(SET)).rejects.toThrow('line was cut')
    await expect(store.open(SET)).rejects.toThrow('line was cut')
    expect(await foldersOfWorkspace()).toEqual(before)
  })

  test('removes the folder when everybody has let it go, and what was written when it was sent', async () => {
    const store = storeAt()
    const incoming = await store.begin(SET.id, SET.type)
    await writeSampleSet(incoming.folder, SET)
    await incoming.commit()
    const folders = [await store.open(SET), await store.open(SET), incoming.folder]
    await store.letGo(SET)
    expect(await Promise.all(folders.map(async (folder) => (await ifThere(readdir(folder))) !== undefined))).toEqual([
      true,
      true,
      true,
    ])
    await store.letGo(SET)
    expect(await ifThere(readdir(folders[0]!))).toBeUndefined()
    await store.letGo(SET)
    expect(await foldersOfWorkspace()).toEqual([])
  })

  test('brings an outcome that is added into the folder that is open', async () => {
    await commitSample(storeAt(), SET)
    const store = storeAt()
    const folder = await store.open(SET)
    await store.addProof(SET, sampleProof('failed', '2026-11-26T02:00:00.000Z'))
    expect(await readdir(path.join(folder, 'proofs'))).toEqual(['20261126T020000Z.json'])
    expect(await verifyFiles(folder, SET)).toEqual([])
  })

  test('writes nothing outside the folder, whatever the place lists', async () => {
    await commitSample(storeAt(), SET)
    const place = new FolderPlace(root)
    const list = place.list.bind(place)
    place.list = async (folder) => [
      ...(await list(folder)),
      ...(folder === '' ? [] : [{ path: '../../../escaped', bytes: 1, changed: new Date() }]),
    ]
    const folder = await storeAt(place).open(SET)
    expect(await verifyFiles(folder, SET)).toEqual([])
    expect(logger.said).toMatchObject([
      { level: 'warning', message: expect.stringContaining('no path inside the set') },
    ])
  })

  /** What this run has in its workspace, apart from folders that are empty. */
  async function foldersOfWorkspace(): Promise<string[]> {
    const probe = await workspace.folder('probe')
    const found = (await entriesBelow(path.dirname(probe))).filter(({ kind }) => kind === 'file')
    return found.map((entry) => entry.path).filter((file) => file !== 'owner.json')
  }
})

describe('two runs that send the same set', () => {
  test('the second is refused, and told who the first is', async () => {
    const first = await halfSent()
    await expect(backUp(storeAt())).rejects.toThrow(
      new RegExp(`another run holds the place of the set daily/20261124T020000Z.*pid ${process.pid}`, 'i'),
    )
    await expect(storeAt().put(await localSet(), SET)).rejects.toThrow(/another run holds the place/i)
    await first.commit()
    expect(await findingsOf(SET)).toEqual([])
    expect(await storeAt().sweep()).toEqual([])
  })

  test('the second goes on with what a dead one has sent, and sends the rest', async () => {
    const folder = await localSet()
    const cut = watched(({ action, path: file }) => {
      if (action === 'send' && file.endsWith('globals.sql')) throw new Cut()
    })
    await expect(cut.put(folder, SET)).rejects.toThrow('line was cut')
    const next = watched(({ action, path: file }) => {
      if (action === 'send') sent.push(path.basename(file))
    })
    const sent: string[] = []
    await withLock(next, 'cleaning up', () => next.sweep())
    await next.put(folder, SET)
    expect(sent).toEqual(['globals.sql', 'SHA256SUMS', 'manifest.json'])
    expect(await leftovers()).toEqual([])
  })

  test('a set that another run has committed in the place of ours is left alone', async () => {
    const lost = await storeAt().begin(SET.id, SET.type)
    await writeSampleSet(lost.folder, SET)
    await lost.send()
    await rm(path.join(root, '.incoming'), { recursive: true })
    await backUp(storeAt())
    await expect(lost.commit()).rejects.toThrow(/already a set/)
    await lost.discard()
    expect(await findingsOf(SET)).toEqual([])
  })

  test('what half a set of the same name had is not taken for a part of the new one', async () => {
    const folder = await localSet()
    await new FolderPlace(root).write('daily/20261124T020000Z/dump/9.dat', 'of another')
    await storeAt().put(folder, SET)
    expect(await findingsOf(SET)).toEqual([])
  })
})

describe('an interruption', () => {
  /** A store that is interrupted before such a step; its place does nothing any more once its signal has aborted. */
  function interruptedAt(when: (step: Step) => boolean): RemoteStore {
    const controller = new AbortController()
    const open: OpenPlace = (signal) =>
      new FolderPlace(root, (step) => {
        if (when(step)) controller.abort(new InterruptedError('a test'))
        signal.throwIfAborted()
      })
    const place = new CleanablePlace(open, controller.signal)
    return new RemoteStore(place, { clock: systemClock, logger, workspace, patience: 300, signal: controller.signal })
  }

  test.each<[string, (step: Step) => boolean]>([
    ['a file is sent', ({ action, path: file }) => action === 'send' && file.endsWith('globals.sql')],
    ['the manifest is sent', ({ action, path: file }) => action === 'send' && file.endsWith('manifest.json')],
    ['the lock is taken', ({ action, path: file }) => action === 'list' && file === '.lock/store'],
    ['the claim is made', ({ action, path: file }) => action === 'list' && file.startsWith('.incoming/')],
  ])('of a backup while %s leaves nothing at the place', async (_what, when) => {
    await expect(backUp(interruptedAt(when))).rejects.toBeInstanceOf(InterruptedError)
    expect((await filesThere()).filter((file) => !file.startsWith('.part-'))).toEqual([])
    expect(logger.said.filter(({ level }) => level === 'warning')).toEqual([])
  })

  test('of a copy keeps what was sent, and no lock', async () => {
    const store = interruptedAt(({ action, path: file }) => action === 'send' && file.endsWith('globals.sql'))
    await expect(store.put(await localSet(), SET)).rejects.toBeInstanceOf(InterruptedError)
    expect((await filesThere()).filter((file) => !file.startsWith('.part-'))).toEqual([
      '.incoming/daily-20261124T020000Z/unfinished.json',
      'daily/20261124T020000Z/dump/toc.dat',
    ])
  })
})

describe('sweeping a place', () => {
  const age = async (hours: number): Promise<void> => {
    const then = new Date(Date.now() - hours * HOUR)
    for (const file of await filesThere()) await utimes(path.join(root, file), then, then)
  }

  test('spares what a living run sends, which commits it then', async () => {
    const first = await halfSent()
    await age(500)
    expect(await storeAt().sweep()).toEqual([])
    await first.commit()
    expect(await findingsOf(SET)).toEqual([])
  })

  test('removes at once what a run of this machine has left that is dead', async () => {
    await halfSent()
    await changeOwners(DEAD)
    const swept = await storeAt().sweep()
    expect(swept[0]).toBe('daily/20261124T020000Z')
    expect(await filesThere()).toEqual([])
    expect(await storeAt().sweep()).toEqual([])
  })

  test.each([0, 10 * 24 * HOUR, -10 * 24 * HOUR])(
    'judges what a run elsewhere has left by the clock of the place, %i ms ahead of ours',
    async (ahead) => {
      await halfSent()
      await changeOwners({ host: 'elsewhere' })
      await age(0.5)
      const store = (): RemoteStore => storeAt(new FolderPlace(root, undefined, ahead), clockAhead(30 * 24 * HOUR))
      expect(await store().sweep()).toEqual([])
      await age(1.5)
      expect(await store().sweep()).toContain('daily/20261124T020000Z')
      expect(await filesThere()).toEqual([])
    },
  )

  test('keeps a copy that broke off for the next run, and not for ever', async () => {
    const cut = watched(({ action, path: file }) => {
      if (action === 'send' && file.endsWith('globals.sql')) throw new Cut()
    })
    await expect(cut.put(await localSet(), SET)).rejects.toThrow('line was cut')
    await age(30)
    expect(await storeAt().sweep()).toEqual([])
    await age(40)
    expect(await storeAt().sweep()).toContain('daily/20261124T020000Z')
    expect(await filesThere()).toEqual([])
  })

  test('removes files of sets that nobody sends, and touches nothing else', async () => {
    await commitSample(storeAt(), OLD)
    await storeAt().appendLog(LINE)
    const place = new FolderPlace(root)
    for (const file of ['README', 'daily/notes/a', 'other/x', 'weekly/20261124T020000Z/dump/1.dat'])
      await place.write(file, 'x')
    const before = await filesThere()
    expect(await storeAt().sweep()).toEqual(['weekly/20261124T020000Z'])
    expect(await filesThere()).toEqual(before.filter((file) => !file.startsWith('weekly/')))
  })

  test('removes marks of dead runs from the locks, and no living ones', async () => {
    const place = new FolderPlace(root)
    const owner = ownerHere('rotating', new Date())
    await place.write(`.lock/log/00000001-${owner.token}.json`, JSON.stringify({ ...owner, ...DEAD }))
    const unlock = await storeAt().lock('rotating')
    expect(await storeAt().sweep()).toEqual([`.lock/log/00000001-${owner.token}.json`])
    await expect(storeAt().lock('a test')).rejects.toThrow(/rotating/)
    await unlock()
    expect(await filesThere()).toEqual([])
  })
})

describe('the log of a place', () => {
  test('is fetched by days, only those that may have what is asked for', async () => {
    for (const day of ['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24']) {
      await storeAt().appendLog({ ...LINE, timestamp: `${day} 02:00:00` })
    }
    const fetched: string[] = []
    const store = watched(({ action, path: file }) => {
      if (action === 'fetch') fetched.push(file)
    })
    const { lines } = await store.readLog(new Date('2026-11-23T00:00:00Z'))
    expect(lines).toHaveLength(2)
    expect(fetched).toEqual(['log/2026-11-23.jsonl', 'log/2026-11-24.jsonl'])
  })

  test('is listed anew when it grew before it was fetched', async () => {
    await storeAt().appendLog(LINE)
    let grew = false
    const store = watched(async ({ action }) => {
      if (action !== 'fetch' || grew) return
      grew = true
      await storeAt().appendLog(LINE)
    })
    expect((await store.readLog(new Date(0))).lines).toEqual([LINE, LINE])
  })

  test('begins a new line after one that was torn', async () => {
    await new FolderPlace(root).write('log/2026-11-24.jsonl', '{"timestamp":"2026')
    await storeAt().appendLog(LINE)
    expect(await storeAt().readLog(new Date(0))).toEqual({ lines: [LINE], unreadable: 1 })
  })
})

describe('a place that is not as it should be', () => {
  test('is found when it gives back something else than was written, and no probe stays', async () => {
    const place = new FolderPlace(root)
    place.read = () => Promise.resolve('something else')
    await expect(storeAt(place).checkWritable()).rejects.toThrow(/read back as something else/)
    expect(await filesThere()).toEqual([])
  })

  test('is found when it cannot be written to', async () => {
    const store = watched(({ action }) => {
      if (action === 'write') throw new Cut()
    })
    await expect(store.checkWritable()).rejects.toThrow('line was cut')
  })

  test('says what it cannot do', async () => {
    const place = Object.assign(new FolderPlace(root), { limits: ['it cannot sing'] })
    await storeAt(place).checkWritable()
    expect(logger.said.map(({ message }) => message)).toEqual([`${place.name}: it cannot sing.`])
  })

  test('is found when a file has gone between sending and committing', async () => {
    const incoming = await storeAt().begin(SET.id, SET.type)
    await writeSampleSet(incoming.folder, SET)
    await incoming.send()
    await rm(path.join(root, 'daily', SET.id, 'globals.sql'))
    await expect(incoming.commit()).rejects.toThrow(/globals\.sql was sent with 21 bytes and is not there/)
    await incoming.discard()
    expect(await filesThere()).toEqual([])
  })

  test('tells the room of the workspace where it has more', async () => {
    const place = new FolderPlace(root)
    place.freeBytes = () => Promise.resolve(1234)
    expect(await storeAt(place).freeBytes()).toBe(1234)
    place.freeBytes = () => Promise.resolve(null)
    expect(await storeAt(place).freeBytes()).toBeGreaterThan(1234)
  })
})
