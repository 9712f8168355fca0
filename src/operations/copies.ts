import { DamagedError, GuardError, OperationError, messageOf } from '../errors.js'
import { describeFinding, worstOf } from '../findings.js'
import { planCopies } from '../retention/copy-plan.js'
import { policyFor } from '../retention/policy-for.js'
import { forRetention } from '../retention/rotate.js'
import { withLock, type Listing, type SetPlace, type Store, type StoredSet } from '../stores/store.js'
import { verifyFiles } from '../verify/files.js'
import type { CommittedSet } from './commit-set.js'
import { bringLogLines } from './copy-log.js'
import { telling } from './elsewhere.js'
import type { UnderWay } from './reporting.js'
import type { StoreInUse } from './stores-in-use.js'
import { noteDamage, noteTrouble, onEach, rethrowInterruption } from './troubles.js'

/** A set on its way to the copies that lack it. */
interface Consignment {
  set: StoredSet
  to: StoreInUse[]
}

/**
 * Brings every copy up to date with the primary store: the set that was taken, and earlier ones that a copy lacks and
 * would keep, the newest first. What goes wrong with one copy is noted, and disturbs no other.
 *
 * Each set is fetched once, however many copies lack it, and only one at a time lies in scratch.
 */
export async function bringCopiesUpToDate(taken: CommittedSet, underWay: UnderWay): Promise<void> {
  const { report, store, stores } = underWay
  const [primary, ...copies] = stores
  if (copies.length === 0) {
    return
  }
  await report.phase('Copying', async () => {
    const listing = await store.list()
    requireListed(listing, taken.manifest, store)
    primary.line = { ...primary.line, holds: weightOf(listing) }
    const consignments = await consign(copies, listing, taken.manifest, underWay)
    for (const consignment of consignments) {
      await send(consignment, taken, underWay)
    }
    await onEach(copies.filter(hasNews), 'copy', underWay, (copy) => tidy(copy, taken.manifest.id, underWay))
  })
}

/** What is not listed would not be copied, and nobody would know. */
function requireListed({ sets }: Listing, { type, id }: SetPlace, { name }: Store): void {
  if (!sets.some((set) => set.id === id && set.type === type)) {
    throw new OperationError({
      doing: `copying the set ${type}/${id} from ${name}`,
      problem: 'the store does not list the set that was committed to it a moment ago',
      advice: 'Validate it by its id. Another run may have removed it, or something in the store was changed.',
    })
  }
}

/** What follows a copy that succeeded; where it fails, the copy is good all the same. */
async function tidy(copy: StoreInUse, taken: string, { report, store, context }: UnderWay): Promise<void> {
  const doing = `cleaning up ${copy.store.name}`
  try {
    await bringLogLines(store, copy, taken)
    await withLock(copy.store, doing, () => copy.store.sweep())
  } catch (error) {
    rethrowInterruption(error, doing, context)
    report.warn(`The sets were copied to ${copy.store.name}. ${messageOf(error)}`)
  }
}

/** Whether a copy holds a set, as far as this run has seen it. */
export function holdsSet({ line, held }: StoreInUse, { id, type }: SetPlace): boolean {
  return held.has(`${type}/${id}`) || line.copied.some((set) => set.id === id && set.type === type)
}

function hasNews({ line, troubles }: StoreInUse): boolean {
  return line.copied.length > 0 && troubles.length === 0
}

/** Lists every copy and finds out which of them lack which sets. A copy that lacks nothing costs this one listing. */
async function consign(
  copies: readonly StoreInUse[],
  { sets }: Listing,
  taken: SetPlace,
  underWay: UnderWay,
): Promise<Consignment[]> {
  const consignments = new Map<StoredSet, StoreInUse[]>(sets.map((set) => [set, []]))
  await onEach(copies, 'copy', underWay, async (copy) => {
    const listing = await copy.store.list()
    refuseForeign(copy, listing, underWay)
    copy.reached = true
    copy.held = new Set(listing.sets.map(({ type, id }) => `${type}/${id}`))
    copy.line = { ...copy.line, holds: weightOf(listing) }
    for (const place of missingIn(copy, listing, sets, taken, underWay)) {
      const set = sets.find(({ id, type }) => id === place.id && type === place.type)
      if (set !== undefined) consignments.get(set)?.push(copy)
    }
  })
  return [...consignments]
    .map(([set, to]) => ({ set, to }))
    .filter(({ to }) => to.length > 0)
    .sort((a, b) => (a.set.id < b.set.id ? 1 : -1))
}

/** Says why the set that was just taken is not copied, where it is not: that is what everybody expects. */
function missingIn(
  copy: StoreInUse,
  listing: Listing,
  sets: readonly StoredSet[],
  taken: SetPlace,
  { report, context }: UnderWay,
): SetPlace[] {
  const plan = planCopies(
    {
      primary: sets.map(forRetention),
      copy: listing.sets.map(forRetention),
      now: context.clock.now(),
      series: report.series,
      justTaken: taken.id,
    },
    (type) => policyFor(type, copy.options),
  )
  const own = plan.find(({ set }) => set.id === taken.id && set.type === taken.type)
  if (own?.copy === false) {
    report.warn(`The set ${taken.type}/${taken.id} was not copied to ${copy.store.name}: ${own.reasons.join('; ')}.`)
  }
  return plan.filter((decision) => decision.copy).map(({ set }) => set)
}

function refuseForeign(copy: StoreInUse, { sets }: Listing, { report }: UnderWay): void {
  const foreign = sets.find(({ manifest }) => manifest.series !== report.series)?.manifest.series
  if (foreign !== undefined) {
    throw new GuardError({
      doing: `copying to ${copy.store.name}`,
      problem: `the store holds the series "${foreign}", not "${report.series}"`,
      advice: 'Give each database a store of its own, or set series to the name that the store has.',
    })
  }
}

/** Copies one set to all stores that lack it and have had no trouble so far. */
async function send({ set, to }: Consignment, taken: CommittedSet, underWay: UnderWay): Promise<void> {
  const healthy = to.filter(({ troubles }) => troubles.length === 0)
  if (healthy.length === 0) {
    return
  }
  const consignment = { set, to: healthy }
  if (set.id === taken.manifest.id && set.type === taken.manifest.type) {
    await onEach(healthy, 'copy', underWay, (copy) => putInto(copy, set, taken.folder, underWay))
    return
  }
  const folder = await fetchFor(consignment, underWay)
  if (folder !== undefined) {
    await putOnEach(consignment, folder, underWay)
    await letGo(set, underWay)
  }
}

/** Fetches a set from the primary; that it cannot be fetched is the trouble of those that lack it. */
async function fetchFor({ set, to }: Consignment, underWay: UnderWay): Promise<string | undefined> {
  const { store, context } = underWay
  try {
    return await store.open(set, telling(`fetching ${set.type}/${set.id}`, context.logger))
  } catch (error) {
    rethrowInterruption(error, `fetching ${set.type}/${set.id}`, context)
    for (const copy of to) {
      noteTrouble(copy, { what: 'copy', error }, underWay)
    }
    return undefined
  }
}

/** What cannot be removed from scratch now goes with it at the end of the run. */
async function letGo(set: SetPlace, { store, context }: UnderWay): Promise<void> {
  try {
    await store.letGo(set)
  } catch (error) {
    context.logger.warning(messageOf(error))
  }
}

/** Unlike the set that was proven just now, an earlier one may have rotted: then no copy is to blame. */
async function putOnEach({ set, to }: Consignment, folder: string, underWay: UnderWay): Promise<void> {
  const rotten = new Set<string>()
  await onEach(to, 'copy', underWay, async (copy) => {
    try {
      await putInto(copy, set, folder, underWay)
    } catch (error) {
      const rot = error instanceof DamagedError ? await verifyFiles(folder, set) : []
      if (worstOf(rot) !== 'error') throw error
      rotten.add(rot.map(describeFinding).join(' ').replace(/\.$/, ''))
    }
  })
  for (const found of rotten) {
    noteDamage(set, found, underWay)
  }
}

async function putInto(
  copy: StoreInUse,
  set: StoredSet,
  folder: string,
  { context: { clock, logger } }: UnderWay,
): Promise<void> {
  const { id, type, bytes } = set
  const label = `copying ${type}/${id} to ${copy.store.name}`
  const start = clock.monotonic()
  await copy.store.put(folder, { id, type }, telling(label, logger))
  const seconds = (clock.monotonic() - start) / 1000
  logger.info(`Copied ${type}/${id} to ${copy.store.name}.`)
  const { copied, holds = { sets: 0, bytes: 0 } } = copy.line
  copy.line = {
    ...copy.line,
    copied: [...copied, { id, type, bytes, seconds }],
    holds: { sets: holds.sets + 1, bytes: holds.bytes + bytes },
  }
}

function weightOf({ sets }: Listing): { sets: number; bytes: number } {
  return { sets: sets.length, bytes: sets.reduce((sum, { bytes }) => sum + bytes, 0) }
}
