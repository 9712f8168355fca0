import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { everyRun } from './choose.js'
import type { Problem } from './problems.js'
import type { Effective, Resolver } from './resolve.js'

const DEFAULT_STORE = './backups'
const MOST_NAMED = 4

interface Kept {
  location: string
  /** Where the file says so, as an offset; undefined for the default. */
  at: number | undefined
}

/** A place in which several databases would keep their sets. */
interface Shared {
  databases: Set<string>
  at: number | undefined
}

/**
 * A store root holds one series, so two databases cannot share one, be it as store or as copy; artifacts of a repository
 * are told apart by their series, so there it is the series that must differ.
 */
export function problemsOfStores(resolver: Resolver): Problem[] {
  const { levels, folder } = resolver.told
  const shared = new Map<string, Shared>()
  for (const { database, type } of everyRun(levels)) {
    const values = resolver.effective({ database, type }, resolver.isOfAll())
    for (const { location, at } of locationsOf(values)) {
      const key = keyOf(location, textOf(values.get('series')), folder)
      if (database !== undefined && key !== undefined) {
        const before = shared.get(key)
        const databases = (before?.databases ?? new Set()).add(database.name)
        shared.set(key, { databases, at: at ?? before?.at })
      }
    }
  }
  return [...shared].flatMap(([key, { databases, at }]) => {
    const message = messageFor(key, [...databases], at === undefined && !resolver.isOfAll())
    return databases.size < 2 ? [] : [resolver.problemAt(at ?? levels.databasesAt, message)]
  })
}

function messageFor(key: string, databases: readonly string[], isDefault: boolean): string {
  const named = databases.slice(0, MOST_NAMED).join(', ')
  const names = databases.length > MOST_NAMED ? `${named} and ${databases.length - MOST_NAMED} more` : named
  return key.startsWith('artifact:')
    ? `the databases ${names} have one series among the artifacts; give each its own, for example series: "{database}"`
    : `the databases ${names} have one store${isDefault ? ` (${DEFAULT_STORE}, because none is named)` : ''}, which holds one series; write {database} in it, as in store: /backups/{database}`
}

function locationsOf(values: ReadonlyMap<string, Effective>): Kept[] {
  const [store, copies] = [values.get('store'), values.get('copies')]
  return [
    { location: textOf(store) ?? DEFAULT_STORE, at: store?.at },
    ...copyLocations(copies?.value).map((location) => ({ location, at: copies?.at })),
  ]
}

function textOf(effective: Effective | undefined): string | undefined {
  return typeof effective?.value === 'string' ? effective.value : undefined
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
