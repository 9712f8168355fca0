/** One measurement: when, in days, and what. */
export interface Sample {
  day: number
  value: number
}

/** A line through samples. */
export interface Trend {
  /** The change a day. */
  slope: number
  /** Where the line is at a time. */
  at: (day: number) => number
}

/** More samples make no better line and a quadratic amount of work. */
const MOST_SAMPLES = 200

/**
 * The line of Theil and Sen: the median of the slopes of all pairs, through the median of what is left. Up to 29 % of the
 * samples may be wild without any effect. Null where there are no two times.
 */
export function theilSen(all: readonly Sample[]): Trend | null {
  const samples = thinned(all)
  const slopes: number[] = []
  samples.forEach((a, index) => {
    for (const b of samples.slice(index + 1)) {
      if (a.day !== b.day) slopes.push((b.value - a.value) / (b.day - a.day))
    }
  })
  const slope = medianOf(slopes)
  if (slope === null) return null
  const intercept = medianOf(samples.map(({ day, value }) => value - slope * day)) ?? 0
  return { slope, at: (day) => intercept + slope * day }
}

/** So many samples spread evenly over all, with the first and the last. */
export function thinned<T>(all: readonly T[], most = MOST_SAMPLES): readonly T[] {
  if (all.length <= most) return all
  return Array.from({ length: most }, (_, index) => all[Math.round((index * (all.length - 1)) / (most - 1))]).filter(
    (sample): sample is T => sample !== undefined,
  )
}

/** The middle of the numbers, or of the two in the middle; null of nothing. */
export function medianOf(numbers: readonly number[]): number | null {
  const sorted = Float64Array.from(numbers).sort()
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
