import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { everyRun } from './choose.js'
import type { Problem } from './problems.js'
import type { Effective, Resolver } from './resolve.js'

const DEFAULT_STORE = './backups'
const MOST_NAMED = 4

/** A place in which two databases would keep their sets. */
interface Shared {
  databases: Set<string>
  /** Where the last of them says so. */
  origin: Effective['origin']
}

/**
 * A store root holds one series, so two databases cannot share one, be it as store or as copy; artifacts of a repository
 * are told apart by their series, so there it is the series that must differ.
 */
export function problemsOfStores(resolver: Resolver): Problem[] {
  const places = new Map<string, Shared>()
  for (const { database, type } of everyRun(resolver.told.levels)) {
    if (database === undefined) continue
    const values = resolver.effective(database, type, resolver.isOfAll())
    for (const { location, origin } of locationsOf(values)) {
      const series = values.get('series')?.value
      const key = keyOf(location, typeof series === 'string' ? series : undefined, resolver.told.folder)
      if (key === undefined) continue
      const shared = places.get(key) ?? { databases: new Set(), origin }
      places.set(key, {
        databases: shared.databases.add(database.name),
        origin: origin.place === undefined ? shared.origin : origin,
      })
    }
  }
  return [...places]
    .filter(([, { databases }]) => databases.size > 1)
    .map(([key, { databases, origin }]) => ({ ...origin, message: messageFor(key, [...databases]) }))
}

function messageFor(key: string, databases: readonly string[]): string {
  const named = databases.slice(0, MOST_NAMED).join(', ')
  const names = databases.length > MOST_NAMED ? `${named} and ${databases.length - MOST_NAMED} more` : named
  return key.startsWith('artifact:')
    ? `the databases ${names} have one series among the artifacts; give each its own, for example series: "{database}"`
    : `the databases ${names} have one store, which holds one series; write {database} in it, as in /backups/{database}`
}

function locationsOf(values: ReadonlyMap<string, Effective>): { location: string; origin: Effective['origin'] }[] {
  const store = values.get('store')
  const copies = values.get('copies')
  return [
    { location: typeof store?.value === 'string' ? store.value : DEFAULT_STORE, origin: store?.origin ?? {} },
    ...copyLocations(copies?.value).map((location) => ({ location, origin: copies?.origin ?? {} })),
  ]
}

/** The locations among copies, as text or as YAML writes them. */
function copyLocations(value: unknown): string[] {
  const parts: unknown[] = typeof value === 'string' ? value.split('\n') : Array.isArray(value) ? value : [value]
  return parts.flatMap((part) => {
    if (typeof part === 'string') {
      const [, quoted, plain] = /^\s*(?:"([^"]*)"|(\S+))/.exec(part) ?? []
      return [quoted ?? plain ?? []].flat()
    }
    return part !== null && typeof part === 'object' && 'to' in part && typeof part.to === 'string'
      ? [part.to.trim()]
      : []
  })
}

/** What two locations have in common that are one; undefined for artifacts whose series only the server tells. */
function keyOf(location: string, series: string | undefined, folder: string): string | undefined {
  const [, ofArtifacts] = /^artifact:#?(.*)$/.exec(location) ?? []
  if (ofArtifacts !== undefined) {
    const name = ofArtifacts === '' ? series : ofArtifacts
    return name === undefined ? undefined : `artifact:${name}`
  }
  const isElsewhere = /^([a-z][a-z0-9+.-]*:|[^/]+:)/i.test(location) && !location.startsWith('file:')
  return isElsewhere ? location.replace(/\/+(?=\?|$)/, '') : path.resolve(folder, folderOf(location))
}

function folderOf(location: string): string {
  try {
    return location.startsWith('file:') ? fileURLToPath(location) : location
  } catch {
    // The store says what is wrong with it when it is opened.
    return location
  }
}
