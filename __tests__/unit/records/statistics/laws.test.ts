import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { calendarOf } from '../../../../src/calendar.js'
import { formatLine } from '../../../../src/records/log.js'
import { forecast } from '../../../../src/records/statistics/forecast.js'
import { worstAge } from '../../../../src/records/statistics/outcomes.js'
import { statisticsOf } from '../../../../src/records/statistics/statistics.js'
import { medianOf, theilSen, thinned } from '../../../../src/records/statistics/theil-sen.js'
import { bucketsOf, isIn } from '../../../../src/records/statistics/windows.js'
import { generatedHistory, heldSet, request } from '../../../support/history.js'

const DAY = 24 * 3600 * 1000
const NOW = new Date('2026-11-24T06:00:00Z')

describe('every figure', () => {
  test('can be reckoned again from the text of the log, with nothing of this program', () => {
    const text = generatedHistory(400, 5000, NOW).map(formatLine).join('')
    const { figures, backups, reports } = statisticsOf(
      generatedHistory(400, 5000, NOW),
      [heldSet('2026-11-24T02:00:00')],
      request('2026-11-24T06:00:00', { period: 'weekly' }),
    )
    interface Line {
      timestamp: string
      operation: string
      status: string
      details: { duration: number; size?: number; records?: Record<string, number>; phase?: string; type: string }
    }
    const week = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
      .filter(({ timestamp }) => timestamp > '2026-11-17 06:00:00' && timestamp <= '2026-11-24 06:00:00')
    const runs = week.filter(({ operation }) => operation === 'backup')
    const good = runs.filter(({ status }) => status === 'success')
    expect(runs.length).toBeGreaterThan(50)
    expect(figures.success_rate).toBe(good.length / runs.length)
    expect(figures.avg_duration).toBeCloseTo(good.reduce((sum, { details }) => sum + details.duration, 0) / good.length)
    expect(figures.total_size).toBe(runs.reduce((sum, { details }) => sum + (details.size ?? 0), 0))
    expect(figures.record_counts).toEqual(runs.filter(({ details }) => details.records).at(-1)?.details.records)
    expect([backups.total, backups.failed]).toEqual([runs.length, runs.length - good.length])
    expect(Object.values(reports.weekly.error_frequency).reduce((a, b) => a + b, 0)).toBe(
      week.filter(({ status }) => status === 'error').length,
    )
    const lastOfDay = new Map(
      runs
        .filter(({ details }) => details.size !== undefined)
        .map(({ timestamp, details }) => [`${timestamp.slice(0, 10)} ${details.type}`, details.size]),
    )
    expect(reports.weekly.size_evolution.map(({ day, type, size }) => [`${day} ${type}`, size])).toEqual(
      [...lastOfDay].sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  })
})

describe('the work', () => {
  test('of a long history is not more than a few looks at each line and at few sets of rows', () => {
    let looksAtRows = 0
    const calendar = jest.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts')
    try {
      const lines = generatedHistory(400, 5000, NOW).map((line) => {
        const { records, ...details } = line.details
        const watched =
          records &&
          new Proxy(records, {
            ownKeys: (target) => {
              looksAtRows++
              return Reflect.ownKeys(target)
            },
          })
        return { ...line, details: { ...details, ...(watched && { records: watched }) } }
      })
      statisticsOf(lines, [], request('2026-11-24T06:00:00', { period: 'weekly', timezone: 'Europe/Madrid' }))
      // The lines of a week, the days of half a year and the borders between its weeks; never all 5,000 lines.
      expect(calendar.mock.calls.length).toBeLessThan(2000)
    } finally {
      calendar.mockRestore()
    }
    // Two sets of each of two types for growth, the newest of each for counts, and one a type in each of 26 weeks.
    expect(looksAtRows).toBeLessThan(100)
  })
})

describe('days and weeks', () => {
  test('cover the time without gap or overlap, whatever the zone', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Madrid', 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe')
    const instants = fc.date({ min: new Date('2015-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(
        zones,
        instants,
        fc.constantFrom('day', 'week'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (zone, until, unit, share) => {
          const calendar = calendarOf(zone)
          const buckets = bucketsOf(30, unit, until, calendar)
          buckets.slice(1).forEach((bucket, index) => {
            expect(bucket.from).toBe(buckets[index]!.to)
          })
          expect(buckets.at(-1)!.to).toBe(until.getTime())
          const from = buckets[0]!.from
          const at = Math.ceil((from + share * (until.getTime() - from)) / 1000) * 1000
          const inside = buckets.filter((bucket) => isIn(bucket, at))
          if (at > from && at <= until.getTime()) {
            const nameOf = unit === 'day' ? calendar.dayOf : calendar.weekOf
            expect(inside.map(({ name }) => name)).toEqual([nameOf(new Date(at))])
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('what could have been lost', () => {
  const Steps = fc
    .array(fc.record({ wait: fc.integer({ min: 1, max: 50 }), age: fc.option(fc.integer({ min: 0, max: 40 })) }), {
      maxLength: 12,
    })
    .map((steps) => {
      let at = 0
      return steps.map(({ wait, age }) => {
        at += wait * 1000
        return { at, newestProven: age === null ? null : at - age * 1000 }
      })
    })

  test('is what a look at every second finds', () => {
    fc.assert(
      fc.property(Steps, fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 200 }), (steps, start, length) => {
        const [from, to] = [start * 1000, (start + length) * 1000]
        // At the very end of each second, before what happens there.
        const seen = Array.from({ length }, (_, index) => from + (index + 1) * 1000).flatMap((end) => {
          const known = steps.filter(({ at }) => at < end).at(-1)?.newestProven ?? null
          return known === null ? [] : [(end - known) / 1000]
        })
        expect(worstAge(steps, from, to)).toBe(seen.length === 0 ? null : Math.max(...seen))
      }),
    )
  })
})

describe('the line of Theil and Sen', () => {
  test('finds the line, also when a quarter of the samples is wild', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 5, maxLength: 5 }),
        (slope, start, wild) => {
          const samples = Array.from({ length: 20 }, (_, day) => ({
            day,
            value: day % 4 === 2 ? wild[Math.floor(day / 4)]! : start + slope * day,
          }))
          expect(theilSen(samples)?.slope).toBeCloseTo(slope)
          expect(theilSen(samples)?.at(30)).toBeCloseTo(start + slope * 30)
        },
      ),
    )
  })

  test('takes the middle, the ends and no more than it needs', () => {
    expect([medianOf([]), medianOf([3]), medianOf([4, 1]), medianOf([9, 1, 5])]).toEqual([null, 3, 2.5, 5])
    const many = Array.from({ length: 5001 }, (_, index) => index)
    expect([thinned(many).length, thinned(many)[0], thinned(many).at(-1)]).toEqual([200, 0, 5000])
    expect(theilSen([{ day: 1, value: 1 }])).toBeNull()
  })
})

describe('a forecast', () => {
  const today = NOW.getTime() / DAY
  /** Ten days until now, a measurement a day. */
  const samples = (value: (day: number) => number) =>
    Array.from({ length: 10 }, (_, index) => ({ day: today - 9 + index, value: value(index - 9) }))
  const size = { what: 'size-alert', type: 'daily', unit: 'bytes', limit: 1000 } as const
  const disk = { what: 'disk', type: null, unit: 'bytes', limit: 0 } as const

  test('follows the growth to the limit', () => {
    // 500 now and 10 more a day: 1,000 in fifty days.
    const told = forecast(
      size,
      samples((day) => 500 + 10 * day),
      NOW,
    )
    expect(told.outcome.kind).toBe('expected')
    const at = told.outcome.kind === 'expected' ? told.outcome.at.getTime() : NaN
    expect((at - NOW.getTime()) / DAY).toBeCloseTo(50, 3)
    expect(told).toMatchObject({ current: 500, basis: { points: 10 } })
    expect(told.perDay).toBeCloseTo(10)
  })

  test('of a disk follows what is left to nothing', () => {
    const told = forecast(
      disk,
      samples((day) => 600 - 20 * day),
      NOW,
    )
    const at = told.outcome.kind === 'expected' ? told.outcome.at.getTime() : NaN
    expect((at - NOW.getTime()) / DAY).toBeCloseTo(30, 3)
    expect(
      forecast(
        disk,
        samples(() => 0),
        NOW,
      ).outcome,
    ).toEqual({ kind: 'reached' })
    expect(
      forecast(
        disk,
        samples((day) => 600 + day),
        NOW,
      ).outcome,
    ).toEqual({ kind: 'not-in-sight' })
  })

  test('says when it is there, when it is out of sight, and when nothing can be told', () => {
    expect(
      forecast(
        size,
        samples(() => 1000),
        NOW,
      ).outcome,
    ).toEqual({ kind: 'reached' })
    expect(
      forecast(
        size,
        samples((day) => 500 - day),
        NOW,
      ).outcome,
    ).toEqual({ kind: 'not-in-sight' })
    // At one a day it would be five hundred days, of which nine are no ground.
    expect(
      forecast(
        size,
        samples((day) => 500 + day),
        NOW,
      ).outcome,
    ).toEqual({ kind: 'not-in-sight' })
    expect(forecast(size, samples((day) => 500 + day).slice(-4), NOW).outcome).toEqual({
      kind: 'cannot-be-told',
      reason: '4 of at least 5 measurements are there',
    })
    expect(forecast(size, [], NOW)).toMatchObject({ current: null, perDay: null, outcome: { kind: 'cannot-be-told' } })
    const hours = samples((day) => 500 + day).map(({ value }, index) => ({ day: today - 0.4 + index / 24, value }))
    expect(forecast(size, hours, NOW).outcome).toMatchObject({ kind: 'cannot-be-told' })
  })
})
