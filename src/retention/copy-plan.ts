import { decide, holdsRows, type Policy, type RetentionSet, type Situation } from './policy.js'

/** What was decided on a set that a copy lacks. */
export interface CopyDecision {
  set: RetentionSet
  copy: boolean
  /** Why, at least one. */
  reasons: readonly string[]
}

/** The sets of two stores; both may hold sets of several types. */
export interface CopySituation extends Situation {
  /** What the primary store holds. */
  primary: readonly RetentionSet[]
  /** What the copy holds. */
  copy: readonly RetentionSet[]
}

/**
 * Decides on each set that a copy lacks, the newest first: it is copied when the copy's own policy would keep it, were it
 * there with all the others. So nothing is copied that the next rotation would remove.
 *
 * Never copied: a set whose proof failed, one of another series, and one that is not verified while a newer proven set of
 * its type is at hand. An unverified one that is newer than every proven set may be the only trace of the last days.
 *
 * @param policyOf the copy's policy of a type
 */
export function planCopies(
  { primary, copy, ...situation }: CopySituation,
  policyOf: (type: string) => Policy,
): CopyDecision[] {
  const held = new Set(copy.map(nameOf))
  const missing = primary.filter((set) => !held.has(nameOf(set)))
  const objections = new Map(missing.map((set) => [set, objectionTo(set, [...primary, ...copy], situation)]))
  const candidates = missing.filter((set) => objections.get(set) === null)
  const kept = keptTogether([...copy, ...candidates], situation, policyOf)
  return missing
    .map((set) => {
      const objection = objections.get(set) ?? null
      const decision = kept.get(set)
      return objection === null
        ? { set, copy: decision?.keep ?? false, reasons: decision?.reasons ?? [] }
        : { set, copy: false, reasons: [objection] }
    })
    .sort((a, b) => (a.set.id === b.set.id ? compare(a.set.type, b.set.type) : compare(b.set.id, a.set.id)))
}

function keptTogether(
  sets: readonly RetentionSet[],
  situation: Situation,
  policyOf: (type: string) => Policy,
): Map<RetentionSet, { keep: boolean; reasons: readonly string[] }> {
  const types = [...new Set(sets.map(({ type }) => type))]
  const decisions = types.flatMap((type) =>
    decide(
      sets.filter((set) => set.type === type),
      policyOf(type),
      situation,
    ),
  )
  return new Map(decisions.map((decision) => [decision.set, decision]))
}

/** What forbids to copy a set, whatever the policy says; null where nothing does. */
function objectionTo(set: RetentionSet, all: readonly RetentionSet[], { series }: Situation): string | null {
  if (set.series !== series) {
    return `of another series (${set.series})`
  }
  switch (holdsRows(set) ? 'not-verified' : set.proof.outcome) {
    case 'failed':
      return 'its proof failed'
    case 'not-verified': {
      const better = all.find(
        ({ type, proof, time, ...other }) =>
          type === set.type && other.series === series && proof.outcome === 'proven' && time > set.time,
      )
      return better === undefined ? null : `it is not verified, and ${better.id}, which is newer, is proven`
    }
    case 'proven':
      return null
  }
}

function nameOf({ type, id }: RetentionSet): string {
  return `${type}/${id}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
