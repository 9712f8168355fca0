import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import type { Command, Context } from '../context.js'
import { CommandError, EXIT_CODES, InterruptedError, messageOf, problemOf } from '../errors.js'
import type { Outputs } from '../outputs.js'
import { formatDuration } from '../units.js'
import { labelOf, type Job } from './jobs.js'
import type { JobOutcome } from './outcome.js'

/** How the command line starts itself: Node and the entry, `['/usr/bin/node', '/opt/pg-lifeboat/dist/cli/index.js']`. */
export type Program = readonly [string, ...string[]]

/** What the children of a run have in common. */
export interface Family {
  program: Program
  /** The configuration file; undefined where there is none. */
  config: string | undefined
  /** What this run was given as flags, by the option's name: every child is given it too. */
  given: Readonly<Record<string, string>>
  verbose: boolean
}

/** What a child is told in its arguments, or that is about all of them. */
const NOT_HANDED_ON: ReadonlySet<string> = new Set(['config', 'database', 'all', 'type', 'task', 'parallel'])

/** A run without a limit of its own is ended after this: one that hangs for ever must not keep its place for ever. */
const LONGEST_RUN = 24 * 3_600_000

/** What a job may take, in milliseconds. */
export interface Limits {
  /** The run ends itself then; only one that hangs has to be ended from outside. */
  timeLimit?: number
  /** To put things in order after that, or after an interruption. */
  cleanUp: number
}

/**
 * Runs one job in a process of its own and says what came of it, whatever that is: it does not throw. Its messages go to
 * our log as they come, each with the job's name before it.
 */
export async function runChild(
  job: Job,
  limits: Limits,
  family: Family,
  context: Pick<Context, 'processes' | 'logger' | 'clock' | 'environment' | 'workingDirectory' | 'signal'>,
): Promise<JobOutcome> {
  const { clock, logger, processes, signal } = context
  const startedAt = clock.monotonic()
  const seconds = () => (clock.monotonic() - startedAt) / 1000
  const lastError = new LastError()
  const command: Command = {
    program: family.program[0],
    args: argumentsOf(job, family),
    doing: `running ${job.operation} for ${labelOf(job)}`,
    env: environmentOf(family, context.environment),
    cwd: context.workingDirectory,
    stdout: 'collect',
    onStderrLine: (line) => {
      lastError.look(line)
      logger.info(`[${labelOf(job)}] ${line}`)
    },
    signal,
    timeout: limitOf(limits) + limits.cleanUp,
    killDelay: limits.cleanUp,
    accept: Object.keys(EXIT_CODES).map(Number),
  }
  try {
    const { code, stdout, peakMemory } = await processes.run(command)
    const outputs = outputsIn(stdout)
    const cause = code === 0 ? undefined : (outputs.error ?? lastError.text ?? `it ended with exit code ${code}`)
    return { ...job, exitCode: code, outputs, seconds: seconds(), peakMemory, ...(cause !== undefined && { cause }) }
  } catch (error) {
    return { ...job, ...endOf(error, limits), outputs: {}, seconds: seconds(), peakMemory: 0 }
  }
}

function argumentsOf({ operation, database, type, task, all }: Job, { program, config, verbose }: Family): string[] {
  const named = Object.entries({ config, database, type, task }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  )
  const switches = [...(all === true ? ['--all'] : []), '--json', ...(verbose ? ['--verbose'] : [])]
  return [...program.slice(1), operation, ...named, ...switches]
}

/** Flags become variables, which are as strong against a file: some are secret, and argv is for everybody to see. */
function environmentOf({ given }: Family, environment: Context['environment']): Command['env'] {
  const handedOn = Object.entries(given).filter(([name]) => !NOT_HANDED_ON.has(name))
  // A value and the file of a value together would be refused.
  const replaced = new Set(handedOn.map(([name]) => `${variableOf(name)}_FILE`))
  const inherited = Object.entries(environment).filter(([name]) => !isForAll(name) && !replaced.has(name))
  return {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(handedOn.map(([name, value]) => [variableOf(name), value])),
  }
}

function isForAll(variable: string): boolean {
  return [...NOT_HANDED_ON].some((name) => variable === variableOf(name) || variable === `${variableOf(name)}_FILE`)
}

function variableOf(name: string): string {
  return `LIFEBOAT_${name.toUpperCase().replaceAll('-', '_')}`
}

/** The last error that a child told, for one that ended before it had outputs. */
class LastError {
  text: string | undefined

  look(line: string): void {
    const [, told] = /^Error: (.+)$/.exec(line) ?? []
    this.text = told ?? this.text
  }
}

/** Nothing where the child printed no JSON object: then its exit code and its messages say what happened. */
function outputsIn(stdout: string): Outputs {
  try {
    const parsed = parseBoundedJson(stdout, SMALL_JSON)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}

function endOf(error: unknown, limits: Limits): Pick<JobOutcome, 'exitCode' | 'cause'> {
  if (error instanceof InterruptedError) {
    return { exitCode: 130, cause: 'Interrupted before it was done.' }
  }
  if (error instanceof CommandError && error.code === null && error.endedBy === null) {
    const limit = formatDuration(limitOf(limits) / 1000)
    return { exitCode: null, cause: `It hung beyond its time limit of ${limit} and was ended from outside.` }
  }
  return { exitCode: error instanceof CommandError ? error.code : 1, cause: problemOf(error) || messageOf(error) }
}

function limitOf({ timeLimit }: Limits): number {
  return timeLimit ?? LONGEST_RUN
}
