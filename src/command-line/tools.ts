import type { Logger } from '../context.js'
import type { ExitCode } from '../errors.js'
import { completionFor } from './completion.js'
import { SHELLS } from './commands.js'
import { init } from './init.js'
import type { Invocation } from './parse.js'
import { runSchedule } from './run-fleet.js'
import type { Surroundings } from './surroundings.js'

/** Runs a command that is no operation. */
export async function runTool(
  { tool, argument, flags, verbose }: Extract<Invocation, { kind: 'tool' }>,
  logger: Logger,
  surroundings: Surroundings,
): Promise<ExitCode> {
  switch (tool) {
    case 'schedule':
      return runSchedule({ flags, verbose }, logger, surroundings)
    case 'init':
      return init(flags, logger, surroundings)
    case 'completion':
      surroundings.stdout.write(completionFor(SHELLS.find((shell) => shell === argument) ?? 'bash'))
      return 0
  }
}
