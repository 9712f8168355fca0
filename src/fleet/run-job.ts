import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context } from '../context.js'
import { exitCodeOf, messageOf, UsageError } from '../errors.js'
import type { Options } from '../options.js'
import { runChild, type Family, type Limits } from './child.js'
import { optionsOf } from './choice.js'
import type { Job } from './jobs.js'
import type { JobOutcome } from './outcome.js'

/** To remove what is half done, and to drop a scratch database. */
const TIDYING = 60_000

/**
 * Runs one job of a configuration in a process of its own. It does not throw: a job whose options cannot be had (a
 * variable that is missing) has that as its outcome, and the others go on.
 */
export async function runJob(
  job: Job,
  configuration: LoadedConfiguration,
  family: Family,
  context: Context,
): Promise<JobOutcome> {
  try {
    return await runChild(job, limitsOf(optionsOf(job, configuration)), family, context)
  } catch (error) {
    if (error instanceof UsageError) {
      return notBegun(job, exitCodeOf(error), messageOf(error))
    }
    throw error
  }
}

/** The outcome of a job that was not begun. */
export function notBegun(job: Job, exitCode: number, cause: string): JobOutcome {
  return { ...job, exitCode, outputs: {}, seconds: 0, peakMemory: 0, cause }
}

/** What a run may take by its options: where it starts services again, that is waited for too. */
function limitsOf({
  timeLimit,
  startCommand,
  servicesTimeout,
}: Pick<Options, 'timeLimit' | 'startCommand' | 'servicesTimeout'>): Limits {
  const cleanUp = TIDYING + (startCommand === undefined ? 0 : servicesTimeout)
  return { cleanUp, ...(timeLimit !== undefined && { timeLimit }) }
}
