import path from 'node:path'

import type { Command, Context, Finished } from '../../src/context.js'
import type { Finding } from '../../src/findings.js'
import { runOperation } from '../../src/operations/run.js'
import type { Operation, OptionName } from '../../src/option-list.js'
import { buildOptions } from '../../src/options.js'
import { allFindings, exitCodeFor, type Report } from '../../src/report/report.js'
import type { MemoryLogger } from './ports.js'
import { realContext } from './real-context.js'

/** Options as somebody writes them. */
export type Given = Partial<Record<OptionName, string>>

/** Replaces ports of the real context. */
export type Alteration = (context: Context) => Context

export interface Operated {
  report: Report
  exitCode: number
  /** The findings of the proof and of the preflight, as `CODE on`. */
  found: string[]
  findings: readonly Finding[]
  said: MemoryLogger['said']
}

/** Nothing of the test's own environment but where programs are. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...more }
}

/** Runs an operation as the entries do, with the real ports, some of which a test may replace. */
export async function operate(
  operation: Operation,
  given: Given,
  { alter = (context) => context, env = {} }: { alter?: Alteration; env?: Readonly<Record<string, string>> } = {},
): Promise<Operated> {
  const context = await realContext(plainEnvironment(env))
  try {
    const options = buildOptions([{ label: (name) => `--${name}`, values: given }])
    const report = await runOperation(operation, options, alter(context))
    const findings = allFindings(report)
    return {
      report,
      exitCode: exitCodeFor(report),
      found: findings.map(({ code, on }) => `${code} ${on}`),
      findings,
      said: context.logger.said,
    }
  } finally {
    await context.workspace.clean()
  }
}

/** What to compare with `{ exitCode: 0, outcome: 'proven', … }`: a failure then shows why. */
export function summaryOf({ report, exitCode, findings }: Operated) {
  const weighty = findings.filter(({ severity }) => severity === 'error' || severity === 'inconclusive')
  return {
    exitCode,
    outcome: report.proof?.outcome,
    tier: report.proof?.tier,
    weighty: weighty.map(({ code, on, found }) => `${code} ${on}: ${found}`),
    failure: report.failure?.message,
  }
}

/** What a backup that was proven looks like through `summaryOf`. */
export const PROVEN = { exitCode: 0, outcome: 'proven', tier: 'full', weighty: [], failure: undefined }

/** Pauses between tries pass in no time. */
export const hasty: Alteration = (context) => ({
  ...context,
  clock: {
    now: () => context.clock.now(),
    monotonic: () => context.clock.monotonic(),
    sleep: (milliseconds, signal) => context.clock.sleep(milliseconds / 50, signal),
  },
})

/** Does something after each run of a program that `picks` says yes to, before anybody sees that it has ended. */
export function afterPrograms(
  picks: (command: Command) => boolean,
  work: (command: Command, context: Context) => Promise<void>,
): Alteration {
  return (context) => {
    const followed = async (command: Command, ended: Promise<Finished>): Promise<Finished> => {
      const finished = await ended
      if (picks(command)) await work(command, context)
      return finished
    }
    const { processes } = context
    const run = (command: Command) => followed(command, processes.run(command))
    const start = (command: Command) => {
      const running = processes.start(command)
      const { pid, stdin, stdout, finished } = running
      const stop = running.stop.bind(running)
      return { pid, stdin, stdout, finished: followed(command, finished), stop }
    }
    return { ...context, processes: { ...processes, run, start } }
  }
}

/** Whether a command is a program of that name with that argument. */
export function isProgram(name: string, argument: string): (command: Command) => boolean {
  return ({ program, args }) => path.basename(program) === name && args.includes(argument)
}

/**
 * Changes the restored copy: runs SQL in it, through the very connection that the restore had, when a section was
 * restored (or the whole script of a plain dump) and before it is compared.
 */
export function changingTheCopy(after: 'data' | 'post-data' | 'script', sql: string): Alteration {
  const isRestore = ({ program, doing }: Command) =>
    path.basename(program) === 'pg_restore' && doing.startsWith(`restoring the ${after} of`)
  const picks = after === 'script' ? isProgram('psql', '--file=-') : isRestore
  return afterPrograms(picks, async ({ program, env }, { processes }) => {
    await processes.run({
      program: path.join(path.dirname(program), 'psql'),
      args: ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql],
      doing: 'changing the restored copy',
      env,
    })
  })
}
