import { distance } from 'fastest-levenshtein'

/** The known name that is nearest to a mistyped one; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, steps: distance(name, candidate) }))
  ranked.sort((a, b) => a.steps - b.steps)
  const best = ranked[0]
  return best !== undefined && best.steps <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined
}
