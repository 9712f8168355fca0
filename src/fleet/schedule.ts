import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context, Logger } from '../context.js'
import { messageOf, UsageError } from '../errors.js'
import { counted } from '../units.js'
import type { Family } from './child.js'
import { labelOf, type Job } from './jobs.js'
import { hasRunSince } from './last-run.js'
import { runJob } from './run-job.js'
import { Scheduler, type Plan, type Scheduled } from './scheduler.js'
import { closingLine } from './table.js'

/** What a process that runs schedules is given. */
export interface ScheduleErrand extends Omit<Family, 'config'> {
  /** Reads the configuration, at the start and whenever it is asked to read it again. */
  load: () => Promise<LoadedConfiguration>
  /** Is told what to do when somebody asks to read the configuration again (SIGHUP). */
  onReload: (reload: () => void) => void
}

/**
 * Runs the schedules of a configuration until it is interrupted; then what is under way is asked to stop, and waited for.
 *
 * Throws `UsageError` for a configuration that cannot be used, and for one without a schedule.
 */
export async function runSchedules(errand: ScheduleErrand, context: Context): Promise<void> {
  const { clock, logger, signal } = context
  let configuration = await errand.load()
  const scheduler = new Scheduler(planOf(configuration, logger), {
    clock,
    logger,
    signal,
    run: async (job) => {
      const family = { ...errand, config: configuration.file }
      const outcome = await runJob(job, configuration, family, context)
      const tell = outcome.exitCode === 0 ? logger.info.bind(logger) : logger.error.bind(logger)
      tell(`[${labelOf(job)}] ${closingLine(outcome)}`)
    },
    hadTurn: (job, since) => hasRunSince(since, job.type ?? '', configuration.optionsFor(job), context),
  })
  errand.onReload(() => void reload())
  const reload = async (): Promise<void> => {
    try {
      const loaded = await errand.load()
      const plan = planOf(loaded, logger)
      configuration = loaded
      logger.info(`The configuration was read again: ${counted(plan.scheduled.length, 'schedule')}.`)
      scheduler.replan(plan)
    } catch (error) {
      logger.error(`The configuration was not taken over, and the one before goes on: ${messageOf(error)}`)
    }
  }
  await scheduler.run()
  logger.info('Nothing is under way any more: the schedules have ended.')
}

/** What is due when. Throws `UsageError` where nothing ever is. */
function planOf(configuration: LoadedConfiguration, logger: Pick<Logger, 'error'>): Plan {
  const scheduled = configuration.entries.flatMap(({ name, types }) =>
    types.flatMap(({ name: type, schedule, timezone }): Scheduled[] => {
      const job: Job = { operation: 'backup', ...(name !== undefined && { database: name }), type }
      return schedule === undefined ? [] : [{ job, schedule, timezone, makesUp: makesUp(job, configuration, logger) }]
    }),
  )
  if (scheduled.length === 0) {
    throw new UsageError({
      doing: 'looking for what is to be run when',
      problem: `no type in ${configuration.file ?? 'the configuration'} has a schedule`,
      advice: 'Give one to a type in lifeboat.yml, such as: types: { daily: { schedule: "17 2 * * *" } }.',
    })
  }
  return { scheduled, parallel: configuration.commonOptions({ operation: 'backup' }).parallel }
}

/** A database whose options cannot be had is told of at once, and again by each of its runs; the others go on. */
function makesUp(job: Job, configuration: LoadedConfiguration, logger: Pick<Logger, 'error'>): boolean {
  try {
    return configuration.optionsFor(job).missedRuns === 'once'
  } catch (error) {
    logger.error(`[${labelOf(job)}] ${messageOf(error)}`)
    return false
  }
}
