import type { TaskOperation } from '../fleet-options.js'
import { definitionOf, type Operation } from '../option-list.js'
import { unknownNames, problemsOfValues, isGiven, type Options, type Source } from '../options.js'
import { problemsOfLevels } from './check-values.js'
import { problemsTogether } from './contradictions.js'
import { readEnvironment } from './environment.js'
import { levelsOf, type Levels } from './levels.js'
import { ConfigurationError, type Problem } from './problems.js'
import { readConfiguration, type FileText } from './read-file.js'
import { Resolver } from './resolve.js'
import { parseTree, type Tree } from './tree.js'

/** The databases that a run may be about, and the types of each; and what else is done for them. */
export interface Configuration {
  /** Absolute; undefined where there is none. */
  file?: string
  /** Never empty. */
  entries: readonly DatabaseEntry[]
  /** In the file's order. */
  tasks: readonly TaskEntry[]
}

export interface DatabaseEntry {
  /** Undefined where the file names no databases, and so describes one. */
  name?: string
  /** In the file's order; empty where it speaks of no types. */
  types: readonly TypeEntry[]
}

export interface TypeEntry {
  name: string
  /** A valid cron expression; undefined for what is only started by hand or by something else. */
  schedule?: string
  /** Of the schedule, and of the days and weeks of retention. */
  timezone: string
}

/** Something besides backups that is done over and over, for every database. */
export interface TaskEntry extends TypeEntry {
  operation: TaskOperation
  /** Backups of this type alone; undefined for all. */
  type?: string
}

/** Which of the configuration a run is about; what is not said here is what the run was given. */
export interface Choice {
  database?: string
  type?: string
  task?: string
  /** Then a variable that only other operations need may be missing: a restore needs no password of the source. */
  operation?: Operation
}

export interface LoadedConfiguration extends Configuration {
  /**
   * The options for one database, for one of its types, and for a task.
   *
   * Throws `UsageError` for a database or task that is not there, for no database where there are several, for a variable
   * that is missing.
   */
  optionsFor(choice: Choice): Options
  /**
   * The options that hold for every database: what the run was given, the task, and the top of the file. In them
   * `{database}` and `{type}` stay as they are written.
   *
   * Throws `UsageError` for a variable that is missing.
   */
  commonOptions(choice?: Pick<Choice, 'operation' | 'task'>): Options
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads all that a run is told: what it was given, the environment, the configuration file that either of them names (or
 * `lifeboat.yml`, if there is one). The file is checked whole, whichever of its databases the run is about.
 *
 * @param given flags or inputs
 * @param folder where relative paths start
 *
 * Throws `ConfigurationError`, a `UsageError` that tells all problems at once and where each stands.
 */
export async function loadConfiguration(
  given: Source,
  environment: Environment,
  folder: string,
): Promise<LoadedConfiguration> {
  const { source, problems } = await readEnvironment(environment, folder)
  const run = [given, source]
  const file = await readConfiguration(textIn(run, 'config'), folder)
  return configurationOf({ run, environment, folder, problems, ...(file !== undefined && { file }) })
}

/** All that a run is told, read and not yet understood. */
export interface Read {
  /** What the run was given, the strongest first. */
  run: readonly Source[]
  file?: FileText
  environment: Environment
  folder: string
  /** What was wrong with reading it. */
  problems: readonly Problem[]
}

/** Makes a configuration of what was read. Throws `ConfigurationError`. */
export function configurationOf({ run, file, environment, folder, problems: unread }: Read): LoadedConfiguration {
  const tree = file === undefined ? EMPTY : parseTree(file)
  const { levels, problems: misplaced } = levelsOf(tree)
  const problems = [
    ...unread,
    ...problemsOfRun(run),
    ...tree.problems,
    ...misplaced,
    ...problemsOfLevels(levels, tree, { environment }),
  ]
  // What does not fit by itself would be told again, and in riddles, when all is put together.
  throwAny(file, problems)
  const resolver = new Resolver({ levels, tree, run, environment, folder, ...(file && { file: file.name }) })
  throwAny(file, problemsTogether(resolver))
  return loaded(file, levels, resolver)
}

const EMPTY: Tree = { top: { at: 0, entries: [] }, place: () => ({ file: '', line: 1, column: 1 }), problems: [] }

function loaded(file: FileText | undefined, levels: Levels, resolver: Resolver): LoadedConfiguration {
  const entries = (levels.databases ?? [undefined]).map((database) => resolver.entry(database))
  return {
    ...(file !== undefined && { file: file.path }),
    entries,
    tasks: resolver.tasks(),
    optionsFor: (choice) => resolver.optionsFor(choice),
    commonOptions: (choice = {}) => resolver.commonOptions(choice),
  }
}

/** What is wrong with what the run was given, whatever the file says. */
function problemsOfRun(run: readonly Source[]): Problem[] {
  const unknown = run.flatMap((source) =>
    unknownNames(source).map(({ problem, hint }) => ({
      message: hint === undefined ? problem : `${problem}. ${hint}`,
    })),
  )
  const wrong = run.flatMap(({ values, label }) => {
    const isInPlace = (name: string) => definitionOf(name) !== undefined && definitionOf(name)?.where !== 'file'
    const set = Object.fromEntries(Object.entries(values).filter(([name, value]) => isGiven(value) && isInPlace(name)))
    return problemsOfValues(set).map(({ name, message }) => ({ message: `${label(name)}: ${message}` }))
  })
  return [...unknown, ...wrong]
}

/** The strongest text of that name among what the run was given. */
function textIn(run: readonly Source[], name: string): string | undefined {
  return run
    .map(({ values }) => values[name])
    .find((value): value is string => typeof value === 'string' && value !== '')
}

function throwAny(file: FileText | undefined, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new ConfigurationError(file?.name, problems)
  }
}
