import { withAlerts } from '../alerts/alerting.js'
import type { Context } from '../context.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import type { Job } from '../platform/github.js'
import type { Report } from '../report/report.js'
import { assertArtifactAllowed, assertArtifactPossible } from './artifact-errors.js'
import { historyOf, restoreHistory, saveHistory } from './history.js'
import { listingsOf, withListingCache } from './listing-cache.js'
import { publishPage, publishSet, type Published, type PublishedInJob } from './publish.js'

/** Runs an operation; what goes wrong on its way is in the report. */
export type RunOperation = (operation: Operation, options: Options, context: Context) => Promise<Report>

/** Refuses what would only be found out after the backup: an artifact that may not be, or cannot be, uploaded. */
export function assertPublishable(
  operation: Operation,
  options: Options,
  job: Job | null,
  environment: Context['environment'],
): void {
  if (operation === 'backup' && job !== null) {
    assertArtifactAllowed({ visibility: job.visibility, encrypted: options.encryptTo.length > 0, options })
    assertArtifactPossible(environment, options)
  }
}

/**
 * The operation with what a job adds to it: alerts around it, the log of earlier runs before, the upload of the set after;
 * and the page last, which tells of all that.
 */
export async function operateInJob(
  operation: Operation,
  options: Options,
  job: Job | null,
  context: Context,
  runOperation: RunOperation,
): Promise<PublishedInJob> {
  const { report, artifactId } = await withAlerts({ operation, options }, context, () =>
    operateAndUpload(operation, options, job, context, runOperation),
  )
  const filed = await publishPage(report, { options, job, context })
  return { ...filed, ...(artifactId !== undefined && { artifactId }) }
}

async function operateAndUpload(
  operation: Operation,
  options: Options,
  job: Job | null,
  context: Context,
  runOperation: RunOperation,
): Promise<Published> {
  const { logger, clock } = context
  const history = historyOf(job, options, context)
  if (history !== null) {
    await logger.step('Reading the log of earlier runs', () => restoreHistory(history, context))
  }
  const done = await withListingCache(listingsOf(job, options), job, context, (all) =>
    runOperation(operation, options, all),
  )
  if (history !== null && job !== null) {
    await logger.step('Keeping the log for later runs', () => saveHistory(history, job, clock.now(), context))
  }
  return publishSet(done, { options, job, context })
}
