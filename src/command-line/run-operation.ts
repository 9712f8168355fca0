import { withAlerts } from '../alerts/alerting.js'
import { tellEnd } from '../alerts/tell.js'
import { loadConfiguration, type LoadedConfiguration } from '../config/configuration.js'
import type { Logger } from '../context.js'
import type { ExitCode } from '../errors.js'
import { isOfSeveral } from '../fleet/choice.js'
import { isDoneByChildren } from '../fleet/jobs.js'
import { isWhole, runWhole } from '../fleet/whole.js'
import { withReportFile, type Filed } from '../operations/report-file.js'
import { runOperation } from '../operations/run.js'
import type { Operation } from '../option-list.js'
import { withContext, type Surroundings as PortSurroundings } from '../platform/context.js'
import { doctorTable, type TableLook } from '../report/doctor-table.js'
import { outputsOf } from '../report/outputs.js'
import { exitCodeFor } from '../report/report.js'
import type { Invocation } from './parse.js'
import { paintOf, styleOf, type Style } from './style.js'
import { runForAll } from './run-fleet.js'
import type { Surroundings } from './surroundings.js'

/** Runs an operation that the command line asks for, and tells what came of it. */
export async function runAsked(
  { operation, flags, json, verbose }: Extract<Invocation, { kind: 'operation' }>,
  logger: Logger,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { environment, workingDirectory, endsProcess, stdout } = surroundings
  const given = { label: (name: string) => `--${name}`, values: flags }
  const configuration = await loadConfiguration(given, environment, workingDirectory)
  const common = configuration.commonOptions({ operation })
  if (isOfSeveral(common) && isDoneByChildren(operation)) {
    return runForAll({ operation, flags, json, verbose, configuration }, logger, surroundings)
  }
  const ports = { logger, environment, workingDirectory, endsProcess }
  const { report, reportPath } = await reportOf(operation, configuration, ports)
  tellEnd(report, logger, { withTable: json })
  if (json) {
    const outputs = { ...outputsOf(report), ...(reportPath !== undefined && { 'report-path': reportPath }) }
    stdout.write(logger.redact(`${JSON.stringify(outputs)}\n`))
  } else if (report.diagnosis !== undefined) {
    const table = doctorTable(report.diagnosis, tableLook(styleOf(stdout, environment)))
    stdout.write(logger.redact(`${table.join('\n')}\n`))
  }
  return exitCodeFor(report)
}

function reportOf(
  operation: Operation,
  configuration: LoadedConfiguration,
  surroundings: Omit<PortSurroundings, 'timeLimit' | 'hangUp'>,
): Promise<Filed> {
  const common = configuration.commonOptions({ operation })
  if (isWhole(operation, common)) {
    return withContext({ ...surroundings, timeLimit: common.timeLimit }, async (context) =>
      withReportFile(await runWhole(operation, configuration, common, context), common, context),
    )
  }
  const options = configuration.optionsFor({ operation })
  return withContext({ ...surroundings, timeLimit: options.timeLimit }, async (context) => {
    const { report } = await withAlerts({ operation, options }, context, async () => ({
      report: await runOperation(operation, options, context),
    }))
    return withReportFile(report, options, context)
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
