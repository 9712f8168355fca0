import type { Block } from '../../src/report/content.js'
import { chartsOf, forecastCharts, growthBars } from '../../src/report/period-charts.js'
import type { PeriodReport, TrendPoint } from '../../src/report/period.js'

const DAY = 86_400_000
const TO = new Date('2026-11-24T06:00:00Z')

/** A month of daily and weekly backups that grow, with a failed night, a drill and limits ahead. */
export function samplePeriod(overrides: Partial<PeriodReport> = {}): PeriodReport {
  return {
    period: 'daily',
    timezone: 'UTC',
    from: new Date('2026-11-23T06:00:00Z'),
    to: TO,
    reports: {
      daily: FIGURES,
      weekly: { compression_trends: [], size_evolution: [], error_frequency: { TABLE_ROWS_DIFFER: 1 } },
    },
    figures: FIGURES,
    backups: { total: 34, succeeded: 33, failed: 1, sets: 33, proven: 32, proof_rate: 32 / 33 },
    errors: { TABLE_ROWS_DIFFER: 1, dump: 1 },
    alerts: [{ level: 'warning', measure: 'duration', times: 3, last: new Date('2026-11-23T02:20:00Z') }],
    types: ['daily', 'weekly'].map((type) => ({
      type,
      sets: type === 'daily' ? 29 : 4,
      newest: new Date('2026-11-24T02:00:00Z'),
      newestProven: new Date('2026-11-24T02:00:00Z'),
      rpo: 14_400,
      worstRpo: 2 * 86_400,
    })),
    trends: { unit: 'day', points: trendPoints(30) },
    recoveries: [28, 20, 12, 3].map((daysAgo, index) => ({
      at: new Date(TO.getTime() - daysAgo * DAY),
      kind: 'drill',
      name: 'server-lost',
      outcome: index === 1 ? 'failed' : 'passed',
      rto: index === 1 ? null : 500 + index * 40,
      rpo: 14_400,
    })),
    growth: [
      { table: 'public.animals', type: 'daily', before: 40_000, after: 44_210, perDay: 140.3 },
      { table: 'public.parts', type: 'daily', before: 90_000, after: 81_000, perDay: -300 },
      { table: 'audit.events', type: 'weekly', before: 1_200_000, after: 1_290_000, perDay: 3000 },
    ],
    forecasts: [
      {
        what: 'size-alert',
        type: 'daily',
        unit: 'bytes',
        limit: 1e9,
        current: 830e6,
        perDay: 6.6e6,
        basis: { points: 29, days: 30, sight: 90 },
        outcome: { kind: 'expected', at: new Date('2026-12-20T00:00:00Z') },
      },
      {
        what: 'job-limit',
        type: 'daily',
        unit: 'seconds',
        limit: 21_600,
        current: 790,
        perDay: 5,
        basis: { points: 29, days: 30, sight: 90 },
        outcome: { kind: 'not-in-sight' },
      },
    ],
    holds: [
      { type: 'daily', sets: 7, proven: 7, bytes: 5.6e9, oldest: new Date(TO.getTime() - 7 * DAY), newest: TO },
      { type: 'weekly', sets: 4, proven: 3, bytes: 6.1e9, oldest: new Date(TO.getTime() - 28 * DAY), newest: TO },
    ],
    operations: { backup: 34, drill: 4, rotate: 33 },
    unreadable: 0,
    broken: [],
    ...overrides,
  }
}

const FIGURES = {
  success_rate: 33 / 34,
  avg_duration: 742,
  total_size: 24.6e9,
  record_counts: { 'public.animals': 44_210, 'public.parts': 81_000 },
}

/** One point a day for `daily`, with a failure in the tenth night, and one a week for `weekly`. */
export function trendPoints(days: number): TrendPoint[] {
  return Array.from({ length: days }, (_, index) => {
    const at = new Date(Date.UTC(2026, 10, 24) - (days - 1 - index) * DAY)
    return [pointOf('daily', at, index, index !== 10), pointOf('weekly', at, index, at.getUTCDay() === 0)]
  }).flat()
}

function pointOf(type: string, at: Date, index: number, isThere: boolean): TrendPoint {
  const scale = type === 'weekly' ? 1.6 : 1
  const tried = isThere || type === 'daily' ? 1 : 0
  return {
    bucket: at.toISOString().slice(0, 10),
    at,
    type,
    backups: tried,
    succeeded: isThere ? 1 : 0,
    sets: isThere ? 1 : 0,
    proven: isThere && index !== 15 ? 1 : 0,
    size: isThere ? (640 + index * 6.6) * 1e6 * scale : null,
    records: isThere ? Math.round((1_330_000 + index * 2860) * scale) : null,
    compression_ratio: isThere ? 0.55 + 0.03 * Math.sin(index) : null,
    duration: isThere ? (640 + index * 5 + 40 * Math.sin(index * 2)) * scale : null,
    worstRpo: type === 'weekly' ? (index % 7) * 86_400 : index === 11 ? 172_800 : 86_400,
  }
}

/** All drawings of a period. */
export function drawingsOf(report: PeriodReport): Block[] {
  return [...chartsOf(report), ...forecastCharts(report), ...growthBars(report)]
}
