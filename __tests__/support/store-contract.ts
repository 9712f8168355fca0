import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { LogLine } from '../../src/records/log.js'
import type { Store } from '../../src/stores/store.js'
import { withLock } from '../../src/stores/store.js'
import { sampleProof, writeSampleSet, type SampleSet } from './sample-set.js'

/** A store of its own for one test, and the ways in which the world may damage it. */
export interface StoreFixture {
  store: Store
  /** Another run's view of the same place. */
  again(): Store
  /** Writes a file into the place of a set, whatever is there. */
  plant(file: string, content: string): Promise<void>
  /** Removes a file from the place of a set. */
  erase(file: string): Promise<void>
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

/** What every store must do. Each implementation runs it with its own fixture. */
export function storeContract(kind: string, make: () => Promise<StoreFixture>): void {
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

    test('lists the newest first, over all types', async () => {
      await commitSample(store, { id: '20261122T020000Z', type: 'daily' })
      await commitSample(store, { id: '20261124T020000Z', type: 'weekly' })
      await commitSample(store, { id: '20261123T020000Z', type: 'manual' })
      expect(await ids()).toEqual(['weekly/20261124T020000Z', 'manual/20261123T020000Z', 'daily/20261122T020000Z'])
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
      ['no manifest', /there is no manifest\.json/, (f, place) => f.erase(`${place}/manifest.json`)],
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
      expect(broken).toEqual([{ id: '20261124T020000Z', type: 'daily', reason: expect.stringMatching(reason) }])
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

    test('removes a set and only that one', async () => {
      await commitSample(store, { id: '20261123T020000Z' })
      await commitSample(store, { id: '20261124T020000Z' })
      await store.remove({ id: '20261123T020000Z', type: 'daily' })
      expect(await ids()).toEqual(['daily/20261124T020000Z'])
      await expect(store.remove({ id: '20261123T020000Z', type: 'daily' })).rejects.toThrow(/no such set/)
      await expect(store.open({ id: '20261123T020000Z', type: 'daily' })).rejects.toThrow(/no such set/)
    })

    test('counts the newest outcome of a set', async () => {
      const set = { id: '20261124T020000Z', type: 'daily' }
      await commitSample(store, { ...set, proof: sampleProof('proven', '2026-11-24T02:10:00.000Z') })
      const newest = async (): Promise<string> => (await fixture.again().list()).sets[0]!.proof.outcome
      await store.addProof(set, sampleProof('failed', '2026-11-25T02:10:00.000Z'))
      expect(await newest()).toBe('failed')
      await store.addProof(set, sampleProof('proven', '2026-11-24T12:00:00.000Z'))
      expect(await newest()).toBe('failed')
      await store.addProof(set, sampleProof('not-verified', '2026-11-25T02:10:00.000Z'))
      expect(await newest()).toBe('not-verified')
      await store.addProof(set, sampleProof('proven', '2026-11-26T02:10:00.000Z'))
      expect(await newest()).toBe('proven')
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
      await expect(store.addProof({ id, type }, sampleProof('proven'))).rejects.toMatchObject({ exitCode: 2 })
    })

    test('lets one run at a time change which sets there are', async () => {
      let inside = 0
      let most = 0
      const work = async (): Promise<void> => {
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setTimeout(resolve, 15))
        inside--
      }
      await Promise.all(Array.from({ length: 6 }, () => withLock(fixture.again(), 'a test', work)))
      expect(most).toBe(1)
      await expect(withLock(store, 'a test', () => Promise.reject(new Error('the work failed')))).rejects.toThrow(
        'the work failed',
      )
      await (
        await store.lock('a test')
      )()
    })
  })
}
