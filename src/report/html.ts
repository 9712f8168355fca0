import { EVERYTHING } from './content.js'
import { pageWith } from './page.js'
import type { Report } from './report.js'
import { contentOf } from './sections.js'
import { formatInstant } from '../units.js'

/** The report of one operation as a page of its own. */
export function pageOf(report: Report): string {
  return pageWith(
    {
      title: `${report.operation} of ${report.series}: ${outcomeOf(report)}`,
      heading: `${report.operation} of`,
      name: report.series,
      made: `for the operation of ${formatInstant(report.startedAt)}`,
    },
    contentOf(report, EVERYTHING),
    EVERYTHING,
  )
}

function outcomeOf(report: Report): string {
  return report.failure === undefined ? (report.proof?.outcome ?? 'done') : 'failed'
}
