import { groupedBy, isTaken, meanOf, type LoggedEvent } from './events.js'
import { isBackup, newestOf } from './figures.js'
import type { Recovery, TrendPoint } from './model.js'
import { worstAge, type Outcomes } from './outcomes.js'
import type { Bucket } from './windows.js'

/**
 * How each type did in each bucket, the oldest first, then by type. A type begins with its first backup and then has a
 * point in every bucket, so that a day without one is seen.
 */
export function trendOf(events: readonly LoggedEvent[], buckets: readonly Bucket[], outcomes: Outcomes): TrendPoint[] {
  const byType = groupedBy(
    events.filter((event) => isBackup(event) && event.type !== undefined),
    ({ type = '' }) => type,
  )
  return [...byType]
    .flatMap(([type, ofType]) => pointsOf(type, ofType, buckets, outcomes))
    .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.type < b.type ? -1 : 1))
}

/** @param events backups of this type, the oldest first: each is looked at once */
function pointsOf(
  type: string,
  events: readonly LoggedEvent[],
  buckets: readonly Bucket[],
  outcomes: Outcomes,
): TrendPoint[] {
  const points: TrendPoint[] = []
  let next = events.findIndex(({ at }) => at > (buckets[0]?.from ?? Infinity))
  const hasBegun = next !== 0
  if (next === -1) next = events.length
  for (const bucket of buckets) {
    const start = next
    while ((events[next]?.at ?? Infinity) <= bucket.to) next++
    if (hasBegun || next > 0) {
      points.push(pointOf(type, events.slice(start, next), bucket, outcomes))
    }
  }
  return points
}

function pointOf(type: string, events: readonly LoggedEvent[], bucket: Bucket, outcomes: Outcomes): TrendPoint {
  const good = events.filter(({ ok }) => ok)
  const sets = events.filter(isTaken)
  const newest = newestOf(sets)
  return {
    bucket: bucket.name,
    at: new Date(bucket.from + 1),
    type,
    backups: events.length,
    succeeded: good.length,
    sets: sets.length,
    proven: sets.filter(outcomes.isProven).length,
    size: newest?.size ?? null,
    records: newest?.records === undefined ? null : totalOf(newest.records),
    compression_ratio: meanOf(sets.flatMap(({ compressionRatio }) => compressionRatio ?? [])),
    duration: meanOf(good.map(({ seconds }) => seconds)),
    worstRpo: worstAge(outcomes.steps.get(type) ?? [], bucket.from, bucket.to),
  }
}

function totalOf(records: Record<string, number>): number | null {
  const rows = Object.values(records)
  return rows.length === 0 ? null : rows.reduce((sum, each) => sum + each, 0)
}

/** Recoveries: each scenario of a drill, and each restore, whose whole duration is its RTO. */
export function recoveriesOf(events: readonly LoggedEvent[]): Recovery[] {
  return events.flatMap((event): Recovery[] => {
    const at = new Date(event.at)
    if (event.operation === 'restore') {
      const outcome = event.ok ? 'passed' : 'failed'
      return [{ at, kind: 'restore', name: event.mode ?? '', outcome, rto: event.ok ? event.seconds : null, rpo: null }]
    }
    return event.operation !== 'drill'
      ? []
      : event.scenarios.map(({ scenario, outcome, rto, rpo }) => ({
          ...{ at, kind: 'drill', name: scenario, outcome },
          ...{ rto: rto ?? null, rpo: rpo ?? null },
        }))
  })
}
