import type { Configuration, DatabaseEntry, LoadedConfiguration, TaskEntry } from '../config/configuration.js'
import type { Logger } from '../context.js'
import { messageOf, UsageError } from '../errors.js'
import { optionsOf } from './choice.js'
import { isDoneByChildren, jobsOf, labelOf, type Job } from './jobs.js'
import type { Plan, Scheduled } from './scheduler.js'

/** What of a configuration is due when: its types' backups, and its tasks. Throws `UsageError` where nothing ever is. */
export function timetableOf(configuration: LoadedConfiguration, logger: Pick<Logger, 'error'>): Plan {
  const due = [...backupsOf(configuration), ...configuration.tasks.flatMap((task) => runsOf(task, configuration))]
  if (due.length === 0) {
    throw new UsageError({
      doing: 'looking for what is to be run when',
      problem: `no type in ${configuration.file ?? 'the configuration'} has a schedule, and no task`,
      advice: 'Give one to a type in lifeboat.yml, such as: types: { daily: { schedule: "17 2 * * *" } }.',
    })
  }
  const scheduled = due.map((one) => ({ ...one, makesUp: makesUp(one.job, configuration, logger) }))
  return { scheduled, parallel: configuration.commonOptions({ operation: 'backup' }).parallel }
}

type Due = Omit<Scheduled, 'makesUp'>

function backupsOf({ entries }: Configuration): Due[] {
  return entries.flatMap(({ name, types }) =>
    types.flatMap(({ name: type, schedule, timezone }) => {
      const job: Job = { operation: 'backup', ...(name !== undefined && { database: name }), type }
      return schedule === undefined ? [] : [{ job, schedule, timezone }]
    }),
  )
}

function runsOf(task: TaskEntry, configuration: LoadedConfiguration): Due[] {
  const { schedule, timezone } = task
  return schedule === undefined ? [] : jobsOfTask(task, configuration).map((job) => ({ job, schedule, timezone }))
}

/** What only looks does so once for all databases; the rest has a run for each. */
function jobsOfTask({ name: task, operation, type }: TaskEntry, configuration: LoadedConfiguration): Job[] {
  if (!isDoneByChildren(operation)) {
    return [{ operation, task, ...(configuration.entries.length > 1 && { all: true }) }]
  }
  const storeOf = (entry: DatabaseEntry, name: string) => storeOfRun(configuration, { task, operation }, entry, name)
  return jobsOf(operation, configuration, storeOf, { task, ...(type !== undefined && { type }) })
}

/** Where the options cannot be had the run will tell; until then nothing speaks for stores that differ. */
function storeOfRun(
  configuration: LoadedConfiguration,
  job: Pick<Job, 'operation' | 'task'>,
  { name }: DatabaseEntry,
  type: string,
): string {
  try {
    return configuration.optionsFor({ ...job, type, ...(name !== undefined && { database: name }) }).store
  } catch (error) {
    if (error instanceof UsageError) return ''
    throw error
  }
}

/** A database whose options cannot be had is told of at once, and again by each of its runs; the others go on. */
function makesUp(job: Job, configuration: LoadedConfiguration, logger: Pick<Logger, 'error'>): boolean {
  try {
    return optionsOf(job, configuration).missedRuns === 'once'
  } catch (error) {
    logger.error(`[${labelOf(job)}] ${messageOf(error)}`)
    return false
  }
}
