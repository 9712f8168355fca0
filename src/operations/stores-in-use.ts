import path from 'node:path'
import type { KeepOverrides } from '../copy-option.js'
import type { Context } from '../context.js'
import { messageOf, UsageError } from '../errors.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import type { StoreLine } from '../report/report.js'
import { withOverrides } from '../retention/policy-for.js'
import { openStore } from '../stores/factory.js'
import { kindOfLocation, shownLocation } from '../stores/location.js'
import type { Store } from '../stores/store.js'

/** A store that an operation works on, and what came of it there so far. */
export interface StoreInUse {
  store: Store
  role: StoreLine['role']
  /** The options with the retention of this store. */
  options: Options
  /** It answered and holds no other series, so that its log gets the line of this run too. */
  reached: boolean
  /** The sets that it was seen to hold, as `type/id`. */
  held: ReadonlySet<string>
  /** What the report says of it. */
  line: StoreLine
  /** What went wrong with it; the reports of these are findings. */
  troubles: Trouble[]
}

/** What could not be done with a store; `source` is a set of the primary that turned out to be damaged. */
export interface Trouble {
  what: 'copy' | 'rotation' | 'source'
  error: unknown
}

const ON_COPIES: ReadonlySet<Operation> = new Set<Operation>(['backup', 'rotate', 'watch', 'maintain'])

/** Whether an operation also works on the stores of the option `copies`. */
export function worksOnCopies(operation: Operation, { rotateCheck }: Options): boolean {
  return ON_COPIES.has(operation) || (operation === 'validate' && rotateCheck)
}

/**
 * Opens the store and, where the operation works on them, the copies, in the order in which they were given. Nothing is
 * connected to yet.
 *
 * Throws `UsageError` for a location that is none, or that is given twice.
 */
export async function openStores(
  operation: Operation,
  options: Options,
  context: Context,
): Promise<[StoreInUse, ...StoreInUse[]]> {
  // Whoever restores from a copy names it as the store, and the configuration file names it among the copies.
  const copies = worksOnCopies(operation, options) ? options.copies : []
  refuseSamePlace([options.store, ...copies.map(({ location }) => location)], context.workingDirectory)
  const open = async (location: string, role: StoreLine['role'], keep: KeepOverrides): Promise<StoreInUse> => {
    const store = await openStore(location, { ...context, settings: options })
    const line = { name: store.name, role, copied: [], retention: [] }
    return {
      store,
      role,
      options: withOverrides(options, keep),
      reached: role === 'primary',
      held: new Set(),
      line,
      troubles: [],
    }
  }
  const primary = await open(options.store, 'primary', {})
  return [primary, ...(await Promise.all(copies.map(({ location, keep }) => open(location, 'copy', keep))))]
}

/** Ends the connections of all stores. Whatever was done is done, so what goes wrong here is no failure. */
export async function closeStores(stores: readonly StoreInUse[], { logger }: Pick<Context, 'logger'>): Promise<void> {
  for (const { store } of stores) {
    try {
      await store.close()
    } catch (error) {
      logger.debug(`Closing the store ${store.name}: ${messageOf(error)}`)
    }
  }
}

/** A copy in the place of its original is none. */
export function refuseSamePlace(locations: readonly string[], folder: string): void {
  const places = locations.map((location) => placeOf(location, folder))
  const twice = locations.find((_, index) => places.indexOf(places[index] ?? '') !== index)
  if (twice !== undefined) {
    const isPrimary = placeOf(twice, folder) === places[0]
    throw new UsageError({
      doing: 'reading the option copies',
      problem: `${shownLocation(twice)} is ${isPrimary ? 'the store itself' : 'given twice'}`,
      advice: 'Name each place once; a copy protects only when it is kept somewhere else.',
    })
  }
}

/** The same text for the same place, however it is written: of what follows it, only another server makes another place. */
function placeOf(location: string, folder: string): string {
  const found = kindOfLocation(location)
  if (found.kind === 'folder') {
    return path.resolve(folder, found.path)
  }
  const [place = '', query = ''] = location.split('?', 2)
  const endpoint = new URLSearchParams(query).get('endpoint') ?? ''
  return `${place.replace(/\/+$/, '')} ${endpoint}`
}
