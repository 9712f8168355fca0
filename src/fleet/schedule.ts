import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import { counted } from '../units.js'
import type { Family } from './child.js'
import { optionsOf } from './choice.js'
import { labelOf } from './jobs.js'
import { wasMissed } from './missed.js'
import { runJob } from './run-job.js'
import { Scheduler } from './scheduler.js'
import { closingLine } from './table.js'
import { timetableOf } from './timetable.js'

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
  const scheduler = new Scheduler(timetableOf(configuration, logger), {
    clock,
    logger,
    signal,
    run: async (job) => {
      const family = { ...errand, config: configuration.file }
      const outcome = await runJob(job, configuration, family, context)
      const tell = outcome.exitCode === 0 ? logger.info.bind(logger) : logger.error.bind(logger)
      tell(`[${labelOf(job)}] ${closingLine(outcome)}`)
    },
    wasMissed: (job, due) => wasMissed(job, due, optionsOf(job, configuration), context),
  })
  errand.onReload(() => void reload())
  const reload = async (): Promise<void> => {
    try {
      const loaded = await errand.load()
      const plan = timetableOf(loaded, logger)
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
