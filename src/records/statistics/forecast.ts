import { limitInBase, type AlertRule, type Measure } from '../alert-rules.js'
import { groupedBy, isTaken, type LoggedEvent } from './events.js'
import { isBackup } from './figures.js'
import type { Forecast, ForecastOutcome } from './model.js'
import { theilSen, type Sample } from './theil-sen.js'

/** GitHub ends a job on its own runners after six hours. */
export const JOB_LIMIT_SECONDS = 6 * 3600

const DAY = 24 * 3600 * 1000

/** Fewer measurements, or over a shorter time, are no trend. */
export const LEAST = { points: 5, days: 3 } as const

/** A trend is believed for so many times as long as it was seen, and never for longer than five years. */
const SIGHT = { times: 10, days: 5 * 365 } as const

type Question = Pick<Forecast, 'what' | 'type' | 'unit' | 'limit'>

/** When the limits will be reached if it goes on like this: for each type in the order of their names, then the disk. */
export function forecastsOf(events: readonly LoggedEvent[], rules: readonly AlertRule[], now: Date): Forecast[] {
  const byType = groupedBy(
    events.filter((event) => isBackup(event) && event.type !== undefined),
    ({ type = '' }) => type,
  )
  const ofTypes = [...byType]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([type, backups]) => forecastsOfType(type, backups, rules, now))
  const free = events.flatMap(({ at, freeBytes }) => sample(at, freeBytes))
  const disk = { what: 'disk', type: null, unit: 'bytes', limit: 0 } as const
  return [...ofTypes, ...(free.length === 0 ? [] : [forecast(disk, free, now)])]
}

function forecastsOfType(
  type: string,
  backups: readonly LoggedEvent[],
  rules: readonly AlertRule[],
  now: Date,
): Forecast[] {
  const durations = backups.filter(({ ok }) => ok).flatMap(({ at, seconds }) => sample(at, seconds))
  const sizes = backups.filter(isTaken).flatMap(({ at, size }) => sample(at, size))
  const [duration, size] = [criticalLimit(rules, 'duration'), criticalLimit(rules, 'size')]
  const about = (what: Forecast['what'], unit: Forecast['unit'], limit: number): Question => ({
    what,
    type,
    unit,
    limit,
  })
  return [
    ...(size === null ? [] : [forecast(about('size-alert', 'bytes', size), sizes, now)]),
    ...(duration === null ? [] : [forecast(about('duration-alert', 'seconds', duration), durations, now)]),
    forecast(about('job-limit', 'seconds', JOB_LIMIT_SECONDS), durations, now),
  ]
}

/**
 * Follows the line of Theil and Sen from now on to the limit. What was measured last decides whether it is reached
 * already; a disk is full when nothing is left, everything else when the limit is.
 *
 * @param samples the oldest first
 */
export function forecast(question: Question, samples: readonly Sample[], now: Date): Forecast {
  const [first, last] = [samples[0], samples.at(-1)]
  const days = first === undefined || last === undefined ? 0 : last.day - first.day
  const sight = Math.min(SIGHT.times * days, SIGHT.days)
  const basis = { points: samples.length, days, sight }
  const enough = samples.length >= LEAST.points && days >= LEAST.days
  const trend = enough ? theilSen(samples) : null
  const perDay = trend?.slope ?? null
  const outcome = ((): ForecastOutcome => {
    const today = now.getTime() / DAY
    const isFalling = question.what === 'disk'
    if (last !== undefined && (isFalling ? last.value <= question.limit : last.value >= question.limit)) {
      return { kind: 'reached' }
    }
    if (trend === null) return { kind: 'cannot-be-told', reason: reasonOf(samples.length, days) }
    const wait = (question.limit - trend.at(today)) / trend.slope
    if (!(isFalling ? trend.slope < 0 : trend.slope > 0) || wait > sight) return { kind: 'not-in-sight' }
    return { kind: 'expected', at: new Date((today + Math.max(0, wait)) * DAY) }
  })()
  return { ...question, current: last?.value ?? null, perDay, basis, outcome }
}

function reasonOf(points: number, days: number): string {
  return points < LEAST.points
    ? `${points} of at least ${LEAST.points} measurements are there`
    : `the measurements span ${days.toFixed(1)} of at least ${LEAST.days} days`
}

function sample(at: number, value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ day: at / DAY, value }]
}

/** The limit of the critical rule of a measure, in seconds or bytes; null when it is off. */
function criticalLimit(rules: readonly AlertRule[], wanted: Measure): number | null {
  const rule = rules.find(({ level, measure }) => level === 'critical' && measure === wanted)
  return rule === undefined || rule.limit === 'off' || rule.limit.comparison !== '>'
    ? null
    : limitInBase(wanted, rule.limit)
}
