import { finding, type Finding } from '../findings.js'
import type { ForeignKey } from '../postgres/foreign-keys.js'
import { matchesPattern, parseTablePattern, type TablePattern } from './table-pattern.js'

/** What the choice needs to know of a table. */
export interface ChoosableTable {
  oid: number
  schema: string
  name: string
  /** Oids of the partitioned tables or inheritance parents directly above it. */
  parents: readonly number[]
}

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
  const expand = (patterns: readonly string[], option: string) =>
    withDescendants(tables, matchAll(tables, patterns, searchPath, option, findings))
  const included = include.length === 0 ? new Set(tables.map(({ oid }) => oid)) : expand(include, 'tables')
  const excluded = expand(exclude, 'exclude-tables')
  const chosen = new Set([...included].filter((oid) => !excluded.has(oid)))
  const loose = foreignKeys.filter(({ from, to }) => chosen.has(from) && !chosen.has(to))
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

function withDescendants(tables: readonly ChoosableTable[], roots: ReadonlySet<number>): Set<number> {
  const children = new Map<number, number[]>()
  for (const { oid, parents } of tables) {
    for (const parent of parents) {
      children.set(parent, [...(children.get(parent) ?? []), oid])
    }
  }
  const all = new Set(roots)
  for (const oid of all) {
    // A set grows while it is walked, so children of children are reached too.
    children.get(oid)?.forEach((child) => all.add(child))
  }
  return all
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
