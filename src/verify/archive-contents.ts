import type { Manifest, TableEntry } from '../backup/manifest.js'
import { finding, type Finding } from '../findings.js'
import type { ScriptContents } from '../restore/sql-statements.js'
import { tableKey } from '../restore/table-key.js'

/** What a manifest says of its dump; a backup that is being made has this before it has a proof. */
export type DumpedContents = Pick<Manifest, 'tables' | 'source' | 'largeObjects' | 'dump'>

/**
 * Compares what a dump holds with what its manifest says the source had: every table's definition is there, the rows of
 * the chosen ones and of no others, and as many as were counted at the snapshot.
 *
 * @param name how findings call the dump where they are about no table
 */
export function compareWithManifest(
  contents: ScriptContents,
  manifest: DumpedContents,
  name: string,
): { findings: Finding[]; checks: string[] } {
  const withRows = manifest.tables.filter(hasRowsInDump)
  const counted = withRows.filter(({ rows }) => rows !== undefined)
  const loaded = loadedThroughRoots(manifest.tables, contents.rows)
  const findings = [
    ...manifest.tables.flatMap((table) => missing(table, contents, loaded, manifest)),
    ...counted.flatMap((table) => differing(table, contents)),
    ...[...loaded.values()].flatMap(({ root, parts }) => differingThrough(root, parts, contents)),
    ...extra(contents, new Set([...withRows.map(tableKey), ...loaded.keys()])),
    ...uncountable(contents, name),
    ...largeObjects(contents, manifest),
  ]
  const checks = [
    `the definitions of ${manifest.tables.length} tables and the rows of ${withRows.length} were looked for in it`,
    ...(counted.length > 0 ? [`the row counts of ${counted.length} tables were compared with the source's`] : []),
  ]
  return { findings, checks }
}

/** Partitioned tables have their rows in their partitions, and a materialized view is computed anew by a restore. */
function hasRowsInDump({ kind, data }: TableEntry): boolean {
  return data && kind === 'table'
}

/** A partitioned table whose rows are in the dump as its own, with the partitions that they were dumped from. */
export interface LoadedRoot {
  root: TableEntry
  parts: TableEntry[]
}

/**
 * Rows of partitions that pg_dump loads through their root (`--load-via-partition-root`, and always where another server
 * may hash them into another partition) are rows of the root in the dump, by its key.
 */
export function loadedThroughRoots(
  tables: readonly TableEntry[],
  rows: ReadonlyMap<string, number>,
): Map<string, LoadedRoot> {
  const known = new Map(tables.map((table) => [tableKey(table), table]))
  const loaded = new Map<string, LoadedRoot>()
  for (const table of tables) {
    if (!hasRowsInDump(table) || rows.has(tableKey(table))) continue
    const root = rootOf(table, known)
    if (root.kind !== 'partitioned' || !rows.has(tableKey(root))) continue
    const parts = loaded.get(tableKey(root))?.parts ?? []
    parts.push(table)
    loaded.set(tableKey(root), { root, parts })
  }
  return loaded
}

function rootOf(table: TableEntry, known: ReadonlyMap<string, TableEntry>): TableEntry {
  const parent = table.partitionOf === undefined ? undefined : known.get(tableKey(table.partitionOf))
  return parent === undefined ? table : rootOf(parent, known)
}

/**
 * The rows that a dump holds of each table, by its key. Of partitions that were loaded through their root only the sum is
 * known; where it is the source's, so is each.
 */
export function rowsByTable(tables: readonly TableEntry[], rows: ScriptContents['rows']): Map<string, number> {
  const found = new Map(rows)
  for (const { root, parts } of loadedThroughRoots(tables, rows).values()) {
    if (sumOfRows(parts) !== rows.get(tableKey(root))) continue
    for (const part of parts) found.set(tableKey(part), part.rows ?? 0)
  }
  return found
}

/** The rows of partitions together; undefined where one of them was not counted. */
export function sumOfRows(parts: readonly TableEntry[]): number | undefined {
  return parts.reduce<number | undefined>(
    (sum, { rows }) => (sum === undefined || rows === undefined ? undefined : sum + rows),
    0,
  )
}

function differingThrough(root: TableEntry, parts: readonly TableEntry[], { rows }: ScriptContents): Finding[] {
  const key = tableKey(root)
  const [found, expected] = [rows.get(key) ?? 0, sumOfRows(parts)]
  if (expected === undefined || found === expected) return []
  const where = `in ${parts.length} ${parts.length === 1 ? 'partition' : 'partitions'}`
  return [finding('ARCHIVE_ROWS_DIFFER', key, `${found} rows in the dump, ${expected} ${where} at the source`)]
}

function missing(
  table: TableEntry,
  { tables, rows }: ScriptContents,
  loaded: ReadonlyMap<string, LoadedRoot>,
  manifest: DumpedContents,
): Finding[] {
  const key = tableKey(table)
  const isLoaded = [...loaded.values()].some(({ parts }) => parts.includes(table))
  const [isDefined, hasRows] = [tables.has(key), rows.has(key) || isLoaded]
  const findings: Finding[] = []
  if (!isDefined && !mayComeWithAnExtension(table, hasRows, manifest)) {
    findings.push(finding('ARCHIVE_ENTRY_MISSING', key, 'its definition is not in the dump'))
  }
  if (hasRowsInDump(table) && !hasRows) {
    findings.push(finding('ARCHIVE_ENTRY_MISSING', key, 'its rows are not in the dump'))
  }
  return findings
}

/** The definition of an extension's own table is left to CREATE EXTENSION, only its rows are dumped. */
function mayComeWithAnExtension({ data }: TableEntry, hasRows: boolean, { source }: DumpedContents): boolean {
  return source.extensions.some(({ name }) => name !== 'plpgsql') && (hasRows || !data)
}

function differing(table: TableEntry, { rows }: ScriptContents): Finding[] {
  const key = tableKey(table)
  const [found, expected] = [rows.get(key), table.rows]
  if (found === undefined || found === expected) return []
  return [finding('ARCHIVE_ROWS_DIFFER', key, `${found} rows in the dump, ${expected ?? 0} at the source`)]
}

function extra({ rows }: ScriptContents, expected: ReadonlySet<string>): Finding[] {
  return [...rows]
    .filter(([key]) => !expected.has(key))
    .map(([key, count]) => finding('ARCHIVE_ENTRY_UNEXPECTED', key, `the dump holds ${count} rows of it`))
}

function uncountable({ insertsByQuery }: ScriptContents, name: string): Finding[] {
  if (insertsByQuery === 0) return []
  const found = `${insertsByQuery} INSERT statements take their rows from a query, which pg_dump never writes`
  return [finding('ARCHIVE_ENTRY_UNEXPECTED', name, found)]
}

function largeObjects({ largeObjects: { made, filled } }: ScriptContents, manifest: DumpedContents): Finding[] {
  const expected = manifest.largeObjects?.count ?? made
  if (made === expected && filled === expected) return []
  const found = `the dump makes ${made} and has the content of ${filled}, the source had ${expected}`
  return [finding('ARCHIVE_ENTRY_MISSING', 'large objects', found)]
}
