import type { Calendar } from '../../calendar.js'
import type { Period } from './model.js'

const NO_AGE = { years: 0, months: 0, days: 0, hours: 0 }
const SECOND = 1000

/** How many days a period has, and its trends: the buckets of a weekly report are weeks. */
export const DAYS: Readonly<Record<Period, { period: number; trend: number; unit: 'day' | 'week' }>> = {
  daily: { period: 1, trend: 30, unit: 'day' },
  weekly: { period: 7, trend: 26 * 7, unit: 'week' },
}

/** Time between two instants, in milliseconds: after `from`, until `to`. */
export interface Window {
  from: number
  to: number
}

/** A day or a week on the clocks of a time zone. */
export interface Bucket extends Window {
  /** `2026-11-24`, `2026-W48` */
  name: string
}

/** The last days until an instant: as many on the calendar, however many hours they have. */
export function lastDays(days: number, until: Date, calendar: Calendar): Window {
  return { from: calendar.before(until, { ...NO_AGE, days }).getTime(), to: until.getTime() }
}

export function isIn({ from, to }: Window, at: number): boolean {
  return at > from && at <= to
}

/**
 * The calendar days or weeks that began within the last days until an instant, the oldest first, without a gap. The last
 * one ends at that instant.
 */
export function bucketsOf(days: number, unit: 'day' | 'week', until: Date, calendar: Calendar): Bucket[] {
  const nameOf = unit === 'day' ? calendar.dayOf : calendar.weekOf
  const marks = Array.from({ length: days }, (_, index) => lastDays(days - index, until, calendar).from)
  const buckets: Bucket[] = []
  let start = marks[0] ?? until.getTime()
  for (const mark of [...marks.slice(1), until.getTime()]) {
    // Where clocks change, two marks may be on the same day, or a day apart.
    while (nameOf(new Date(start)) !== nameOf(new Date(mark))) {
      const border = borderBetween(start, mark, nameOf)
      buckets.push({ name: nameOf(new Date(start)), from: start - 1, to: border })
      start = border + 1
    }
  }
  // The first one had begun before.
  return [...buckets.slice(1), { name: nameOf(until), from: start - 1, to: until.getTime() }]
}

/** The last millisecond of the earlier bucket, so that "after" it begins the later one; by halving, to the second. */
function borderBetween(before: number, after: number, nameOf: (instant: Date) => string): number {
  const name = nameOf(new Date(before))
  let [low, high] = [Math.floor(before / SECOND), Math.floor(after / SECOND)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (nameOf(new Date(middle * SECOND)) === name) low = middle
    else high = middle
  }
  return high * SECOND - 1
}
