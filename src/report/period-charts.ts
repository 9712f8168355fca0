import type { Block, Chart, Point, Series, Threshold, Unit } from './content.js'
import type { Forecast, PeriodReport, Recovery, TrendPoint } from './period.js'
import { counted, formatInstant } from '../units.js'
import { formatValue } from './values.js'

/** More bars than this are no picture; the table has all. */
const MOST_BARS = 12

/** So many types have their figures in the sentence over a chart. */
const MOST_NAMED = 3

/** The trends as charts, each only where there is something to draw. */
export function chartsOf(report: PeriodReport): Block[] {
  const charts = [
    durations(report),
    sizes(report),
    compression(report),
    rows(report),
    rates(report),
    losses(report),
    recoveries(report),
  ].filter((chart) => chart.series.some(isMeasured))
  return charts.length === 0 ? [] : [{ kind: 'charts', charts }]
}

/** Where every limit lies and when it will be reached, for what has something to be drawn. */
export function forecastCharts(report: PeriodReport): Block[] {
  const charts = report.forecasts.flatMap((forecast) => forecastChart(forecast, report)).slice(0, MOST_BARS)
  return charts.length === 0 ? [] : [{ kind: 'charts', charts }]
}

/** The tables whose rows changed the most; what is beside it tells of all. */
export function growthBars({ growth }: PeriodReport): Block[] {
  const bars = growth
    .map(({ table, type, before, after }) => ({ label: table, type, value: (after ?? 0) - (before ?? 0) }))
    .filter(({ value }) => value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, MOST_BARS)
  return bars.length < 2
    ? []
    : [{ kind: 'bars', caption: 'Rows that the tables gained or lost, the most first', unit: 'count', bars }]
}

function durations(report: PeriodReport): Chart {
  return byType(report, {
    caption: 'How long backups took',
    unit: 'seconds',
    valueOf: ({ duration }) => duration,
    thresholds: thresholdsOf(report, ['duration-alert', 'job-limit']),
  })
}

function sizes(report: PeriodReport): Chart {
  return byType(report, {
    caption: 'Size of a backup',
    unit: 'bytes',
    valueOf: ({ size }) => size,
    thresholds: thresholdsOf(report, ['size-alert']),
  })
}

function compression(report: PeriodReport): Chart {
  return byType(report, {
    caption: 'Saved by compression',
    unit: 'share',
    valueOf: ({ compression_ratio: saved }) => saved,
  })
}

function rows(report: PeriodReport): Chart {
  return byType(report, { caption: 'Rows in a backup', unit: 'count', valueOf: ({ records }) => records })
}

function losses(report: PeriodReport): Chart {
  return byType(report, {
    caption: 'Work that could have been lost (RPO)',
    unit: 'seconds',
    valueOf: ({ worstRpo }) => worstRpo,
  })
}

/** Of all types together: how many backups ended well, and how many sets are proven. */
function rates({ trends }: PeriodReport): Chart {
  const buckets = new Map<number, { backups: number; succeeded: number; sets: number; proven: number }>()
  for (const point of trends.points) {
    const sum = buckets.get(point.at.getTime()) ?? { backups: 0, succeeded: 0, sets: 0, proven: 0 }
    buckets.set(point.at.getTime(), {
      backups: sum.backups + point.backups,
      succeeded: sum.succeeded + point.succeeded,
      sets: sum.sets + point.sets,
      proven: sum.proven + point.proven,
    })
  }
  const entries = [...buckets].map(([time, sum]) => ({ at: new Date(time), ...sum }))
  const series: Series[] = [
    { name: 'ended well', points: entries.map(({ at, ...sum }) => ({ at, value: share(sum.succeeded, sum.backups) })) },
    { name: 'proven', points: entries.map(({ at, ...sum }) => ({ at, value: share(sum.proven, sum.sets) })) },
  ]
  return {
    caption: 'Backups that ended well, and sets that are proven',
    text: textOf(series, 'share'),
    unit: 'share',
    series,
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

function recoveries({ recoveries }: PeriodReport): Chart {
  const series = named(recoveries.filter(({ rto }) => rto !== null)).map(([name, ones]) => ({
    name,
    points: ones.map(({ at, rto }) => ({ at, value: rto })),
  }))
  return { caption: 'Time to recover (RTO)', text: textOf(series, 'seconds'), unit: 'seconds', series }
}

function named(recoveries: readonly Recovery[]): [string, Recovery[]][] {
  const groups = new Map<string, Recovery[]>()
  for (const recovery of recoveries) {
    const name = `${recovery.kind} ${recovery.name}`
    const group = groups.get(name)
    if (group === undefined) {
      groups.set(name, [recovery])
    } else {
      group.push(recovery)
    }
  }
  return [...groups]
}

interface Trend {
  caption: string
  unit: Unit
  valueOf: (point: TrendPoint) => number | null
  thresholds?: Threshold[]
}

/** One line a type. */
function byType({ trends }: PeriodReport, { caption, unit, valueOf, thresholds = [] }: Trend): Chart {
  const types = new Map<string, Point[]>()
  for (const point of trends.points) {
    const points = types.get(point.type) ?? []
    points.push({ at: point.at, value: valueOf(point) })
    types.set(point.type, points)
  }
  const series = [...types].map(([name, points]) => ({ name, points: sparse(points) })).filter(isMeasured)
  return { caption, text: textOf(series, unit), unit, series, thresholds }
}

/** A backup that is taken once a week is not missing on the days between: only what is rare has its gaps closed. */
function sparse(points: readonly Point[]): readonly Point[] {
  const measured = points.filter(({ value }) => value !== null)
  return measured.length * 2 < points.length ? measured : points
}

function isMeasured({ points }: Series): boolean {
  return points.some(({ value }) => value !== null)
}

/** Alert limits of several types are mostly the same; each is drawn once. */
function thresholdsOf({ forecasts }: PeriodReport, whats: readonly Forecast['what'][]): Threshold[] {
  const found = forecasts
    .filter(({ what }) => whats.includes(what))
    .map(({ what, limit }) => ({ label: LIMIT_NAMES[what], value: limit }))
  return [...new Map(found.map((threshold) => [`${threshold.label} ${threshold.value}`, threshold])).values()]
}

export const LIMIT_NAMES: Readonly<Record<Forecast['what'], string>> = {
  'job-limit': 'Limit of a job',
  'size-alert': 'Alert of size',
  'duration-alert': 'Alert of duration',
  disk: 'Room on the disk',
}

/** What was measured, and where it leads; as far ahead as it was looked back, or to the limit where that is nearer. */
function forecastChart(forecast: Forecast, report: PeriodReport): Chart[] {
  const { what, type, unit, limit, current, perDay, outcome } = forecast
  const points = report.trends.points
    .filter((point) => type !== null && point.type === type)
    .map((point) => ({ at: point.at, value: unit === 'bytes' ? point.size : point.duration }))
    .filter(({ value }) => value !== null)
  const first = points[0]
  if (first === undefined || points.length < 2 || current === null || perDay === null || outcome.kind !== 'expected') {
    return []
  }
  const back = report.to.getTime() - first.at.getTime()
  const end = Math.min(outcome.at.getTime(), report.to.getTime() + Math.max(back, DAY))
  const then = current + (perDay * (end - report.to.getTime())) / DAY
  const name = type ?? 'all'
  return [
    {
      caption: `${LIMIT_NAMES[what]}, ${name}`,
      text: `${formatValue(current, unit)} now, ${formatValue(perDay, unit)} more a day: ${formatValue(limit, unit)} is expected to be reached at ${formatInstant(outcome.at)}.`,
      unit,
      series: [
        { name, points },
        {
          name,
          forecast: true,
          points: [
            { at: report.to, value: current },
            { at: new Date(end), value: then },
          ],
        },
      ],
      thresholds: [{ label: LIMIT_NAMES[what], value: limit }],
    },
  ]
}

const DAY = 86_400_000

/** `daily: 10 min to 14 min, at last 12 min. weekly: …` */
function textOf(series: readonly Series[], unit: Unit): string {
  const parts = series.filter(isMeasured).map(({ name, points }) => {
    const values = points.flatMap(({ value }) => (value === null ? [] : [value]))
    const format = (value: number | undefined) => formatValue(value ?? null, unit)
    const [lowest, highest] = [
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ]
    const range = format(lowest) === format(highest) ? 'always' : `${format(lowest)} to ${format(highest)}, at last`
    return `${name}: ${range} ${format(values.at(-1))}.`
  })
  const left = parts.length - MOST_NAMED
  return [...parts.slice(0, MOST_NAMED), ...(left > 0 ? [`${counted(left, 'more line')} below.`] : [])].join(' ')
}
