import type { Manifest, Proof } from '../../backup/manifest.js'
import { calendarOf } from '../../calendar.js'
import type { AlertRule } from '../alert-rules.js'
import type { LogLine } from '../log.js'
import { eventsOf, groupedBy, isTaken, type LoggedEvent } from './events.js'
import { alertCounts, backupCounts, dailyReport, errorFrequency, operationCounts, weeklyReport } from './figures.js'
import { forecastsOf } from './forecast.js'
import { growthOf } from './growth.js'
import type { Holding, Period, Statistics, TypeFigures } from './model.js'
import { followOutcomes, worstAge, type Outcomes } from './outcomes.js'
import { recoveriesOf, trendOf } from './trends.js'
import { bucketsOf, DAYS, isIn, lastDays, type Window } from './windows.js'

/** A set as a store lists it; what is needed of it. */
export interface HeldSet {
  type: string
  bytes: number
  manifest: { snapshot: Pick<Manifest['snapshot'], 'time'> }
  proof: Pick<Proof, 'outcome'>
}

export interface StatisticsRequest {
  period: Period
  now: Date
  /** An IANA name. */
  timezone: string
  /** The alert rules in force: the limits that forecasts are about. */
  rules: readonly AlertRule[]
}

/** Two years; what a report reads of the log, so that forecasts see as far back as there is anything. */
export const LOOK_BACK_DAYS = 2 * 366

/**
 * Everything that the log of a store and the sets in it tell of a period. Figures of the past are those of the log alone;
 * what can be lost now, and what is held, is said of the sets that are there.
 */
export function statisticsOf(
  lines: readonly LogLine[],
  sets: readonly HeldSet[],
  { period, now, timezone, rules }: StatisticsRequest,
): Statistics {
  const calendar = calendarOf(timezone)
  const events = eventsOf(lines, now)
  const outcomes = followOutcomes(events)
  const days = DAYS[period]
  const window = lastDays(days.period, now, calendar)
  const within = (some: Window): LoggedEvent[] => events.filter(({ at }) => isIn(some, at))
  const inPeriod = within(window)
  const buckets = bucketsOf(days.trend, days.unit, now, calendar)
  const inTrend = within({ from: buckets[0]?.from ?? window.from, to: window.to })
  const lastDay = within(lastDays(DAYS.daily.period, now, calendar))
  const lastWeek = within(lastDays(DAYS.weekly.period, now, calendar))
  return {
    ...{ period, timezone, from: new Date(window.from), to: now },
    reports: { daily: dailyReport(lastDay), weekly: weeklyReport(lastWeek, calendar) },
    figures: dailyReport(inPeriod),
    backups: backupCounts(inPeriod, outcomes),
    errors: errorFrequency(inPeriod),
    alerts: alertCounts(inPeriod),
    types: typesOf({ events, inPeriod, sets, window, outcomes }),
    trends: { unit: days.unit, points: trendOf(events, buckets, outcomes) },
    recoveries: recoveriesOf(inTrend),
    growth: growthOf(inTrend),
    forecasts: forecastsOf(events, rules, now),
    holds: holdingsOf(sets),
    operations: operationCounts(inPeriod),
  }
}

/** What the store holds by type, in the order of their names. */
export function holdingsOf(sets: readonly HeldSet[]): Holding[] {
  return [...groupedBy(sets, ({ type }) => type)]
    .map(([type, ofType]) => {
      const times = ofType.map(snapshotOf)
      return {
        type,
        sets: ofType.length,
        proven: ofType.filter(isProven).length,
        bytes: ofType.reduce((sum, { bytes }) => sum + bytes, 0),
        oldest: new Date(least(times)),
        newest: new Date(greatest(times)),
      }
    })
    .sort(byType)
}

interface Known {
  events: readonly LoggedEvent[]
  inPeriod: readonly LoggedEvent[]
  sets: readonly HeldSet[]
  window: Window
  outcomes: Outcomes
}

function typesOf({ events, inPeriod, sets, window, outcomes }: Known): TypeFigures[] {
  const held = groupedBy(sets, ({ type }) => type)
  const added = groupedBy(inPeriod.filter(isTaken), ({ type }) => type)
  const names = new Set([...held.keys(), ...events.filter(isTaken).map(({ type }) => type)])
  return [...names]
    .map((type) => {
      const times = (held.get(type) ?? []).map(snapshotOf)
      const provenTimes = (held.get(type) ?? []).filter(isProven).map(snapshotOf)
      const newestProven = provenTimes.length === 0 ? null : greatest(provenTimes)
      return {
        type,
        sets: added.get(type)?.length ?? 0,
        newest: times.length === 0 ? null : new Date(greatest(times)),
        newestProven: newestProven === null ? null : new Date(newestProven),
        rpo: newestProven === null ? null : Math.max(0, window.to - newestProven) / 1000,
        worstRpo: worstAge(outcomes.steps.get(type) ?? [], window.from, window.to),
      }
    })
    .sort(byType)
}

function snapshotOf({ manifest }: HeldSet): number {
  return Date.parse(manifest.snapshot.time)
}

function isProven({ proof }: HeldSet): boolean {
  return proof.outcome === 'proven'
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Infinity)
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b), -Infinity)
}

function byType(a: { type: string }, b: { type: string }): number {
  return a.type < b.type ? -1 : a.type > b.type ? 1 : 0
}
