import path from 'node:path'
import { SetId, type Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { DamagedError, GuardError, UsageError } from '../errors.js'
import { describeFinding } from '../findings.js'
import type { Options } from '../options.js'
import { readStoredCatalog } from '../postgres/catalog/stored.js'
import type { CatalogObject, Undumpable } from '../postgres/catalog/model.js'
import { missingRows, type Wanted } from '../restore/coverage.js'
import type { BrokenSet, Store, StoredSet } from '../stores/store.js'
import { locationOf } from './elsewhere.js'
import { openRestorable } from './open-restorable.js'
import type { OpenedSet, OpeningKeys } from './open-set.js'

/** A set whose every byte was checked against its manifest just now. */
export interface RestorableSet extends OpenedSet {
  id: string
  type: string
  /** Where the store keeps it, as a person would write it. */
  location: string
  objects: CatalogObject[]
  undumpable?: Undumpable | undefined
  /** Newer sets that were passed over, and why, as sentences. */
  passedOver: string[]
}

/** What a restore may take: the newest that is proven, the newest that is whole, or that very set; and by which keys. */
export type Choice = Pick<Options, 'type'> & {
  backup: string
  keys: OpeningKeys
  /**
   * What a set must hold when neither its id nor its type was given: the newest of all types may be one of some tables
   * only, and whoever asks for the latest does not mean to lose the others.
   */
  wanted?: Wanted
}

/**
 * Picks the set to restore and checks every byte of it. Of the newest ones, those that are damaged, failed their proof or
 * (for `latest-proven`) have none are passed over, with a warning; a set that was named by its id is never replaced by
 * another.
 *
 * Throws `UsageError` where there is none of that name, `DamagedError` when the named one is damaged, `GuardError` when
 * no set can be taken.
 */
export async function pickRestorable(store: Store, choice: Choice, context: Context): Promise<RestorableSet> {
  const { backup } = choice
  if (SetId.safeParse(backup).success) {
    return named(store, choice, context)
  }
  if (backup !== 'latest' && backup !== 'latest-proven') {
    throw new UsageError({
      doing: `looking for the backup "${backup}"`,
      problem: 'a restore takes "latest-proven", "latest" or the id of a set (20261124T020000Z)',
      advice: 'A dump of another tool has nothing to be compared with: restore it with pg_restore or psql.',
    })
  }
  return newest(store, choice, context)
}

async function named(store: Store, { backup: id, type, keys }: Choice, context: Context): Promise<RestorableSet> {
  const candidates = (await candidatesOf(store, type)).filter((set) => set.id === id)
  const [set] = candidates
  const doing = `looking for the backup ${id} in ${store.name}`
  if (set === undefined) {
    const ofType = type === undefined ? '' : ` of type ${type}`
    throw new UsageError({
      doing,
      problem: `there is no set${ofType} with this id`,
      advice: 'List the store to see the ids.',
    })
  }
  if (candidates.length > 1) {
    const types = candidates.map((each) => each.type).join(', ')
    throw new UsageError({
      doing,
      problem: `there is one of each of the types ${types}`,
      advice: 'Say which with the option type.',
    })
  }
  const opened = await openRestorable(store, set, keys, context)
  if (Array.isArray(opened)) {
    throw new DamagedError({
      doing: `checking the set ${set.type}/${id} before restoring it`,
      problem: `it is damaged: ${opened.map(describeFinding).join(' ')}`,
      advice:
        'Nothing was touched. Use latest-proven, which passes over damaged sets, another id, or another copy of this set.',
    })
  }
  const proof = 'proof' in set ? set.proof.outcome : undefined
  return restorable(
    store,
    opened,
    set,
    proof === 'proven' ? [] : [`The set ${set.type}/${id} is not proven, and was asked for by its id.`],
  )
}

async function newest(store: Store, choice: Choice, context: Context): Promise<RestorableSet> {
  const { backup, type } = choice
  const passedOver: string[] = []
  for (const set of await candidatesOf(store, type)) {
    const looked = objectionTo(set, choice) ?? (await openOrObjection(store, set, choice, context))
    if (typeof looked !== 'string') {
      return restorable(store, looked, set, passedOver)
    }
    const sentence = `The set ${set.type}/${set.id} was passed over: ${looked}.`
    passedOver.push(sentence)
    context.logger.warning(sentence)
  }
  const what = backup === 'latest-proven' ? 'proven and whole' : 'whole'
  throw new GuardError({
    doing: `looking for a backup to restore in ${store.name}`,
    problem:
      passedOver.length === 0
        ? `the store holds no set${type === undefined ? '' : ` of type ${type}`}`
        : `none of its ${passedOver.length} sets is ${what}. ${passedOver.join(' ')}`,
    advice:
      passedOver.length === 0
        ? 'Check the options store and type.'
        : 'Look at another copy of the store. To restore a set that is not proven, or holds the rows of some tables only, name its id in the option backup.',
  })
}

/** Everything that has the place of a set, whole or not, newest first. */
async function candidatesOf(store: Store, type: string | undefined): Promise<(StoredSet | BrokenSet)[]> {
  const { sets, broken } = await store.list()
  return [...sets, ...broken]
    .filter((set) => type === undefined || set.type === type)
    .sort((a, b) => (a.id === b.id ? 0 : a.id < b.id ? 1 : -1))
}

/** Why a set is not taken, as far as the list knows; null where that must be looked at. */
function objectionTo(set: StoredSet | BrokenSet, choice: Choice): string | null {
  if ('reason' in set) {
    return set.reason
  }
  const { proof } = set
  if (proof.outcome === 'failed') {
    const [first] = proof.findings.filter(({ severity }) => severity === 'error')
    return `it failed its proof${first === undefined ? '' : `: ${first.code} ${first.on}`}`
  }
  if (choice.backup === 'latest-proven' && proof.outcome !== 'proven') {
    return 'it is not proven'
  }
  return lackOf(set.manifest, choice)
}

/** What is wanted and not in a set, where the choice leaves it to us; null when it has all. */
function lackOf(manifest: Manifest, { type, wanted }: Choice): string | null {
  return wanted === undefined || type !== undefined ? null : missingRows(manifest, wanted)
}

/** The files are read last, because that takes long. Only then it is seen what an encrypted set without names holds. */
async function openOrObjection(
  store: Store,
  set: StoredSet | BrokenSet,
  choice: Choice,
  context: Context,
): Promise<OpenedSet | string> {
  const opened = await openRestorable(store, set, choice.keys, context)
  if (Array.isArray(opened)) {
    const [damage] = opened
    return damage === undefined ? 'it is damaged' : `it is damaged: ${damage.code} ${damage.on}, ${damage.found}`
  }
  const lack = lackOf(opened.manifest, choice)
  if (lack !== null) {
    await opened.letGo()
    await store.letGo(set)
  }
  return lack ?? opened
}

async function restorable(
  store: Store,
  opened: OpenedSet,
  { id, type }: { id: string; type: string },
  passedOver: string[],
): Promise<RestorableSet> {
  const { objects, undumpable } = await readStoredCatalog(path.join(opened.folder, SET.catalog))
  const location = locationOf(store, { id, type }, opened.stored.folder)
  return { ...opened, id, type, location, objects, undumpable, passedOver }
}
