import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { SequenceEntry, TableEntry } from '../../../src/backup/manifest.js'
import { finding, worstOf, type Finding } from '../../../src/findings.js'
import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import {
  boundedFindings,
  compareLargeObjects,
  compareObjects,
  compareSequences,
  compareTables,
} from '../../../src/verify/difference.js'

/** A finding without its advice. */
function oneLine({ code, on, found }: Finding): string {
  return `${code} ${on}: ${found}`
}

const SAME = { sameMajor: true, ownCluster: true }

const word = fc.string({ unit: fc.constantFrom('a', 'b', '"', '.', ' '), minLength: 1, maxLength: 4 })
const fact = fc.oneof(word, fc.integer(), fc.boolean(), fc.array(word, { minLength: 1, maxLength: 3 }))
const object: fc.Arbitrary<CatalogObject> = fc.record(
  {
    kind: fc.constantFrom('table', 'index', 'constraint', 'function', 'role', 'extension', 'policy'),
    name: word,
    owner: word,
    grants: fc.uniqueArray(word, { maxLength: 3 }).map((grants) => grants.sort()),
    facts: fc.dictionary(fc.constantFrom('type', 'definition', 'validated', 'notNull', 'version'), fact, {
      maxKeys: 3,
    }),
    deparsed: fc.dictionary(fc.constantFrom('default', 'using'), word, { maxKeys: 2 }),
  },
  { requiredKeys: ['kind', 'name', 'facts'] },
)
const objects = fc.uniqueArray(object, { selector: ({ kind, name }) => `${kind} ${name}`, minLength: 1, maxLength: 8 })

const table: fc.Arbitrary<TableEntry> = fc
  .record({ schema: word, name: word, rows: fc.nat(100), fingerprint: fc.bigInt().map(String), bytes: fc.nat() })
  .map((entry) => ({ ...entry, kind: 'table', data: true }))
const tables = fc.uniqueArray(table, {
  selector: ({ schema, name }) => JSON.stringify([schema, name]),
  minLength: 1,
  maxLength: 6,
})

describe('comparing tables', () => {
  test('finds nothing between a description and itself', () => {
    fc.assert(
      fc.property(tables, (all) => {
        expect(compareTables(all, structuredClone(all))).toEqual([])
      }),
    )
  })

  test('finds any single change, and names its table', () => {
    fc.assert(
      fc.property(tables, fc.nat(), fc.constantFrom('missing', 'extra', 'rows', 'content'), (all, index, change) => {
        const chosen = all[index % all.length]!
        const others = all.filter((one) => one !== chosen)
        const mutated = {
          ...chosen,
          rows: chosen.rows! + (change === 'rows' ? 1 : 0),
          fingerprint: `${chosen.fingerprint!}1`,
        }
        const [source, copy] =
          change === 'missing' ? [all, others] : change === 'extra' ? [others, all] : [all, [...others, mutated]]
        const [found, ...more] = compareTables(source, copy)
        const code = {
          missing: 'TABLE_MISSING',
          extra: 'TABLE_UNEXPECTED',
          rows: 'TABLE_ROWS_DIFFER',
          content: 'TABLE_CONTENT_DIFFERS',
        }
        expect(found).toMatchObject({ code: code[change], on: `${chosen.schema}.${chosen.name}`, severity: 'error' })
        expect(more).toEqual([])
      }),
    )
  })

  const animals: TableEntry = {
    schema: 'public',
    name: 'animals',
    kind: 'table',
    data: true,
    rows: 800,
    fingerprint: '17',
    bytes: 1,
  }

  test('says how many rows there are and were', () => {
    expect(compareTables([animals], [{ ...animals, rows: 799 }]).map(oneLine)).toEqual([
      'TABLE_ROWS_DIFFER public.animals: 799 rows, the source had 800',
    ])
  })

  test('never takes what was not hashed for equal', () => {
    const { fingerprint, ...counted } = animals
    expect(fingerprint).toBe('17')
    expect(worstOf(compareTables([counted], [animals]))).toBe('inconclusive')
    expect(worstOf(compareTables([animals], [counted]))).toBe('inconclusive')
  })

  test('compares rows even where contents cannot be compared', () => {
    const { fingerprint, ...counted } = animals
    expect(fingerprint).toBe('17')
    expect(worstOf(compareTables([counted], [{ ...animals, rows: 799 }]))).toBe('error')
    const elsewhere = { ...animals, fingerprint: '18' }
    expect(compareTables([animals], [elsewhere], 'not-comparable')).toEqual([])
    expect(worstOf(compareTables([animals], [{ ...elsewhere, rows: 799 }], 'not-comparable'))).toBe('error')
    const view: TableEntry = { ...animals, kind: 'materialized-view' }
    expect(compareTables([view], [{ ...view, fingerprint: '18' }], 'not-comparable')).toEqual([])
  })

  test('wants no rows where the set has none', () => {
    const { rows, fingerprint, ...definition } = { ...animals, data: false }
    expect([rows, fingerprint]).toEqual([800, '17'])
    expect(compareTables([definition], [{ ...animals, rows: 0 }])).toEqual([])
    expect(compareTables([definition], [{ ...animals, rows: 1 }]).map(({ code }) => code)).toEqual([
      'TABLE_ROWS_DIFFER',
    ])
  })

  test('warns of what a restore computes anew', () => {
    const view: TableEntry = { ...animals, kind: 'materialized-view', data: false }
    expect(worstOf(compareTables([view], [{ ...view, fingerprint: '18' }]))).toBe('warning')
    const generated = { ...animals, generatedFingerprint: '1' }
    expect(compareTables([generated], [{ ...generated, generatedFingerprint: '2' }]).map(({ code }) => code)).toEqual([
      'GENERATED_COLUMN_DIFFERS',
    ])
  })
})

describe('comparing sequences', () => {
  const at = (lastValue: number, isCalled = true, increment = 1, cycles = false): SequenceEntry[] => [
    { schema: 'public', name: 's', lastValue: String(lastValue), isCalled, increment: String(increment), cycles },
  ]
  const codes = (...args: Parameters<typeof compareSequences>): string[] =>
    compareSequences(...args).map(({ code }) => code)

  test.each([
    ['equal', at(10), at(10), []],
    ['ahead', at(10), at(11), []],
    ['behind', at(10), at(9), ['SEQUENCE_BEHIND']],
    ['about to repeat its last value', at(10), at(10, false), ['SEQUENCE_BEHIND']],
    ['about to give the next value either way', at(10), at(11, false), []],
    ['descending and ahead', at(-4, true, -3), at(-7, true, -3), []],
    ['descending and behind', at(-7, true, -3), at(-4, true, -3), ['SEQUENCE_BEHIND']],
    ['cycling', at(3, true, 1, true), at(1, true, 1, true), []],
    ['missing', at(3), [], ['OBJECT_MISSING']],
  ])('takes a copy that is %s', (_, source, copy, expected) => {
    expect(codes(source, copy)).toEqual(expected)
  })

  test('lets a copy be between two readings of the source, however they moved', () => {
    expect(codes(at(10), at(15), at(20))).toEqual([])
    expect(codes(at(20), at(15), at(10))).toEqual([])
    expect(codes(at(10), at(21), at(20))).toEqual(['SEQUENCE_AHEAD'])
    expect(codes(at(10), at(9), at(20))).toEqual(['SEQUENCE_BEHIND'])
  })

  test('names those that could not be read', () => {
    const [{ schema, name, increment, cycles } = at(0)[0]!] = at(0)
    const unread: SequenceEntry[] = [{ schema, name, increment, cycles, unread: 'permission denied' }]
    expect(compareSequences(unread, at(1))).toEqual([
      expect.objectContaining({ code: 'TABLE_UNREAD', found: expect.stringContaining('permission denied') }),
    ])
    expect(codes(at(1), unread)).toEqual(['CHECK_NOT_RUN'])
    expect(codes(at(10), at(10), unread)).toEqual([])
    expect(codes(at(10), at(9), unread)).toEqual(['SEQUENCE_BEHIND'])
  })

  test('counts beyond what JavaScript numbers hold', () => {
    const big = (lastValue: string): SequenceEntry[] => [{ ...at(0)[0]!, lastValue }]
    expect(codes(big('9223372036854775807'), big('9223372036854775806'))).toEqual(['SEQUENCE_BEHIND'])
  })
})

describe('comparing large objects', () => {
  test.each([
    [{ count: 2, fingerprint: '5' }, { count: 2, fingerprint: '5' }, []],
    [{ count: 2, fingerprint: '5' }, { count: 2, fingerprint: '6' }, ['LARGE_OBJECTS_DIFFER']],
    [{ count: 2, fingerprint: '5' }, { count: 1, fingerprint: '5' }, ['LARGE_OBJECTS_DIFFER']],
    [{ count: 2, fingerprint: null }, { count: 2, fingerprint: '5' }, ['LARGE_OBJECTS_UNREADABLE']],
    [{ count: 2, fingerprint: '5' }, { count: 2, fingerprint: null }, ['LARGE_OBJECTS_UNREADABLE']],
    [{ count: 0, fingerprint: null }, { count: 0, fingerprint: '0' }, []],
    [null, { count: 0, fingerprint: '0' }, ['LARGE_OBJECTS_UNREADABLE']],
  ])('%j with %j', (source, copy, expected) => {
    expect(compareLargeObjects(source, copy).map(({ code }) => code)).toEqual(expected)
  })
})

test('large objects of servers that hash otherwise are only counted', () => {
  const [source, copy] = [
    { count: 2, fingerprint: '5' },
    { count: 2, fingerprint: '6' },
  ]
  expect(compareLargeObjects(source, copy, 'not-comparable')).toEqual([])
  expect(worstOf(compareLargeObjects(source, { ...copy, count: 1 }, 'not-comparable'))).toBe('error')
})

describe('comparing objects', () => {
  test('finds nothing between a description and itself', () => {
    fc.assert(
      fc.property(objects, (all) => {
        expect(compareObjects(all, structuredClone(all), SAME)).toEqual([])
      }),
    )
  })

  test.each(['database', 'role', 'function'])('tells no values of the settings of a %s', (kind) => {
    const having = (...settings: string[]): CatalogObject[] => [{ kind, name: 'app', facts: { settings } }]
    const options = { ...SAME, database: true }
    expect(compareObjects(having('app.key=hunter2'), having('app.key=hunter2'), options)).toEqual([])
    const changed = compareObjects(having('app.key=hunter2', 'app.old=s3cret'), having('app.key=hunter3'), options)
    expect(changed).toEqual([expect.objectContaining({ code: 'OBJECT_DIFFERS', on: `${kind} app` })])
    expect(changed[0]!.found).toMatch(/app\.key.*app\.old|app\.old.*app\.key/)
    expect(changed[0]!.found).not.toMatch(/hunter|s3cret/)
  })

  test('finds any single change, and names its object', () => {
    const changes = fc.constantFrom('missing', 'extra', 'owner', 'grants', 'fact', 'text')
    fc.assert(
      fc.property(objects, fc.nat(), changes, (all, index, change) => {
        const chosen = all[index % all.length]!
        const others = all.filter((one) => one !== chosen)
        const mutated = mutate(chosen, change)
        const [source, copy] =
          change === 'missing' ? [all, others] : change === 'extra' ? [others, all] : [all, [...others, mutated]]
        const found = compareObjects(source, copy, SAME)
        expect(found.map(({ on }) => on)).toEqual([`${chosen.kind} ${chosen.name}`])
        expect(found[0]!.severity).toBe('error')
      }),
    )
  })

  function mutate(chosen: CatalogObject, change: string): CatalogObject {
    switch (change) {
      case 'owner':
        return { ...chosen, owner: `${chosen.owner ?? ''}x` }
      case 'grants':
        return { ...chosen, grants: [...(chosen.grants ?? []), 'zz: SELECT'] }
      case 'fact':
        return { ...chosen, facts: { ...chosen.facts, another: 'x' } }
      default:
        return { ...chosen, deparsed: { ...chosen.deparsed, another: 'x' } }
    }
  }

  const index: CatalogObject = { kind: 'index', name: 'public.i', of: 'table public.t', facts: { definition: 'x' } }
  const parent: CatalogObject = {
    kind: 'table',
    name: 'public.t',
    facts: {},
    owner: 'ana',
    grants: ['ana: SELECT', 'eva: SELECT'],
  }

  test('does not list what vanished with its table', () => {
    expect(compareObjects([parent, index], [], SAME).map(({ on }) => on)).toEqual(['table public.t'])
    expect(compareObjects([parent, index], [parent], SAME).map(oneLine)).toEqual([
      'OBJECT_MISSING index public.i: is not in the restored copy',
    ])
    expect(compareObjects([], [parent, index], SAME).map(({ on }) => on)).toEqual(['table public.t'])
  })

  test('says what differs in words', () => {
    const changed = { ...parent, owner: 'eva', grants: ['ana: SELECT', 'joan: INSERT'], facts: { rowSecurity: true } }
    expect(compareObjects([parent], [changed], SAME).map(oneLine)).toEqual([
      'OWNER_DIFFERS table public.t: belongs to eva, at the source to ana',
      'GRANTS_DIFFER table public.t: - eva: SELECT, + joan: INSERT',
      'OBJECT_DIFFERS table public.t: row security is true, the source had none',
    ])
  })

  test('shows where long texts part', () => {
    const body = (last: string): CatalogObject => ({
      kind: 'function',
      name: 'f()',
      facts: { source: `BEGIN\n  a;\n  ${last};\nEND` },
    })
    expect(compareObjects([body('b')], [body('c')], SAME).map(oneLine)).toEqual([
      'OBJECT_DIFFERS function f(): source differs from line 3: c;, the source had b;',
    ])
  })

  const key = (validated: boolean): CatalogObject => ({
    kind: 'constraint',
    name: 'public.parts.parts_animal_fkey',
    of: 'table public.parts',
    facts: { type: 'foreign key', validated },
  })

  test('knows a constraint that is not validated, and one that cannot be', () => {
    expect(compareObjects([key(true)], [key(false)], SAME).map(({ code }) => code)).toEqual(['CONSTRAINT_NOT_VALID'])
    expect(compareObjects([key(false)], [key(true)], SAME).map(({ code }) => code)).toEqual(['OBJECT_DIFFERS'])
    const looseForeignKeys = [{ table: 'public.parts', name: 'parts_animal_fkey' }]
    expect(compareObjects([key(true)], [key(false)], { ...SAME, looseForeignKeys })).toEqual([])
    expect(compareObjects([key(true)], [], { ...SAME, looseForeignKeys }).map(({ code }) => code)).toEqual([
      'OBJECT_MISSING',
    ])
  })

  test('leaves out what only another major makes, and nothing else', () => {
    const other = { ...SAME, sameMajor: false }
    const view = (text: string, type: string): CatalogObject => ({
      kind: 'view',
      name: 'v',
      facts: { type },
      deparsed: { definition: text },
    })
    expect(compareObjects([view('SELECT a', 'x')], [view('SELECT t.a', 'x')], other)).toEqual([])
    expect(compareObjects([view('SELECT a', 'x')], [view('SELECT a', 'y')], other)).toHaveLength(1)
    expect(compareObjects([view('', '"json"')], [view('', 'json')], other)).toEqual([])
    const notNull: CatalogObject = { kind: 'not-null constraint', name: 't.a_not_null', facts: {} }
    expect(compareObjects([], [notNull], other)).toEqual([])
    expect(compareObjects([], [notNull], SAME)).toHaveLength(1)
    const grants = (...list: string[]): CatalogObject => ({ ...parent, grants: list })
    expect(compareObjects([grants('a: SELECT')], [grants('a: MAINTAIN', 'a: SELECT')], other)).toEqual([])
    expect(compareObjects([grants('a: SELECT')], [grants('a: MAINTAIN')], other)).toHaveLength(1)
  })

  test('compares roles only on a cluster of our own, the database only when asked', () => {
    const role: CatalogObject = { kind: 'role', name: 'ana', facts: {} }
    const database: CatalogObject = { kind: 'database', name: '(this database)', facts: {} }
    expect(compareObjects([role, database], [], { sameMajor: true, ownCluster: false })).toEqual([])
    expect(compareObjects([role, database], [], { ...SAME, database: true })).toHaveLength(2)
  })

  test('takes another version of an extension for a warning', () => {
    const extension = (version: string): CatalogObject => ({
      kind: 'extension',
      name: 'ltree',
      facts: { schema: 'public', version },
    })
    expect(compareObjects([extension('1.2')], [extension('1.3')], SAME).map(oneLine)).toEqual([
      'EXTENSION_VERSION_DIFFERS extension ltree: version 1.3, the source had 1.2',
    ])
  })

  test('takes other words for a difference, even in the aliases of a view', () => {
    const view = (text: string): CatalogObject => ({
      kind: 'view',
      name: 'v',
      facts: {},
      deparsed: { definition: text },
    })
    const [one, swapped] = [view('SELECT f.a, f.b FROM f() f(a, b)'), view('SELECT f.a, f.b FROM f() f(b, a)')]
    expect(compareObjects([one], [swapped], SAME)).toHaveLength(1)
    expect(compareObjects([one], [swapped], { ...SAME, sameMajor: false, restated: true })).toHaveLength(1)
    expect(compareObjects([one], [swapped], { ...SAME, sameMajor: false })).toEqual([])
  })

  test('finds a NOT NULL constraint whose name comes from another parent', () => {
    const notNull = (name: string, column: string, nameInherited?: boolean): CatalogObject => ({
      kind: 'not-null constraint',
      name: `public.t.${name}`,
      of: 'table public.t',
      facts: { definition: `NOT NULL ${column}`, ...(nameInherited !== undefined && { nameInherited }) },
    })
    expect(compareObjects([notNull('q1', 'a')], [notNull('q2', 'a', true)], SAME)).toEqual([])
    expect(compareObjects([notNull('q1', 'a', true)], [notNull('q1', 'a', true)], SAME)).toEqual([])
    expect(compareObjects([notNull('q1', 'a')], [notNull('q2', 'a')], SAME)).toHaveLength(2)
    expect(compareObjects([notNull('q1', 'a')], [notNull('q2', 'b', true)], SAME)).toHaveLength(2)
    expect(
      compareObjects([notNull('q1', 'a'), notNull('q2', 'b')], [notNull('q2', 'b', true)], SAME).map(
        ({ code }) => code,
      ),
    ).toEqual(['OBJECT_MISSING'])
  })
})

describe('bounding findings', () => {
  test('keeps each once, the heaviest first, and counts the rest without losing their weight', () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      finding(index % 5 === 0 ? 'OBJECT_MISSING' : 'MATERIALIZED_VIEW_DIFFERS', `thing ${index}`, 'x'),
    )
    const bounded = boundedFindings([...many, ...many])
    expect(bounded).toHaveLength(200)
    expect(bounded.filter(({ code }) => code === 'OBJECT_MISSING')).toHaveLength(100)
    expect(oneLine(bounded.at(-1)!)).toBe(
      'MATERIALIZED_VIEW_DIFFERS everything else: 301 more findings are not listed here',
    )
    expect(boundedFindings(many.slice(0, 3))).toEqual(many.slice(0, 3))
    expect(worstOf(boundedFindings(many, 10))).toBe('error')
  })
})
