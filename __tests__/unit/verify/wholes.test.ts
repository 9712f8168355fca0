import { describe, expect, test } from '@jest/globals'

import type { TableEntry } from '../../../src/backup/manifest.js'
import { compareWithManifest, rowsByTable, type DumpedContents } from '../../../src/verify/archive-contents.js'
import { compareTables } from '../../../src/verify/difference.js'
import type { ScriptContents } from '../../../src/restore/sql-statements.js'

const root = { schema: 'public', name: 'hp' }

function part(name: string, rows: number | undefined, fingerprint: string, more: Partial<TableEntry> = {}): TableEntry {
  const known = rows === undefined ? {} : { rows, fingerprint }
  return {
    schema: 'public',
    name,
    kind: 'table',
    data: true,
    bytes: 1,
    movesWithin: root,
    partitionOf: root,
    ...known,
    ...more,
  }
}

/** As sets of earlier versions have it. */
function withoutRoot(table: TableEntry): TableEntry {
  const { movesWithin, ...others } = table
  expect(movesWithin).toBeDefined()
  return others
}

const codes = (source: TableEntry[], copy: TableEntry[]): string[] =>
  compareTables(source, copy).map(({ code, on }) => `${code} ${on}`)

describe('partitions between which rows move', () => {
  const source = [part('hp0', 10, '100'), part('hp1', 20, '50')]

  test('are equal when their sums are', () => {
    expect(codes(source, [part('hp0', 25, '149'), part('hp1', 5, '1')])).toEqual([])
  })

  test('differ when their sums do, and are named by their root', () => {
    expect(codes(source, [part('hp0', 25, '149'), part('hp1', 4, '1')])).toEqual(['TABLE_ROWS_DIFFER public.hp'])
    expect(codes(source, [part('hp0', 25, '149'), part('hp1', 5, '2')])).toEqual(['TABLE_CONTENT_DIFFERS public.hp'])
    expect(codes(source, [part('hp0', 30, '150')])).toEqual(['TABLE_MISSING public.hp1'])
  })

  test('are known by the copy where an older set does not say it', () => {
    const older = source.map(withoutRoot)
    expect(codes(older, [part('hp0', 25, '149'), part('hp1', 5, '1')])).toEqual([])
  })

  test('are not called equal where one of them could not be read', () => {
    const unread = [part('hp0', 10, '100'), part('hp1', undefined, '', { unread: 'why' })]
    expect(codes(unread, [part('hp0', 10, '100'), part('hp1', 20, '50')])).toEqual(['TABLE_UNREAD public.hp'])
    expect(codes(source, unread)).toEqual(['CHECK_NOT_RUN public.hp'])
  })

  test('may hold the rows of dumped ones in ones that were not dumped', () => {
    const chosen = [part('hp0', 10, '100'), part('hp1', undefined, '', { data: false })]
    expect(codes(chosen, [part('hp0', 4, '40'), part('hp1', 6, '60')])).toEqual([])
  })

  test('are one by one where they are not such', () => {
    const fixed = [part('hp0', 10, '100'), part('hp1', 20, '50')].map(withoutRoot)
    const copy = [part('hp0', 20, '50'), part('hp1', 10, '100')].map(withoutRoot)
    expect(codes(fixed, copy)).toEqual(['TABLE_ROWS_DIFFER public.hp0', 'TABLE_ROWS_DIFFER public.hp1'])
  })
})

describe('a dump whose rows are loaded through a root', () => {
  const tables: TableEntry[] = [
    { ...root, kind: 'partitioned', data: false, bytes: 0 },
    part('hp0', 10, '100'),
    part('hp1', 20, '50'),
  ]
  const manifest = { tables, source: { extensions: [] }, largeObjects: null } as unknown as DumpedContents
  const contentsWith = (rows: [string, number][]) =>
    ({
      rows: new Map(rows),
      tables: new Set(['public.hp', 'public.hp0', 'public.hp1']),
      insertsByQuery: 0,
      largeObjects: { made: 0, filled: 0 },
    }) as unknown as ScriptContents
  const found = (rows: [string, number][]) =>
    compareWithManifest(contentsWith(rows), manifest, 'dump').findings.map(({ code, on }) => `${code} ${on}`)

  test('has as many as its partitions together', () => {
    expect(found([['public.hp', 30]])).toEqual([])
    expect(found([['public.hp', 29]])).toEqual(['ARCHIVE_ROWS_DIFFER public.hp'])
    expect(rowsByTable(tables, new Map([['public.hp', 30]])).get('public.hp1')).toBe(20)
    expect(rowsByTable(tables, new Map([['public.hp', 29]])).get('public.hp1')).toBeUndefined()
  })

  test('may have some of its partitions by themselves', () => {
    expect(found([['public.hp', 20], ['public.hp0', 10]])).toEqual([]) // prettier-ignore
    expect(found([['public.hp', 10], ['public.hp0', 10]])).toEqual(['ARCHIVE_ROWS_DIFFER public.hp']) // prettier-ignore
    expect(found([['public.hp0', 10]])).toEqual(['ARCHIVE_ENTRY_MISSING public.hp1'])
  })
})
