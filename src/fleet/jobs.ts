import type { Configuration, DatabaseEntry } from '../config/configuration.js'
import type { Operation } from '../option-list.js'

/** One run of an operation for one database and, where it is about one, one type. */
export interface Job {
  operation: Operation
  /** Undefined where the configuration names no databases. */
  database?: string
  /** Undefined for an operation that is about all types at once, and where the configuration names none. */
  type?: string
  /** Of the configuration; undefined for a run that is none. */
  task?: string
  /** It is about every database, in the one process. */
  all?: true
}

/** Whether this operation has a process of its own for each of several databases. Others look at all of them together. */
export function isDoneByChildren(operation: Operation): boolean {
  return BY_CHILDREN.has(operation)
}

const BY_CHILDREN: ReadonlySet<Operation> = new Set<Operation>([
  'backup',
  'validate',
  'rotate',
  'drill',
  'maintain',
  'doctor',
])

/** These look at a whole store and its database: one run does for every type in it. */
const ONCE_A_STORE: ReadonlySet<Operation> = new Set<Operation>(['maintain', 'drill'])

/** The store of a database and type, as the configuration has it. */
export type StoreOf = (entry: DatabaseEntry, type: string) => string

/**
 * What an operation for every database comes to, in the order of the configuration: one job a database and type.
 * `maintain` and `drill` see every type of a store by themselves, so they are one job a database, and only where its types
 * are kept in several stores one job for each of these.
 *
 * @param only `type`: this one alone, databases that do not name it have no job; `task`: what each job is
 */
export function jobsOf(
  operation: Operation,
  { entries }: Pick<Configuration, 'entries'>,
  storeOf: StoreOf,
  { type, task }: Pick<Job, 'type' | 'task'> = {},
): Job[] {
  return entries.flatMap((entry) =>
    typesOf(operation, entry, storeOf, type).map((one) => ({
      operation,
      ...(entry.name !== undefined && { database: entry.name }),
      ...(one !== undefined && { type: one }),
      ...(task !== undefined && { task }),
    })),
  )
}

/** `masclet daily`, as messages begin. */
export function labelOf({ operation, database, type, task }: Job): string {
  const named = [database, type, task].filter((name) => name !== undefined)
  return named.length === 0 ? operation : named.join(' ')
}

function typesOf(
  operation: Operation,
  entry: DatabaseEntry,
  storeOf: StoreOf,
  wanted: string | undefined,
): (string | undefined)[] {
  const names = entry.types.map(({ name }) => name)
  if (wanted !== undefined) {
    return names.filter((name) => name === wanted)
  }
  if (names.length === 0) {
    return [undefined]
  }
  return ONCE_A_STORE.has(operation) ? onePerStore(names, (name) => storeOf(entry, name)) : names
}

function onePerStore(names: readonly string[], storeOf: (name: string) => string): (string | undefined)[] {
  const stores = names.map(storeOf)
  const firsts = names.filter((_, index) => stores.indexOf(stores[index] ?? '') === index)
  return firsts.length === 1 ? [undefined] : firsts
}
