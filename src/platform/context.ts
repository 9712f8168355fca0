import type { Context, Logger } from '../context.js'
import { TimeLimitError, TimeLimitReached } from '../errors.js'
import { systemClock } from './clock.js'
import { spawnProcessRunner } from './process.js'
import { createWorkspace, sweepWorkspaces } from './workspace.js'

export interface Surroundings {
  logger: Logger
  environment: Readonly<Record<string, string | undefined>>
  workingDirectory: string
  /** Milliseconds after which the work is aborted as by an interruption, with a `TimeLimitReached` as the reason. */
  timeLimit?: number | undefined
  /** What SIGHUP does, for a process that goes on through it; it is an interruption where this is not given. */
  hangUp?: () => void
  /** Whether the process tells what came of this and then ends. */
  endsProcess?: boolean | undefined
}

/** How the user, a service manager or GitHub's runner asks a process to stop. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A longer one would go off at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Makes the real ports, does work with them, and cleans up, whatever happens. The first interruption aborts the work,
 * which then has the time to put things in order; what an earlier run that was killed left behind is removed first.
 *
 * Throws `TimeLimitError` in place of what is thrown once the time limit is reached.
 */
export async function withContext<T>(surroundings: Surroundings, work: (context: Context) => Promise<T>): Promise<T> {
  const { logger, environment, workingDirectory, timeLimit, hangUp, endsProcess = false } = surroundings
  const interruption = new AbortController()
  const stop = (name: string) => {
    if (!interruption.signal.aborted) {
      logger.warning(`${name} received: stopping and cleaning up.`)
      interruption.abort(name)
    }
  }
  const limitReached = () => {
    if (!interruption.signal.aborted && timeLimit !== undefined) {
      logger.warning(`The time-limit of ${timeLimit / 1000} s is reached: stopping and cleaning up.`)
      interruption.abort(new TimeLimitReached(timeLimit))
    }
  }
  const handlers = INTERRUPTIONS.map((name) => [name, name === 'SIGHUP' ? (hangUp ?? stop) : stop] as const)
  handlers.forEach(([name, handler]) => process.on(name, handler))
  const timer = timeLimit === undefined ? undefined : setTimeout(limitReached, Math.min(timeLimit, LONGEST_TIMER))
  const workspace = await createWorkspace({ environment })
  try {
    for (const { folder, why } of (await sweepWorkspaces({ environment })).left) {
      logger.info(`${folder}, which an earlier run left behind, could not be removed: ${why}`)
    }
    const processes = spawnProcessRunner({ logger, signal: interruption.signal })
    const { signal } = interruption
    return await work({ logger, environment, workingDirectory, processes, clock: systemClock, workspace, signal })
  } catch (error) {
    const { reason } = interruption.signal as { reason: unknown }
    throw reason instanceof TimeLimitReached ? new TimeLimitError(reason, error) : error
  } finally {
    await workspace.clean()
    clearTimeout(timer)
    handlers.forEach(([name, handler]) => process.off(name, handler))
    if (endsProcess) ignoreOnce()
  }
}

/** Comes too late to stop anything, and must not take back an exit code that is on its way. A second one ends what hangs. */
function ignoreOnce(): void {
  INTERRUPTIONS.forEach((name) => process.once(name, () => undefined))
}
