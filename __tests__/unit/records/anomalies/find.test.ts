import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Manifest } from '../../../../src/backup/manifest.js'
import { FINDINGS } from '../../../../src/findings.js'
import { ANOMALY_FINDINGS } from '../../../../src/anomaly-findings.js'
import { findAnomalies, MOST_OF_A_CODE, type Past } from '../../../../src/records/anomalies/find.js'
import { HISTORY_LENGTH, historyOf } from '../../../../src/records/anomalies/history.js'
import { logLine, setDetails } from '../../../../src/records/log.js'
import { outerManifest } from '../../../../src/sealing/outer-manifest.js'
import {
  describedTable,
  historyIn,
  historyOfRows,
  idBefore,
  leftOut,
  manifestOf,
  TODAY,
} from '../../../support/anomalies.js'
import { sampleTable } from '../../../support/sample-manifest.js'
import { sampleProof } from '../../../support/sample-set.js'

const anomaliesOf = (manifest: Manifest, past: Partial<Past> = {}, schema: Past['schema'] = null) =>
  findAnomalies({ manifest, schema }, { history: [], schema: null, otherTypes: [], ...past })
const found = (manifest: Manifest, past: Partial<Past> = {}) =>
  anomaliesOf(manifest, past).findings.map(({ severity, code, on }) => `${severity} ${code} ${on}`)

const options = manifestOf({}).options
const sized = (size: number, days = 0, more: Partial<Manifest> = {}) =>
  manifestOf({ animals: 800 }, { days, files: [{ path: 'dump/toc.dat', size, sha256: '0'.repeat(64) }], ...more })
const sizes = (...megabytes: number[]) => historyIn(megabytes.map((size, index) => sized(size * 1e6, index + 1)))

describe('a set beside earlier ones', () => {
  test('the first one has nothing to be beside', () => {
    expect(anomaliesOf(manifestOf({ animals: 0 }))).toEqual({ findings: [] })
  })

  test('whatever is found is of a known code, and none fails a backup', () => {
    expect(Object.keys(FINDINGS)).toEqual(expect.arrayContaining(Object.keys(ANOMALY_FINDINGS)))
    expect(Object.values(ANOMALY_FINDINGS).every(({ severity }) => ['warning', 'info'].includes(severity))).toBe(true)
  })

  test('an unchanged history has no finding, whatever it holds', () => {
    const tables = fc.dictionary(fc.string({ minLength: 1 }), fc.nat(1_000_000), { maxKeys: 8 })
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 8 }), (rows, count) => {
        const history = historyIn(Array.from({ length: count }, (_, index) => manifestOf(rows, { days: index + 1 })))
        expect(anomaliesOf(manifestOf(rows), { history })).toEqual({ findings: [] })
      }),
    )
  })

  test('any table that drops to nothing is told, and no other', () => {
    const tables = fc.dictionary(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 1_000_000 }), {
      minKeys: 1,
      maxKeys: 8,
    })
    fc.assert(
      fc.property(tables, fc.nat(), (rows, pick) => {
        const names = Object.keys(rows)
        const name = names[pick % names.length]!
        const now = Object.fromEntries(Object.entries(rows).map(([key, count]) => [key, key === name ? 0 : count]))
        expect(found(manifestOf(now), { history: historyIn([manifestOf(rows, { days: 1 })]) })).toEqual([
          `warning TABLE_EMPTIED public.${name}`,
        ])
      }),
    )
  })

  test('tables of one name in two schemas are two', () => {
    const both = (rows: number) => [sampleTable('t', { rows }), sampleTable('t', { schema: 'farm', rows: 500 })]
    const history = historyIn([manifestOf({}, { days: 1, tables: both(900) })])
    expect(found(manifestOf({}, { tables: both(0) }), { history })).toEqual(['warning TABLE_EMPTIED public.t'])
  })
})

describe('the size of a set', () => {
  test.each<[string, number, number[], number]>([
    ['as usual', 10, [10, 11, 9], 0],
    ['half', 4, [10, 11, 9], 1],
    ['twice', 23, [10, 11, 9], 1],
    ['twice, of two sets', 23, [10, 11], 0],
    ['larger than ever, and not by much', 19, [10, 11, 9], 0],
    ['far off, as others were', 23, [10, 25, 9, 11, 10], 0],
    ['twice next to nothing', 0.4, [0.1, 0.1, 0.1], 0],
    ['growing as ever', 75, [60, 50, 40, 30, 20, 10], 0],
  ])('%s', (_, now, earlier, findings) => {
    expect(
      found(sized(now * 1e6), { history: sizes(...earlier) }).filter((one) => one.includes('SIZE_UNUSUAL')),
    ).toHaveLength(findings)
  })

  test('is said beside what is usual', () => {
    const [finding] = anomaliesOf(sized(4e6), { history: sizes(10, 11, 9) }).findings
    expect(finding).toMatchObject({
      on: `daily/${idBefore(0)}`,
      found: 'it has 4 MB, and the median of 3 earlier sets is 10 MB (9 MB to 11 MB)',
    })
  })

  test('says nothing across formats, compressions and choices of tables', () => {
    for (const change of [{ compression: 'gzip:9' }, { format: 'plain' as const }, { tables: ['animals'] }]) {
      expect(found(sized(1e6, 0, { options: { ...options, ...change } }), { history: sizes(10, 11, 9) })).toEqual([])
    }
  })
})

describe('a table that disappeared', () => {
  const before = manifestOf({}, { days: 1, tables: [sampleTable('animals', { rows: 800, fingerprint: '17' })] })
  const history = historyIn([before])
  const disappeared = (tables: Manifest['tables'], past: Partial<Past> = {}, schema: Past['schema'] = null) =>
    anomaliesOf(manifestOf({}, { tables }), { history, ...past }, schema).findings.filter(
      ({ code }) => code === 'TABLE_DISAPPEARED',
    )

  test('is told with what it held', () => {
    expect(disappeared([])).toMatchObject([
      {
        severity: 'warning',
        on: 'public.animals',
        found: `it held 800 rows in daily/${idBefore(1)} and is gone from the database`,
      },
    ])
  })

  test('and another holds exactly its rows: renamed', () => {
    expect(disappeared([sampleTable('beasts', { rows: 800, fingerprint: '17' })])).toMatchObject([
      { severity: 'info', found: expect.stringContaining('public.beasts holds exactly these now') },
    ])
  })

  test('empty tables are not each other under another name', () => {
    const empty = (name: string) => sampleTable(name, { rows: 0, fingerprint: '0' })
    const was = historyIn([manifestOf({}, { days: 1, tables: [empty('animals')] })])
    expect(disappeared([empty('others')], { history: was })).toMatchObject([{ severity: 'warning' }])
  })

  test('and another with its columns and about its rows appeared', () => {
    const columns = { id: 'integer', 'name"d': 'text' }
    const was = { major: 17, objects: describedTable('public.animals', columns) }
    const now = { major: 17, objects: describedTable('public."Big beasts"', columns) }
    const look = (rows: number) =>
      disappeared([sampleTable('Big beasts', { rows, fingerprint: '18' })], { schema: was }, now)[0]
    expect(look(790)).toMatchObject({
      severity: 'warning',
      found: expect.stringContaining('public.Big beasts appeared with the same columns and 790 rows'),
    })
    expect(look(100)?.found).toMatch(/gone from the database$/)
  })

  test('and is there still, without its rows', () => {
    expect(disappeared([leftOut('animals')])).toMatchObject([
      { severity: 'warning', found: expect.stringContaining('the table is still in the database') },
    ])
  })

  test('a partition goes when its time has come; the whole partitioned table does not', () => {
    const partitionOf = { schema: 'public', name: 'events' }
    const parent = sampleTable('events', { kind: 'partitioned', data: false, rows: undefined })
    const was = historyIn([manifestOf({}, { days: 1, tables: [parent, sampleTable('events_1', { partitionOf })] })])
    expect(disappeared([parent], { history: was })).toMatchObject([{ severity: 'info', on: 'public.events_1' }])
    expect(disappeared([], { history: was })).toMatchObject([{ severity: 'warning', on: 'public.events_1' }])
  })

  test('a whole renamed schema takes no time to speak of, and is told in bounds', () => {
    const tables = (schema: string) =>
      Array.from({ length: 10_000 }, (_, index) =>
        sampleTable(`t${index}`, { schema, rows: index, fingerprint: `${index}` }),
      )
    const was = historyIn([manifestOf({}, { days: 1, tables: tables('old') })])
    const began = process.cpuUsage()
    const { findings } = anomaliesOf(manifestOf({}, { tables: tables('new') }), { history: was })
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(2)
    expect(findings.filter(({ code }) => code === 'TABLE_DISAPPEARED')).toHaveLength(MOST_OF_A_CODE)
    expect(findings.find(({ on }) => on === 'everything else')?.found).toBe('9981 more findings are not listed here')
  })
})

describe('a table that no type covers', () => {
  const daily = (more: Partial<Manifest> = {}) =>
    manifestOf(
      { animals: 800 },
      {
        tables: [sampleTable('animals'), leftOut('notes')],
        options: { ...options, tables: ['animals'] },
        ...more,
      },
    )
  const weekly = (tables: Manifest['tables'], more: Partial<Manifest['options']> = {}) =>
    manifestOf({}, { days: 3, type: 'weekly', tables, options: { ...options, ...more } })

  test('is told where this is the only type', () => {
    expect(anomaliesOf(daily()).findings).toMatchObject([
      {
        code: 'TABLE_NOT_COVERED',
        severity: 'warning',
        on: 'public.notes',
        found: 'no type in this store takes its rows (daily)',
      },
    ])
  })

  test('is none where another type takes it, or would take it from now on', () => {
    expect(found(daily(), { otherTypes: [weekly([sampleTable('notes')])] })).toEqual([])
    expect(found(daily(), { otherTypes: [weekly([])] })).toEqual([])
    expect(found(daily(), { otherTypes: [weekly([], { tables: ['n*'] })] })).toEqual([])
    expect(found(daily(), { otherTypes: [weekly([], { tables: ['others'] })] })).toEqual([
      'warning TABLE_NOT_COVERED public.notes',
    ])
    expect(found(daily(), { otherTypes: [weekly([leftOut('notes')])] })).toEqual([
      'warning TABLE_NOT_COVERED public.notes',
    ])
  })

  test('is only worth knowing where somebody left it out by name', () => {
    const otherTypes = [weekly([leftOut('notes')], { excludeTables: ['notes'] })]
    expect(found(daily(), { otherTypes })).toEqual(['info TABLE_NOT_COVERED public.notes'])
    expect(found(daily(), { otherTypes: [weekly([], { excludeTables: ['public.not?s'] })] })).toEqual([
      'info TABLE_NOT_COVERED public.notes',
    ])
  })

  test('what has no rows of its own needs none', () => {
    const tables = [
      leftOut('p', { kind: 'partitioned' }),
      leftOut('f', { kind: 'foreign' }),
      leftOut('v', { kind: 'materialized-view' }),
    ]
    expect(found(daily({ tables }))).toEqual([])
  })
})

describe('a schema', () => {
  const history = historyOfRows([800])
  const was = { major: 17, objects: describedTable('public.animals', { id: 'integer' }) }
  const now = {
    major: 17,
    objects: describedTable('public.animals', { id: 'bigint', a: 'text', b: 'text', c: 'text' }),
  }

  test('that changed is told in short, and whole beside it', () => {
    const { findings, schemaChange } = anomaliesOf(manifestOf({ animals: 800 }), { history, schema: was }, now)
    expect(findings).toMatchObject([
      {
        code: 'SCHEMA_CHANGED_SINCE',
        severity: 'info',
        found: `4 changes since daily/${idBefore(1)}: + column public.animals.a; + column public.animals.b; + column public.animals.c; and 1 more`,
      },
    ])
    expect(schemaChange).toMatchObject({ since: `daily/${idBefore(1)}`, changes: { length: 4 } })
  })

  test('that cannot be read is known by its tables', () => {
    const { schemaChange } = anomaliesOf(manifestOf({ animals: 800, notes: 1 }), { history, schema: null }, now)
    expect(schemaChange?.changes).toMatchObject([{ sign: '+', kind: 'table', name: 'public.notes' }])
  })
})

describe('a set that hides names', () => {
  const seal = (manifest: Manifest): Manifest =>
    outerManifest(manifest, manifest.files, { recipients: [{ id: 'a', text: 'age1' }] as never, hideNames: true })
  const hidden = (rows: Record<string, number>, days = 0) => seal(manifestOf(rows, { days }))
  const historyHidden = (sets: Manifest[]) =>
    historyOf(
      sets.map((manifest) => ({ ...manifest, manifest })),
      [],
      { type: 'daily', before: TODAY, namesHidden: true },
    )

  test('is held against others like it by its sums, and never by a name', () => {
    const history = historyHidden([hidden({ secret_animals: 800, secret_parts: 400 }, 1)])
    const { findings, schemaChange } = anomaliesOf(hidden({ secret_animals: 100 }), {
      history,
      otherTypes: [manifestOf({ secret: 1 })],
    })
    expect(findings).toMatchObject([
      { code: 'TABLE_ROWS_DROPPED', on: 'all tables', found: expect.stringContaining('it holds 100 rows, 1,100') },
    ])
    expect(schemaChange).toBeUndefined()
    expect(JSON.stringify(findings)).not.toMatch(/secret|hidden\.|table-\d/)
  })

  test('is not mixed with sets that tell names, listed or remembered', () => {
    const open = manifestOf({ animals: 800 }, { days: 1 })
    const closed = hidden({ animals: 800 }, 2)
    const lineOf = (manifest: Manifest) =>
      logLine(TODAY, 'backup', 'success', setDetails(manifest, sampleProof('proven'), 1))
    const idsOf = (namesHidden: boolean, sets: Manifest[], logged: Manifest[]) =>
      historyOf(
        sets.map((manifest) => ({ ...manifest, manifest })),
        logged.map(lineOf),
        { type: 'daily', before: TODAY, namesHidden },
      ).map(({ id }) => id)
    expect(idsOf(true, [open, closed], [])).toEqual([closed.id])
    expect(idsOf(false, [open, closed], [])).toEqual([open.id])
    expect(idsOf(true, [], [open, closed])).toEqual([closed.id])
    expect(idsOf(false, [], [open, closed])).toEqual([open.id])
  })
})

describe('a history', () => {
  const lineOf = (manifest: Manifest, outcome: 'proven' | 'failed' = 'proven') =>
    logLine(TODAY, 'backup', 'success', setDetails(manifest, sampleProof(outcome), 1))
  const asked = { type: 'daily', before: TODAY, namesHidden: false }

  test('is of the proven sets of the type from before, the newest first, and what the log remembers beyond', () => {
    const listed = (manifest: Manifest, outcome: 'proven' | 'failed' = 'proven') => ({
      ...manifest,
      manifest,
      proof: sampleProof(outcome),
    })
    const sets = [
      listed(manifestOf({ a: 9 }, { days: 0 })),
      listed(manifestOf({ a: 3 }, { days: 3 })),
      listed(manifestOf({ a: 1 }, { days: 1 }), 'failed'),
      listed(manifestOf({ a: 2 }, { days: 2 })),
      listed(manifestOf({ a: 8 }, { days: 2, type: 'weekly' })),
    ]
    const lines = [manifestOf({ a: 5 }, { days: 5 }), manifestOf({ a: 7 }, { days: 1 })].map((one) => lineOf(one))
    lines.push(lineOf(manifestOf({ a: 6 }, { days: 6 }), 'failed'))
    expect(historyOf(sets, lines, asked).map(({ rows }) => rows.get('a'))).toEqual([2, 3, 5])
  })

  test('is bounded, and lines that are of no set are passed over', () => {
    const lines = Array.from({ length: 60 }, (_, index) => lineOf(manifestOf({ a: index }, { days: index + 1 })))
    const odd = { ...lines[0]!, details: { ...lines[0]!.details, id: 'yesterday' } }
    expect(historyOf([], [odd, ...lines], asked).map(({ id }) => id)).toEqual(
      Array.from({ length: HISTORY_LENGTH }, (_, index) => idBefore(index + 1)),
    )
  })
})
