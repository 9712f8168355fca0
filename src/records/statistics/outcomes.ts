import { setKey, type LoggedEvent } from './events.js'

type Standing = Required<Pick<LoggedEvent, 'proof' | 'tier'>>

/** An outcome that changed which snapshot of a type is the newest proven one. */
export interface ProofStep {
  /** From when on, in milliseconds. */
  at: number
  /** Milliseconds; null when there is none any more. */
  newestProven: number | null
}

/** What the log knows of proofs: of each set in the end, and of each type all along. */
export interface Outcomes {
  isProven: (set: { type?: string; id?: string }) => boolean
  /** By type, the oldest first. */
  steps: ReadonlyMap<string, readonly ProofStep[]>
}

const TIERS = ['none', 'archive', 'data', 'full'] as const

/**
 * Follows the outcomes of backups and validations through the log, as stores do with what they keep beside a set: the
 * newest counts, but what could not run takes nothing back, and what looked less far neither lowers a proof nor lifts a
 * failure.
 */
export function followOutcomes(events: readonly LoggedEvent[]): Outcomes {
  const standing = new Map<string, Standing>()
  const proven = new Map<string, Set<number>>()
  const steps = new Map<string, ProofStep[]>()
  for (const { operation, at, type, id, snapshot, proof, tier = 'none' } of events) {
    const isOutcome = operation === 'backup' || operation === 'validate'
    if (!isOutcome || type === undefined || snapshot === undefined || proof === undefined || id === undefined) continue
    const before = standing.get(setKey({ type, id }))
    if (before !== undefined && !isTakenOver(before, { proof, tier })) continue
    standing.set(setKey({ type, id }), { proof, tier })
    const snapshots = ofType(proven, type, () => new Set<number>())
    const ofThisType = ofType(steps, type, () => [])
    const newestProven = afterOutcome(snapshots, snapshot, proof === 'proven', ofThisType.at(-1)?.newestProven ?? null)
    ofThisType.push({ at, newestProven })
  }
  return { isProven: (set) => standing.get(setKey(set))?.proof === 'proven', steps }
}

/** Keeps the proven snapshots and returns the newest; all are looked through only when the newest is taken back. */
function afterOutcome(
  snapshots: Set<number>,
  snapshot: number,
  isProven: boolean,
  newest: number | null,
): number | null {
  if (isProven) {
    snapshots.add(snapshot)
    return Math.max(snapshot, newest ?? snapshot)
  }
  snapshots.delete(snapshot)
  if (snapshot !== newest) return newest
  return snapshots.size === 0 ? null : [...snapshots].reduce((a, b) => Math.max(a, b))
}

function ofType<T>(map: Map<string, T>, type: string, make: () => T): T {
  const present = map.get(type) ?? make()
  map.set(type, present)
  return present
}

function isTakenOver(standing: Standing, next: Standing): boolean {
  if (next.proof === 'failed' || standing.proof === 'not-verified') return true
  return next.proof === 'proven' && TIERS.indexOf(next.tier) >= TIERS.indexOf(standing.tier)
}

/**
 * The longest that the newest proven snapshot was old between two instants (milliseconds), in seconds: what a loss of the
 * server would have cost at the worst moment. Time in which nothing proven was known is left out; null when that is all.
 *
 * @param steps of one type, the oldest first
 */
export function worstAge(steps: readonly ProofStep[], from: number, to: number): number | null {
  let worst: number | null = null
  const first = lastUntil(steps, from)
  for (let index = Math.max(0, first); index < steps.length; index++) {
    const step = steps[index]
    if (step === undefined || step.at > to) break
    const end = Math.min(to, steps[index + 1]?.at ?? to)
    // Of two outcomes in the same second the earlier held for no time.
    if (step.newestProven !== null && end > Math.max(from, step.at)) {
      worst = Math.max(worst ?? 0, (end - step.newestProven) / 1000)
    }
  }
  return worst
}

/** The place of the last step until an instant, found by halving; -1 when there is none. */
function lastUntil(steps: readonly ProofStep[], instant: number): number {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((steps[middle]?.at ?? Infinity) <= instant) low = middle + 1
    else high = middle
  }
  return low - 1
}
