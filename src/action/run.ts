import { tellEnd } from '../alerts/tell.js'
import { loadConfiguration } from '../config/configuration.js'
import type { Context, Logger } from '../context.js'
import type { ExitCode } from '../errors.js'
import { isOfSeveral } from '../fleet/choice.js'
import { isWhole, runWhole } from '../fleet/whole.js'
import { withContext, type Surroundings } from '../platform/context.js'
import { jobOf } from '../platform/github.js'
import { sweepWorkspaces } from '../platform/workspace.js'
import { startLeftServices } from '../restore/services.js'
import { outputsOf } from '../report/outputs.js'
import { exitCodeFor, type Report } from '../report/report.js'
import { parseEnvironment } from './environment-input.js'
import { readInputs, type Inputs } from './inputs.js'
import { assertPublishable, operateInJob, type RunOperation } from './operate.js'
import { setOutputs } from './outputs.js'
import { publishPage, type PublishedInJob } from './publish.js'
import { runSeveral } from './several.js'
import { markMain } from './state.js'
import { explain, writeSummary } from './tell.js'

export { explain, type RunOperation }

type Environment = Readonly<Record<string, string | undefined>>

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
    const surroundings = {
      logger,
      environment: { ...environment, ...inputs.environment },
      workingDirectory: environment.GITHUB_WORKSPACE ?? process.cwd(),
    }
    return await runInputs(inputs, surroundings, runOperation)
  } catch (error) {
    return explain(error, logger)
  }
}

/** What the post step does: it removes what a main step that was killed could not, and starts the services it stopped. */
export async function runPost({ environment, logger }: Pick<Run, 'environment' | 'logger'>): Promise<ExitCode> {
  try {
    for (const folder of (await sweepWorkspaces({ environment })).removed) {
      logger.info(`Removed ${folder}, which a step that was stopped had left behind.`)
    }
    const workingDirectory = environment.GITHUB_WORKSPACE ?? process.cwd()
    const own = parseEnvironment(environment.INPUT_ENVIRONMENT ?? '')
    Object.values(own).forEach((secret) => {
      logger.hide(secret)
    })
    const surroundings = { logger, environment: { ...environment, ...own }, workingDirectory }
    await withContext(surroundings, startLeftServices)
    return 0
  } catch (error) {
    return explain(error, logger)
  }
}

/** One database, several one after another, or what is about all of them at once. */
async function runInputs(
  { operation, options: given }: Inputs,
  surroundings: Surroundings,
  runOperation: RunOperation,
): Promise<ExitCode> {
  const { environment, workingDirectory } = surroundings
  const configuration = await loadConfiguration(given, environment, workingDirectory)
  const common = configuration.commonOptions({ operation })
  const job = jobOf(environment)
  if (isWhole(operation, common)) {
    return withContext({ ...surroundings, timeLimit: common.timeLimit }, async (context) => {
      const report = await runWhole(operation, configuration, common, context)
      return tell(await publishPage(report, { options: common, job, context }), [], context)
    })
  }
  if (isOfSeveral(common)) {
    return withContext(surroundings, async (context) => {
      const several = { operation, configuration, common, job, runOperation }
      const { report, reports } = await runSeveral(several, context)
      // Other jobs of the run work on other databases; the artifacts of a run must have different names.
      return tell(await publishPage(report, { options: common, job: null, context }), reports, context)
    })
  }
  const options = configuration.optionsFor({ operation })
  assertPublishable(operation, options, job, environment)
  return withContext({ ...surroundings, timeLimit: options.timeLimit }, async (context) =>
    tell(await operateInJob(operation, options, job, context, runOperation), [], context),
  )
}

/** Sets the outputs, writes the summary and the last lines of the log. `details` are what the report is made of. */
async function tell(
  { report, reportPath, artifactId }: PublishedInJob,
  details: readonly Report[],
  context: Context,
): Promise<ExitCode> {
  const { logger } = context
  setOutputs(
    {
      ...outputsOf(report),
      ...(reportPath !== undefined && { 'report-path': reportPath }),
      ...(artifactId !== undefined && { 'artifact-id': artifactId }),
    },
    (text) => logger.redact(text),
  )
  await writeSummary([report, ...details], context)
  tellEnd(report, logger)
  return exitCodeFor(report)
}
