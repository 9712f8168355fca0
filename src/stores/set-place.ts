import { SetId, SetType } from '../backup/manifest.js'
import { GuardError, OperationError, UsageError } from '../errors.js'
import type { SetPlace } from './store.js'

/** The folder of the log, and so no name for a type. */
export const LOG = 'log'

/** Where sets are made ready; no name for a type either, because it begins with a dot. */
export const INCOMING = '.incoming'

/** Whether this can be a folder of sets, as a type is called. */
export function isTypeName(name: string): boolean {
  return name !== LOG && SetType.safeParse(name).success
}

/** Whether this can be an id of a set. */
export function isSetId(name: string): boolean {
  return SetId.safeParse(name).success
}

/**
 * A type and an id are parts of a path, so nothing else than their own form gets through.
 *
 * Throws `UsageError` for anything else.
 */
export function checkedPlace(place: SetPlace): SetPlace {
  if (isTypeName(place.type) && isSetId(place.id)) return place
  throw new UsageError({
    doing: `looking for the set "${place.type}/${place.id}"`,
    problem:
      place.type === LOG
        ? `"${LOG}" cannot be a type, because it is the folder of the log`
        : 'this cannot be a type and id of a set',
    advice: 'A type is a word of small letters, digits and hyphens; an id is an instant like 20261124T020000Z.',
  })
}

/** The newest first; of one instant, by type. */
export function newestFirst(a: SetPlace, b: SetPlace): number {
  return a.id === b.id ? (a.type < b.type ? -1 : 1) : a.id < b.id ? 1 : -1
}

/** `daily/20261124T020000Z` */
export function nameOfSet({ type, id }: SetPlace): string {
  return `${type}/${id}`
}

/** A set in a store, as a person would write it: the store's name with the set's, before a query where it has one. */
export function locationOfSet(store: string, set: SetPlace): string {
  const [, base = '', query = ''] = /^([^?]*)(\?.*)?$/s.exec(store) ?? []
  return `${base.replace(/\/+$/, '')}/${nameOfSet(set)}${query}`
}

/** What was written is not what would be counted as a set. */
export function notWhole(wrong: string, doing: string): OperationError {
  return new OperationError({
    doing,
    problem: `what was written is not the set it should be: ${wrong}`,
    advice: 'Nothing was kept. Take the backup again, and report this if it comes back.',
  })
}

/** @param location the set that is there, as a person would write it */
export function alreadyThere(location: string, doing: string): OperationError {
  return new OperationError({
    doing,
    problem: `there is already a set at ${location}`,
    advice: 'Sets are never overwritten. Start the backup again: its id is the second in which it begins.',
  })
}

/** The copy of a set cannot be put where another set of the same id is. */
export function takenByAnother(location: string, doing: string): OperationError {
  return new OperationError({
    doing,
    problem: `there is another set at ${location}: its manifest differs from the one of the set that was to be copied`,
    advice: 'Sets are never overwritten. Find out which of the two is right, and move the other one away by hand.',
  })
}

export function noSuchSet(place: SetPlace, doing: string, store: string): OperationError {
  return new OperationError({
    doing: `${doing} the set ${nameOfSet(place)} in ${store}`,
    problem: 'there is no such set',
    advice: 'List the store to see what is there; another run may have removed it.',
  })
}

/** One root holds one series: throws `GuardError` when the store holds another than the set's. */
export function refuseForeign(held: string | null, series: string, doing: string): void {
  if (held === null || held === series) return
  throw new GuardError({
    doing,
    problem: `the store holds the series "${held}", and this set is of "${series}"`,
    advice: 'Give each database a store of its own, or set series to the name that the store has.',
  })
}
