import type { Calendar } from '../../calendar.js'
import { LEVELS } from '../alert-rules.js'
import { groupedBy, isTaken, meanOf, type LoggedEvent, type TakenSet } from './events.js'
import type { AlertCount, BackupCounts, DailyReport, WeeklyReport } from './model.js'
import type { Outcomes } from './outcomes.js'

/** The figures that were asked for of a day, over the events of any time. */
export function dailyReport(events: readonly LoggedEvent[]): DailyReport {
  const backups = events.filter(isBackup)
  const good = backups.filter(({ ok }) => ok)
  return {
    success_rate: backups.length === 0 ? null : good.length / backups.length,
    avg_duration: meanOf(good.map(({ seconds }) => seconds)),
    total_size: backups.filter(isTaken).reduce((sum, { size }) => sum + size, 0),
    record_counts: newestCounts(backups.filter(isTaken)),
  }
}

/** The figures that were asked for of a week, over the events of any time. */
export function weeklyReport(events: readonly LoggedEvent[], calendar: Calendar): WeeklyReport {
  const taken = events.filter(isTaken)
  const byDay = [...groupedBy(taken, ({ at, type }) => `${calendar.dayOf(new Date(at))} ${type}`)].sort(byKey)
  return {
    compression_trends: byDay.flatMap(([key, sets]) => {
      const ratio = meanOf(sets.flatMap(({ compressionRatio }) => compressionRatio ?? []))
      return ratio === null ? [] : [{ ...dayAndType(key), compression_ratio: ratio }]
    }),
    size_evolution: byDay.flatMap(([key, sets]) => {
      const newest = newestOf(sets)
      return newest === undefined ? [] : [{ ...dayAndType(key), size: newest.size }]
    }),
    error_frequency: errorFrequency(events),
  }
}

/** How often each kind of error came up: each at most once an operation. What says nothing of itself counts as `failed`. */
export function errorFrequency(events: readonly LoggedEvent[]): Record<string, number> {
  const times = new Map<string, number>()
  for (const { ok, errors, phase } of events) {
    if (ok) continue
    const kinds = errors.length === 0 ? [phase ?? 'failed'] : errors
    new Set(kinds).forEach((kind) => times.set(kind, (times.get(kind) ?? 0) + 1))
  }
  return Object.fromEntries([...times].sort((a, b) => b[1] - a[1] || byKey(a, b)))
}

/** Backups, and how good the sets are that they took. */
export function backupCounts(events: readonly LoggedEvent[], { isProven }: Outcomes): BackupCounts {
  const backups = events.filter(isBackup)
  const succeeded = backups.filter(({ ok }) => ok).length
  const sets = backups.filter(isTaken)
  const proven = sets.filter(isProven).length
  return {
    total: backups.length,
    succeeded,
    failed: backups.length - succeeded,
    sets: sets.length,
    proven,
    proof_rate: sets.length === 0 ? null : proven / sets.length,
  }
}

/** Alerts by level and measure, the heaviest and then the most frequent first. */
export function alertCounts(events: readonly LoggedEvent[]): AlertCount[] {
  const fired = events.flatMap(({ at, alerts }) => alerts.map((alert) => ({ ...alert, at })))
  return [...groupedBy(fired, ({ level, measure }) => `${level} ${measure}`).values()]
    .flatMap((group) => {
      const last = group.at(-1)
      return last === undefined
        ? []
        : [{ level: last.level, measure: last.measure, times: group.length, last: new Date(last.at) }]
    })
    .sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || b.times - a.times)
}

/** How many operations of each kind there were, in the order of their names. */
export function operationCounts(events: readonly LoggedEvent[]): Record<string, number> {
  const groups = groupedBy(events, ({ operation }) => operation)
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.length] as const).sort(byKey))
}

/** The set whose snapshot is the newest. */
export function newestOf(sets: readonly TakenSet[]): TakenSet | undefined {
  return sets.reduce<TakenSet | undefined>(
    (newest, set) => (newest === undefined || set.snapshot >= newest.snapshot ? set : newest),
    undefined,
  )
}

export function isBackup({ operation }: LoggedEvent): boolean {
  return operation === 'backup'
}

/**
 * Types may hold different tables, so each table's rows are those of the newest set that counted it. Only the newest set
 * of each choice of type is read: types are few, sets are many.
 */
function newestCounts(sets: readonly TakenSet[]): Record<string, number> {
  const counted = sets.filter(({ records }) => records !== undefined)
  const newest = [...groupedBy(counted, ({ type }) => type).values()].flatMap((ofType) => newestOf(ofType) ?? [])
  const rows = newest.sort((a, b) => a.snapshot - b.snapshot).flatMap(({ records }) => Object.entries(records ?? {}))
  return Object.fromEntries(new Map(rows))
}

function dayAndType(key: string): { day: string; type: string } {
  const [day = '', ...type] = key.split(' ')
  return { day, type: type.join(' ') }
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}
