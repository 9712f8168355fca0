import type { ExitCode } from '../errors.js'
import { completionFor } from './completion.js'
import { SHELLS } from './commands.js'
import type { Invocation } from './parse.js'
import type { Surroundings } from './surroundings.js'

/** Runs a command that is no operation. */
export function runTool(
  { tool, argument }: Extract<Invocation, { kind: 'tool' }>,
  surroundings: Surroundings,
): ExitCode {
  switch (tool) {
    case 'completion':
      surroundings.stdout.write(completionFor(SHELLS.find((shell) => shell === argument) ?? 'bash'))
      return 0
  }
}
