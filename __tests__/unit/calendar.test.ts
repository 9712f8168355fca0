import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { calendarOf, parseAge } from '../../src/calendar.js'

const utc = calendarOf('UTC')

describe('a calendar', () => {
  // From the standard's own table of weeks around New Year.
  test.each([
    ['2004-12-31', '2004-W53'],
    ['2005-01-02', '2004-W53'],
    ['2005-12-31', '2005-W52'],
    ['2007-01-01', '2007-W01'],
    ['2007-12-30', '2007-W52'],
    ['2007-12-31', '2008-W01'],
    ['2008-12-28', '2008-W52'],
    ['2008-12-29', '2009-W01'],
    ['2009-12-31', '2009-W53'],
    ['2010-01-03', '2009-W53'],
    ['2010-01-04', '2010-W01'],
  ])('has %s in week %s', (day, week) => {
    expect(utc.weekOf(new Date(`${day}T12:00:00Z`))).toBe(week)
  })

  test('changes its week exactly every 7 days, on Monday', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), (day) => {
        const noon = (offset: number): Date => new Date((day + offset) * 86_400_000 + 43_200_000)
        const isMonday = noon(0).getUTCDay() === 1
        expect(utc.weekOf(noon(0)) !== utc.weekOf(noon(-1))).toBe(isMonday)
      }),
    )
  })

  test('names the day, month and year of its own time zone', () => {
    const instant = new Date('2026-12-31T10:30:00Z')
    const kiritimati = calendarOf('Pacific/Kiritimati')
    expect([utc.dayOf(instant), kiritimati.dayOf(instant)]).toEqual(['2026-12-31', '2027-01-01'])
    expect([utc.monthOf(instant), kiritimati.monthOf(instant)]).toEqual(['2026-12', '2027-01'])
    expect([utc.yearOf(instant), kiritimati.yearOf(instant)]).toEqual(['2026', '2027'])
  })

  test.each([
    ['UTC', '2026-11-24T10:00:00.250Z', '36h', '2026-11-22T22:00:00.250Z'],
    ['UTC', '2026-03-31T10:00:00Z', '1m', '2026-03-03T10:00:00Z'],
    ['UTC', '2024-02-29T10:00:00Z', '1y', '2023-03-01T10:00:00Z'],
    ['UTC', '2026-11-24T10:00:00Z', '1y6m2d', '2025-05-22T10:00:00Z'],
    // Summer time ends on 25 October: the wall clock is kept, the day has 25 hours.
    ['Europe/Madrid', '2026-10-25T11:00:00Z', '1d', '2026-10-24T10:00:00Z'],
    ['Europe/Madrid', '2026-10-25T11:00:00Z', '24h', '2026-10-24T11:00:00Z'],
    // 02:30 on 29 March does not exist; it is taken by the offset before the gap, as Go does.
    ['Europe/Madrid', '2026-03-30T00:30:00Z', '1d', '2026-03-29T01:30:00Z'],
  ])('goes back in %s from %s by %s to %s', (zone, from, age, to) => {
    expect(calendarOf(zone).before(new Date(from), parseAge(age)).toISOString()).toBe(new Date(to).toISOString())
  })

  test('reads ages as restic does, and nothing else', () => {
    expect(parseAge('2y5m7d3h')).toEqual({ years: 2, months: 5, days: 7, hours: 3 })
    expect(parseAge('3d2y')).toEqual({ years: 2, months: 0, days: 3, hours: 0 })
    expect(parseAge('1d5d')).toEqual({ years: 0, months: 0, days: 5, hours: 0 })
    for (const text of ['', '5', 'd', '1w', '-1d', '1 d']) {
      expect(() => parseAge(text)).toThrow(RangeError)
    }
  })
})
