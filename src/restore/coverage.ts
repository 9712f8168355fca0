import { displayName, type Manifest, type TableEntry } from '../backup/manifest.js'
import { matchesPattern, parseTablePattern } from '../backup/table-pattern.js'

/** Which tables' rows a restore is about: patterns; no `tables` means every table. */
export interface Wanted {
  tables: readonly string[]
  /** Tables that may be without rows. */
  excludeTables: readonly string[]
}

/** The tables whose rows are wanted and are not in the set, in words; null when it has them all. */
export function missingRows(manifest: Pick<Manifest, 'tables'>, { tables, excludeTables }: Wanted): string | null {
  const isWanted = tables.length === 0 ? () => true : matcher(tables)
  const isAccepted = matcher(excludeTables)
  const empty = manifest.tables.filter(
    (table) => table.kind === 'table' && !table.data && isWanted(table) && !isAccepted(table),
  )
  if (empty.length === 0) {
    return null
  }
  const named = empty.slice(0, 5).map(displayName).join(', ')
  const more = empty.length > 5 ? ` and ${empty.length - 5} more` : ''
  return `it does not hold the rows of ${named}${more}`
}

function matcher(patterns: readonly string[]): (table: TableEntry) => boolean {
  const parsed = patterns.map(parseTablePattern).filter((pattern) => pattern !== null)
  return (table) => parsed.some((pattern) => matchesPattern(pattern, table, ['public']))
}
