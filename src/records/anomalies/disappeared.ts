import { displayName, type Manifest, type TableEntry } from '../../backup/manifest.js'
import { finding, type Finding } from '../../findings.js'
import { counted } from '../../units.js'
import { LEAST_ROWS_LOST, LEAST_SHARE_LOST } from './rows.js'
import { keyOf, tablesWithRows } from './tables.js'

/** A set with the columns of its tables, by `keyOf`; null where they are not known. */
export interface DescribedSet {
  manifest: Manifest
  columns: ReadonlyMap<string, string> | null
}

/**
 * Tables whose rows an earlier set holds and this one does not: dropped, renamed, or left out by the options. Where
 * another table has come that looks like one of them, that is said.
 *
 * @param since the earlier set: `daily/20261123T020000Z`
 */
export function disappearedFindings(now: DescribedSet, earlier: DescribedSet, since: string): Finding[] {
  const known = new Map(now.manifest.tables.map((table) => [keyOf(table), table]))
  const before = new Set(earlier.manifest.tables.map(keyOf))
  const fresh = tablesWithRows(now.manifest).filter((table) => !before.has(keyOf(table)))
  const successorOf = successorsAmong(fresh, now, earlier)
  return tablesWithRows(earlier.manifest).flatMap((table): Finding[] => {
    const there = known.get(keyOf(table))
    if (there === undefined) return [gone(table, since, { known, successor: successorOf(table) })]
    return there.kind === 'table' && there.data ? [] : [withoutRows(table, there, since)]
  })
}

interface Successor {
  table: TableEntry
  isSame: boolean
}

function gone(
  table: TableEntry,
  since: string,
  { known, successor }: { known: ReadonlyMap<string, TableEntry>; successor: Successor | undefined },
): Finding {
  const on = displayName(table)
  const held = table.rows === undefined ? `was in ${since}` : `held ${counted(table.rows, 'row')} in ${since}`
  if (successor?.isSame === true) {
    return asInfo(
      finding('TABLE_DISAPPEARED', on, `it ${held}; ${displayName(successor.table)} holds exactly these now`),
    )
  }
  if (successor !== undefined) {
    const { rows } = successor.table
    const amount = rows === undefined ? '' : ` and ${counted(rows, 'row')}`
    const found = `it ${held} and is gone; ${displayName(successor.table)} appeared with the same columns${amount}`
    return finding(
      'TABLE_DISAPPEARED',
      on,
      found,
      'If it was renamed, nothing. Otherwise bring it back from the earlier set.',
    )
  }
  const { partitionOf } = table
  if (partitionOf !== undefined && known.has(keyOf(partitionOf))) {
    const found = `it ${held} and is gone; it was a partition of ${displayName(partitionOf)}, which is still there`
    return asInfo(finding('TABLE_DISAPPEARED', on, found))
  }
  return finding('TABLE_DISAPPEARED', on, `it ${held} and is gone from the database`)
}

/** It is still in the database, and its rows are not in the set. */
function withoutRows(table: TableEntry, there: TableEntry, since: string): Finding {
  const on = displayName(table)
  if (there.kind !== 'table') {
    return asInfo(finding('TABLE_DISAPPEARED', on, `it was a table in ${since} and is a ${KINDS[there.kind]} now`))
  }
  const found = `its rows were in ${since} and are not in this set; the table is still in the database`
  return finding(
    'TABLE_DISAPPEARED',
    on,
    found,
    'If tables or exclude-tables were not changed on purpose, correct them.',
  )
}

const KINDS = {
  partitioned: 'partitioned table',
  'materialized-view': 'materialized view',
  foreign: 'foreign table',
} as const

/** Finds the new table that is most likely a given one under another name. */
function successorsAmong(
  fresh: readonly TableEntry[],
  now: DescribedSet,
  earlier: DescribedSet,
): (table: TableEntry) => Successor | undefined {
  const byContent = grouped(fresh, contentOf)
  const byColumns = grouped(fresh, (table) => now.columns?.get(keyOf(table)))
  return (table) => {
    const [same] = byContent.get(contentOf(table)) ?? []
    if (same !== undefined) return { table: same, isSame: true }
    const alike = byColumns.get(earlier.columns?.get(keyOf(table)))?.slice(0, MOST_CANDIDATES)
    const like = alike?.find((other) => isAsLarge(table, other))
    return like === undefined ? undefined : { table: like, isSame: false }
  }
}

/** Of thousands of tables with the same columns any one is as likely as the others. */
const MOST_CANDIDATES = 100

/** Fingerprints are over the columns by name, so two tables with the same rows and columns have the same. */
function contentOf({ rows, fingerprint }: TableEntry): string | undefined {
  return fingerprint === undefined || rows === undefined || rows === 0 ? undefined : `${rows} ${fingerprint}`
}

/** What has no key is in no group. */
function grouped(
  tables: readonly TableEntry[],
  by: (table: TableEntry) => string | undefined,
): Map<string | undefined, TableEntry[]> {
  const groups = new Map<string | undefined, TableEntry[]>()
  for (const table of tables) {
    const key = by(table)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [table])
    else group.push(table)
  }
  return groups
}

function isAsLarge({ rows: a }: TableEntry, { rows: b }: TableEntry): boolean {
  return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.max(LEAST_ROWS_LOST, a * LEAST_SHARE_LOST)
}

function asInfo(one: Finding): Finding {
  return { ...one, severity: 'info' }
}
