import { timeOf, Verify, type Manifest, type Proof, type Tier } from '../backup/manifest.js'
import { finding, type Finding } from '../findings.js'
import type { Ages } from '../option-values.js'
import { counted, formatDuration, formatInstant } from '../units.js'
import { heldTier } from '../verify/proof.js'

/** What a watch asks of every store. */
export interface Objectives {
  maxAge: Ages | undefined
  maxUnproven: Ages | undefined
  /** The least tier that counts as proven; undefined for the one that the backup of each set was asked for. */
  tier: Tier | undefined
  /** The one type that is watched; undefined for all. */
  type: string | undefined
}

/** A store as a listing shows it: the sets that count, and what looks like one. */
export interface Shelf {
  /** As a person would write it. */
  store: string
  sets: readonly ShelvedSet[]
  broken: readonly { id: string; type: string; reason: string }[]
}

/** What is needed of a set. */
export interface ShelvedSet {
  id: string
  type: string
  proof: Pick<Proof, 'outcome' | 'tier' | 'held'>
  manifest: { options: Pick<Manifest['options'], 'verify'> }
}

/** What was seen of one type in one store. Ages are in milliseconds. */
export interface WatchedType {
  store: string
  type: string
  /** Snapshot of the newest set; undefined where there is none. */
  newest?: Date
  /** Snapshot of the newest set that is proven as far as is asked. */
  newestProven?: Date
  /** Snapshot of the newest set that is proven, however far. */
  newestLesser?: Date
  maxAge: number
  maxUnproven: number
  isFresh: boolean
  isProven: boolean
}

export interface Watched {
  types: readonly WatchedType[]
  findings: readonly Finding[]
}

const HOUR = 3_600_000

/** Where the options say nothing: a night and a bit, a week and a day. */
export const USUAL_AGES: Ages = { others: 26 * HOUR, byType: { weekly: 8 * 24 * HOUR } }

/** Taken by hand, so not expected at any time. */
const BY_HAND = 'manual'

/** Clocks of two machines may differ so much without anybody having to look. */
const CLOCK_TOLERANCE = 5 * 60_000

/**
 * Judges what a store holds against the objectives. Ages count from the snapshots, so that a backup which took long is as
 * old as what is in it. A set that is dated in the future is never the newest: otherwise one wrong clock would keep the
 * watch quiet for as long as it was wrong by.
 *
 * @param expected further types that must be there: for a copy, those of the primary store
 */
export function judgeFreshness(
  shelf: Shelf,
  objectives: Objectives,
  now: Date,
  expected: readonly string[] = [],
): Watched {
  const latest = now.getTime() + CLOCK_TOLERANCE
  const past = shelf.sets.filter(({ id }) => timeOf(id).getTime() <= latest)
  const future = shelf.sets.filter((set) => !past.includes(set)).map((set) => fromFuture(set, shelf, now))
  if (shelf.sets.length === 0 && shelf.broken.length === 0) {
    return { types: [], findings: [finding('STORE_EMPTY', shelf.store, 'it holds no backup')] }
  }
  const types = watchedTypes(shelf, objectives, expected).map((type) =>
    look(type, { ...shelf, sets: past }, objectives),
  )
  const judged = types.map((one) => judge(one, now))
  const none = types.length === 0 ? [nothingWatched(shelf)] : []
  return {
    types: judged.map(({ type }) => type),
    findings: [...none, ...judged.flatMap(({ findings }) => findings), ...future, ...unreadable(shelf, judged)],
  }
}

/** The types that are asked for, else those that are named or there; what is taken by hand only where it is named. */
function watchedTypes(
  { sets, broken }: Shelf,
  { type, maxAge, maxUnproven }: Objectives,
  expected: readonly string[],
): string[] {
  if (type !== undefined) {
    return [type]
  }
  const named = [...Object.keys(maxAge?.byType ?? {}), ...Object.keys(maxUnproven?.byType ?? {})]
  const present = [...sets, ...broken].map((set) => set.type).filter((each) => each !== BY_HAND)
  const isLimited = (each: string): boolean =>
    maxAge?.others !== undefined || maxAge === undefined || named.includes(each)
  return [...new Set([...named, ...expected, ...present])].filter(isLimited).sort()
}

function look(
  type: string,
  { store, sets }: Shelf,
  { maxAge, maxUnproven, tier }: Objectives,
): Omit<WatchedType, 'isFresh' | 'isProven'> {
  const ofType = sets.filter((set) => set.type === type)
  const newest = newestOf(ofType)
  const proven = ofType.filter(({ proof }) => heldTier(proof) !== undefined)
  const newestLesser = newestOf(proven)
  const newestProven = newestOf(proven.filter((set) => isFarEnough(set, tier)))
  const age = ageFor(type, maxAge) ?? ageFor(type, maxUnproven) ?? ageFor(type, USUAL_AGES) ?? 0
  return {
    store,
    type,
    maxAge: age,
    maxUnproven: ageFor(type, maxUnproven) ?? age,
    ...(newest !== undefined && { newest }),
    ...(newestProven !== undefined && { newestProven }),
    ...(newestLesser !== undefined && { newestLesser }),
  }
}

/**
 * A set whose proof could not be given as far as was asked may be validated later, but less far. That says something of
 * it, and not what was asked: nobody should believe that its restore was tried.
 */
function isFarEnough({ proof, manifest }: ShelvedSet, tier: Tier | undefined): boolean {
  return Verify.options.indexOf(heldTier(proof) ?? 'none') >= Verify.options.indexOf(tier ?? manifest.options.verify)
}

function ageFor(type: string, ages: Ages | undefined): number | undefined {
  return ages === undefined ? undefined : (ages.byType[type] ?? ages.others)
}

function newestOf(sets: readonly { id: string }[]): Date | undefined {
  const ids = sets.map(({ id }) => id).sort()
  const last = ids.at(-1)
  return last === undefined ? undefined : timeOf(last)
}

function judge(seen: Omit<WatchedType, 'isFresh' | 'isProven'>, now: Date): { type: WatchedType; findings: Finding[] } {
  const { store, type, newest, newestProven, newestLesser, maxAge, maxUnproven } = seen
  const within = (at: Date | undefined, limit: number): boolean =>
    at !== undefined && now.getTime() - at.getTime() <= limit
  const isFresh = within(newest, maxAge)
  const isProven = within(newestProven, maxUnproven)
  const told = { type: { ...seen, isFresh, isProven } }
  const on = `${type} in ${store}`
  if (newest === undefined) {
    return { ...told, findings: [finding('BACKUP_MISSING', on, `there is no ${type} backup`)] }
  }
  const aged = (at: Date): string => `from ${formatInstant(at)}, ${ageText(now.getTime() - at.getTime())} ago`
  const findings: Finding[] = []
  if (!isFresh) {
    const found = `the newest ${type} backup is ${aged(newest)}, and may be ${ageText(maxAge)} old`
    findings.push(finding('BACKUP_TOO_OLD', on, found))
  }
  if (!isProven) {
    const found =
      newestProven === undefined
        ? `no ${type} backup is proven to restore`
        : `the newest ${type} backup that is proven to restore is ${aged(newestProven)}, and may be ${ageText(maxUnproven)} old`
    const isLesser = newestLesser !== undefined && newestLesser.getTime() !== newestProven?.getTime()
    const lesser = isLesser ? `; that from ${formatInstant(newestLesser)} is proven less far than was asked for` : ''
    findings.push(finding('BACKUP_UNPROVEN_TOO_LONG', on, `${found}${lesser}`))
  }
  return { ...told, findings }
}

function fromFuture({ id, type }: { id: string; type: string }, { store }: Shelf, now: Date): Finding {
  return finding(
    'BACKUP_FROM_FUTURE',
    `${type}/${id} in ${store}`,
    `it is dated ${formatInstant(timeOf(id))}, and here it is ${formatInstant(now)}`,
  )
}

function nothingWatched({ store, sets }: Shelf): Finding {
  const found = `none of its ${counted(sets.length, 'backup')} is of a type that is watched, so nobody would notice if there came no more`
  return finding('BACKUP_MISSING', store, found, 'Name the types that matter in max-age: daily=26h, manual=30d.')
}

/** Only what is newer than all that counts is of interest here. */
function unreadable({ store, broken }: Shelf, judged: readonly { type: WatchedType }[]): Finding[] {
  return judged.flatMap(({ type: { type, newest } }) =>
    broken
      .filter((one) => one.type === type && (newest === undefined || timeOf(one.id) > newest))
      .map(({ id, reason }) => finding('BACKUP_UNREADABLE', `${type}/${id} in ${store}`, reason.replace(/\.$/, ''))),
  )
}

/** `26 h`, `8 d`, `2 d 5 h`: people count backups in days. */
export function ageText(milliseconds: number): string {
  const hours = Math.floor(milliseconds / HOUR)
  if (hours < 48) {
    return formatDuration(Math.max(0, milliseconds) / 1000)
  }
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
