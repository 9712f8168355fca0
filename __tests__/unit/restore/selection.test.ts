import { describe, expect, test } from '@jest/globals'
import type { ManifestDraft } from '../../../src/backup/draft.js'
import type { TableEntry } from '../../../src/backup/manifest.js'
import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { partsOf, qualifiedName, selectFrom } from '../../../src/restore/selection.js'
import { manifestAt } from '../../support/sample-manifest.js'

const table = (name: string, overrides: Partial<TableEntry> = {}): TableEntry => ({
  schema: 'public',
  name,
  kind: 'table',
  data: true,
  rows: 1,
  fingerprint: '7',
  bytes: 8192,
  ...overrides,
})
const described = (name: string, facts: CatalogObject['facts'] = {}, kind = 'table'): CatalogObject => ({
  kind,
  name: qualifiedName({ schema: 'public', name }),
  owner: 'own er',
  facts,
})
const foreignKey = (from: string, name: string, to: string): CatalogObject => ({
  kind: 'constraint',
  name: `${qualifiedName({ schema: 'public', name: from })}.${name}`,
  of: `table ${qualifiedName({ schema: 'public', name: from })}`,
  facts: { type: 'foreign key', definition: `FOREIGN KEY (x) REFERENCES ${to}(id) ON DELETE CASCADE`, validated: true },
})

const TABLES = [
  table('animals'),
  table('parts'),
  table('History', { kind: 'partitioned', data: false }),
  table('history_1'),
  table('sessions', { data: false }),
  table('totals', { kind: 'materialized-view' }),
]
const OBJECTS = [
  described('animals'),
  described('parts'),
  described('History', { partitionedBy: 'RANGE (day)' }),
  described('history_1', { partitionBound: 'DEFAULT', inherits: ['public."History"'] }),
  described('sessions'),
  described('totals', {}, 'materialized view'),
  foreignKey('parts', 'parts_fk', 'public.animals'),
  foreignKey('History', '"odd key"', 'public.animals'),
]
const manifest = (overrides: Partial<ManifestDraft> = {}): ManifestDraft => ({
  ...manifestAt(new Date('2026-11-24T02:00:00Z')),
  tables: TABLES,
  looseForeignKeys: [],
  ...overrides,
})
const select = (tables: string[], parts: 'all' | 'schema' = 'all', overrides: Partial<ManifestDraft> = {}) =>
  selectFrom(manifest(overrides), OBJECTS, { tables, parts })
const withData = ({ manifest: { tables } }: ReturnType<typeof select>) =>
  tables.filter(({ data }) => data).map(({ name }) => name)

describe('what of a set is restored', () => {
  test('everything, where nothing is asked for', () => {
    const all = select([])
    expect(all.manifest.tables).toEqual(TABLES)
    expect(all.omission).toEqual({ withoutRows: false, entries: new Set(), looseKeys: [] })
  })

  test('the rows of chosen tables; the entries of others are left out, as pg_restore lists them', () => {
    const chosen = select(['animals'])
    expect(withData(chosen)).toEqual(['animals'])
    expect(chosen.omission.entries).toContain('TABLE DATA public parts own er')
    expect(chosen.omission.entries).toContain('MATERIALIZED VIEW DATA public totals own er')
    expect(chosen.omission.entries).not.toContain('TABLE DATA public animals own er')
    expect(chosen.manifest.tables.find(({ name }) => name === 'parts')).not.toHaveProperty('rows')
  })

  test('a partitioned table brings its partitions', () => {
    expect(withData(select(['"History"']))).toEqual(['history_1'])
  })

  test('foreign keys that lead out are loose; those of partitioned tables cannot be', () => {
    const { omission } = select(['parts', '"History"'])
    expect(omission.looseKeys).toEqual([
      {
        table: 'public.parts',
        name: 'parts_fk',
        statement:
          'ALTER TABLE ONLY public.parts ADD CONSTRAINT "parts_fk" FOREIGN KEY (x) REFERENCES public.animals(id) ON DELETE CASCADE NOT VALID',
      },
      { table: 'public."History"', name: 'odd key', statement: null },
    ])
    expect(omission.entries).toContain('FK CONSTRAINT public History odd key own er')
    expect(select(['parts', 'animals']).omission.looseKeys).toEqual([])
  })

  test('one that the set has loose already is not so twice', () => {
    const loose = [{ oid: 1, table: 'public.parts', name: 'parts_fk', statement: 'x' }]
    expect(select(['parts'], 'all', { looseForeignKeys: loose }).omission.looseKeys).toEqual([])
  })

  test('a table whose rows are not in the set, and one that is not there at all, are found', () => {
    expect(select(['sessions', 'nothing']).findings.map(({ code, on }) => [code, on])).toEqual([
      ['TABLE_NOT_FOUND', 'nothing'],
      ['TABLE_NOT_IN_SET', 'public.sessions'],
    ])
  })

  test('definitions alone: no rows, no views refilled', () => {
    const schema = select([], 'schema')
    expect(withData(schema)).toEqual([])
    expect(schema.omission.withoutRows).toBe(true)
    expect(schema.omission.entries).toContain('MATERIALIZED VIEW DATA public totals own er')
  })

  test('a plain dump is restored whole, whatever is wanted of it', () => {
    const plain = manifest()
    const whole = select(['parts'], 'all', { options: { ...plain.options, format: 'plain' } })
    expect(whole.manifest.tables).toEqual(TABLES)
    expect(whole.omission.entries.size).toBe(0)
    expect(whole.chosen.map(({ name }) => name)).toEqual(['parts'])
  })
})

test.each([
  ['public.animals', { schema: 'public', name: 'animals' }],
  ['"Odd.schema"."a ""b"""', { schema: 'Odd.schema', name: 'a "b"' }],
  ['animals', { schema: '', name: 'animals' }],
])('%s has its parts', (text, parts) => {
  expect(partsOf(text)).toEqual(parts)
})
