import type { Level, Measure } from '../alert-rules.js'

/** What a report looks back over: a day or seven, on the clocks of the time zone; its trends go further back. */
export type Period = 'daily' | 'weekly'

/** The figures of a day, in the shape that was asked for; the names are part of it. */
export interface DailyReport {
  /** Backups that ended well, of all that were begun, 0 to 1; null when there was none. */
  success_rate: number | null
  /** Mean seconds of the backups that ended well; null when there was none. */
  avg_duration: number | null
  /** Bytes of all sets that were taken. */
  total_size: number
  /** Rows by table, as the newest backup that counted it says. */
  record_counts: Record<string, number>
}

/** The figures of a week, in the shape that was asked for; the names are part of it. */
export interface WeeklyReport {
  /** The oldest first, one entry a day and type. */
  compression_trends: readonly CompressionPoint[]
  /** The oldest first, one entry a day and type. */
  size_evolution: readonly SizePoint[]
  /** How often each kind of error came up: codes of findings, or the phase in which a run ended early. */
  error_frequency: Record<string, number>
}

export interface CompressionPoint {
  /** The day on the clocks of the time zone: `2026-11-24`. */
  day: string
  type: string
  /** Mean share of bytes saved that day, 0 to 1. */
  compression_ratio: number
}

export interface SizePoint {
  day: string
  type: string
  /** Bytes of the newest set of that day. */
  size: number
}

/** Everything that can be said of a history, for one period. Times are instants; sizes bytes; durations seconds. */
export interface Statistics {
  period: Period
  /** IANA name; days and weeks are those of its clocks. */
  timezone: string
  /** The period: after `from`, until `to`, when the report was made. Whatever ended in it belongs to it. */
  from: Date
  to: Date
  /** The figures asked for: of the last day and of the last seven, whatever the period. */
  reports: { daily: DailyReport; weekly: WeeklyReport }
  /** The same figures as `reports.daily`, over the period. */
  figures: DailyReport
  backups: BackupCounts
  /** How often each kind of error came up in the period, in any operation. */
  errors: Record<string, number>
  /** Alerts that fired in the period, the heaviest and most frequent first. */
  alerts: readonly AlertCount[]
  /** Of each type, in the order of their names. */
  types: readonly TypeFigures[]
  /** By day over thirty days, or by week over twenty-six weeks: the oldest first, then by type. */
  trends: { unit: 'day' | 'week'; points: readonly TrendPoint[] }
  /** Recoveries that were rehearsed or made, over the time of the trends, the oldest first. */
  recoveries: readonly Recovery[]
  /** Of each table, the fastest growing or shrinking first. */
  growth: readonly TableGrowth[]
  forecasts: readonly Forecast[]
  /** What the store holds, in the order of the types. */
  holds: readonly Holding[]
  /** How many operations of each kind are in the period. */
  operations: Record<string, number>
}

/** Runs of `backup` in the period. */
export interface BackupCounts {
  total: number
  succeeded: number
  /** Ended with an error, also where a set was taken. */
  failed: number
  /** Sets that were taken. */
  sets: number
  /** Sets of those that are proven, by the newest outcome in the log. */
  proven: number
  /** `proven / sets`, 0 to 1; null when no set was taken. */
  proof_rate: number | null
}

export interface AlertCount {
  level: Level
  measure: Measure
  times: number
  last: Date
}

/** How one type stands now, and how it did in the period. */
export interface TypeFigures {
  type: string
  /** Sets that the period added. */
  sets: number
  /** Snapshot times of the sets that the store holds; null when there is none. */
  newest: Date | null
  newestProven: Date | null
  /** Seconds of work that would be lost if the server were gone now: the age of the newest proven snapshot. */
  rpo: number | null
  /** The longest that this was in the period, as far as the log knows; null when it knows of nothing proven. */
  worstRpo: number | null
}

/** One day or week of one type. */
export interface TrendPoint {
  /** `2026-11-24`, or the ISO week `2026-W48`. */
  bucket: string
  /** Its first instant. */
  at: Date
  type: string
  backups: number
  succeeded: number
  /** Sets taken, and those of them that are proven. */
  sets: number
  proven: number
  /** Bytes of the newest set; null when none was taken. */
  size: number | null
  /** Rows of the newest set; null when they were not counted. */
  records: number | null
  /** Mean share of bytes saved; null where the log does not say. */
  compression_ratio: number | null
  /** Mean seconds of the backups that ended well; null when there was none. */
  duration: number | null
  /** The longest that the newest proven snapshot was old, in seconds; null when it is not known. */
  worstRpo: number | null
}

export interface Recovery {
  at: Date
  kind: 'drill' | 'restore'
  /** The scenario of a drill, or the mode of a restore. */
  name: string
  outcome: 'passed' | 'failed' | 'could-not-run'
  /** Seconds; null where nothing was recovered. */
  rto: number | null
  /** Seconds; null where it was not measured. */
  rpo: number | null
}

/** How the rows of a table changed from the oldest to the newest set of one type, over the time of the trends. */
export interface TableGrowth {
  table: string
  /** The type of the sets that were compared. */
  type: string
  /** Rows; null where the set does not have the table. */
  before: number | null
  after: number | null
  /** Rows a day; null where that cannot be told. */
  perDay: number | null
}

/** When a limit will be reached if it goes on like this. */
export interface Forecast {
  what: 'job-limit' | 'size-alert' | 'duration-alert' | 'disk'
  /** Null for what is not of one type. */
  type: string | null
  unit: 'seconds' | 'bytes'
  limit: number
  /** The newest that was measured; null when nothing was. */
  current: number | null
  /** The change a day, by Theil–Sen; null when it cannot be told. */
  perDay: number | null
  /** What it stands on, and how many days ahead that lets us see. */
  basis: { points: number; days: number; sight: number }
  outcome: ForecastOutcome
}

/**
 * - `reached`: it is there already
 * - `expected`: at that time
 * - `not-in-sight`: at this growth never, or not as far ahead as can be seen
 * - `cannot-be-told`: too little is known, as a sentence without its full stop
 */
export type ForecastOutcome =
  | { kind: 'reached' }
  | { kind: 'expected'; at: Date }
  | { kind: 'not-in-sight' }
  | { kind: 'cannot-be-told'; reason: string }

export interface Holding {
  type: string
  sets: number
  proven: number
  bytes: number
  /** Snapshot times. */
  oldest: Date
  newest: Date
}
