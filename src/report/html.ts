import { EVERYTHING } from './content.js'
import { fleetLines } from './fleet-facts.js'
import { pageWith, type PageFrame } from './page.js'
import type { Report } from './report.js'
import { contentOf } from './sections.js'
import { counted, formatInstant } from '../units.js'

/** The report of one operation as a page of its own. */
export function pageOf(report: Report): string {
  return pageWith(
    {
      ...titleOf(report),
      made: `for the operation of ${formatInstant(report.startedAt)}`,
    },
    contentOf(report, EVERYTHING),
    EVERYTHING,
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
