import { UsageError } from '../errors.js'
import { nearest } from '../nearest.js'
import type { Operation } from '../option-list.js'
import { isGiven } from '../options.js'
import type { DatabaseLevels, Level, Levels, TaskLevel, Types } from './levels.js'
import type { Entry } from './tree.js'

/**
 * The database that a run is about; undefined where the file names none.
 *
 * @param named what the run was told; undefined means the only one there is
 *
 * Throws `UsageError` for a name that is not there, and for none where there are several.
 */
export function chooseDatabase(
  { databases }: Levels,
  named: string | undefined,
  file: string | undefined,
): DatabaseLevels | undefined {
  if (databases === undefined) {
    if (named !== undefined) {
      throw notThere(named, file === undefined ? 'there is no lifeboat.yml' : `${file} names no databases`)
    }
    return undefined
  }
  const found =
    named === undefined && databases.length === 1 ? databases[0] : databases.find(({ name }) => name === named)
  const names = databases.map(({ name }) => name)
  if (found === undefined && named === undefined) {
    throw new UsageError({
      doing: 'choosing the database',
      problem: `the configuration names ${names.length} databases, and none was chosen`,
      advice: `Say which with --database (${listed(names)}), or work through all of them with --all.`,
    })
  }
  if (found === undefined) {
    const near = nearest(named ?? '', names)
    const hint = near === undefined ? `names ${listed(names)}` : `names "${near}": did you mean that?`
    throw notThere(named ?? '', `${file ?? 'the configuration'} ${hint}`)
  }
  return found
}

/**
 * Refuses a type that is none of the configuration's and looks like one of them misspelled. Others may be meant: sets of
 * a type that is no longer configured can still be restored, and `manual` is every database's.
 */
export function assertTypeMeant(type: string, database: DatabaseLevels | undefined, levels: Levels): void {
  const known = typesOf(levels, database)
  if (known.includes(type) || type === 'manual') {
    return
  }
  const near = nearest(type, known)
  if (near !== undefined) {
    throw new UsageError({
      doing: 'choosing the type',
      problem: `the configuration has no type "${type}"`,
      advice: `Did you mean "${near}"? A type is made known under "types" in the configuration.`,
    })
  }
}

/**
 * The task that a run is; undefined where it is none.
 *
 * @param operation what the run does, which must be what the task does; undefined where that is not known yet
 *
 * Throws `UsageError` for a name that is not there, and for a task that does something else.
 */
export function chooseTask({ tasks }: Levels, named: string | undefined, operation?: Operation): TaskLevel | undefined {
  if (named === undefined) {
    return undefined
  }
  const doing = 'choosing the task'
  const found = tasks.get(named)
  if (found === undefined) {
    const near = nearest(named, [...tasks.keys()])
    const known = tasks.size === 0 ? 'It names none.' : `It names ${listed([...tasks.keys()])}.`
    throw new UsageError({
      doing,
      problem: `there is no task "${named}" in the configuration`,
      advice: near === undefined ? known : `Did you mean "${near}"?`,
    })
  }
  if (operation !== undefined && operation !== found.operation) {
    throw new UsageError({
      doing,
      problem: `the task "${named}" is of the operation ${found.operation}, and this run is a ${operation}`,
      advice: `Start it with: pg-lifeboat ${found.operation} --task ${named}`,
    })
  }
  return found
}

/** The types of a database, those at the top first, without those that it switches off. */
export function typesOf({ types }: Levels, database: DatabaseLevels | undefined): string[] {
  const own: Types = database?.types ?? new Map()
  const names = [...new Set([...types.keys(), ...own.keys()])]
  return names.filter((name) => (own.has(name) ? own.get(name) : types.get(name)) !== undefined)
}

/** Every database with each of its types, or by itself where it has none. */
export function everyRun(levels: Levels): { database: DatabaseLevels | undefined; type?: string }[] {
  return (levels.databases ?? [undefined]).flatMap((database) => {
    const types = typesOf(levels, database)
    return types.length === 0 ? [{ database }] : types.map((type) => ({ database, type }))
  })
}

/** What of a file a run is about. */
export interface Chosen {
  database?: DatabaseLevels | undefined
  type?: string | undefined
  task?: TaskLevel | undefined
}

/** The levels that a run looks at, the strongest first. A type that the database switches off is as if it were not there. */
export function levelsInUse(levels: Levels, { database, type, task }: Chosen): Level[] {
  const own = database?.types ?? (new Map() as Types)
  const ofType = (types: Types) => (type === undefined ? undefined : types.get(type))
  const isOff = type !== undefined && own.has(type) && own.get(type) === undefined
  const inUse = [task, ofType(own), database?.own, isOff ? undefined : ofType(levels.types), levels.top]
  return inUse.filter((level) => level !== undefined)
}

/** For each option the strongest entry that says something. */
export function mergeLevels(levels: readonly Level[]): ReadonlyMap<string, Entry> {
  const merged = new Map<string, Entry>()
  for (const [name, entry] of levels.flatMap(({ options }) => [...options])) {
    if (isGiven(entry.value) && !merged.has(name)) {
      merged.set(name, entry)
    }
  }
  return merged
}

const MOST_NAMED = 12

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED
  return names.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function notThere(name: string, why: string): UsageError {
  return new UsageError({
    doing: 'choosing the database',
    problem: `there is no database "${name}" in the configuration`,
    advice: `The database of --database is one of "databases" in the configuration; ${why}.`,
  })
}
