import { spaceFindings } from '../backup/space.js'
import type { Context } from '../context.js'
import type { FindingCode } from '../findings.js'
import type { Options } from '../options.js'
import { judgeFreshness } from '../records/freshness.js'
import { policyFor, withOverrides } from '../retention/policy-for.js'
import { openStore } from '../stores/factory.js'
import { kindOfLocation, shownLocation } from '../stores/location.js'
import type { Listing, Store } from '../stores/store.js'
import { counted, formatBytes } from '../units.js'
import type { SourceSeen } from './doctor-source.js'
import type { Examination } from './examination.js'
import { refuseSamePlace } from './stores-in-use.js'

/** Late or unproven backups are a problem; that there is none yet is what comes before the first. */
const LATE: readonly FindingCode[] = ['BACKUP_TOO_OLD', 'BACKUP_UNPROVEN_TOO_LONG']

/** Looks at the store and every copy: reached, written to, of this series, with room, with backups that are new enough. */
export async function examineStores(
  seen: Examination,
  source: SourceSeen | undefined,
  options: Options,
  context: Context,
): Promise<Listing | undefined> {
  const { workingDirectory } = context
  const locations = [options.store, ...options.copies.map(({ location }) => location)]
  await seen.check('Stores', 'copies', () => {
    refuseSamePlace(locations.filter(isLocation), workingDirectory)
    if (options.copies.length === 0) {
      seen.warning(
        'Stores',
        'copies',
        'there is one store and no copy: what destroys it destroys every backup',
        'Name a place off this machine in copies.',
      )
    }
  })
  await seen.check('Stores', 'retention', () => {
    const type = options.type ?? 'manual'
    const all = [options, ...options.copies.map(({ keep }) => withOverrides(options, keep))]
    all.forEach((each) => policyFor(type, each))
    seen.ok('Stores', 'retention', `the rules for the type "${type}" can be applied`)
  })
  const [primary, ...copies] = locations
  const listing = await examineStore(seen, primary ?? options.store, source, options, context)
  for (const location of copies) {
    await examineStore(seen, location, source, options, context)
  }
  return listing
}

async function examineStore(
  seen: Examination,
  location: string,
  source: SourceSeen | undefined,
  options: Options,
  context: Context,
): Promise<Listing | undefined> {
  const what = shownLocation(location)
  const store = await seen.check('Stores', what, () => openStore(location, { ...context, settings: options }))
  if (store === undefined) {
    return undefined
  }
  try {
    const listing = await seen.check('Stores', what, () => examineContent(seen, location, store, source, options))
    if (listing !== undefined) {
      await seen.check('Space', what, () => examineRoom(seen, store, listing, source, options))
      await seen.check('Schedule', what, () => {
        examineFreshness(seen, store, listing, options, context)
      })
    }
    return listing
  } finally {
    await store.close()
  }
}

async function examineContent(
  seen: Examination,
  location: string,
  store: Store,
  source: SourceSeen | undefined,
  options: Options,
): Promise<Listing> {
  await store.checkWritable()
  const [present, listing] = [await store.series(), await store.list()]
  const series = options.series ?? source?.facts.database
  if (present !== null && series !== undefined && present !== series) {
    seen.problem(
      'Stores',
      store.name,
      `it holds the series "${present}", and this database is "${series}"`,
      'Give each database a store of its own, or name the series in the option series.',
    )
    return listing
  }
  // Artifacts cannot be removed without a permission of its own, so none is made to see whether one can be.
  const how =
    kindOfLocation(location).kind === 'artifact'
      ? 'it can be listed, and this job may upload; nothing was written'
      : 'a file was written and removed again'
  seen.ok('Stores', store.name, `${how}; ${counted(listing.sets.length, 'backup')} in it`)
  const [broken] = listing.broken
  if (broken !== undefined) {
    seen.warning(
      'Stores',
      store.name,
      `${counted(listing.broken.length, 'thing')} in it only look${listing.broken.length === 1 ? 's' : ''} like a backup: ${broken.type}/${broken.id}, ${broken.reason.replace(/\.$/, '')}`,
      'They are never counted and never removed. Look at them, and remove by hand what nobody needs.',
    )
  }
  return listing
}

async function examineRoom(
  seen: Examination,
  store: Store,
  { sets }: Listing,
  source: SourceSeen | undefined,
  { type = 'manual' }: Options,
): Promise<void> {
  const free = await store.freeBytes()
  if (free === null) {
    seen.ok('Space', store.name, 'the store sets no limit that could be asked for')
    return
  }
  const previousBytes = sets.find((set) => set.type === type)?.bytes
  if (source === undefined && previousBytes === undefined) {
    seen.notChecked(
      'Space',
      store.name,
      `${formatBytes(free)} are free; what a backup needs is not known without the database`,
    )
    return
  }
  const need = { tableBytes: source?.tableBytes ?? 0, previousBytes, compressed: source?.compressed ?? true }
  seen.findings(
    'Space',
    store.name,
    spaceFindings({ ...need, store: store.name, free }, formatBytes),
    `${formatBytes(free)} are free`,
  )
}

function examineFreshness(
  seen: Examination,
  store: Store,
  { sets, broken }: Listing,
  { maxAge, maxUnproven, watchTier: tier, type }: Options,
  { clock }: Context,
): void {
  const what = `in ${store.name}`
  if (sets.length === 0 && broken.length === 0) {
    seen.warning('Schedule', what, 'there is no backup yet', 'Take the first one: pg-lifeboat backup')
    return
  }
  const { types, findings } = judgeFreshness(
    { store: store.name, sets, broken },
    { maxAge, maxUnproven, tier, type },
    clock.now(),
  )
  const weighed = findings.map((one) => ({
    ...one,
    severity: one.severity === 'error' && !LATE.includes(one.code) ? ('warning' as const) : one.severity,
  }))
  const watched = types.map((one) => one.type).join(', ')
  seen.findings('Schedule', what, weighed, `${watched}: new enough, and proven to restore`)
}

/** What is none is said where it is opened. */
function isLocation(location: string): boolean {
  try {
    kindOfLocation(location)
    return true
  } catch {
    return false
  }
}
