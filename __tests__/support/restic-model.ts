/**
 * What restic's `forget` keeps, written as plainly as its manual says it and sharing no line with the product: for each
 * rule, list the periods that have a snapshot, take the newest n, keep the newest snapshot of each; if there were fewer
 * than n, keep the oldest snapshot too. Periods are computed by shifting to local time with a numeric offset.
 */
export interface ModelRules {
  last: number
  daily: number
  weekly: number
  monthly: number
  yearly: number
  /** Hours before the newest snapshot. */
  withinHours: number
}

/** The local time of an instant, carried by the UTC fields of a date. */
export type ToLocal = (instant: number) => Date

export function resticKeeps(instants: readonly number[], rules: ModelRules, toLocal: ToLocal): Set<number> {
  const kept = new Set<number>()
  if (instants.length === 0) return kept
  const ascending = [...instants].sort((a, b) => a - b)
  for (const [count, period] of [
    [rules.daily, (local: Date) => local.toISOString().slice(0, 10)],
    [rules.weekly, mondayOf],
    [rules.monthly, (local: Date) => local.toISOString().slice(0, 7)],
    [rules.yearly, (local: Date) => local.toISOString().slice(0, 4)],
  ] as const) {
    if (count === 0) continue
    const newestByPeriod = new Map(ascending.map((instant) => [period(toLocal(instant)), instant]))
    const newestOfPeriods = [...newestByPeriod.values()]
    newestOfPeriods.slice(-count).forEach((instant) => kept.add(instant))
    if (newestOfPeriods.length < count) kept.add(ascending[0]!)
  }
  if (rules.last > 0) ascending.slice(-rules.last).forEach((instant) => kept.add(instant))
  const newest = ascending.at(-1)!
  if (rules.withinHours > 0) {
    ascending.filter((instant) => newest - instant < rules.withinHours * 3_600_000).forEach((one) => kept.add(one))
  }
  return kept
}

/** Two instants are in the same ISO week exactly when their week began on the same Monday. */
function mondayOf(local: Date): string {
  const monday = new Date(local)
  while (monday.getUTCDay() !== 1) monday.setUTCDate(monday.getUTCDate() - 1)
  return monday.toISOString().slice(0, 10)
}
