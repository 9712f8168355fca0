import type { Logger } from '../context.js'
import { exitCodeOf, explanationOf, type ExitCode } from '../errors.js'
import { terminalLogger } from '../platform/terminal-logger.js'
import { parse, type Invocation } from './parse.js'
import { paintOf, styleOf } from './style.js'
import type { Surroundings } from './surroundings.js'

/** Does what the command line asks for and returns what the process ends with. It does not throw. */
export async function main(surroundings: Surroundings): Promise<ExitCode> {
  const { argv, environment, stdout, stderr } = surroundings
  try {
    const invocation = parse(argv, styleOf(stdout, environment))
    if (invocation.kind === 'print') {
      stdout.write(invocation.text)
      return 0
    }
    const logger = loggerFor(invocation, surroundings)
    // What only prints is quick: the operations are most of the program, and are loaded when they are asked for.
    if (invocation.kind === 'tool') {
      const { runTool } = await import('./tools.js')
      return await runTool(invocation, logger, surroundings)
    }
    const { runAsked } = await import('./run-operation.js')
    return await runAsked(invocation, logger, surroundings)
  } catch (error) {
    const paint = paintOf(styleOf(stderr, environment))
    stderr.write(`${paint('red', `Error: ${explanationOf(error)}`)}\n`)
    return exitCodeOf(error)
  }
}

function loggerFor({ verbose }: Exclude<Invocation, { kind: 'print' }>, { stderr, environment }: Surroundings): Logger {
  const { isTerminal, colours } = styleOf(stderr, environment)
  return terminalLogger({
    write: (text) => stderr.write(text),
    isTerminal,
    colours,
    columns: () => stderr.columns ?? 80,
    verbose,
  })
}
