import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rowFindings } from '../../../../src/records/anomalies/rows.js'
import { median, usualDistance } from '../../../../src/records/anomalies/spread.js'

const since = 'daily/20261123T020000Z'
const told = (rows: number, earlier: readonly number[]) =>
  rowFindings({ on: 'public.animals', rows, earlier, since }).map(({ code, severity }) => `${severity} ${code}`)

describe('the rows of a table', () => {
  test('a large loss of a table that only ever grew is told, in words that say how much', () => {
    expect(rowFindings({ on: 'public.animals', rows: 600, earlier: [1000, 990, 980, 970], since })).toEqual([
      expect.objectContaining({
        code: 'TABLE_ROWS_DROPPED',
        severity: 'warning',
        on: 'public.animals',
        found: 'it holds 600 rows, 400 (40 %) fewer than in daily/20261123T020000Z',
      }),
    ])
  })

  test.each<[string, number, number[], string[]]>([
    ['a loss of less than a fifth', 810, [1000, 990, 980], []],
    ['a fifth', 800, [1000, 990, 980], ['warning TABLE_ROWS_DROPPED']],
    ['a few rows of a small table', 10, [55, 55, 55], []],
    ['fifty rows of a small table', 5, [55, 55, 55], ['warning TABLE_ROWS_DROPPED']],
    ['a third, when only one set is known', 700, [1000], []],
    ['a half, when only one set is known', 500, [1000], ['warning TABLE_ROWS_DROPPED']],
    ['a queue that is drained now and then', 40, [900, 30, 700, 20, 400], []],
    ['a queue that is empty now and then', 0, [900, 0, 700, 20, 400], ['info TABLE_EMPTIED']],
    ['a table that was never empty', 0, [3, 3, 3], ['warning TABLE_EMPTIED']],
    [
      'a table that is reloaded with a fifth more or less',
      750,
      [1000, 1050, 780, 1000, 980, 1020, 1010],
      ['warning TABLE_ROWS_DROPPED'],
    ],
    ['a fall back to what it was while it only grew', 300, [1000, 500, 10], ['warning TABLE_ROWS_DROPPED']],
    ['growth', 2000, [1000, 500], []],
    ['nothing before', 0, [], []],
    ['empty before and now', 0, [0, 0, 0], []],
  ])('%s', (_, rows, earlier, expected) => {
    expect(told(rows, earlier)).toEqual(expected)
  })

  const count = fc.nat({ max: 1_000_000 })
  const history = fc.array(count, { minLength: 1, maxLength: 30 })

  test('an unchanged table is never told of', () => {
    fc.assert(
      fc.property(history, (earlier) => {
        expect(told(earlier[0]!, earlier)).toEqual([])
      }),
    )
  })

  test('a drop to nothing is always told', () => {
    fc.assert(
      fc.property(history, (earlier) => {
        fc.pre(earlier[0]! > 0)
        expect(told(0, earlier).join()).toMatch(/^(warning|info) TABLE_EMPTIED$/)
      }),
    )
  })

  test('noise around a level that the history had too is none', () => {
    const noisy = fc
      .record({
        level: fc.integer({ min: 1, max: 1_000_000 }),
        noise: fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 2, maxLength: 31 }),
      })
      .map(({ level, noise }) => noise.map((factor) => Math.ceil(level * factor)))
    fc.assert(
      fc.property(noisy, ([now, ...earlier]) => {
        const within = Math.max(now!, Math.min(...earlier))
        expect(told(within, earlier)).toEqual([])
      }),
    )
  })

  test('a table that has lost as much before is not told of while it is no lower than it ever was', () => {
    fc.assert(
      fc.property(history, fc.nat(29), fc.double({ min: 0, max: 1, noNaN: true }), (earlier, at, share) => {
        // Its own fall: from twice its highest to its lowest.
        const [low, high] = [Math.min(...earlier), 2 * Math.max(...earlier) + 100]
        const fallen = [...earlier.slice(0, at), low, high, ...earlier.slice(at)]
        const now = Math.ceil(low + share * (high - low))
        expect(told(now, fallen).filter((one) => !one.endsWith('TABLE_EMPTIED'))).toEqual([])
      }),
    )
  })

  test('losing more is never told less', () => {
    fc.assert(
      fc.property(history, count, count, (earlier, a, b) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)]
        fc.pre(fewer > 0)
        if (told(more, earlier).length > 0) expect(told(fewer, earlier)).not.toEqual([])
      }),
    )
  })
})

describe('how numbers vary', () => {
  test('the median is in the middle, and outliers do not move what is usual', () => {
    expect(median([5, 1, 9])).toBe(5)
    expect(median([4, 1, 9, 5])).toBe(4.5)
    expect(median([])).toBe(0)
    expect(usualDistance([10, 11, 12, 13, 14])).toBeCloseTo(3 * 1.4826)
    expect(usualDistance([10, 11, 12, 13, 1_000_000])).toBeCloseTo(3 * 1.4826)
    expect(usualDistance([7, 7, 7])).toBe(0)
  })
})
