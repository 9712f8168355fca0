import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { drawBars, drawChart } from '../../../src/report/charts.js'
import type { Chart, Point, Series } from '../../../src/report/content.js'

const DAY = 86_400_000
const START = Date.UTC(2026, 10, 1)

function series(values: readonly (number | null)[], overrides: Partial<Series> = {}): Series {
  return { name: 'daily', points: values.map((value, index) => pointAt(index, value)), ...overrides }
}

function pointAt(day: number, value: number | null): Point {
  return { at: new Date(START + day * DAY), value }
}

function chart(overrides: Partial<Chart> = {}): Chart {
  return {
    caption: 'How long it took',
    text: 'It took longer.',
    unit: 'seconds',
    series: [series([60, 120])],
    ...overrides,
  }
}

/** The lines of a drawing, each as its subpaths of points. */
function pathsOf(svg: string): [number, number][][][] {
  return [...svg.matchAll(/<path class="line [^"]*" d="(M[^"HV]*)"/g)].map(([, d = '']) =>
    d
      .split('M')
      .filter((part) => part !== '')
      .map((part) =>
        part
          .replace('Z', '')
          .split('L')
          .map((pair) => pair.split(',').map(Number) as [number, number]),
      ),
  )
}

function tagsOf(svg: string): string[] {
  return svg.match(/<\/?[a-z]+/g) ?? []
}

describe('a chart says the same to everybody', () => {
  const svg = drawChart(chart())

  test('it has a name and a description for those who listen', () => {
    expect(svg).toMatch(/<svg [^>]*role="img"[^>]*>\n<title>How long it took<\/title>\n<desc>It took longer\.<\/desc>/)
  })

  test('nothing in it needs a script, a style attribute or an id, or asks for anything', () => {
    expect(svg).not.toMatch(/<script|<style|style=|\bid=|href|url\(|on[a-z]+=/i)
  })

  test('colours come from the style sheet', () => {
    expect(svg).not.toMatch(/(fill|stroke)=|#[0-9a-f]{3}/i)
  })

  test('lines are told apart by more than colour', () => {
    const two = drawChart(chart({ series: [series([1, 2]), series([2, 3], { name: 'weekly' })] }))
    expect(two).toContain('class="line s0"')
    expect(two).toContain('class="line s1"')
    expect(two).toMatch(/<ul class="key">[\s\S]*daily<\/li>[\s\S]*weekly<\/li>/)
  })

  test('a single line needs no key', () => {
    expect(svg).not.toContain('class="key"')
  })
})

describe('what is drawn is what was measured', () => {
  test('twice as much is twice as high: the axis begins at nothing', () => {
    const [[points = []] = []] = pathsOf(drawChart(chart({ series: [series([60, 120])] })))
    const floor = 190
    expect((floor - points[1]![1]) / (floor - points[0]![1])).toBeCloseTo(2, 1)
  })

  test('a later point is further to the right, by the time between', () => {
    const points = [pointAt(0, 1), pointAt(1, 1), pointAt(4, 1)]
    const [[drawn = []] = []] = pathsOf(drawChart(chart({ series: [{ name: 'a', points }] })))
    const [first, second, third] = drawn.map(([x]) => x) as [number, number, number]
    expect((third - second) / (second - first)).toBeCloseTo(3, 1)
  })

  test('where nothing was measured the line has a gap, and a point alone has a dot', () => {
    const values = [1, 2, null, 3, null, ...Array.from({ length: 60 }, () => 4)]
    const svg = drawChart(chart({ series: [series(values)] }))
    expect(pathsOf(svg)[0]).toHaveLength(3)
    expect(svg.match(/<circle/g)).toHaveLength(1)
    expect(svg).toContain('<title>daily, 2026-11-04: 3.0 s</title>')
  })

  test('points out of order are drawn in the order of time', () => {
    const points = [pointAt(2, 3), pointAt(0, 1), pointAt(1, 2)]
    const ordered = drawChart(chart({ series: [{ name: 'a', points: [...points].sort((a, b) => +a.at - +b.at) }] }))
    expect(drawChart(chart({ series: [{ name: 'a', points }] }))).toBe(ordered)
  })

  test('nothing measured is said, not drawn', () => {
    for (const none of [[], [series([])], [series([null, null])], [series([Number.NaN, Infinity])]]) {
      const svg = drawChart(chart({ series: none }))
      expect(svg).toContain('Nothing was measured yet.')
      expect(svg).not.toContain('<svg')
    }
  })

  test.each([
    ['seconds', 7200 * 3, '6 h'],
    ['seconds', 900, '15 min'],
    ['bytes', 1.5e9, '1.5 GB'],
    ['share', 0.5, '100 %'],
    ['count', 1_400_000, '1.5 M'],
  ] as const)('an axis of %s up to %s has a mark at %s', (unit, highest, mark) => {
    expect(drawChart(chart({ unit, series: [series([0, highest])] }))).toContain(`>${mark}</text>`)
  })

  test('a forecast looks like what it goes on from, and unlike it', () => {
    const forecast = series([3, 4], { forecast: true })
    const svg = drawChart(chart({ series: [series([1, 2]), forecast] }))
    expect(svg).toContain('class="line s0"')
    expect(svg).toContain('class="line s0 forecast"')
    expect(svg).toContain('daily, if it goes on like this')
  })

  test('a limit is drawn where it is near, and told where it is far', () => {
    const near = drawChart(chart({ thresholds: [{ label: 'Alert', value: 180 }] }))
    expect(near).toMatch(/<path class="threshold"[\s\S]*>Alert: 3 min<\/text>/)
    const far = drawChart(chart({ thresholds: [{ label: 'Limit of a job', value: 21_600 }] }))
    expect(far).not.toContain('class="threshold"')
    expect(far).toContain('Limit of a job: 6 h, far above what is drawn')
  })

  test('more lines than can be told apart are counted', () => {
    const many = Array.from({ length: 9 }, (_, index) => series([index, 1], { name: `type-${index}` }))
    const svg = drawChart(chart({ series: many }))
    expect(pathsOf(svg).filter((path) => path[0]!.length === 2 && path[0]![0]![0] !== 2)).toHaveLength(6)
    expect(svg).toContain('3 more in the figures below')
  })
})

describe('whatever it is given', () => {
  const value = fc.oneof(
    fc.double({ min: -1e15, max: 1e15, noNaN: true }),
    fc.constantFrom(null, 0, Number.NaN, Infinity, -Infinity, 5e-324, 1.7e308),
  )
  const anySeries = fc.record({
    name: fc.string({ unit: 'binary' }),
    points: fc.array(
      fc.record({ at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(8e12) }), value }),
      {
        maxLength: 12,
      },
    ),
    forecast: fc.boolean(),
  })

  test('the drawing stays within its frame and has no number that is none', () => {
    fc.assert(
      fc.property(
        fc.array(anySeries, { maxLength: 3 }),
        fc.constantFrom('seconds', 'bytes', 'share', 'count'),
        (all, unit) => {
          const svg = drawChart(chart({ series: all, unit }))
          expect(svg).not.toMatch(/="[^"]*(NaN|Infinity|undefined)/)
          for (const [x, y] of pathsOf(svg).flat(2)) {
            expect(x).toBeGreaterThanOrEqual(0)
            expect(x).toBeLessThanOrEqual(460)
            expect(y).toBeGreaterThanOrEqual(0)
            expect(y).toBeLessThanOrEqual(220)
          }
        },
      ),
      { numRuns: 60, endOnFailure: true },
    )
  })

  test('no name adds or takes a tag', () => {
    const withName = (name: string) =>
      drawChart(
        chart({
          caption: name,
          text: name,
          series: [series([1, 2], { name }), series([2, 3], { name: `${name} 2` })],
          thresholds: [
            { label: name, value: 2 },
            { label: name, value: 100 },
          ],
        }),
      )
    const expected = tagsOf(withName('plain'))
    const hostile = fc.constantFrom('</svg><script>', '"><b>', "' onload='x", '<!--', ']]>', 'x\u202ey\nz', '|`\\')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), (name) => {
        expect(tagsOf(withName(name))).toEqual(expected)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })

  test('its size has a bound, however long the history and the names', () => {
    const long = Array.from({ length: 6 }, (_, index) =>
      series(
        Array.from({ length: 2000 }, (__, day) => day),
        { name: `${index}${'<'.repeat(10_000)}` },
      ),
    )
    expect(drawChart(chart({ series: long, caption: '<'.repeat(1e5), text: '<'.repeat(1e5) })).length).toBeLessThan(
      250_000,
    )
  })
})

describe('bars', () => {
  test('lengths are by value, to both sides of nothing', () => {
    const svg = drawBars({
      kind: 'bars',
      caption: 'Rows',
      unit: 'count',
      bars: [
        { label: 'gained', value: 200 },
        { label: 'lost', value: -100 },
      ],
    })
    const [gained, lost] = [...svg.matchAll(/<rect [^>]*x="([\d.]+)"[^>]*width="([\d.]+)"/g)].map(
      ([, x, width]) => [Number(x), Number(width)] as const,
    )
    expect(gained![1] / lost![1]).toBeCloseTo(2, 1)
    expect(lost![0] + lost![1]).toBeCloseTo(gained![0], 0)
    expect(svg).toContain('>−100</text>')
  })

  test('bars of nothing at all are drawn too', () => {
    const svg = drawBars({ kind: 'bars', caption: 'x', unit: 'seconds', bars: [{ label: '<b>', value: 0 }] })
    expect(svg).not.toMatch(/NaN|Infinity|<b>/)
  })
})
