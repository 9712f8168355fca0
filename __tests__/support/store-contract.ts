import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { LogLine } from '../../src/records/log.js'
import type { Store } from '../../src/stores/store.js'
import { withLock } from '../../src/stores/store.js'
import { verifyFiles } from '../../src/verify/files.js'
import { sampleProof, writeSampleSet, type SampleSet } from './sample-set.js'
import { temporaryFolder } from './temporary.js'

/** A store of its own for one test, and the ways in which the world may damage it. */
export interface StoreFixture {
  store: Store
  /** Another run's view of the same place. */
  again(): Store
  /** Writes a file into the place of a set, whatever is there. */
  plant(file: string, content: string): Promise<void>
  /** Removes a file from the place of a set. */
  erase(file: string): Promise<void>
  /** What a set without a manifest is there: something that looks like a set, or one that is being sent. */
  withoutManifest: 'broken' | 'invisible'
  /** A listing tells that a set is damaged, and not which of its files; it tells of the files too where not given. */
  listsFiles?: false
  /** There is nothing to lock, and nothing that two runs could damage; runs wait for each other where not given. */
  locks?: false
  /** Removes the store and everything in it. */
  dispose(): Promise<void>
}

const LINE: LogLine = {
  timestamp: '2026-11-24 02:10:00',
  operation: 'backup',
  status: 'success',
  details: { duration: 1 },
}

/** Commits a sample set. */
export async function commitSample(store: Store, sample: SampleSet): Promise<void> {
  const incoming = await store.begin(sample.id, sample.type ?? 'daily')
  await writeSampleSet(incoming.folder, sample)
  await incoming.commit()
}

const SET = { id: '20261124T020000Z', type: 'daily' }

/** A whole set in a local folder, with one later outcome. */
async function localSet(sample: SampleSet = SET): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'set')
  await mkdir(path.join(folder, 'proofs'), { recursive: true })
  await writeSampleSet(folder, sample)
  await writeFile(path.join(folder, 'proofs/20261126T020000Z.json'), JSON.stringify(LATER))
  return folder
}

const LATER = sampleProof('failed', '2026-11-26T02:00:00.000Z')

/** What is wrong with a set in a folder. */
async function findingsOf(folder: string): Promise<string[]> {
  return (await verifyFiles(folder, SET)).map(({ code, on }) => `${code} ${on}`)
}

/**
 * What every store must do. Each implementation runs it with its own fixture: whole, or, where a store is a `RemoteStore`
 * over one more kind of place, the core, in which most of what a store asks of a place is done. The rest is the same
 * code over any place.
 */
export function storeContract(
  kind: string,
  make: () => Promise<StoreFixture>,
  extent: 'whole' | 'core' = 'whole',
): void {
  describe(`${kind} keeps the contract of stores`, () => {
    let fixture: StoreFixture
    let store: Store

    beforeEach(async () => {
      fixture = await make()
      store = fixture.store
    })
    afterEach(async () => {
      await fixture.dispose()
    })

    /** How many runs are let loose on the store together; each waits for all before it. */
    const atOnce = extent === 'core' ? 4 : 5

    const ids = async (): Promise<string[]> =>
      (await fixture.again().list()).sets.map(({ type, id }) => `${type}/${id}`)

    test('is writable, empty and of no series at first', async () => {
      await store.checkWritable()
      expect(await store.list()).toEqual({ sets: [], broken: [] })
      expect(await store.series()).toBeNull()
      expect(await store.sweep()).toEqual([])
      expect(await store.readLog(new Date(0))).toEqual({ lines: [], unreadable: 0 })
    })

    test('shows a set only once it is committed, with its size and proof', async () => {
      const incoming = await store.begin('20261124T020000Z', 'daily')
      const manifest = await writeSampleSet(incoming.folder, { id: '20261124T020000Z' })
      expect(await ids()).toEqual([])
      expect(await store.series()).toBeNull()
      await incoming.commit()
      const { sets, broken } = await fixture.again().list()
      expect(broken).toEqual([])
      expect(sets).toMatchObject([{ id: '20261124T020000Z', type: 'daily', manifest, proof: manifest.proof }])
      expect(sets[0]!.bytes).toBeGreaterThan(manifest.files.reduce((sum, { size }) => sum + size, 0))
      expect(await store.series()).toBe('masclet_imperi')
    })

    test('gives back the very bytes that were committed', async () => {
      const files = {
        'dump/toc.dat': '\u0000PGDMP\u0001',
        'globals.sql': '',
        'dump/ñ “quoted” name.dat': 'x'.repeat(300_000),
      }
      await commitSample(store, { id: '20261124T020000Z', files })
      const folder = await fixture.again().open({ id: '20261124T020000Z', type: 'daily' })
      for (const [name, content] of Object.entries(files)) {
        expect(await readFile(path.join(folder, name), 'utf8')).toBe(content)
      }
    })

    test('never overwrites a set, and keeps the first', async () => {
      const [first, second] = [
        await store.begin('20261124T020000Z', 'daily'),
        await store.begin('20261124T020000Z', 'daily'),
      ]
      await writeSampleSet(first.folder, { id: '20261124T020000Z', files: { 'globals.sql': 'first' } })
      await writeSampleSet(second.folder, { id: '20261124T020000Z', files: { 'globals.sql': 'second' } })
      await first.commit()
      await expect(second.commit()).rejects.toThrow(/already a set/)
      await expect(store.begin('20261124T020000Z', 'daily')).rejects.toThrow(/already a set/)
      await second.discard()
      const folder = await store.open({ id: '20261124T020000Z', type: 'daily' })
      expect(await readFile(path.join(folder, 'globals.sql'), 'utf8')).toBe('first')
    })

    test('removes a set and only that one', async () => {
      await commitSample(store, { id: '20261123T020000Z' })
      await commitSample(store, { id: '20261124T020000Z' })
      await store.remove({ id: '20261123T020000Z', type: 'daily' })
      expect(await ids()).toEqual(['daily/20261124T020000Z'])
      await expect(store.remove({ id: '20261123T020000Z', type: 'daily' })).rejects.toThrow(/no such set/)
      await expect(store.open({ id: '20261123T020000Z', type: 'daily' })).rejects.toThrow(/no such set/)
    })

    test('counts the newest outcome of a set that could run', async () => {
      const set = { id: '20261124T020000Z', type: 'daily' }
      await commitSample(store, { ...set, proof: sampleProof('proven', '2026-11-24T02:10:00.000Z') })
      const newest = async (): Promise<string> => (await fixture.again().list()).sets[0]!.proof.outcome
      await store.addProof(set, sampleProof('failed', '2026-11-25T02:10:00.000Z'))
      expect(await newest()).toBe('failed')
      await store.addProof(set, sampleProof('proven', '2026-11-24T12:00:00.000Z'))
      expect(await newest()).toBe('failed')
      await store.addProof(set, sampleProof('not-verified', '2026-11-25T02:10:00.000Z'))
      // What could not run takes nothing back.
      expect(await newest()).toBe('failed')
      await store.addProof(set, sampleProof('proven', '2026-11-26T02:10:00.000Z'))
      expect(await newest()).toBe('proven')
    })

    test('takes a copy of a whole set with its outcomes, and the same one again', async () => {
      const folder = await localSet()
      const told: [number, number][] = []
      await store.put(folder, SET, (done, total) => told.push([done, total]))
      expect(told.every(([done, total], index) => done <= total && done >= (told[index - 1]?.[0] ?? 0))).toBe(true)
      const { sets, broken } = await fixture.again().list()
      expect(broken).toEqual([])
      expect(sets).toMatchObject([{ ...SET, proof: LATER }])
      await fixture.again().put(folder, SET)
      expect(await fixture.again().list()).toEqual({ sets, broken: [] })
      const copy = await fixture.again().open(SET)
      expect(await findingsOf(copy)).toEqual([])
      expect(await readFile(path.join(copy, 'dump/toc.dat'), 'utf8')).toBe('dump of 20261124T020000Z\n')
      expect(await fixture.again().sweep()).toEqual([])
    })

    test('loses no line of the log when several runs write to it at once', async () => {
      const runs = Array.from({ length: atOnce - 1 }, () => fixture.again())
      const line = (run: number, number: number): LogLine => ({ ...LINE, operation: `run-${run}-${number}` })
      await Promise.all(
        runs.map(async (run, index) => {
          for (let number = 0; number < 2; number++) await run.appendLog(line(index, number))
        }),
      )
      const { lines, unreadable } = await store.readLog(new Date(0))
      expect(unreadable).toBe(0)
      const all = runs.flatMap((_run, index) => [0, 1].map((number) => `run-${index}-${number}`))
      expect(lines.map(({ operation }) => operation).sort()).toEqual(all.sort())
    })

    test('lets one run at a time change which sets there are', async () => {
      let inside = 0
      let most = 0
      const work = async (): Promise<void> => {
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setTimeout(resolve, 15))
        inside--
      }
      await Promise.all(Array.from({ length: atOnce }, () => withLock(fixture.again(), 'a test', work)))
      expect(most).toBe(fixture.locks === false ? atOnce : 1)
      await expect(withLock(store, 'a test', () => Promise.reject(new Error('the work failed')))).rejects.toThrow(
        'the work failed',
      )
      await (
        await store.lock('a test')
      )()
    })

    if (extent === 'core') return

    test('gives one small file of a set, damaged or not; or nothing, where only whole sets can be fetched', async () => {
      await commitSample(store, { id: SET.id, files: { 'catalog.json': '{"ñ": 1}\n', 'dump/toc.dat': 'x' } })
      const again = fixture.again()
      const text = await again.readText(SET, 'catalog.json')
      if (text === undefined) await again.open(SET)
      expect(await again.readText(SET, 'catalog.json')).toBe('{"ñ": 1}\n')
      expect(await again.readText(SET, 'none.json')).toBeUndefined()
      await again.letGo(SET)
      expect(await fixture.again().readText({ ...SET, type: 'weekly' }, 'catalog.json')).toBeUndefined()
      if (text === undefined) return
      await fixture.plant(`daily/${SET.id}/catalog.json`, 'damaged')
      expect(await fixture.again().readText(SET, 'catalog.json')).toBe('damaged')
    })

    test('sends what takes long before it is shown, once, and tells where it is', async () => {
      const incoming = await store.begin(SET.id, SET.type)
      await writeSampleSet(incoming.folder, { id: SET.id, files: { 'dump/toc.dat': 'x'.repeat(100_000) } })
      const told: [number, number][] = []
      await incoming.send((done, total) => told.push([done, total]))
      await incoming.send()
      expect(told.every(([done, total], index) => done <= total && done >= (told[index - 1]?.[0] ?? 0))).toBe(true)
      expect(await ids()).toEqual([])
      expect(await fixture.again().series()).toBeNull()
      const { folder, location } = await withLock(store, 'a test', () => incoming.commit())
      expect(await ids()).toEqual(['daily/20261124T020000Z'])
      expect(await readFile(path.join(folder, 'dump/toc.dat'), 'utf8')).toBe('x'.repeat(100_000))
      expect(location).toContain('20261124T020000Z')
      expect(await findingsOf(await fixture.again().open(SET))).toEqual([])
    })

    test('commits what was changed after it was sent', async () => {
      const incoming = await store.begin(SET.id, SET.type)
      await writeSampleSet(incoming.folder, { id: SET.id, files: { 'globals.sql': 'one' } })
      await incoming.send()
      await writeSampleSet(incoming.folder, { id: SET.id, files: { 'globals.sql': 'two' } })
      await incoming.commit()
      const folder = await fixture.again().open(SET)
      expect(await readFile(path.join(folder, 'globals.sql'), 'utf8')).toBe('two')
      expect(await findingsOf(folder)).toEqual([])
    })

    test('leaves nothing of a set that was sent and discarded', async () => {
      const incoming = await store.begin(SET.id, SET.type)
      await writeSampleSet(incoming.folder, { id: SET.id })
      await incoming.send()
      await incoming.discard()
      expect(await ids()).toEqual([])
      expect(await fixture.again().sweep()).toEqual([])
      await commitSample(store, { id: SET.id })
      expect(await ids()).toEqual(['daily/20261124T020000Z'])
    })

    test('keeps the folder of a set for all who opened it', async () => {
      await commitSample(store, SET)
      const other = fixture.again()
      const [first, second] = await Promise.all([other.open(SET), other.open(SET)])
      await other.letGo(SET)
      expect(await findingsOf(second)).toEqual([])
      await other.letGo(SET)
      await other.letGo(SET)
      await other.letGo({ id: '20200101T000000Z', type: 'daily' })
      expect(await findingsOf(await other.open(SET))).toEqual([])
      expect(first).toBe(second)
      await other.close()
    })

    test('gives a damaged set as it is, to be examined', async () => {
      await commitSample(store, { ...SET, files: { 'globals.sql': 'CREATE', 'dump/toc.dat': 'dump' } })
      await fixture.plant('daily/20261124T020000Z/globals.sql', 'CrEATE')
      await fixture.plant('daily/20261124T020000Z/late.dat', 'x')
      const folder = await fixture.again().open(SET)
      expect(await findingsOf(folder)).toEqual(['FILE_UNEXPECTED late.dat', 'FILE_CHECKSUM globals.sql'])
    })

    test('lists the newest first, over all types', async () => {
      await commitSample(store, { id: '20261122T020000Z', type: 'daily' })
      await commitSample(store, { id: '20261124T020000Z', type: 'weekly' })
      await commitSample(store, { id: '20261123T020000Z', type: 'manual' })
      expect(await ids()).toEqual(['weekly/20261124T020000Z', 'manual/20261123T020000Z', 'daily/20261122T020000Z'])
    })

    test('discards what was begun, and after a commit discards nothing', async () => {
      const given = await store.begin('20261124T020000Z', 'daily')
      await writeSampleSet(given.folder, { id: '20261124T020000Z' })
      await given.discard()
      await given.discard()
      expect(await ids()).toEqual([])
      const kept = await store.begin('20261124T020000Z', 'daily')
      await writeSampleSet(kept.folder, { id: '20261124T020000Z' })
      await kept.commit()
      await kept.discard()
      expect(await ids()).toEqual(['daily/20261124T020000Z'])
    })

    test.each<[string, (folder: string) => Promise<unknown>]>([
      ['without a manifest', async (folder) => writeFile(path.join(folder, 'globals.sql'), '')],
      [
        'with a file too many',
        async (folder) => {
          await writeSampleSet(folder, { id: '20261124T020000Z' })
          await writeFile(path.join(folder, 'late'), 'x')
        },
      ],
      [
        'with a file that grew',
        async (folder) => {
          await writeSampleSet(folder, { id: '20261124T020000Z' })
          await writeFile(path.join(folder, 'globals.sql'), 'longer than it was when it was described')
        },
      ],
      ['of another type', async (folder) => writeSampleSet(folder, { id: '20261124T020000Z', type: 'weekly' })],
      ['of another id', async (folder) => writeSampleSet(folder, { id: '20261124T020001Z' })],
    ])('does not commit a set %s', async (_what, write) => {
      const incoming = await store.begin('20261124T020000Z', 'daily')
      await write(incoming.folder)
      await expect(incoming.commit()).rejects.toMatchObject({ exitCode: 1 })
      expect(await store.list()).toEqual({ sets: [], broken: [] })
      await incoming.discard()
    })

    test('refuses a set of another series', async () => {
      await commitSample(store, { id: '20261123T020000Z' })
      await expect(commitSample(store, { id: '20261124T020000Z', series: 'app' })).rejects.toMatchObject({
        exitCode: 5,
      })
      expect(await ids()).toEqual(['daily/20261123T020000Z'])
    })

    test.each<[string, RegExp, (fixture: StoreFixture, place: string) => Promise<void>]>([
      ['a missing file', /globals\.sql is missing/, (f, place) => f.erase(`${place}/globals.sql`)],
      ['a file of another size', /globals\.sql has 3 bytes/, (f, place) => f.plant(`${place}/globals.sql`, 'cut')],
      ['a manifest that is not JSON', /not JSON/, (f, place) => f.plant(`${place}/manifest.json`, '{"schema":')],
      [
        'a manifest of a newer form',
        /manifest\/9/,
        (f, place) => f.plant(`${place}/manifest.json`, '{"schema":"pg-lifeboat/manifest/9"}'),
      ],
    ])('counts a set with %s as broken, and still counts the others', async (_what, reason, damage) => {
      await commitSample(store, { id: '20261123T020000Z' })
      await commitSample(store, { id: '20261124T020000Z' })
      await damage(fixture, 'daily/20261124T020000Z')
      const { sets, broken } = await fixture.again().list()
      expect(sets.map(({ id }) => id)).toEqual(['20261123T020000Z'])
      const told = fixture.listsFiles === false && reason.source.startsWith('globals') ? /the artifact/ : reason
      expect(broken).toEqual([{ id: '20261124T020000Z', type: 'daily', reason: expect.stringMatching(told) }])
      expect(await store.series()).toBe('masclet_imperi')
    })

    test('does not count a set without a manifest', async () => {
      await commitSample(store, { id: '20261123T020000Z' })
      await commitSample(store, { id: '20261124T020000Z' })
      await fixture.erase('daily/20261124T020000Z/manifest.json')
      const { sets, broken } = await fixture.again().list()
      expect(sets.map(({ id }) => id)).toEqual(['20261123T020000Z'])
      const reason = expect.stringMatching(/there is no manifest\.json/)
      const looksLikeOne = { id: '20261124T020000Z', type: 'daily', reason }
      expect(broken).toEqual(fixture.withoutManifest === 'broken' ? [looksLikeOne] : [])
      expect(await store.series()).toBe('masclet_imperi')
    })

    test('counts a set in the place of another as broken', async () => {
      await commitSample(store, { id: '20261124T020000Z' })
      const folder = await store.open({ id: '20261124T020000Z', type: 'daily' })
      for (const file of ['manifest.json', 'SHA256SUMS', 'globals.sql', 'dump/toc.dat']) {
        await fixture.plant(`weekly/20261125T020000Z/${file}`, await readFile(path.join(folder, file), 'utf8'))
      }
      const { sets, broken } = await fixture.again().list()
      expect(sets.map(({ id }) => id)).toEqual(['20261124T020000Z'])
      expect(broken).toMatchObject([
        { id: '20261125T020000Z', reason: expect.stringContaining('daily/20261124T020000Z') },
      ])
    })

    test('tells what a killed run left before it removes it, and never what a living one sends', async () => {
      const living = await store.begin(SET.id, SET.type)
      await writeSampleSet(living.folder, SET)
      await living.send()
      await fixture.plant('daily/20261120T020000Z/dump/toc.dat', 'half of it')
      const left = await fixture.again().leftovers()
      // What is shown as broken is left for a person to look at, and an artifact has a day to be made whole.
      const isSwept = fixture.withoutManifest === 'invisible' && fixture.locks !== false
      const half = { name: expect.stringContaining('20261120T020000Z') as unknown, bytes: 10 }
      expect(left).toEqual(isSwept ? [half] : [])
      expect(await fixture.again().leftovers()).toEqual(left)
      expect(await withLock(store, 'a test', () => store.sweep())).toEqual(left.map(({ name }) => name))
      expect(await fixture.again().leftovers()).toEqual([])
      await living.commit()
      expect(await ids()).toEqual(['daily/20261124T020000Z'])
    })

    test('forgets the log lines of days before one, and only these; those of drills stay', async () => {
      // Of late: a store of artifacts leaves out by itself what is older than ninety days.
      const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
      const at = (ago: number, operation = 'backup'): LogLine => ({
        ...LINE,
        timestamp: `${day(ago)} 02:00:00`,
        operation,
      })
      const lines = [at(32), at(31), at(31, 'drill'), at(30), at(1)]
      for (const line of lines) await store.appendLog(line)
      const told = await fixture.again().removeLogsBefore(day(30), { dryRun: true })
      expect(told.map((one) => one.day)).toEqual([day(32), day(31)])
      expect(told.every(({ bytes }) => bytes > 50)).toBe(true)
      const left = async (): Promise<LogLine[]> => (await fixture.again().readLog(new Date(0))).lines
      expect(await left()).toHaveLength(5)
      expect(await fixture.again().removeLogsBefore(day(30))).toEqual(told)
      expect(await left()).toEqual(lines.slice(2))
      expect(await fixture.again().removeLogsBefore(day(30))).toEqual([])
    })

    test('an outcome that cannot be read neither proves a set nor hides the others', async () => {
      const set = { id: '20261124T020000Z', type: 'daily' }
      await commitSample(store, { ...set, proof: sampleProof('failed') })
      await fixture.plant('daily/20261124T020000Z/proofs/20261126T020000Z.json', '{"outcome":"proven"}')
      await fixture.plant('daily/20261124T020000Z/proofs/20261127T020000Z.json', 'torn')
      expect((await fixture.again().list()).sets).toMatchObject([{ proof: { outcome: 'failed' } }])
    })

    test('keeps the log: lines since an instant, oldest first, and counts what it cannot read', async () => {
      await store.appendLog(LINE)
      await store.appendLog({ ...LINE, timestamp: '2026-11-23 02:00:00', operation: 'rotate' })
      await store.appendLog({ ...LINE, timestamp: '2026-11-24 02:20:00', details: { duration: 2, note: 'two\nlines' } })
      const all = await fixture.again().readLog(new Date(0))
      expect(all.unreadable).toBe(0)
      expect(all.lines.map(({ timestamp }) => timestamp)).toEqual([
        '2026-11-23 02:00:00',
        '2026-11-24 02:10:00',
        '2026-11-24 02:20:00',
      ])
      expect(all.lines[2]!.details).toEqual({ duration: 2, note: 'two\nlines' })
      const late = await store.readLog(new Date('2026-11-24T02:15:00Z'))
      expect(late.lines.map(({ timestamp }) => timestamp)).toEqual(['2026-11-24 02:20:00'])
      expect((await store.list()).broken).toEqual([])
    })

    test.each([
      ['..', '20261124T020000Z'],
      ['a/b', '20261124T020000Z'],
      ['', '20261124T020000Z'],
      ['log', '20261124T020000Z'],
      ['.incoming', '20261124T020000Z'],
      ['daily', '../daily/20261124T020000Z'],
      ['daily', '20261124T020000Z\n'],
      ['daily', ''],
    ])('has no set %j/%j, whatever is asked of it', async (type, id) => {
      await expect(store.begin(id, type)).rejects.toMatchObject({ exitCode: 2 })
      await expect(store.open({ id, type })).rejects.toMatchObject({ exitCode: 2 })
      await expect(store.remove({ id, type })).rejects.toMatchObject({ exitCode: 2 })
      await expect(store.put('/anywhere', { id, type })).rejects.toMatchObject({ exitCode: 2 })
      await expect(store.addProof({ id, type }, sampleProof('proven'))).rejects.toMatchObject({ exitCode: 2 })
    })

    describe('as a place for copies', () => {
      test('never puts one in the place of another', async () => {
        await commitSample(store, { ...SET, files: { 'globals.sql': 'first' } })
        const other = await localSet({ ...SET, files: { 'globals.sql': 'other' } })
        await expect(fixture.again().put(other, SET)).rejects.toThrow(/there is another set at/i)
        const folder = await fixture.again().open(SET)
        expect(await readFile(path.join(folder, 'globals.sql'), 'utf8')).toBe('first')
      })

      test('takes none of another series', async () => {
        await commitSample(store, { id: '20261123T020000Z' })
        const foreign = await localSet({ ...SET, series: 'app' })
        await expect(fixture.again().put(foreign, SET)).rejects.toMatchObject({ exitCode: 5 })
        expect(await ids()).toEqual(['daily/20261123T020000Z'])
      })

      test.each<[string, RegExp, (folder: string) => Promise<unknown>]>([
        [
          'has rotted',
          /SHA-256 of globals\.sql/,
          (f) => writeFile(path.join(f, 'globals.sql'), 'CREATE ROLE Breeder;\n'),
        ],
        ['misses a file', /globals\.sql is missing/, (f) => rm(path.join(f, 'globals.sql'))],
        ['has a file too many', /late is not in its manifest/, (f) => writeFile(path.join(f, 'late'), 'x')],
        ['has lost its checksums', /SHA256SUMS is missing/, (f) => rm(path.join(f, 'SHA256SUMS'))],
        [
          'has checksums of another',
          /not the list that belongs/,
          (f) => writeFile(path.join(f, 'SHA256SUMS'), 'x  y\n'),
        ],
        ['has no manifest', /there is no manifest/, (f) => rm(path.join(f, 'manifest.json'))],
        [
          'is of another time',
          /its manifest is of daily\/20261101T020000Z/,
          (f) => writeSampleSet(f, { id: '20261101T020000Z' }),
        ],
      ])('takes no copy of a set that %s', async (_what, problem, damage) => {
        const folder = await localSet()
        await damage(folder)
        await expect(store.put(folder, SET)).rejects.toMatchObject({
          exitCode: 3,
          problem: expect.stringMatching(problem),
        })
        expect(await fixture.again().list()).toEqual({ sets: [], broken: [] })
        await fixture.again().put(await localSet(), SET)
        expect(await findingsOf(await fixture.again().open(SET))).toEqual([])
      })

      test.each<[string, (fixture: StoreFixture, place: string) => Promise<void>]>([
        ['misses a file', (f, place) => f.erase(`${place}/globals.sql`)],
        ['has a file that was cut', (f, place) => f.plant(`${place}/globals.sql`, 'cut')],
      ])('mends a copy that %s', async (_what, damage) => {
        const folder = await localSet()
        await store.put(folder, SET)
        await damage(fixture, 'daily/20261124T020000Z')
        expect((await fixture.again().list()).broken).toHaveLength(1)
        await fixture.again().put(folder, SET)
        expect((await fixture.again().list()).broken).toEqual([])
        expect(await findingsOf(await fixture.again().open(SET))).toEqual([])
      })

      test('takes the same set from two runs at once, once', async () => {
        const folder = await localSet({ ...SET, files: { 'dump/toc.dat': 'x'.repeat(1_000_000), 'globals.sql': '' } })
        const ends = await Promise.allSettled([fixture.again().put(folder, SET), fixture.again().put(folder, SET)])
        for (const end of ends) {
          if (end.status === 'rejected') expect(String(end.reason)).toMatch(/another run holds|already a set/i)
        }
        expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true)
        expect(await ids()).toEqual(['daily/20261124T020000Z'])
        expect(await findingsOf(await fixture.again().open(SET))).toEqual([])
      })
    })
  })
}

/**
 * The life of a set in a store, from beginning to end, as one short test: for a store of code that keeps the contract
 * over a place that keeps its own, so that the two are seen together once.
 */
export function storeInShort(kind: string, make: () => Promise<StoreFixture>): void {
  test(`${kind} takes a set, shows it, gives it back, logs and removes it, with two runs at once`, async () => {
    const fixture = await make()
    const { store } = fixture
    try {
      const other = fixture.again()
      await store.checkWritable()
      const incoming = await store.begin(SET.id, SET.type)
      await writeSampleSet(incoming.folder, { ...SET, files: { 'dump/ñ “x”.dat': 'x'.repeat(300_000) } })
      await incoming.send()
      expect(await other.list()).toEqual({ sets: [], broken: [] })
      await withLock(store, 'a test', () => incoming.commit())
      await store.addProof(SET, LATER)
      expect(await other.list()).toMatchObject({ sets: [{ ...SET, proof: LATER }], broken: [] })
      expect(await findingsOf(await other.open(SET))).toEqual([])
      expect(await other.readText(SET, 'manifest.json')).toContain(SET.id)
      expect(await other.leftovers()).toEqual([])
      await other.put(await other.open(SET), SET)
      await Promise.all([store.appendLog(LINE), other.appendLog(LINE)])
      expect(await other.readLog(new Date(0))).toEqual({ lines: [LINE, LINE], unreadable: 0 })
      await other.remove(SET)
      expect(await store.list()).toEqual({ sets: [], broken: [] })
      expect(await store.sweep()).toEqual([])
    } finally {
      await fixture.dispose()
    }
  })
}
