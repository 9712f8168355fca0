import { definitionOf, type Operation } from '../option-list.js'
import { buildOptions, isGiven, type Options, type Source } from '../options.js'
import { missingText } from './check-values.js'
import {
  assertTypeMeant,
  chooseDatabase,
  chooseTask,
  levelsInUse,
  mergeLevels,
  typesOf,
  type Chosen,
} from './choose.js'
import type { Choice, DatabaseEntry, TaskEntry, TypeEntry } from './configuration.js'
import type { DatabaseLevels, Levels } from './levels.js'
import { ConfigurationError, type Problem } from './problems.js'
import type { Entry, Tree } from './tree.js'
import { expand, type Missing, type Names } from './variables.js'

/** All that a run was told, read and checked. */
export interface Told {
  levels: Levels
  tree: Tree
  /** What the run was given, the strongest first: flags or inputs, the environment. */
  run: readonly Source[]
  environment: Names['environment']
  folder: string
  /** As it was named. */
  file?: string
}

/** A value of the file with everything put in, and what is missing for that. */
export interface Resolved {
  entry: Entry
  value: unknown
  missing: readonly Missing[]
}

/** A value that holds in the end, and where it comes from, for problems. */
export interface Effective {
  value: unknown
  /** The offset in the file; undefined for what the run was given. */
  at?: number
}

const TIMEZONE = 'UTC'

/** Makes of the levels what holds for one database and type. */
export class Resolver {
  constructor(readonly told: Told) {}

  optionsFor({ database: wanted, type: wantedType, task: wantedTask, operation }: Choice): Options {
    const { levels, run, file } = this.told
    const database = chooseDatabase(levels, wanted ?? this.given('database'), file)
    const task = chooseTask(levels, wantedTask ?? this.given('task'), operation)
    const type = wantedType ?? this.given('type') ?? this.textOf('type', { database, task })
    if (type !== undefined) {
      assertTypeMeant(type, database, levels)
    }
    const chosen: Source = {
      label: (name) => `the chosen ${name}`,
      values: {
        ...(database !== undefined && { database: database.name }),
        ...(wantedType !== undefined && { type }),
        ...(wantedTask !== undefined && { task: wantedTask }),
      },
    }
    const of: Chosen = { database, type, task }
    const values = this.needed(this.entries(of)).map((entry) => this.expanded(entry, of))
    return buildOptions([chosen, ...run, this.source(values, operation)])
  }

  commonOptions({ operation, task: wantedTask }: Pick<Choice, 'operation' | 'task'>): Options {
    const { levels, run } = this.told
    const task = chooseTask(levels, wantedTask ?? this.given('task'), operation)
    const values = this.needed(mergeLevels([...(task === undefined ? [] : [task]), levels.top])).map((entry) => {
      const { value, missing } = this.expanded(entry, {})
      return { entry, value, missing: missing.filter(({ kind }) => kind !== 'placeholder') }
    })
    const usable = values.filter(({ entry, missing }) => missing.length === 0 || !this.isReplaced(entry.name))
    const chosen: Source = {
      label: (name) => `the chosen ${name}`,
      values: { ...(wantedTask !== undefined && { task: wantedTask }) },
    }
    return buildOptions([chosen, ...run, this.source(usable, operation)])
  }

  entry(database: DatabaseLevels | undefined): DatabaseEntry {
    return { ...(database !== undefined && { name: database.name }), types: this.types(database) }
  }

  /** The types of a database; where none are spoken of, the one that `type` names. */
  types(database: DatabaseLevels | undefined): TypeEntry[] {
    const { levels } = this.told
    const isSpokenOf = levels.types.size > 0 || (database?.types.size ?? 0) > 0
    const single = isSpokenOf ? undefined : this.textOf('type', { database })
    return (isSpokenOf ? typesOf(levels, database) : single === undefined ? [] : [single]).map((name) => {
      const of: Chosen = { database, type: name }
      const schedule = this.textOf('schedule', of)
      return { name, ...(schedule !== undefined && { schedule }), timezone: this.timezone(of) }
    })
  }

  tasks(): TaskEntry[] {
    return [...this.told.levels.tasks].map(([name, task]) => {
      // A schedule at the top is that of the types.
      const [schedule, type] = ['schedule', 'type'].map((option) =>
        task.options.has(option) ? this.textOf(option, { task }) : undefined,
      )
      return {
        name,
        operation: task.operation,
        ...(schedule !== undefined && { schedule }),
        ...(type !== undefined && { type }),
        timezone: this.timezone({ task }),
      }
    })
  }

  /**
   * Every value that holds for what is chosen.
   *
   * @param withRun whether what the run was given counts, which goes before the file
   */
  effective(of: Chosen, withRun = true): ReadonlyMap<string, Effective> {
    const values = new Map<string, Effective>()
    for (const entry of this.entries(of).values()) {
      const { value } = this.expanded(entry, of)
      values.set(entry.name, { value, at: entry.valueAt })
    }
    for (const source of withRun ? [...this.told.run].reverse() : []) {
      const given = Object.entries(source.values).filter(([, value]) => isGiven(value))
      given.forEach(([name, value]) => values.set(name, { value }))
    }
    return values
  }

  /** A problem at an offset of the file, or with what the run was given. */
  problemAt(at: number | undefined, message: string): Problem {
    return { ...(at !== undefined && { place: this.told.tree.place(at) }), message }
  }

  /** The strongest text among what the run was given. */
  given(name: string): string | undefined {
    const texts = this.told.run.map(({ values }) => values[name])
    return texts.find((value): value is string => typeof value === 'string' && value !== '')
  }

  /** What the strongest source of the run that gives this option calls it. */
  originOf(name: string): string | undefined {
    return this.told.run.find(({ values }) => isGiven(values[name]))?.label(name)
  }

  /** Whether the run works through every database. */
  isOfAll(): boolean {
    const value = this.told.run.map(({ values }) => values.all).find(isGiven)
    return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
  }

  /** Whether every database says something else than the top. */
  private isReplaced(name: string): boolean {
    const { databases } = this.told.levels
    return databases?.every(({ own }) => isGiven(own.options.get(name)?.value)) === true
  }

  private timezone(of: Chosen): string {
    return this.given('timezone') ?? this.textOf('timezone', of) ?? TIMEZONE
  }

  /** A text that must be known before anything can be chosen. */
  private textOf(name: string, of: Chosen): string | undefined {
    const entry = this.entries(of).get(name)
    if (entry === undefined) {
      return undefined
    }
    const resolved = this.expanded(entry, of)
    this.assertComplete([resolved])
    return typeof resolved.value === 'string' && resolved.value !== '' ? resolved.value : undefined
  }

  private entries(of: Chosen): ReadonlyMap<string, Entry> {
    return mergeLevels(levelsInUse(this.told.levels, of))
  }

  /** The entries that hold, because the run was given nothing that goes before them. */
  private needed(entries: ReadonlyMap<string, Entry>): Entry[] {
    return [...entries.values()].filter(({ name }) => this.originOf(name) === undefined)
  }

  private expanded(entry: Entry, { database, type }: Chosen): Resolved {
    const names = { ...(database !== undefined && { database: database.name }), ...(type !== undefined && { type }) }
    return { entry, ...expand(entry.value, { ...names, environment: this.told.environment }) }
  }

  /** The file's values as a source. Throws `ConfigurationError` for those that miss something that the operation needs. */
  private source(values: readonly Resolved[], operation: Operation | undefined): Source {
    const usable = values.filter(({ missing, entry }) => missing.length === 0 || isNeeded(entry.name, operation))
    this.assertComplete(usable)
    const { tree, file } = this.told
    const places = new Map(usable.map(({ entry }) => [entry.name, tree.place(entry.valueAt)]))
    const label = (name: string) => {
      const place = places.get(name)
      return `"${name}" in ${place === undefined ? (file ?? '') : `${place.file}:${place.line}:${place.column}`}`
    }
    return { isFile: true, label, values: Object.fromEntries(usable.map(({ entry, value }) => [entry.name, value])) }
  }

  private assertComplete(values: readonly Resolved[]): void {
    const problems = values.flatMap(({ entry, missing }) =>
      [...new Set(missing.map(missingText))].map((text) => ({
        place: this.told.tree.place(entry.valueAt),
        message: `"${entry.name}": ${text}`,
      })),
    )
    if (problems.length > 0) {
      throw new ConfigurationError(this.told.file, problems)
    }
  }
}

function isNeeded(name: string, operation: Operation | undefined): boolean {
  return operation === undefined || (definitionOf(name)?.operations?.includes(operation) ?? true)
}
