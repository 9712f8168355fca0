import { loadConfiguration, type LoadedConfiguration } from '../config/configuration.js'
import type { Logger } from '../context.js'
import type { ExitCode } from '../errors.js'
import { choiceOf } from '../fleet/choice.js'
import { exitCodeOfFleet, outputsOfFleet } from '../fleet/outcome.js'
import { runAll } from '../fleet/run-all.js'
import { runSchedules } from '../fleet/schedule.js'
import { tableOf } from '../fleet/table.js'
import type { Operation } from '../option-list.js'
import { withContext } from '../platform/context.js'
import type { Flags } from './parse.js'
import type { Surroundings } from './surroundings.js'

/** An operation for every database of a configuration, as the command line asks for it. */
export interface FleetAsked {
  operation: Operation
  flags: Flags
  json: boolean
  verbose: boolean
  configuration: LoadedConfiguration
}

/** Runs an operation for every database, each in a process of its own, and tells what came of each. */
export async function runForAll(
  { json, ...asked }: FleetAsked,
  logger: Logger,
  { environment, workingDirectory, endsProcess, stdout, program }: Surroundings,
): Promise<ExitCode> {
  const { flags: given, configuration } = asked
  const choice = choiceOf(configuration.commonOptions({ operation: asked.operation }))
  const errand = { ...asked, given, program, config: configuration.file, choice }
  const ports = { logger, environment, workingDirectory, endsProcess }
  const fleet = await withContext(ports, (context) => runAll(errand, context))
  tableOf(fleet).forEach((line) => {
    logger.info(line)
  })
  if (json) {
    stdout.write(logger.redact(`${JSON.stringify(outputsOfFleet(fleet))}\n`))
  }
  return exitCodeOfFleet(fleet)
}

/**
 * Runs the schedules of the configuration until it is told to stop, which is how it is meant to end: exit code 0. SIGHUP
 * makes it read the configuration again.
 */
export async function runSchedule(
  { flags, verbose }: Pick<FleetAsked, 'flags' | 'verbose'>,
  logger: Logger,
  { environment, workingDirectory, endsProcess, program }: Surroundings,
): Promise<ExitCode> {
  let reload = (): void => undefined
  const errand = {
    given: flags,
    program,
    verbose,
    load: () =>
      loadConfiguration({ label: (name: string) => `--${name}`, values: flags }, environment, workingDirectory),
    onReload: (listener: () => void) => {
      reload = listener
    },
  }
  const hangUp = (): void => {
    reload()
  }
  const ports = { logger, environment, workingDirectory, endsProcess, hangUp }
  await withContext(ports, (context) => runSchedules(errand, context))
  return 0
}
