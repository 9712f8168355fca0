import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { calendarOf } from '../../../src/calendar.js'
import { BACKWARD_LIMIT, LATE_LIMIT, lastDue, nextDue, turnOf, type Timetable } from '../../../src/fleet/planner.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Zones whose clocks change at 1, 2, 3 or 0 o'clock, by an hour or by half of one, in either half of the year, or never. */
const ZONES = [
  'Europe/Madrid',
  'Europe/London',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Asia/Beirut',
  'Asia/Kolkata',
  'UTC',
] as const

const zone = fc.constantFrom(...ZONES)
const instant = fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
const expression = fc.oneof(
  fc.tuple(fc.nat(59), fc.nat(23)).map(([minute, hour]) => `${minute} ${hour} * * *`),
  fc.constantFrom('*/15 * * * *', '0 */6 * * *', '23 3 * * 0', '30 2 1 * *', '0,30 2 * * *', '0 1-4 * * *', '@hourly'),
)
const timetable: fc.Arbitrary<Timetable> = fc.record({ schedule: expression, timezone: zone })

/** What the clocks of a zone show: minutes since midnight. */
function minutesShown(at: Date, timezone: string): number {
  const text = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(at)
  const [hour = NaN, minute = NaN] = text.split(':').map(Number)
  return hour * 60 + minute
}

function due(given: Timetable, after: Date): Date {
  const next = nextDue(given, after)
  if (next === undefined) throw new Error('never due')
  return next
}

const madrid = (schedule: string): Timetable => ({ schedule, timezone: 'Europe/Madrid' })
const dues = (given: Timetable, from: string, count: number): string[] => {
  const found: string[] = []
  for (let at = new Date(from); found.length < count;) {
    at = due(given, at)
    found.push(at.toISOString())
  }
  return found
}

describe('the nights on which the clocks change', () => {
  test('a time that the night skips is due once, at the first instant after the gap', () => {
    expect(dues(madrid('30 2 * * *'), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
  })

  test('a time that the night shows twice is due once, the first time', () => {
    expect(dues(madrid('30 2 * * *'), '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })

  test('several times in the gap are due once together', () => {
    expect(dues(madrid('0,30 2 * * *'), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:00:00.000Z',
    ])
  })

  test('what is due every half hour stays so through both nights', () => {
    for (const night of ['2026-03-29T00:10:00Z', '2026-10-24T23:40:00Z']) {
      const found = dues(madrid('*/30 * * * *'), night, 8).map((text) => Date.parse(text))
      expect(found.slice(1).map((at, index) => at - (found[index] ?? 0))).toEqual(Array(7).fill(30 * MINUTE))
    }
  })
})

describe('laws', () => {
  test('every day of the calendar has its time once; it is the time asked for, or the end of a gap that holds it', () => {
    fc.assert(
      fc.property(zone, fc.nat(59), fc.nat(23), instant, (timezone, minute, hour, from) => {
        const given = { schedule: `${minute} ${hour} * * *`, timezone }
        const { dayOf } = calendarOf(timezone)
        let before = due(given, from)
        for (let day = 0; day < 220; day++) {
          const at = due(given, before)
          const next = new Date(`${dayOf(before)}T00:00:00Z`)
          next.setUTCDate(next.getUTCDate() + 1)
          expect(dayOf(at)).toBe(next.toISOString().slice(0, 10))
          const asked = hour * 60 + minute
          const shown = minutesShown(at, timezone)
          if (shown !== asked) {
            const shownBefore = minutesShown(new Date(at.getTime() - MINUTE), timezone)
            expect(asked).toBeLessThan(shown)
            expect(shownBefore > asked ? shownBefore - 24 * 60 : shownBefore).toBeLessThan(asked)
          }
          before = at
        }
      }),
      { numRuns: 12 },
    )
  })

  test('the next due time is later, and nothing is due before it', () => {
    fc.assert(
      fc.property(timetable, instant, fc.double({ min: 0, max: 1, noNaN: true }), (given, after, share) => {
        const next = due(given, after)
        expect(next.getTime()).toBeGreaterThan(after.getTime())
        const between = new Date(after.getTime() + Math.floor((next.getTime() - after.getTime() - 1) * share))
        expect(due(given, between)).toEqual(next)
      }),
      { numRuns: 150 },
    )
  })

  test('the last due time is not later, and the next one after it is', () => {
    fc.assert(
      fc.property(timetable, instant, (given, now) => {
        const last = lastDue(given, now)
        expect(last).toBeDefined()
        expect(last!.getTime()).toBeLessThanOrEqual(now.getTime())
        expect(due(given, last!).getTime()).toBeGreaterThan(now.getTime())
      }),
      { numRuns: 150 },
    )
  })

  test('whoever looks often enough handles each due time once, however irregularly he looks', () => {
    fc.assert(
      fc.property(
        timetable,
        fc.constantFrom('2026-03-28T22:00:00Z', '2026-10-24T21:00:00Z', '2026-07-01T00:00:00Z'),
        fc.array(fc.integer({ min: 1, max: 14 * 60 }), { minLength: 50, maxLength: 120 }),
        (given, start, steps) => {
          let now = new Date(start)
          let handledUntil = now
          const handled: Date[] = []
          for (const step of steps) {
            now = new Date(now.getTime() + step * 1000)
            const turn = turnOf(given, handledUntil, now)
            if (turn.kind === 'due') {
              handled.push(turn.at)
              handledUntil = now
            }
          }
          const expected: Date[] = []
          for (let at = due(given, new Date(start)); at <= now; at = due(given, at)) expected.push(at)
          expect(handled).toEqual(expected)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('a look at the clock', () => {
  const given = madrid('17 2 * * *')
  const at = (text: string): Date => new Date(text)

  test('waits until the next due time', () => {
    expect(turnOf(given, at('2026-11-24T12:00:00Z'), at('2026-11-24T13:00:00Z'))).toEqual({
      kind: 'wait',
      until: at('2026-11-25T01:17:00Z'),
    })
  })

  test('after three days of sleep there is one turn, of the newest time, and it is late', () => {
    expect(turnOf(given, at('2026-11-21T12:00:00Z'), at('2026-11-24T13:00:00Z'))).toEqual({
      kind: 'due',
      at: at('2026-11-24T01:17:00Z'),
      isLate: true,
    })
    const due = at('2026-11-24T01:17:00Z').getTime()
    expect(turnOf(given, at('2026-11-21T12:00:00Z'), new Date(due + LATE_LIMIT))).toMatchObject({ isLate: false })
  })

  test('a clock that is set back a little brings nothing twice, and one that is set back far is noticed', () => {
    const handled = at('2026-11-24T01:17:00.400Z')
    expect(turnOf(given, handled, at('2026-11-24T01:16:59Z')).kind).toBe('wait')
    expect(turnOf(given, handled, new Date(handled.getTime() - BACKWARD_LIMIT)).kind).toBe('wait')
    expect(turnOf(given, handled, new Date(handled.getTime() - BACKWARD_LIMIT - HOUR)).kind).toBe('set-back')
  })
})
