import type { Context } from '../context.js'
import { InterruptedError, LifeboatError, OperationError, messageOf } from '../errors.js'
import { describeOwner, lifeOf } from '../platform/owner.js'
import { findNotes, removeNote, writeNote, type FoundNote, type StartOrder } from './services-note.js'

/** How the services that use a database are stopped and started. */
export interface Services {
  stop?: string | undefined
  start?: string | undefined
  /** Milliseconds that each command may take. */
  timeout: number
  /** Does a step under a title and times it. */
  phase: <T>(title: string, work: () => Promise<T>) => Promise<T>
}

/** The services could not be started again: worse than whatever else went wrong, which is its cause. */
export class ServicesError extends OperationError {
  constructor(cause: unknown, note: string, before?: unknown) {
    super({
      doing: 'starting the services again',
      problem: `the services do not run: ${cause instanceof LifeboatError ? cause.problem : messageOf(cause)}`,
      advice: `Start them now. The next run of pg-lifeboat tries it again; remove ${note} when they run.`,
      cause: before ?? cause,
    })
  }
}

/**
 * Stops the services, does work, and starts them again, whatever happens: also when stopping fails half-way (then nothing
 * else is done), when the work fails and when we are interrupted. Should this process be killed, a note on disk lets the
 * next one start them (`startLeftServices`).
 *
 * @param work may start the services earlier by what it is given; that never throws, so that the work goes on
 * Throws `ServicesError` when they could not be started, with what the work threw as its cause.
 */
export async function withServicesStopped<T>(
  services: Services,
  context: Context,
  work: (restart: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const { stop, start, timeout, phase } = services
  if (start === undefined) {
    return work(() => Promise.resolve())
  }
  const order = { start, timeout, workingDirectory: context.workingDirectory }
  const restart = new Restart(order, await writeNote(order, context), phase, context)
  let failure: { error: unknown } | undefined
  try {
    if (stop !== undefined) {
      await phase('Stopping the services', () =>
        runShell({ ...order, start: stop }, 'stopping the services', context, context.signal),
      )
    }
    return await work(() => restart.once())
  } catch (error) {
    failure = { error }
    throw error
  } finally {
    await restart.once()
    restart.throwIfFailed(failure?.error)
  }
}

/** Starts the services once, and remembers how that went. */
class Restart {
  private attempt: Promise<void> | undefined
  private failure: unknown

  constructor(
    private readonly order: StartOrder,
    private readonly note: string,
    private readonly phase: Services['phase'],
    private readonly context: Context,
  ) {}

  once(): Promise<void> {
    this.attempt ??= this.phase('Starting the services', () => start(this.order, this.note, this.context)).catch(
      (error: unknown) => {
        this.failure = error
        this.context.logger.error(`The services could not be started: ${messageOf(error)}`)
      },
    )
    return this.attempt
  }

  throwIfFailed(before: unknown): void {
    if (this.failure !== undefined) {
      throw new ServicesError(this.failure, this.note, before)
    }
  }
}

/** The note goes once they run, and stays when they do not. */
async function start(order: StartOrder, note: string, context: Context): Promise<void> {
  // Not the context's signal: who interrupts us wants the services back as well.
  await runShell(order, 'starting the services', context, new AbortController().signal)
  await removeNote(note)
}

async function runShell(
  { start: command, workingDirectory, timeout }: StartOrder,
  doing: string,
  { processes, environment, logger }: Context,
  signal: AbortSignal,
): Promise<void> {
  const tell = (line: string): void => {
    logger.info(line)
  }
  await processes.run({
    program: 'bash',
    args: ['-eo', 'pipefail', '-c', command],
    env: environment,
    cwd: workingDirectory,
    doing,
    advice: 'What the command said is in the log above; correct it, then start again.',
    stdout: tell,
    onStderrLine: tell,
    timeout,
    signal,
  })
}

/**
 * Starts the services of runs that were killed before they could do so themselves. Never throws: what could not be
 * started is told as an error, and the next run tries again.
 */
export async function startLeftServices(context: Context): Promise<void> {
  for (const note of await findNotes(context)) {
    const life = lifeOf(note.owner)
    if (life === 'dead') {
      await takeOver(note, context)
    } else if (life === 'elsewhere') {
      context.logger.warning(
        `The services that ${describeOwner(note.owner)} stopped may still be stopped. If that run is over, start them and remove ${note.file}.`,
      )
    }
  }
}

/** Of several runs that find a note, the one that can remove it goes on, with a note of its own in place before. */
async function takeOver(note: FoundNote, context: Context): Promise<void> {
  const { logger } = context
  try {
    const mine = await writeNote(
      { start: note.start, workingDirectory: note.workingDirectory, timeout: note.timeout },
      context,
    )
    if (!(await removeNote(note.file))) {
      await removeNote(mine)
      return
    }
    logger.warning(`Starting the services, which a run that was killed left stopped: ${describeOwner(note.owner)}.`)
    await start(note, mine, context)
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    logger.error(`The services that an earlier run stopped could not be started. ${messageOf(error)}`)
  }
}
