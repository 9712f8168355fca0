import type { Manifest } from '../../backup/manifest.js'
import { finding, type Finding } from '../../findings.js'
import { counted } from '../../units.js'
import { rowsByTable } from '../metrics.js'
import { hidesNames, type EarlierSet } from './history.js'
import { LEAST_ROWS_LOST } from './rows.js'

/** A table that keeps no more than this share of its rows is as good as lost. */
const SHARE_LEFT = 0.2

/** So many tables must be lost, and half of those that had rows: one that is lost is told by itself. */
const LEAST_TABLES_LOST = 2

/** So many that are lost weigh, however few rows they had. */
const MANY_TABLES = 3

type Rows = ReadonlyMap<string, number>

/**
 * Whether a set holds far less than the last proven one, and than every earlier set that is known: most tables are gone,
 * empty, or nearly so. Mostly another database is backed up than before, or another choice of tables.
 */
export function shrunkFindings(manifest: Manifest, history: readonly EarlierSet[]): Finding[] {
  const [newest] = history
  if (newest === undefined) return []
  const now: Rows = new Map(Object.entries(rowsByTable(manifest)))
  const hasBeenSo = history.some(({ rows }) => total(rows) <= total(now))
  if (hasBeenSo || !isFarLess(now, newest.rows, hidesNames(manifest))) return []
  const since = `${manifest.type}/${newest.id}`
  const found = `it holds ${words(now)}, and ${since} held ${words(newest.rows)}`
  return [finding('SET_SHRUNK', `${manifest.type}/${manifest.id}`, found)]
}

function isFarLess(now: Rows, before: Rows, namesHidden: boolean): boolean {
  const lost = namesHidden ? filled(before) - filled(now) : lostTables(now, before)
  const rowsLost = total(before) - total(now)
  const isMuch = total(now) === 0 || rowsLost >= LEAST_ROWS_LOST || lost >= MANY_TABLES
  return isMuch && lost >= LEAST_TABLES_LOST && lost * 2 >= filled(before) && rowsLost * 2 >= total(before)
}

function lostTables(now: Rows, before: Rows): number {
  return [...before].filter(([table, rows]) => rows > 0 && (now.get(table) ?? 0) <= rows * SHARE_LEFT).length
}

function filled(rows: Rows): number {
  return [...rows.values()].filter((count) => count > 0).length
}

function total(rows: Rows): number {
  return [...rows.values()].reduce((sum, count) => sum + count, 0)
}

function words(rows: Rows): string {
  return `${counted(total(rows), 'row')} in ${counted(rows.size, 'table')}`
}
