import { appendFile } from 'node:fs/promises'
import { withAlerts } from '../alerts/alerting.js'
import { tellAlerts } from '../alerts/tell.js'
import type { Context, Logger } from '../context.js'
import { LifeboatError, exitCodeOf, messageOf, messagesOf, type ExitCode } from '../errors.js'
import type { Operation } from '../option-list.js'
import { buildOptions, type Options } from '../options.js'
import { withContext } from '../platform/context.js'
import { jobOf, type Job } from '../platform/github.js'
import { optionSources } from '../platform/option-sources.js'
import { sweepWorkspaces } from '../platform/workspace.js'
import { startLeftServices } from '../restore/services.js'
import { outputsOf } from '../report/outputs.js'
import { exitCodeFor, type Report } from '../report/report.js'
import { summaryOf } from '../report/summary.js'
import { closingLines } from '../report/terminal.js'
import { assertArtifactAllowed, assertArtifactPossible } from './artifact-errors.js'
import { historyOf, restoreHistory, saveHistory } from './history.js'
import { readInputs } from './inputs.js'
import { listingsOf, withListingCache } from './listing-cache.js'
import { setOutputs } from './outputs.js'
import { publishPage, publishSet, type Published } from './publish.js'
import { redactDeep } from '../platform/redact-deep.js'
import { markMain } from './state.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs an operation; what goes wrong on its way is in the report. */
export type RunOperation = (operation: Operation, options: Options, context: Context) => Promise<Report>

export interface Run {
  environment: Environment
  logger: Logger
  runOperation: RunOperation
}

/** What the main step does. Returns what the process should end with. */
export async function runMain({ environment, logger, runOperation }: Run): Promise<ExitCode> {
  markMain()
  try {
    const inputs = readInputs(environment)
    inputs.secrets.forEach((secret) => {
      logger.hide(secret)
    })
    const workingDirectory = environment.GITHUB_WORKSPACE ?? process.cwd()
    const options = buildOptions(await optionSources(inputs.options, environment, workingDirectory))
    const job = jobOf(environment)
    if (inputs.operation === 'backup' && job !== null) {
      assertArtifactAllowed({ visibility: job.visibility, encrypted: options.encryptTo.length > 0, options })
      assertArtifactPossible(environment, options)
    }
    return await withContext({ logger, environment, workingDirectory }, (context) =>
      runInJob(inputs.operation, options, job, context, runOperation),
    )
  } catch (error) {
    return explain(error, logger)
  }
}

/** What the post step does: it removes what a main step that was killed could not, and starts the services it stopped. */
export async function runPost({ environment, logger }: Pick<Run, 'environment' | 'logger'>): Promise<ExitCode> {
  try {
    for (const folder of await sweepWorkspaces({ environment })) {
      logger.info(`Removed ${folder}, which a step that was stopped had left behind.`)
    }
    const workingDirectory = environment.GITHUB_WORKSPACE ?? process.cwd()
    await withContext({ logger, environment, workingDirectory }, startLeftServices)
    return 0
  } catch (error) {
    return explain(error, logger)
  }
}

async function runInJob(
  operation: Operation,
  options: Options,
  job: Job | null,
  context: Context,
  runOperation: RunOperation,
): Promise<ExitCode> {
  const { logger } = context
  const { report: told, artifactId } = await withAlerts({ operation, options }, context, () =>
    operateAndUpload(operation, options, job, context, runOperation),
  )
  const { report, reportPath } = await publishPage(told, { options, job, context })
  setOutputs(
    {
      ...outputsOf(report),
      ...(reportPath !== undefined && { 'report-path': reportPath }),
      ...(artifactId !== undefined && { 'artifact-id': artifactId }),
    },
    (text) => logger.redact(text),
  )
  await writeSummary(report, context)
  tellEnd(report, logger)
  return exitCodeFor(report)
}

/** The operation with what a job adds to it: the log of earlier runs before, the upload of the set after. */
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

/** The summary of the step; a runner that takes none is no reason to fail. */
async function writeSummary(report: Report, { logger, environment }: Context): Promise<void> {
  const file = environment.GITHUB_STEP_SUMMARY ?? ''
  const redact = (text: string) => logger.redact(text)
  try {
    if (file !== '') {
      await appendFile(file, redact(summaryOf(redactDeep(report, redact))))
    }
  } catch (error) {
    logger.warning(`The job summary could not be written. ${messageOf(error)}`)
  }
}

/** The last lines of the log; alerts become annotations. */
function tellEnd(report: Report, logger: Logger): void {
  tellAlerts(report, logger)
  if (report.failure !== undefined) {
    logger.error([report.failure.message, ...report.failure.causes.map((cause) => `Cause: ${cause}`)].join('\n'))
  }
  closingLines(report).forEach((line) => {
    logger.info(line)
  })
}

/** Says what was thrown, for a person; where it was thrown interests only who debugs. */
export function explain(error: unknown, logger: Logger): ExitCode {
  const told = messagesOf(error)
  logger.error(
    (error instanceof LifeboatError ? told : ['An unexpected error, please report it.', ...told]).join('\nCause: '),
  )
  if (error instanceof Error && error.stack !== undefined) {
    logger.debug(error.stack)
  }
  return exitCodeOf(error)
}
