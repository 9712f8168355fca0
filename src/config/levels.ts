import { TASK_OPERATIONS, type TaskOperation } from '../fleet-options.js'
import { isGiven } from '../options.js'
import { nearest } from '../nearest.js'
import { isStructure, misplaced, type LevelKind } from './keys.js'
import type { Problem } from './problems.js'
import type { Entry, Mapping, Tree } from './tree.js'

/** The options that stand together in one mapping, by their names. */
export interface Level {
  at: number
  options: ReadonlyMap<string, Entry>
}

/** Types by their names, in the file's order; undefined for one that is switched off. */
export type Types = ReadonlyMap<string, Level | undefined>

export interface DatabaseLevels {
  name: string
  /** Where its name stands. */
  at: number
  own: Level
  types: Types
}

/** Something besides backups that is done over and over, for every database. */
export interface TaskLevel extends Level {
  operation: TaskOperation
}

/** Tasks by their names, in the file's order. */
export type Tasks = ReadonlyMap<string, TaskLevel>

/** A file as its levels: what holds for everything, for a type of every database, for a database, for one of its types. */
export interface Levels {
  top: Level
  types: Types
  tasks: Tasks
  /** Undefined where the file names none. */
  databases?: readonly DatabaseLevels[]
  /** Where `databases` stands. */
  databasesAt?: number
}

export const TYPE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/
export const DATABASE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/

/** Makes levels of what was read of a file, and tells all keys that have no place where they are. */
export function levelsOf(tree: Tree): { levels: Levels; problems: Problem[] } {
  const builder = new LevelBuilder(tree)
  return { levels: builder.levels(), problems: builder.problems }
}

class LevelBuilder {
  readonly problems: Problem[] = []

  constructor(private readonly tree: Tree) {}

  levels(): Levels {
    const { top } = this.tree
    const types = this.types(top, new Map(), true)
    const databases = this.databases(top, types)
    const databasesAt = top.entries.find(({ name }) => name === 'databases')?.keyAt
    return {
      top: this.level(top, 'top'),
      types,
      tasks: this.tasks(top),
      ...(databases !== undefined && { databases }),
      ...(databasesAt !== undefined && { databasesAt }),
    }
  }

  private databases(top: Mapping, types: Types): DatabaseLevels[] | undefined {
    const entry = top.entries.find(({ name }) => name === 'databases')
    if (entry === undefined) {
      return undefined
    }
    const entries = entry.under?.entries ?? []
    if (entries.length === 0) {
      const what = isGiven(entry.value) && entry.under === undefined ? 'must be a mapping of names' : 'names none'
      this.tell(entry.keyAt, `"databases" ${what}; write each as a key, with its options below it, or leave it out`)
    }
    return entries.map((each) => this.database(each, types))
  }

  private database({ name, value, under, keyAt }: Entry, types: Types): DatabaseLevels {
    if (!DATABASE_NAME.test(name)) {
      this.tell(
        keyAt,
        `a database's name here is letters, digits, "_", "-" and ".", and becomes part of paths; this is not`,
      )
    }
    if (under === undefined && isGiven(value)) {
      this.tell(keyAt, `${this.named(name)} must be a mapping of options, such as {database-url: "postgresql://…"}`)
    }
    const mapping = under ?? { at: keyAt, entries: [] }
    return { name, at: keyAt, own: this.level(mapping, 'database'), types: this.types(mapping, types, false) }
  }

  /** @param above the types at the top, which a database may switch off */
  private types({ entries }: Mapping, above: Types, isTop: boolean): Types {
    const entry = entries.find(({ name }) => name === 'types')
    if (entry === undefined) {
      return new Map()
    }
    if (entry.under === undefined && isGiven(entry.value)) {
      this.tell(entry.keyAt, '"types" must be a mapping of names, each with its options: {daily: {keep-daily: 7}}')
    }
    return new Map((entry.under?.entries ?? []).map((each) => [each.name, this.type(each, above, isTop)]))
  }

  private type({ name, value, under, keyAt }: Entry, above: Types, isTop: boolean): Level | undefined {
    if (!TYPE_NAME.test(name)) {
      this.tell(keyAt, "a type's name is a word of small letters, digits and hyphens, such as daily")
    }
    if (under !== undefined) {
      return this.level(under, 'type')
    }
    const isOff = value === 'off' || value === false || (value === null && !isTop)
    if (isOff && (isTop || !above.has(name))) {
      const hint = isTop ? 'leave it out' : 'write {} for a type that has no options of its own'
      this.tell(keyAt, `there is no type "${name}" above that this would switch off; ${hint}`)
    } else if (!isOff && isGiven(value)) {
      this.tell(keyAt, `the type "${name}" must be a mapping of options, or off`)
    }
    return isOff ? undefined : { at: keyAt, options: new Map() }
  }

  private tasks({ entries }: Mapping): Tasks {
    const entry = entries.find(({ name }) => name === 'tasks')
    if (entry !== undefined && entry.under === undefined && isGiven(entry.value)) {
      this.tell(
        entry.keyAt,
        '"tasks" must be a mapping of names, each with its options: {maintain: {schedule: "@weekly"}}',
      )
    }
    return new Map((entry?.under?.entries ?? []).flatMap((each) => this.task(each)))
  }

  private task({ name, value, under, keyAt }: Entry): [string, TaskLevel][] {
    if (!TYPE_NAME.test(name)) {
      this.tell(keyAt, "a task's name is a word of small letters, digits and hyphens, such as weekly-report")
    }
    if (under === undefined && isGiven(value)) {
      this.tell(keyAt, `the task "${name}" must be a mapping of options`)
    }
    const mapping = under ?? { at: keyAt, entries: [] }
    const said = mapping.entries.find((entry) => entry.name === 'operation' && isGiven(entry.value))
    const operation = TASK_OPERATIONS.find((one) => one === (said?.value ?? name))
    if (operation === undefined) {
      this.tell(said?.valueAt ?? keyAt, noOperation(name, said?.value))
    }
    const level = this.level(mapping, 'task')
    return operation === undefined ? [] : [[name, { ...level, at: keyAt, operation }]]
  }

  private level({ at, entries }: Mapping, kind: LevelKind): Level {
    const options = entries.filter(({ name }) => !isStructure(name, kind))
    options.forEach((entry) => {
      const message = misplaced(entry, kind)
      if (message !== undefined) this.tell(entry.keyAt, message)
    })
    return { at, options: new Map(options.map((entry) => [entry.name, entry])) }
  }

  private named(name: string): string {
    return DATABASE_NAME.test(name) ? `the database "${name}"` : 'this database'
  }

  private tell(at: number, message: string): void {
    this.problems.push({ place: this.tree.place(at), message })
  }
}

function noOperation(task: string, said: unknown): string {
  const operations = `a task is one of ${TASK_OPERATIONS.join(', ')}`
  switch (said) {
    case undefined:
      return `"operation" is missing in the task "${task}", whose name is none; ${operations}`
    case 'backup':
      return `backups are begun by the schedules of "types"; ${operations}`
    case 'restore':
      return `a restore is begun by a person, never by a clock; ${operations}`
    default:
      return typeof said === 'string' ? notAnOperation(said, operations) : operations
  }
}

function notAnOperation(said: string, operations: string): string {
  const near = nearest(said, TASK_OPERATIONS)
  return `"${said}" is no operation of a task; ${near === undefined ? operations : `did you mean "${near}"?`}`
}
