import { describe, expect, test } from '@jest/globals'
import { statisticsOf } from '../../../../src/records/statistics/statistics.js'
import { backupLine, failedLine, heldSet, lineOf, request } from '../../../support/history.js'

/** A week on paper: every number below was reckoned by hand from these lines. */
const WEEK = [
  backupLine('2026-11-18T02:10:00', { duration: 100, size: 1000, compression_ratio: 0.6 }),
  backupLine('2026-11-19T02:10:00', { duration: 120, size: 1100, compression_ratio: 0.7 }),
  failedLine('2026-11-20T02:00:30', { phase: 'Dumping', exit_code: 1, error: 'a disk is full' }),
  backupLine('2026-11-20T08:10:00', { duration: 110, size: 1200, compression_ratio: 0.8 }),
  backupLine('2026-11-22T03:30:00', {
    ...{ duration: 200, size: 5000, compression_ratio: 0.5, type: 'weekly' },
    records: { animals: 805, parts: 400, orders: 9000 },
  }),
  backupLine('2026-11-23T02:10:00', {
    ...{ duration: 130, size: 1300, compression_ratio: 0.9, proof: 'failed', status: 'error' },
    errors: ['TABLE_ROWS_DIFFER', 'TABLE_CONTENT_DIFFERS'],
    alerts: [{ level: 'critical', measure: 'errors' }],
  }),
  lineOf('2026-11-23T03:00:00', 'validate', { errors: ['FILE_CHECKSUM'], type: 'daily' }, 'error'),
  lineOf('2026-11-23T04:00:00', 'drill', {
    scenarios: [
      { scenario: 'latest', outcome: 'passed', rto: 42.5, rpo: 3600 },
      { scenario: 'clean-room', outcome: 'could-not-run' },
    ],
  }),
  backupLine('2026-11-24T02:10:00', { duration: 140, size: 1400, records: { animals: 810, parts: 390 } }),
]
const SETS = [
  heldSet('2026-11-24T02:07:40', { bytes: 1400 }),
  heldSet('2026-11-23T02:07:50', { bytes: 1300, proof: { outcome: 'failed' } }),
  heldSet('2026-11-22T03:26:40', { bytes: 5000, type: 'weekly' }),
]

describe('the figures of a day', () => {
  const { reports, figures, backups, from, to } = statisticsOf(WEEK, SETS, request('2026-11-24T06:00:00'))

  test('are in the shape that was asked for', () => {
    expect(reports.daily).toEqual({
      success_rate: 1,
      avg_duration: 140,
      total_size: 1400,
      record_counts: { animals: 810, parts: 390 },
    })
    expect(figures).toEqual(reports.daily)
    expect(backups).toEqual({ total: 1, succeeded: 1, failed: 0, sets: 1, proven: 1, proof_rate: 1 })
  })

  test('are of the last day on the clocks', () => {
    expect([from, to]).toEqual([new Date('2026-11-23T06:00:00Z'), new Date('2026-11-24T06:00:00Z')])
  })
})

describe('the figures of a week', () => {
  const report = statisticsOf(WEEK, SETS, request('2026-11-24T06:00:00', { period: 'weekly' }))

  test('are in the shape that was asked for', () => {
    expect(report.reports.weekly).toEqual({
      compression_trends: [
        { day: '2026-11-18', type: 'daily', compression_ratio: 0.6 },
        { day: '2026-11-19', type: 'daily', compression_ratio: 0.7 },
        { day: '2026-11-20', type: 'daily', compression_ratio: 0.8 },
        { day: '2026-11-22', type: 'weekly', compression_ratio: 0.5 },
        { day: '2026-11-23', type: 'daily', compression_ratio: 0.9 },
        { day: '2026-11-24', type: 'daily', compression_ratio: 0.75 },
      ],
      size_evolution: [
        { day: '2026-11-18', type: 'daily', size: 1000 },
        { day: '2026-11-19', type: 'daily', size: 1100 },
        { day: '2026-11-20', type: 'daily', size: 1200 },
        { day: '2026-11-22', type: 'weekly', size: 5000 },
        { day: '2026-11-23', type: 'daily', size: 1300 },
        { day: '2026-11-24', type: 'daily', size: 1400 },
      ],
      error_frequency: { Dumping: 1, FILE_CHECKSUM: 1, TABLE_CONTENT_DIFFERS: 1, TABLE_ROWS_DIFFER: 1 },
    })
  })

  test('count runs, and the sets they took', () => {
    // Seven runs, of which one came to nothing and one took a set that failed its proof.
    expect(report.backups).toEqual({ total: 7, succeeded: 5, failed: 2, sets: 6, proven: 5, proof_rate: 5 / 6 })
    expect(report.figures).toEqual({
      success_rate: 5 / 7,
      avg_duration: (100 + 120 + 110 + 200 + 140) / 5,
      total_size: 1000 + 1100 + 1200 + 5000 + 1300 + 1400,
      record_counts: { animals: 810, parts: 390, orders: 9000 },
    })
    expect(report.operations).toEqual({ backup: 7, drill: 1, validate: 1 })
  })

  test('say what could have been lost', () => {
    // The worst of daily: on the 24th at 02:10 the newest proven snapshot was from the 20th, 08:08:10.
    const worst = (Date.parse('2026-11-24T02:10:00Z') - Date.parse('2026-11-20T08:08:10Z')) / 1000
    expect(report.types).toEqual([
      {
        ...{ type: 'daily', sets: 5, worstRpo: worst },
        ...{ newest: new Date('2026-11-24T02:07:40Z'), newestProven: new Date('2026-11-24T02:07:40Z') },
        rpo: 3 * 3600 + 52 * 60 + 20,
      },
      {
        ...{ type: 'weekly', sets: 1, worstRpo: 50 * 3600 + 33 * 60 + 20 },
        ...{ newest: new Date('2026-11-22T03:26:40Z'), newestProven: new Date('2026-11-22T03:26:40Z') },
        rpo: 50 * 3600 + 33 * 60 + 20,
      },
    ])
  })

  test('tell recoveries, alerts and what is held', () => {
    expect(report.recoveries).toEqual([
      { at: new Date('2026-11-23T04:00:00Z'), kind: 'drill', name: 'latest', outcome: 'passed', rto: 42.5, rpo: 3600 },
      {
        ...{ at: new Date('2026-11-23T04:00:00Z'), kind: 'drill', name: 'clean-room', outcome: 'could-not-run' },
        ...{ rto: null, rpo: null },
      },
    ])
    expect(report.alerts).toEqual([
      { level: 'critical', measure: 'errors', times: 1, last: new Date('2026-11-23T02:10:00Z') },
    ])
    expect(report.holds).toEqual([
      {
        ...{ type: 'daily', sets: 2, proven: 1, bytes: 2700 },
        ...{ oldest: new Date('2026-11-23T02:07:50Z'), newest: new Date('2026-11-24T02:07:40Z') },
      },
      {
        ...{ type: 'weekly', sets: 1, proven: 1, bytes: 5000 },
        ...{ oldest: new Date('2026-11-22T03:26:40Z'), newest: new Date('2026-11-22T03:26:40Z') },
      },
    ])
  })

  test('tell how the tables grew, between the oldest and the newest set of one type', () => {
    const days = (Date.parse('2026-11-24T02:07:40Z') - Date.parse('2026-11-18T02:08:20Z')) / (24 * 3600 * 1000)
    expect(report.growth).toEqual([
      { table: 'animals', type: 'daily', before: 800, after: 810, perDay: 10 / days },
      { table: 'parts', type: 'daily', before: 400, after: 390, perDay: -10 / days },
      { table: 'orders', type: 'weekly', before: 9000, after: 9000, perDay: null },
    ])
  })

  test('tell each week of the trend from the first backup of a type on', () => {
    // Weeks begin on Mondays.
    expect(report.trends.points.at(-1)?.at).toEqual(new Date('2026-11-23T00:00:00Z'))
    expect(report.trends.unit).toBe('week')
    expect(
      report.trends.points.map(({ bucket, type, backups, sets, proven, size }) => [
        bucket,
        type,
        backups,
        sets,
        proven,
        size,
      ]),
    ).toEqual([
      ['2026-W47', 'daily', 4, 3, 3, 1200],
      ['2026-W47', 'weekly', 1, 1, 1, 5000],
      ['2026-W48', 'daily', 2, 2, 1, 1400],
      ['2026-W48', 'weekly', 0, 0, 0, null],
    ])
  })
})

describe('what a history does not tell', () => {
  test('is null, and not a figure', () => {
    const report = statisticsOf([], [], request('2026-11-24T06:00:00'))
    expect(report.reports).toEqual({
      daily: { success_rate: null, avg_duration: null, total_size: 0, record_counts: {} },
      weekly: { compression_trends: [], size_evolution: [], error_frequency: {} },
    })
    expect(report.backups.proof_rate).toBeNull()
    expect(report.types).toEqual([])
    expect(report.forecasts).toEqual([])
  })

  test('old lines say less, and are counted all the same', () => {
    // As the first version wrote them.
    const { id, type, proof, tier }: Record<string, unknown> = backupLine('2026-11-24T02:10:00').details
    const old = lineOf('2026-11-24T02:10:00', 'backup', { size: 1000, series: 'app', id, type, proof, tier })
    const { reports } = statisticsOf([old], [], request('2026-11-24T06:00:00'))
    expect(reports.daily).toMatchObject({ success_rate: 1, total_size: 1000, record_counts: {} })
    expect(reports.weekly.compression_trends).toEqual([])
  })

  test('one detail of another kind does not cost the line all others', () => {
    const odd = backupLine('2026-11-24T02:10:00', {
      compression_ratio: 'half',
      alerts: 'many',
      errors: 7,
      free_bytes: -1,
    })
    expect(statisticsOf([odd], [], request('2026-11-24T06:00:00')).figures.total_size).toBe(1000)
  })

  test('a line from the future is no history', () => {
    const future = backupLine('2027-01-01T00:00:00')
    const report = statisticsOf([future], [], request('2026-11-24T06:00:00'))
    expect(report.backups.total).toBe(0)
    expect(report.types).toEqual([])
  })

  test('a proof that was taken back by a later validation does not count', () => {
    const taken = backupLine('2026-11-24T02:10:00')
    const { id } = taken.details
    const failed = lineOf(
      '2026-11-24T05:00:00',
      'validate',
      { id, type: 'daily', proof: 'failed', tier: 'archive' },
      'error',
    )
    const open = lineOf(
      '2026-11-24T05:00:00',
      'validate',
      { id, type: 'daily', proof: 'not-verified', tier: 'full' },
      'error',
    )
    expect(statisticsOf([taken, failed], [], request('2026-11-24T06:00:00')).backups.proven).toBe(0)
    expect(statisticsOf([taken, open], [], request('2026-11-24T06:00:00')).backups.proven).toBe(1)
  })
})

describe('days', () => {
  test('are those of the time zone, also where the clocks change', () => {
    const lines = [
      // Madrid went from summer time to winter time on the 25th of October 2026; that day had 25 hours.
      backupLine('2026-10-24T22:30:00', { size: 1 }),
      backupLine('2026-10-25T22:30:00', { size: 2 }),
    ]
    const madrid = statisticsOf(lines, [], request('2026-10-26T06:00:00', { timezone: 'Europe/Madrid' }))
    const utc = statisticsOf(lines, [], request('2026-10-26T06:00:00'))
    expect(madrid.reports.weekly.size_evolution.map(({ day }) => day)).toEqual(['2026-10-25'])
    expect(madrid.reports.weekly.size_evolution[0]!.size).toBe(2)
    expect(utc.reports.weekly.size_evolution.map(({ day }) => day)).toEqual(['2026-10-24', '2026-10-25'])
    expect(
      madrid.trends.points.filter(({ backups }) => backups > 0).map(({ bucket, backups }) => [bucket, backups]),
    ).toEqual([['2026-10-25', 2]])
  })
})
