import type { Logger } from '../context.js'
import { LEVELS } from '../records/alert-rules.js'
import type { Report } from '../report/report.js'
import { closingLines } from '../report/terminal.js'

/**
 * Tells the alerts in the log, the heaviest first; in a job they become annotations. GitHub shows only ten warnings of a
 * step, but why a run ends as failed is an error, which is counted apart.
 */
export function tellAlerts({ alerts, failedOn }: Pick<Report, 'alerts' | 'failedOn'>, logger: Logger): void {
  if (failedOn !== undefined) {
    logger.error(failedOn)
  }
  for (const { level, message } of LEVELS.flatMap((level) => alerts.filter((alert) => alert.level === level))) {
    if (level === 'info') {
      logger.info(message)
    } else {
      logger.warning(`${level === 'critical' ? 'Critical: ' : ''}${message}`)
    }
  }
}

/** The last lines of the log: the alerts, why it ended early where it did, what came of it. */
export function tellEnd(report: Report, logger: Logger, look: { withTable?: boolean } = {}): void {
  tellAlerts(report, logger)
  if (report.failure !== undefined) {
    logger.error([report.failure.message, ...report.failure.causes.map((cause) => `Cause: ${cause}`)].join('\n'))
  }
  closingLines(report, look).forEach((line) => {
    logger.info(line)
  })
}
