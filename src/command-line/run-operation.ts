import { withAlerts } from '../alerts/alerting.js'
import { tellAlerts } from '../alerts/tell.js'
import type { Logger } from '../context.js'
import type { ExitCode } from '../errors.js'
import { buildOptions } from '../options.js'
import { runOperation } from '../operations/run.js'
import { withContext } from '../platform/context.js'
import { optionSources } from '../platform/option-sources.js'
import { outputsOf } from '../report/outputs.js'
import { exitCodeFor, type Report } from '../report/report.js'
import { closingLines } from '../report/terminal.js'
import type { Invocation } from './parse.js'
import type { Surroundings } from './surroundings.js'

/** Runs an operation that the command line asks for, and tells what came of it. */
export async function runAsked(
  { operation, flags, json }: Extract<Invocation, { kind: 'operation' }>,
  logger: Logger,
  { environment, workingDirectory, stdout }: Surroundings,
): Promise<ExitCode> {
  const given = { label: (name: string) => `--${name}`, values: flags }
  const options = buildOptions(await optionSources(given, environment, workingDirectory))
  const { report } = await withContext({ logger, environment, workingDirectory }, (context) =>
    withAlerts({ operation, options }, context, async () => ({
      report: await runOperation(operation, options, context),
    })),
  )
  tellEnd(report, logger)
  if (json) {
    stdout.write(logger.redact(`${JSON.stringify(outputsOf(report))}\n`))
  }
  return exitCodeFor(report)
}

function tellEnd(report: Report, logger: Logger): void {
  tellAlerts(report, logger)
  if (report.failure !== undefined) {
    logger.error([report.failure.message, ...report.failure.causes.map((cause) => `Cause: ${cause}`)].join('\n'))
  }
  closingLines(report).forEach((line) => {
    logger.info(line)
  })
}
