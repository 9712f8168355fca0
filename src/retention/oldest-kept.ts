import { decide, type Policy, type RetentionSet, type Situation } from './policy.js'

/**
 * The oldest set that retention keeps, which is where rot is found last; undefined where there is none.
 *
 * Sets that are known to be damaged, of another series or dated in the future do not count.
 *
 * @param policyOf the policy of a type; null where nobody gave one, and everything that is there is meant to be kept
 */
export function oldestKept(
  sets: readonly RetentionSet[],
  policyOf: ((type: string) => Policy) | null,
  situation: Situation,
): RetentionSet | undefined {
  const types = [...new Set(sets.map(({ type }) => type))]
  const counted = types
    .flatMap((type) => {
      const ofType = sets.filter((set) => set.type === type)
      return policyOf === null
        ? ofType
        : decide(ofType, policyOf(type), situation).flatMap(({ set, keep }) => (keep ? [set] : []))
    })
    .filter(
      ({ series, time, proof }) => series === situation.series && time <= situation.now && proof.outcome !== 'failed',
    )
  return counted.reduce<RetentionSet | undefined>(
    (oldest, set) => (oldest === undefined || set.time < oldest.time ? set : oldest),
    undefined,
  )
}
