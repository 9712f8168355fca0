import path from 'node:path'
import { SetId, type Manifest, type Tier } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { DamagedError, GuardError, UsageError } from '../errors.js'
import { describeFinding } from '../findings.js'
import type { Options } from '../options.js'
import { readStoredCatalog } from '../postgres/catalog/stored.js'
import type { CatalogObject, Undumpable } from '../postgres/catalog/model.js'
import { missingRows, type Wanted } from '../restore/coverage.js'
import type { BrokenSet, Store, StoredSet } from '../stores/store.js'
import { heldTier, recoveryTier } from '../verify/proof.js'
import { firstError, knownOf } from './known-of-set.js'
import { openRestorable, type Located } from './open-restorable.js'
import type { OpenedSet, OpeningKeys } from './open-set.js'

/** A set whose every byte was checked against its manifest just now. */
export interface RestorableSet extends OpenedSet {
  id: string
  type: string
  /** Where the store keeps it, as a person would write it. */
  location: string
  objects: CatalogObject[]
  undumpable?: Undumpable | undefined
  /** How far a restore of it must be equal to it. */
  tier: Exclude<Tier, 'archive'>
  /** Newer sets that were passed over, and why, as sentences. */
  passedOver: string[]
  /** Of a set that is not proven: what is known of it, without a full stop. */
  lesser?: string
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
 * (for `latest-proven`) have none are passed over, with a warning, as long as there is a better one; a set that was named
 * by its id is never replaced by another.
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
  const proof = 'proof' in set ? set.proof : opened.stored.manifest.proof
  const lesser = proof.outcome === 'proven' ? {} : { lesser: `it was asked for by its id: ${knownOf(proof)}` }
  return restorable(opened, set, { passedOver: [], ...lesser })
}

/** A set that was not taken. */
interface PassedOver {
  set: StoredSet | BrokenSet
  why: string
  /** Only its proof, or that it has none, spoke against it. */
  mayServe: boolean
}

async function newest(store: Store, choice: Choice, context: Context): Promise<RestorableSet> {
  const passedOver: PassedOver[] = []
  for (const set of await candidatesOf(store, choice.type)) {
    const objection = objectionTo(set, choice)
    const looked = objection ?? (await openOrObjection(store, set, choice, context))
    if (typeof looked !== 'string') {
      return restorable(looked, set, { passedOver: passedOver.map(sentenceOf) })
    }
    const mayServe = objection !== null && 'proof' in set && lackOf(set.manifest, choice) === null
    const one = { set, why: looked, mayServe }
    passedOver.push(one)
    context.logger.warning(sentenceOf(one))
  }
  return (await lastResort(store, choice, passedOver, context)) ?? refuse(store, choice, passedOver)
}

function sentenceOf({ set, why }: Pick<PassedOver, 'set' | 'why'>): string {
  return `The set ${set.type}/${set.id} was passed over: ${why}.`
}

/**
 * Where no set is proven, a restore must still be possible: the newest that is known to hold its rows is taken, else the
 * newest that nothing is known against. It is put in place only as far as it is equal, and what it is, is told. A set that
 * failed, and of which nothing is known to hold, is taken by its id only.
 */
async function lastResort(
  store: Store,
  choice: Choice,
  passedOver: readonly PassedOver[],
  context: Context,
): Promise<RestorableSet | null> {
  const usable = passedOver.flatMap(({ set, mayServe }) => (mayServe && 'proof' in set ? [set] : []))
  const inOrder = [
    ...usable.filter(({ proof }) => heldTier(proof) === 'data'),
    ...usable.filter(({ proof }) => proof.outcome === 'not-verified' && heldTier(proof) !== 'data'),
  ]
  for (const set of inOrder) {
    const looked = await openOrObjection(store, set, choice, context)
    if (typeof looked !== 'string') {
      const others = passedOver.filter((one) => one.set !== set).map(sentenceOf)
      const what = choice.backup === 'latest-proven' ? 'proven' : 'free of failures'
      return restorable(looked, set, {
        passedOver: others,
        lesser: `no set in ${store.name} is ${what} and whole, so this one was taken: ${knownOf(set.proof)}`,
      })
    }
    context.logger.warning(sentenceOf({ set, why: looked }))
  }
  return null
}

/** Throws `GuardError`, which says how a set is restored all the same. */
function refuse(store: Store, { backup, type }: Choice, passedOver: readonly PassedOver[]): never {
  const what = backup === 'latest-proven' ? 'proven and whole' : 'whole'
  const isEmpty = passedOver.length === 0
  const [candidate] = passedOver.filter(({ set }) => 'proof' in set)
  const byName =
    candidate === undefined
      ? ''
      : ` To restore the newest of these all the same, name it: backup ${candidate.set.id}, type ${candidate.set.type}. It is put in place only as far as it is equal to its source.`
  throw new GuardError({
    doing: `looking for a backup to restore in ${store.name}`,
    problem: isEmpty
      ? `the store holds no set${type === undefined ? '' : ` of type ${type}`}`
      : `none of its ${passedOver.length} sets is ${what}. ${passedOver.map(sentenceOf).join(' ')}`,
    advice: isEmpty
      ? 'Check the options store and type.'
      : `Look at another copy of the store. A set that is not proven, or holds the rows of some tables only, is restored when its id is named in the option backup.${byName}`,
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
    return `it failed its proof${firstError(proof)}`
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
): Promise<(OpenedSet & Located) | string> {
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
  opened: OpenedSet & Located,
  set: StoredSet | BrokenSet,
  told: Pick<RestorableSet, 'passedOver' | 'lesser'>,
): Promise<RestorableSet> {
  const { id, type } = set
  const { objects, undumpable } = await readStoredCatalog(path.join(opened.folder, SET.catalog))
  const tier = recoveryTier('proof' in set ? set.proof : opened.stored.manifest.proof)
  return { ...opened, id, type, objects, undumpable, tier, ...told }
}
