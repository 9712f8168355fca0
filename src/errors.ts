/** What the command line ends with, and the action's step too. */
export const EXIT_CODES = {
  0: 'done',
  1: 'failed',
  2: 'bad usage or configuration',
  3: 'verification found a difference or damage',
  4: 'verification could not run',
  5: 'a guard refused',
  130: 'interrupted',
} as const

export type ExitCode = keyof typeof EXIT_CODES

/** The parts of a message that a tired person can act on. */
export interface Trouble {
  /** What was being done and on what, as the end of "while …": `dumping database "app" on db:5432`. */
  doing: string
  /** What went wrong, as a sentence without its full stop: `the password for user "backup" was rejected`. */
  problem: string
  /** What to do next, as full sentences. Always present: an error without a way on is half an error. */
  advice: string
  /** The error that started it. Kept, and shown with its own message. */
  cause?: unknown
}

/**
 * An error that a user may meet. Its message reads: `Problem (while doing …). Advice`.
 *
 * Subclasses say which exit code it ends with and carry the data of their kind.
 */
export abstract class LifeboatError extends Error {
  abstract readonly exitCode: ExitCode
  readonly doing: string
  readonly problem: string
  readonly advice: string

  constructor({ doing, problem, advice, cause }: Trouble) {
    super(`${capitalised(problem)} (while ${doing}). ${advice}`, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.doing = doing
    this.problem = problem
    this.advice = advice
  }
}

/** Something that should have worked did not: exit code 1. */
export class OperationError extends LifeboatError {
  readonly exitCode: ExitCode = 1
}

/** An input, flag or configuration that cannot be used: exit code 2. */
export class UsageError extends LifeboatError {
  readonly exitCode: ExitCode = 2
}

/** A set, file or dump is damaged so that it cannot even be read as what it should be: exit code 3. */
export class DamagedError extends LifeboatError {
  readonly exitCode: ExitCode = 3
}

/** A verification could not run, so nothing is known: exit code 4. */
export class CouldNotVerifyError extends LifeboatError {
  readonly exitCode: ExitCode = 4
}

/** Something was refused to protect data: exit code 5. */
export class GuardError extends LifeboatError {
  readonly exitCode: ExitCode = 5
}

/** The user or the runner asked us to stop: exit code 130. */
export class InterruptedError extends LifeboatError {
  readonly exitCode: ExitCode = 130

  constructor(doing: string, cause?: unknown) {
    super({
      doing,
      problem: 'interrupted before it was done',
      advice: 'What was not finished was discarded. Start it again.',
      cause,
    })
  }
}

/** Why a run ends itself: the reason of the signal that is aborted when its `time-limit` is reached. */
export class TimeLimitReached extends Error {
  /** @param milliseconds how long the run was allowed to take */
  constructor(readonly milliseconds: number) {
    super(`time-limit of ${milliseconds / 1000} s reached`)
  }
}

/** A run took longer than its `time-limit`: exit code 1. `cause` is what the end of it interrupted. */
export class TimeLimitError extends OperationError {
  constructor({ milliseconds }: TimeLimitReached, cause: unknown) {
    super({
      doing: cause instanceof LifeboatError ? cause.doing : 'working',
      problem: `the run took longer than its time-limit of ${milliseconds / 1000} s and was ended`,
      advice:
        'Look at what held it up (a lock, a slow network, a database that has grown); where the work needs longer, raise time-limit.',
      cause,
    })
  }
}

export type ConnectionProblem =
  | 'wrong-password'
  | 'unknown-host'
  | 'unreachable'
  | 'ipv6-only'
  | 'no-such-database'
  | 'no-such-role'
  | 'rejected-by-hba'
  | 'tls'
  | 'starting'
  | 'too-many-connections'
  | 'pooler'
  | 'lost'
  | 'other'

/** A server could not be reached or used. `kind` names the usual cause: exit code 1. */
export class ConnectionError extends OperationError {
  readonly kind: ConnectionProblem

  constructor(kind: ConnectionProblem, trouble: Trouble) {
    super(trouble)
    this.kind = kind
  }
}

/** A program ended with a failure: its name, exit code or signal, and the last of what it said. */
export class CommandError extends OperationError {
  readonly program: string
  readonly code: number | null
  readonly endedBy: string | null
  /** The last lines of its standard error, secrets removed. */
  readonly stderrTail: string

  constructor(
    trouble: Trouble,
    result: { program: string; code: number | null; endedBy: string | null; stderrTail: string },
  ) {
    super(trouble)
    this.program = result.program
    this.code = result.code
    this.endedBy = result.endedBy
    this.stderrTail = result.stderrTail
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ')
  }
  return error instanceof Error ? error.message : String(error)
}

/** What went wrong alone, without what was being done and what to do: for findings, which have places for these. */
export function problemOf(error: unknown): string {
  return error instanceof LifeboatError ? error.problem : messageOf(error)
}

/** Anything that was thrown, for a person: its message and those of its causes. What nobody foresaw is a fault of ours. */
export function explanationOf(error: unknown): string {
  const told = messagesOf(error)
  return (error instanceof LifeboatError ? told : ['An unexpected error, please report it.', ...told]).join('\nCause: ')
}

/** The messages of an error and of its causes, outermost first, without repetition. */
export function messagesOf(error: unknown): string[] {
  const messages: string[] = []
  for (let current: unknown = error; current !== undefined && current !== null; current = causeOf(current)) {
    const message = messageOf(current)
    if (!messages.some((earlier) => earlier.includes(message))) {
      messages.push(message)
    }
    if (messages.length > 8) {
      break
    }
  }
  return messages
}

/** The exit code for anything that was thrown; what is not ours is a failure. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof LifeboatError ? error.exitCode : 1
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** As a sentence begins, unless it begins with the name of a program or an option: `pg_dump`, `scratch-url`. */
function capitalised(text: string): string {
  return /^([a-z]+[-_/:.]|psql\b|initdb\b)/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1)
}
