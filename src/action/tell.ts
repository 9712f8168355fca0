import { appendFile } from 'node:fs/promises'
import type { Context, Logger } from '../context.js'
import { exitCodeOf, explanationOf, messageOf, type ExitCode } from '../errors.js'
import { redactDeep } from '../platform/redact-deep.js'
import type { Report } from '../report/report.js'
import { SUMMARY_BUDGET, summaryOf } from '../report/summary.js'

/** The summary of the step; a runner that takes none is no reason to fail. What comes first has all the room it needs. */
export async function writeSummary(
  reports: readonly Report[],
  { logger, environment }: Pick<Context, 'logger' | 'environment'>,
): Promise<void> {
  const file = environment.GITHUB_STEP_SUMMARY ?? ''
  try {
    if (file !== '') {
      await appendFile(file, summariesOf(reports, logger))
    }
  } catch (error) {
    logger.warning(`The job summary could not be written. ${messageOf(error)}`)
  }
}

function summariesOf(reports: readonly Report[], logger: Logger): string {
  const redact = (text: string) => logger.redact(text)
  let left = SUMMARY_BUDGET
  return reports
    .map((report, index) => {
      const budget = index === 0 ? left : Math.floor(left / (reports.length - index))
      const summary = redact(summaryOf(redactDeep(report, redact), budget))
      left -= Buffer.byteLength(summary)
      return summary
    })
    .join('\n')
}

/** Says what was thrown, for a person; where it was thrown interests only who debugs. */
export function explain(error: unknown, logger: Logger): ExitCode {
  logger.error(explanationOf(error))
  if (error instanceof Error && error.stack !== undefined) {
    logger.debug(error.stack)
  }
  return exitCodeOf(error)
}
