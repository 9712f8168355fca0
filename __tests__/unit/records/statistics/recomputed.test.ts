import { describe, expect, test } from '@jest/globals'
import { formatLine } from '../../../../src/records/log.js'
import { statisticsOf } from '../../../../src/records/statistics/statistics.js'
import { backupLine, failedLine, generatedHistory, heldSet, lineOf, request } from '../../../support/history.js'

/** What is in a log, as somebody reads it who has nothing but the file. */
interface Line {
  timestamp: string
  operation: string
  status: string
  details: {
    id?: string
    type: string
    duration: number
    size?: number
    records?: Record<string, number>
    proof?: string
    compression_ratio?: number
    free_bytes?: number
    alerts?: { level: string; measure: string }[]
    scenarios?: { scenario: string; outcome: string; rto?: number; rpo?: number }[]
    mode?: string
  }
}

const DAY = 86_400_000
const NOW = Date.parse('2026-11-24T06:00:00Z')

const HISTORY = [
  ...generatedHistory(60, 170, new Date(NOW - 3_600_000)),
  backupLine('2026-11-23T09:00:00', {
    ...{ duration: 900, size: 104_000_000, records: { animals: 900 } },
    alerts: [{ level: 'warning', measure: 'duration', message: 'slow' }],
  }),
  failedLine('2026-11-23T10:00:00', { phase: 'Dumping' }),
  lineOf('2026-11-23T11:00:00', 'restore', { mode: 'replace', duration: 321 }),
].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))

const SETS = [
  heldSet('2026-11-23T02:00:00', { bytes: 11 }),
  heldSet('2026-11-24T02:00:00', { bytes: 12, proof: { outcome: 'not-verified' } }),
  heldSet('2026-11-22T03:00:00', { type: 'weekly', bytes: 30 }),
]

const LOG = HISTORY.map(formatLine)
  .join('')
  .trim()
  .split('\n')
  .map((text) => JSON.parse(text) as Line)

const timeOf = ({ timestamp }: Line) => Date.parse(`${timestamp.replace(' ', 'T')}Z`)
const snapshotOf = ({ details }: Line) =>
  Date.parse(details.id!.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
const mean = (numbers: number[]) =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length
const median = (numbers: number[]) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}
const rowsOf = (line: Line) => Object.values(line.details.records ?? {}).reduce((sum, rows) => sum + rows, 0)

const backups = LOG.filter(({ operation }) => operation === 'backup')
const taken = backups.filter(({ details }) => details.id !== undefined)
const proven = LOG.filter(({ details }) => details.id !== undefined && details.proof === 'proven')

/** The oldest that the newest proven snapshot of a type was between two instants: looked at before each change, and at the end. */
function worstBetween(type: string, from: number, to: number): number {
  const ofType = proven.filter(({ details }) => details.type === type)
  const looks = [...ofType.map(timeOf).filter((at) => at > from && at < to), to]
  return Math.max(
    ...looks.map((look) => look - Math.max(...ofType.filter((line) => timeOf(line) < look).map(snapshotOf))),
  )
}

/** The median slope of all pairs, and the line through the median of what is left. */
function lineThrough(samples: { day: number; value: number }[]) {
  const slopes = samples.flatMap((a, index) =>
    samples.slice(index + 1).map((b) => (b.value - a.value) / (b.day - a.day)),
  )
  const slope = median(slopes)
  return { slope, start: median(samples.map(({ day, value }) => value - slope * day)) }
}

describe('every figure of a report, reckoned again from the text of the log', () => {
  const report = statisticsOf(HISTORY, SETS, request('2026-11-24T06:00:00'))
  const lastDay = LOG.filter((line) => timeOf(line) > NOW - DAY)

  test('the tiles, errors, alerts and operations of the day', () => {
    const runs = lastDay.filter(({ operation }) => operation === 'backup')
    const good = runs.filter(({ status }) => status === 'success')
    const sets = runs.filter(({ details }) => details.id !== undefined)
    expect(runs.length).toBeGreaterThan(2)
    expect(report.backups).toEqual({
      ...{ total: runs.length, succeeded: good.length, failed: runs.length - good.length },
      ...{ sets: sets.length, proven: sets.length, proof_rate: 1 },
    })
    expect(report.figures.success_rate).toBe(good.length / runs.length)
    expect(report.figures.avg_duration).toBeCloseTo(mean(good.map(({ details }) => details.duration))!)
    expect(report.figures.total_size).toBe(sets.reduce((sum, { details }) => sum + details.size!, 0))
    expect(report.errors).toEqual({ Dumping: 1 })
    expect(report.alerts).toEqual([
      { level: 'warning', measure: 'duration', times: 1, last: new Date('2026-11-23T09:00:00Z') },
    ])
    const names = [...new Set(lastDay.map(({ operation }) => operation))]
    expect(report.operations).toEqual(
      Object.fromEntries(names.map((name) => [name, lastDay.filter(({ operation }) => operation === name).length])),
    )
  })

  test('what can be lost now and could be at worst', () => {
    const newestProven = { daily: '2026-11-23T02:00:00Z', weekly: '2026-11-22T03:00:00Z' }
    expect(report.types.map(({ type }) => type)).toEqual(['daily', 'weekly'])
    for (const { type, rpo, worstRpo, newestProven: told, sets } of report.types) {
      const newest = Date.parse(newestProven[type as 'daily' | 'weekly'])
      expect([told?.getTime(), rpo]).toEqual([newest, (NOW - newest) / 1000])
      expect(worstRpo).toBe(worstBetween(type, NOW - DAY, NOW) / 1000)
      expect(sets).toBe(lastDay.filter(({ details }) => details.id && details.size && details.type === type).length)
    }
  })

  test('each point of each trend', () => {
    const days = Array.from({ length: 30 }, (_, index) =>
      new Date(Date.parse('2026-11-24') - (29 - index) * DAY).toISOString().slice(0, 10),
    )
    const expected = days.flatMap((day) =>
      ['daily', 'weekly'].map((type) => {
        const ofDay = (line: Line) => line.timestamp.startsWith(day) && line.details.type === type
        const [runs, sets] = [backups.filter(ofDay), taken.filter(ofDay)]
        const good = runs.filter(({ status }) => status === 'success')
        const newest = sets.at(-1)
        return {
          ...{ bucket: day, at: new Date(`${day}T00:00:00Z`), type, backups: runs.length, succeeded: good.length },
          ...{ sets: sets.length, proven: sets.length, size: newest?.details.size ?? null },
          records: newest === undefined ? null : rowsOf(newest),
          compression_ratio: mean(sets.map(({ details }) => details.compression_ratio!)),
          duration: mean(good.map(({ details }) => details.duration)),
          worstRpo: worstBetween(type, Date.parse(day) - 1, Math.min(Date.parse(day) + DAY - 1, NOW)) / 1000,
        }
      }),
    )
    expect(report.trends.points).toEqual(expected)
    expect(new Set(expected.map(({ worstRpo }) => worstRpo)).size).toBeGreaterThan(10)
  })

  test('recoveries with their times', () => {
    const from = Date.parse('2026-10-26')
    expect(report.recoveries).toEqual(
      LOG.filter((line) => timeOf(line) >= from).flatMap((line): object[] => {
        const at = new Date(timeOf(line))
        return line.operation === 'restore'
          ? [{ at, kind: 'restore', name: 'replace', outcome: 'passed', rto: line.details.duration, rpo: null }]
          : (line.details.scenarios ?? []).map(({ scenario, outcome, rto, rpo }) => ({
              ...{ at, kind: 'drill', name: scenario, outcome, rto, rpo },
            }))
      }),
    )
    expect(report.recoveries.length).toBeGreaterThan(1)
  })

  test('growth by table', () => {
    const ofTrend = taken.filter(({ timestamp }) => timestamp >= '2026-10-26')
    const endsOf = (type: string) => {
      const sets = ofTrend.filter(({ details }) => details.type === type)
      return [sets[0]!, sets.at(-1)!] as const
    }
    // The type with the newest set tells of a table, as long as it still has it.
    const [first, second] = ['daily', 'weekly'].sort((a, b) => snapshotOf(endsOf(b)[1]) - snapshotOf(endsOf(a)[1]))
    for (const table of ['animals', 'parts']) {
      const type = endsOf(first!)[1].details.records?.[table] === undefined ? second! : first!
      const [oldest, newest] = endsOf(type)
      const [before, after] = [oldest.details.records![table]!, newest.details.records![table]!]
      const days = (snapshotOf(newest) - snapshotOf(oldest)) / DAY
      expect(report.growth).toContainEqual({ table, type, before, after, perDay: (after - before) / days })
    }
    expect(report.growth).toHaveLength(2)
  })

  test('each forecast', () => {
    const series = (type: string | null, of: (line: Line) => number | undefined) =>
      backups
        .filter((line) => (type ?? line.details.type) === line.details.type)
        .flatMap((line) => {
          const value = of(line)
          return value === undefined ? [] : [{ day: timeOf(line) / DAY, value }]
        })
    const isGood = ({ status }: Line) => status === 'success'
    for (const { what, type, limit, current, perDay, basis, outcome } of report.forecasts) {
      const samples = {
        'size-alert': series(type, ({ details }) => details.size),
        'duration-alert': series(type, (line) => (isGood(line) ? line.details.duration : undefined)),
        'job-limit': series(type, (line) => (isGood(line) ? line.details.duration : undefined)),
        disk: series(null, ({ details }) => details.free_bytes),
      }[what]
      const { slope, start } = lineThrough(samples)
      const span = samples.at(-1)!.day - samples[0]!.day
      expect({ current, points: basis.points }).toEqual({ current: samples.at(-1)!.value, points: samples.length })
      expect([perDay, basis.days]).toEqual([expect.closeTo(slope, 3), expect.closeTo(span, 6)])
      expect(limit).toBe({ 'size-alert': 1e9, 'duration-alert': 1800, 'job-limit': 21_600, disk: 0 }[what])
      const reached = slope === 0 ? Infinity : (limit - start) / slope
      const isSeen = (what === 'disk' ? slope < 0 : slope > 0) && reached - NOW / DAY <= 10 * span
      expect(outcome.kind).toBe(isSeen ? 'expected' : 'not-in-sight')
      if (outcome.kind === 'expected') expect(outcome.at.getTime() / DAY).toBeCloseTo(reached, 3)
    }
    expect(report.forecasts.map(({ what, type }) => `${what} ${type ?? ''}`)).toEqual([
      ...['daily', 'weekly'].flatMap((type) => [`size-alert ${type}`, `duration-alert ${type}`, `job-limit ${type}`]),
      'disk ',
    ])
  })

  test('what the store holds, from the sets in it', () => {
    const time = (text: string) => new Date(`${text}Z`)
    expect(report.holds).toEqual([
      {
        ...{ type: 'daily', sets: 2, proven: 1, bytes: 23 },
        ...{ oldest: time('2026-11-23T02:00:00'), newest: time('2026-11-24T02:00:00') },
      },
      {
        ...{ type: 'weekly', sets: 1, proven: 1, bytes: 30 },
        ...{ oldest: time('2026-11-22T03:00:00'), newest: time('2026-11-22T03:00:00') },
      },
    ])
  })
})
