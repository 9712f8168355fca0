import type { Proof, Tier, Verify } from '../backup/manifest.js'
import { UsageError } from '../errors.js'
import { calendarOf, type Calendar } from '../calendar.js'
import { applyRules, keepsNothing, type KeepRules } from './rules.js'

/**
 * What to keep of one type.
 *
 * Beyond restic's rules: the `floor` newest proven sets and the newest proven set of each cluster are always kept.
 */
export interface Policy extends KeepRules {
  /** The least tier at which a set counts as proven here. */
  tier: Tier
  /** The IANA time zone whose days, weeks, months and years are counted. */
  timezone: string
  floor: number
}

/** What retention must know of a set. */
export interface RetentionSet {
  id: string
  type: string
  series: string
  /** When its snapshot was taken. */
  time: Date
  /** Of the cluster it was taken from; null where the server did not tell. */
  systemIdentifier: string | null
  /** The outcome of verifying it that counts. */
  proof: { outcome: Proof['outcome']; tier: Verify; held?: Tier | undefined }
  bytes: number
}

/** The circumstances of a decision. */
export interface Situation {
  now: Date
  series: string
  /** The id of the set that this very run took; it is never removed by it, whatever its date says. */
  justTaken?: string
}

/**
 * How strong a set's proof is, for retention; a set that takes no part is `future` (dated after now) or `foreign` (of
 * another series).
 */
export type Standing = 'proven' | 'lesser' | 'unverified' | 'failed' | 'future' | 'foreign'

export interface Decision {
  set: RetentionSet
  standing: Standing
  keep: boolean
  /** Why, at least one. */
  reasons: readonly string[]
}

/** The standings that compete for slots, the strongest first. */
const CONTENDERS = ['proven', 'lesser', 'unverified', 'failed'] as const

const AMONG: Readonly<Record<(typeof CONTENDERS)[number], string>> = {
  proven: 'proven sets',
  lesser: 'sets proven to any tier',
  unverified: 'sets, unverified ones included',
  failed: 'sets, failed ones included',
}

/**
 * Decides for each set whether it is kept, the newest first.
 *
 * The whole rule: **a set competes only with sets of its type whose proof is at least as strong as its own.** So the
 * proven sets fill the slots as if there were no others, and a weaker set is kept where it would win a slot against
 * everything at least as good. Nothing weak ever displaces something strong, the newest set of any kind is always kept
 * (it may be the only hope), and each kind alone is bounded by the policy.
 *
 * Never removed, and never in a slot: sets dated after `now` and sets of another series. Never removed: the newest
 * proven set of each cluster and the floor.
 *
 * Throws `UsageError` for a policy without any rule.
 */
export function decide(sets: readonly RetentionSet[], policy: Policy, situation: Situation): Decision[] {
  requireRules(policy)
  const calendar = calendarOf(policy.timezone)
  const standings = new Map(sets.map((set) => [set, standingOf(set, policy, situation)]))
  const newestFirst = [...sets].sort(byTimeThenName)
  const decisions = new Map<RetentionSet, Decision>()
  for (const type of new Set(sets.map((set) => set.type))) {
    const ofType = newestFirst.filter((set) => set.type === type)
    for (const decision of decideType(ofType, standings, policy, calendar)) {
      decisions.set(decision.set, decision)
    }
  }
  return newestFirst.flatMap((set) => {
    const decision = decisions.get(set) ?? bystander(set, standings)
    return set.id === situation.justTaken ? spare(decision) : decision
  })
}

/** Whether a set is proven at all, to whatever tier. */
export function isProven({ standing }: Pick<Decision, 'standing'>): boolean {
  return standing === 'proven' || standing === 'lesser'
}

/** Throws `UsageError` for a policy that asks to keep nothing: a slip, or somebody who wants everything gone. */
export function requireRules(policy: KeepRules): void {
  if (keepsNothing(policy)) {
    throw new UsageError({
      doing: 'reading the retention policy',
      problem: 'the policy keeps nothing: every keep-* option is 0',
      advice:
        'Give at least one of keep-last, keep-daily, keep-weekly, keep-monthly, keep-yearly and keep-within, or none of them for the defaults.',
    })
  }
}

function decideType(
  newestFirst: readonly RetentionSet[],
  standings: ReadonlyMap<RetentionSet, Standing>,
  policy: Policy,
  calendar: Calendar,
): Decision[] {
  return CONTENDERS.flatMap((standing, strength) => {
    const atLeastAsStrong = new Set<Standing>(CONTENDERS.slice(0, strength + 1))
    const rivals = newestFirst.filter((set) => atLeastAsStrong.has(standings.get(set) ?? 'foreign'))
    const isOwn = (set: RetentionSet): boolean => standings.get(set) === standing
    return rivals.some(isOwn) ? judge(rivals, standing, policy, calendar).filter(({ set }) => isOwn(set)) : []
  })
}

/** Decides for every rival; only the word on the sets of this standing counts, the stronger have had theirs. */
function judge(
  rivals: readonly RetentionSet[],
  standing: (typeof CONTENDERS)[number],
  policy: Policy,
  calendar: Calendar,
): Decision[] {
  const rulings = applyRules(rivals, policy, calendar)
  const newestOfClusters = standing === 'proven' || standing === 'lesser' ? newestByCluster(rivals) : new Set()
  return rivals.map((set, index) => {
    const ruling = rulings[index] ?? { keptBy: [], missed: [] }
    const kept = [
      ...ruling.keptBy,
      ...(newestOfClusters.has(set) ? [`newest proven of cluster ${set.systemIdentifier ?? 'unknown'}`] : []),
      ...(index < policy.floor ? [`floor: one of the ${policy.floor} newest ${AMONG[standing]}`] : []),
    ]
    const keep = kept.length > 0
    const reasons = keep ? kept : ruling.missed
    const note = holdsRows(set) ? 'verification failed, and all rows are equal' : PROOF_NOTE[standing]
    return { set, standing, keep, reasons: note === null ? reasons : [note, ...reasons] }
  })
}

const PROOF_NOTE: Readonly<Record<(typeof CONTENDERS)[number], string | null>> = {
  proven: null,
  lesser: 'proven to a lesser tier than asked for',
  unverified: 'not verified',
  failed: 'verification failed',
}

function newestByCluster(newestFirst: readonly RetentionSet[]): Set<RetentionSet> {
  const newest = new Map<string | null, RetentionSet>()
  for (const set of newestFirst) {
    if (!newest.has(set.systemIdentifier)) {
      newest.set(set.systemIdentifier, set)
    }
  }
  return new Set(newest.values())
}

function bystander(set: RetentionSet, standings: ReadonlyMap<RetentionSet, Standing>): Decision {
  const standing = standings.get(set) ?? 'foreign'
  const reason =
    standing === 'future' ? 'dated in the future: never removed, fills no slot' : `of another series (${set.series})`
  return { set, standing, keep: true, reasons: [reason] }
}

function spare(decision: Decision): Decision {
  const reason = 'taken by this run'
  return { ...decision, keep: true, reasons: decision.keep ? [...decision.reasons, reason] : [reason] }
}

function standingOf(set: RetentionSet, policy: Policy, { now, series }: Situation): Standing {
  if (set.series !== series) {
    return 'foreign'
  }
  // Written so that a date that is none counts as the future too, and is kept.
  if (!(set.time.getTime() <= now.getTime())) {
    return 'future'
  }
  switch (set.proof.outcome) {
    case 'proven':
      return tierRank(set.proof.tier) >= tierRank(policy.tier) ? 'proven' : 'lesser'
    case 'not-verified':
      return 'unverified'
    case 'failed':
      // Its rows are known to be right: it is no worse than one of which nothing is known.
      return holdsRows(set) ? 'unverified' : 'failed'
  }
}

/** Whether all rows of a set that failed its proof are known to be equal to the source. */
export function holdsRows({ proof }: Pick<RetentionSet, 'proof'>): boolean {
  return proof.outcome === 'failed' && proof.held === 'data'
}

function tierRank(tier: Verify): number {
  return ['none', 'archive', 'data', 'full'].indexOf(tier)
}

function byTimeThenName(a: RetentionSet, b: RetentionSet): number {
  return (
    compare(instantOf(b), instantOf(a)) || compare(b.id, a.id) || compare(b.type, a.type) || compare(b.series, a.series)
  )
}

/** A date that is none goes with the future, before all others. */
function instantOf({ time }: RetentionSet): number {
  return Number.isNaN(time.getTime()) ? Infinity : time.getTime()
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
