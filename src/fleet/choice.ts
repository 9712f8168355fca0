import type { Configuration, LoadedConfiguration } from '../config/configuration.js'
import { UsageError } from '../errors.js'
import { nearest } from '../nearest.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import { jobsOf, type Job } from './jobs.js'

/** Which databases and types of a configuration something is about; what is not said means every one. */
export interface FleetChoice {
  databases?: readonly string[]
  type?: string
  task?: string
}

/** The names in what `database` says: one, or several separated by commas. No database of a configuration has one in it. */
export function namesIn(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Whether a run is about more than one database. */
export function isOfSeveral({ all, database = '' }: Pick<Options, 'all' | 'database'>): boolean {
  return all || namesIn(database).length > 1
}

/** What a run was told to choose. */
export function choiceOf({ database = '', type, task }: Pick<Options, 'database' | 'type' | 'task'>): FleetChoice {
  const databases = namesIn(database)
  return {
    ...(databases.length > 0 && { databases }),
    ...(type !== undefined && { type }),
    ...(task !== undefined && { task }),
  }
}

/** The options of a job. Throws `UsageError` for a variable that is missing. */
export function optionsOf(job: Job, configuration: LoadedConfiguration): Options {
  return job.all === true ? configuration.commonOptions(job) : configuration.optionsFor(job)
}

/**
 * What an operation comes to for the chosen databases, in the order of the configuration.
 *
 * Throws `UsageError` for a database that is not there, and where no chosen database has the chosen type.
 */
export function chosenJobs(operation: Operation, configuration: LoadedConfiguration, choice: FleetChoice): Job[] {
  const { databases, type } = choice
  const chosen =
    databases === undefined ? configuration : { ...configuration, entries: named(configuration, databases) }
  const storeOf = (entry: { name?: string }, name: string): string =>
    configuration.optionsFor({ operation, type: name, ...(entry.name !== undefined && { database: entry.name }) }).store
  const jobs = jobsOf(operation, chosen, storeOf, choice)
  if (jobs.length === 0) {
    throw noJobs(operation, configuration, type ?? '')
  }
  return jobs
}

function named({ entries }: Configuration, databases: readonly string[]): Configuration['entries'] {
  const known = entries.flatMap(({ name }) => (name === undefined ? [] : [name]))
  for (const name of databases.filter((each) => !known.includes(each))) {
    const near = nearest(name, known)
    throw new UsageError({
      doing: 'choosing the databases',
      problem: `there is no database "${name}" in the configuration`,
      advice: near === undefined ? `It has ${known.length}; name some of them, or all.` : `Did you mean "${near}"?`,
    })
  }
  return entries.filter(({ name }) => name !== undefined && databases.includes(name))
}

function noJobs(operation: Operation, { entries, file }: Configuration, type: string): UsageError {
  const types = [...new Set(entries.flatMap((entry) => entry.types.map(({ name }) => name)))]
  return new UsageError({
    doing: `looking for what to ${operation}`,
    problem: `none of these databases has the type "${type}" in ${file ?? 'the configuration'}`,
    advice: types.length === 0 ? 'Leave the type out.' : `The types there are: ${types.join(', ')}.`,
  })
}
