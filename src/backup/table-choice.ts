import { finding, type Finding } from '../findings.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import type { ForeignKey } from '../postgres/foreign-keys.js'
import { matchesPattern, parseTablePattern, type TablePattern } from './table-pattern.js'

/** What the choice needs to know of a table. */
export type ChoosableTable = Pick<TableFacts, 'oid' | 'schema' | 'name' | 'partitionOf' | 'inherits'>

export interface Choice {
  /** Oids of the tables whose data is backed up. */
  chosen: ReadonlySet<number>
  /** Foreign keys from chosen tables to tables whose data stays out. */
  loose: ForeignKey[]
  findings: Finding[]
}

/**
 * Which tables' data a backup takes. A chosen table brings its partitions and children; an excluded one takes them out.
 *
 * @param include patterns of the option `tables`; none means every table
 * @param exclude patterns of `exclude-tables`
 * @param searchPath schemas that patterns without a schema speak of
 */
export function chooseTables(
  tables: readonly ChoosableTable[],
  foreignKeys: readonly ForeignKey[],
  {
    include,
    exclude,
    searchPath,
  }: { include: readonly string[]; exclude: readonly string[]; searchPath: readonly string[] },
): Choice {
  const findings: Finding[] = []
  const families = childrenByParent(tables, ({ partitionOf, inherits }) => [...inherits, ...listOf(partitionOf)])
  const expand = (patterns: readonly string[], option: string) =>
    withDescendants(families, matchAll(tables, patterns, searchPath, option, findings))
  const included = include.length === 0 ? new Set(tables.map(({ oid }) => oid)) : expand(include, 'tables')
  const excluded = expand(exclude, 'exclude-tables')
  const chosen = new Set([...included].filter((oid) => !excluded.has(oid)))
  // The rows of a partitioned table are in its partitions; the children of an inheritance parent have no part in its keys.
  const partitions = childrenByParent(tables, ({ partitionOf }) => listOf(partitionOf))
  const rowsOf = (oid: number) => [...withDescendants(partitions, new Set([oid]))]
  const isChosen = (oid: number) => chosen.has(oid)
  const loose = foreignKeys.filter(({ from, to }) => rowsOf(from).some(isChosen) && !rowsOf(to).every(isChosen))
  return { chosen, loose, findings: [...findings, ...loose.map((key) => leftOut(key, tables))] }
}

function matchAll(
  tables: readonly ChoosableTable[],
  patterns: readonly string[],
  searchPath: readonly string[],
  option: string,
  findings: Finding[],
): Set<number> {
  const matched = new Set<number>()
  for (const text of patterns) {
    const pattern = parseTablePattern(text)
    const hits = pattern === null ? [] : tables.filter((table) => matchesPattern(pattern, table, searchPath))
    for (const { oid } of hits) {
      matched.add(oid)
    }
    if (hits.length === 0) {
      findings.push(finding('TABLE_NOT_FOUND', text, notFound(option, pattern, searchPath)))
    }
  }
  return matched
}

function notFound(option: string, pattern: TablePattern | null, searchPath: readonly string[]): string {
  if (pattern === null) {
    return `this pattern in ${option} cannot be read: a quote is left open, or it has too many parts`
  }
  const where = pattern.schema === null ? ` in the schemas of the search path (${searchPath.join(', ')})` : ''
  return `this pattern in ${option} matches no table${where}`
}

function withDescendants(children: ReadonlyMap<number, readonly number[]>, roots: ReadonlySet<number>): Set<number> {
  const all = new Set(roots)
  for (const oid of all) {
    // A set grows while it is walked, so children of children are reached too.
    children.get(oid)?.forEach((child) => all.add(child))
  }
  return all
}

interface TableName {
  schema: string
  name: string
}

function childrenByParent(
  tables: readonly ChoosableTable[],
  parentsOf: (table: ChoosableTable) => readonly TableName[],
): Map<number, number[]> {
  const oids = new Map(tables.map((table) => [keyOf(table), table.oid]))
  const children = new Map<number, number[]>()
  for (const table of tables) {
    for (const above of parentsOf(table)) {
      const parent = oids.get(keyOf(above))
      if (parent !== undefined) {
        children.set(parent, [...(children.get(parent) ?? []), table.oid])
      }
    }
  }
  return children
}

function listOf(parent: TableName | undefined): TableName[] {
  return parent === undefined ? [] : [parent]
}

function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema, name])
}

function leftOut({ name, from, to }: ForeignKey, tables: readonly ChoosableTable[]): Finding {
  const nameOf = (oid: number) => {
    const table = tables.find((candidate) => candidate.oid === oid)
    return table === undefined ? `table ${oid}` : `${table.schema}.${table.name}`
  }
  return finding(
    'REFERENCED_TABLE_LEFT_OUT',
    nameOf(from),
    `its foreign key ${name} points to ${nameOf(to)}, whose data is not in the backup`,
    `Add ${nameOf(to)} to tables, or know that ${name} is NOT VALID after a restore until the rows of ${nameOf(to)} are there.`,
  )
}
