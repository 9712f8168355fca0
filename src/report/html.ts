import { EVERYTHING, type Limits } from './content.js'
import { fleetLines } from './fleet-facts.js'
import { pageWith, type PageFrame } from './page.js'
import type { Report } from './report.js'
import { contentOf } from './sections.js'
import { counted, formatInstant } from '../units.js'

/** Bytes of the page of a period, which is sent around and opened on phones. */
export const PAGE_BUDGET = 2_000_000

/** So many tables are always listed. */
const FEWEST_TABLES = 100

/**
 * The report of one operation as a page of its own. It has every table of a set; of a period those that changed the most,
 * as many as there is room for, and the rest is counted.
 */
export function pageOf(report: Report): string {
  const whole = render(report, EVERYTHING)
  return report.statistics === undefined ? whole : withinBudget(whole, report, report.statistics.growth.length)
}

function withinBudget(page: string, report: Report, tables: number): string {
  return Buffer.byteLength(page) <= PAGE_BUDGET || tables <= FEWEST_TABLES
    ? page
    : withinBudget(render(report, { ...EVERYTHING, tables: Math.ceil(tables / 2) }), report, Math.ceil(tables / 2))
}

function render(report: Report, limits: Limits): string {
  return pageWith(
    {
      ...titleOf(report),
      made: `for the operation of ${formatInstant(report.startedAt)}`,
    },
    contentOf(report, limits),
    limits,
  )
}

function titleOf(report: Report): Pick<PageFrame, 'title' | 'heading' | 'name'> {
  const { operation, series } = report
  const title = `${operation} of ${series}: ${outcomeOf(report)}`
  if (report.fleet === undefined) {
    return { title, heading: `${operation} of`, name: series }
  }
  const about = `${operation} of ${counted(fleetLines(report.fleet).length, 'database')}`
  return { title: about, heading: about }
}

function outcomeOf(report: Report): string {
  return report.failure === undefined ? (report.proof?.outcome ?? 'done') : 'failed'
}
