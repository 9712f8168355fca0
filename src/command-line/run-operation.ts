import { withAlerts } from '../alerts/alerting.js'
import { tellAlerts } from '../alerts/tell.js'
import { loadConfiguration } from '../config/configuration.js'
import type { Logger } from '../context.js'
import type { ExitCode } from '../errors.js'
import { runOperation } from '../operations/run.js'
import { withContext } from '../platform/context.js'
import { doctorTable, type TableLook } from '../report/doctor-table.js'
import { outputsOf } from '../report/outputs.js'
import { exitCodeFor, type Report } from '../report/report.js'
import { closingLines } from '../report/terminal.js'
import type { Invocation } from './parse.js'
import { paintOf, styleOf, type Style } from './style.js'
import type { Surroundings } from './surroundings.js'

/** Runs an operation that the command line asks for, and tells what came of it. */
export async function runAsked(
  { operation, flags, json }: Extract<Invocation, { kind: 'operation' }>,
  logger: Logger,
  { environment, workingDirectory, stdout }: Surroundings,
): Promise<ExitCode> {
  const given = { label: (name: string) => `--${name}`, values: flags }
  const configuration = await loadConfiguration(given, environment, workingDirectory)
  const options = configuration.optionsFor({ operation })
  const { timeLimit } = options
  const { report } = await withContext({ logger, environment, workingDirectory, timeLimit }, (context) =>
    withAlerts({ operation, options }, context, async () => ({
      report: await runOperation(operation, options, context),
    })),
  )
  tellEnd(report, logger, { withTable: json })
  if (json) {
    stdout.write(logger.redact(`${JSON.stringify(outputsOf(report))}\n`))
  } else if (report.diagnosis !== undefined) {
    const table = doctorTable(report.diagnosis, tableLook(styleOf(stdout, environment)))
    stdout.write(logger.redact(`${table.join('\n')}\n`))
  }
  return exitCodeFor(report)
}

function tellEnd(report: Report, logger: Logger, { withTable }: { withTable: boolean }): void {
  tellAlerts(report, logger)
  if (report.failure !== undefined) {
    logger.error([report.failure.message, ...report.failure.causes.map((cause) => `Cause: ${cause}`)].join('\n'))
  }
  closingLines(report, { withTable }).forEach((line) => {
    logger.info(line)
  })
}

function tableLook(style: Style): TableLook {
  const paint = paintOf(style)
  const kinds = {
    heading: 'bold',
    ok: 'green',
    warning: 'yellow',
    problem: 'red',
    'not-checked': 'yellow',
    advice: 'cyan',
  } as const
  return { columns: style.columns, paint: (emphasis, text) => paint(kinds[emphasis], text) }
}
