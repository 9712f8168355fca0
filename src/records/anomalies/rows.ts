import { finding, type Finding } from '../../findings.js'
import { counted, formatCount, formatShare } from '../../units.js'
import { median, usualDistance } from './spread.js'

/** Losses of fewer rows are not told, whatever share they are: small tables live by hand. */
export const LEAST_ROWS_LOST = 50

/** The share of its rows that a table must lose. */
export const LEAST_SHARE_LOST = 0.2

/** The same where fewer than `SETS_TO_KNOW` earlier sets tell how the table behaves. */
export const LEAST_SHARE_LOST_UNKNOWN = 0.5

/** From how many earlier sets on the behaviour of a table is taken for known. */
export const SETS_TO_KNOW = 3

/** Rows of one table: now, and in the earlier sets that had it, the newest first. */
export interface TableHistory {
  /** As a person writes it: `public.animals`. */
  on: string
  rows: number
  earlier: readonly number[]
  /** The set that `earlier` begins with: `daily/20261123T020000Z`. */
  since: string
}

/**
 * What is unusual about the rows of a table now.
 *
 * A table that was emptied is always told: as information where it has been empty before, like a queue. Other losses are
 * told when they are large (`LEAST_ROWS_LOST`, `LEAST_SHARE_LOST`), and unusual: the table has never lost that much from
 * one set to the next, or it lies below all that its earlier rows were and further below their median than they vary.
 */
export function rowFindings({ on, rows, earlier, since }: TableHistory): Finding[] {
  const [before] = earlier
  if (before === undefined || rows >= before) return []
  if (rows === 0) return [emptied(on, before, earlier, since)]
  return isLarge(before, rows, earlier.length) && isUnusual(rows, earlier)
    ? [finding('TABLE_ROWS_DROPPED', on, dropped(rows, before, since))]
    : []
}

function emptied(on: string, before: number, earlier: readonly number[], since: string): Finding {
  const found = `it is empty now and held ${counted(before, 'row')} in ${since}`
  const times = earlier.filter((rows) => rows === 0).length
  return times === 0
    ? finding('TABLE_EMPTIED', on, found)
    : {
        ...finding(
          'TABLE_EMPTIED',
          on,
          `${found}; it was empty in ${formatCount(times)} of ${counted(earlier.length, 'earlier set')}`,
        ),
        severity: 'info',
      }
}

function dropped(rows: number, before: number, since: string): string {
  const lost = before - rows
  return `it holds ${counted(rows, 'row')}, ${formatCount(lost)} (${formatShare(lost / before)}) fewer than in ${since}`
}

function isLarge(before: number, now: number, known: number): boolean {
  const share = known < SETS_TO_KNOW ? LEAST_SHARE_LOST_UNKNOWN : LEAST_SHARE_LOST
  return before - now >= Math.max(LEAST_ROWS_LOST, before * share)
}

function isUnusual(rows: number, earlier: readonly number[]): boolean {
  const hasLostMuch = earlier.some((now, index) => {
    const before = earlier[index + 1]
    return before !== undefined && isLarge(before, now, earlier.length)
  })
  return !hasLostMuch || (rows < Math.min(...earlier) && rows < median(earlier) - usualDistance(earlier))
}
