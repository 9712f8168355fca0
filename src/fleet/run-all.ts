import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context } from '../context.js'
import type { Operation } from '../option-list.js'
import { counted } from '../units.js'
import type { Family } from './child.js'
import { chosenJobs, type FleetChoice } from './choice.js'
import { labelOf, type Job } from './jobs.js'
import type { FleetOutcome, JobOutcome } from './outcome.js'
import { notBegun, runJob } from './run-job.js'
import { closingLine } from './table.js'
import { Turns } from './turns.js'

/** An operation for several databases of a configuration. */
export interface Errand extends Family {
  operation: Operation
  choice: FleetChoice
  configuration: LoadedConfiguration
}

/**
 * Runs an operation for the chosen databases of a configuration, at most `parallel` at once and never two of one database, each
 * in a process of its own: what fails, hangs or cannot be reached holds up no other. It does not throw for any of that.
 * After an interruption nothing more begins, and what is under way is asked to stop and waited for.
 *
 * Throws `UsageError` for a choice that leaves nothing to do.
 */
export async function runAll(errand: Errand, context: Context): Promise<FleetOutcome> {
  const { clock, logger, signal } = context
  const { operation, configuration, choice } = errand
  const jobs = chosenJobs(operation, configuration, choice)
  const startedAt = clock.monotonic()
  const { parallel } = configuration.commonOptions({ operation })
  const turns = new Turns(parallel)
  logger.info(`${operation} for all: ${counted(jobs.length, 'run')} to do, at most ${parallel} at once.`)
  let ended = 0
  const runOne = async (job: Job): Promise<JobOutcome> => {
    const outcome = signal.aborted
      ? notBegun(job, 130, 'Interrupted before it began.')
      : await runJob(job, configuration, errand, context)
    ended += 1
    logger.info(`[${labelOf(job)}] ${closingLine(outcome)} (${ended} of ${jobs.length})`)
    return outcome
  }
  const outcomes = await Promise.all(jobs.map((job) => turns.take(job.database ?? '', () => runOne(job))))
  return { outcomes, seconds: (clock.monotonic() - startedAt) / 1000, isInterrupted: signal.aborted }
}
