/** The middle of some numbers; the mean of the two in the middle where there are as many on both sides. 0 of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/**
 * How far numbers usually are from their median: three times the median absolute deviation, scaled so that it is three
 * standard deviations of numbers that vary normally. A few outliers, which move a mean, do not move it.
 */
export function usualDistance(numbers: readonly number[]): number {
  const middle = median(numbers)
  return 3 * 1.4826 * median(numbers.map((number) => Math.abs(number - middle)))
}
