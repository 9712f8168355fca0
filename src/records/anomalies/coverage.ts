import { matchesPattern, parseTablePattern } from '../../backup/table-pattern.js'
import { displayName, type Manifest, type TableEntry } from '../../backup/manifest.js'
import { finding, type Finding } from '../../findings.js'
import { hidesNames } from './history.js'
import { keyOf } from './tables.js'

/** What a pattern without a schema is taken to speak of: the search path of an earlier backup is not recorded. */
const USUAL_SEARCH_PATH = ['public']

/**
 * Tables whose rows no type takes: neither the set at hand, nor the newest set of any other type in the store. Of a table
 * that is newer than that set, the choice of tables of the set decides.
 *
 * @param others the newest set of each other type
 */
export function coverageFindings(manifest: Manifest, others: readonly Manifest[]): Finding[] {
  const all = [manifest, ...others]
  // Which tables such a set leaves out cannot be said.
  if (all.some(hidesNames)) return []
  const coverages = others.map(coverageOf)
  const isExcluded = matcherOf(all.flatMap(({ options }) => options.excludeTables))
  const types = all.map(({ type }) => type)
  return manifest.tables
    .filter(({ kind, data }) => kind === 'table' && !data)
    .filter((table) => !coverages.some((takes) => takes(table)))
    .map((table) => notCovered(table, types, isExcluded))
}

type Takes = (table: TableEntry) => boolean

function coverageOf({ tables, options }: Manifest): Takes {
  const known = new Map(tables.map((table) => [keyOf(table), table.data]))
  const isChosen = options.tables.length === 0 ? () => true : matcherOf(options.tables)
  const isExcluded = matcherOf(options.excludeTables)
  return (table) => known.get(keyOf(table)) ?? (isChosen(table) && !isExcluded(table))
}

function notCovered(table: TableEntry, types: readonly string[], isExcluded: Takes): Finding {
  const found = `no type in this store takes its rows (${[...types].sort().join(', ')})`
  const one = finding('TABLE_NOT_COVERED', displayName(table), found)
  return isExcluded(table) ? { ...one, found: `${found}; exclude-tables leaves it out`, severity: 'info' } : one
}

function matcherOf(texts: readonly string[]): Takes {
  const patterns = texts.map(parseTablePattern).filter((pattern) => pattern !== null)
  return (table) => patterns.some((pattern) => matchesPattern(pattern, table, USUAL_SEARCH_PATH))
}
