import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Block } from '../../../src/report/content.js'
import { renderMarkdown } from '../../../src/report/markdown.js'
import { summaryOf } from '../../../src/report/summary.js'
import { xyCharts } from '../../support/mermaid.js'
import { sampleReport } from '../../support/report.js'
import { samplePeriod } from '../../support/sample-period.js'

const LIMITS = { tables: 200, databases: 200, findings: 200, retention: 100, text: 1000 }

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '"] \n    bar [1]',
    '```\n\n# heading',
    '%% comment',
    '%%{init: {}}%%',
    'x-axis [a]; y',
    '\u202eevil\u2028',
    '\ud800',
    '𝒜'.repeat(39) + '"𝒜',
    '',
    'x',
    'x (2)',
    'line',
  ),
)
const VALUE = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(NaN, Infinity, -Infinity, 1e21, 1e308, -1e308, 5e-324, 0.1, -0),
)
const UNIT = fc.constantFrom('seconds', 'bytes', 'share', 'count')

function isDrawable(page: string): void {
  for (const { title, labels, yAxis, rows } of xyCharts(page)) {
    expect(title.length).toBeGreaterThan(0)
    expect(new Set(labels).size).toBe(labels.length)
    expect(labels.filter((label) => label.trim() === '')).toEqual([])
    expect(rows.length).toBeGreaterThan(0)
    rows.forEach((row) => {
      expect(row).toHaveLength(labels.length)
      expect(row.filter((value) => !Number.isFinite(value))).toEqual([])
      if (yAxis.range !== undefined) {
        const [from, to] = yAxis.range
        expect(from).toBeLessThan(to)
        expect(row.filter((value) => value < from || value > to)).toEqual([])
      }
    })
  }
}

describe('every chart of a summary can be read by mermaid', () => {
  test('bars, whatever their names and lengths are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ label: HOSTILE, value: VALUE }), { minLength: 1, maxLength: 12 }),
        HOSTILE,
        UNIT,
        (bars, caption, unit) => {
          const page = renderMarkdown([{ kind: 'bars', caption: `of ${caption}`, unit, bars }], LIMITS)
          expect(xyCharts(page)).toHaveLength(1)
          isDrawable(page)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('lines, whatever their names, their gaps and their values are', () => {
    const points = fc
      .array(fc.option(VALUE), { maxLength: 40 })
      .map((values) => values.map((value, day) => ({ at: new Date(Date.UTC(2026, 0, 1 + day)), value })))
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: HOSTILE, points, forecast: fc.boolean() }), { minLength: 1, maxLength: 7 }),
        HOSTILE,
        UNIT,
        (series, caption, unit) => {
          const charts: Block = { kind: 'charts', charts: [{ caption: `of ${caption}`, text: caption, unit, series }] }
          isDrawable(renderMarkdown([charts], LIMITS))
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each<[string, string, number]>([
    ['a period', summaryOf(sampleReport({ operation: 'report', statistics: samplePeriod() })), 6],
    ['a backup', summaryOf(sampleReport()), 1],
  ])('those of %s', (_what, summary, least) => {
    expect(xyCharts(summary).length).toBeGreaterThanOrEqual(least)
    isDrawable(summary)
  })
})
