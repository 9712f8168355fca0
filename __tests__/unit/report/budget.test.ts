import { describe, expect, test } from '@jest/globals'
import { statisticsOf } from '../../../src/records/statistics/statistics.js'
import { PAGE_BUDGET, pageOf } from '../../../src/report/html.js'
import type { Report } from '../../../src/report/report.js'
import { summaryOf } from '../../../src/report/summary.js'
import { generatedHistory, heldSet, request } from '../../support/history.js'
import { sampleReport, without } from '../../support/report.js'

const NOW = new Date('2026-11-24T06:00:00Z')
const TABLES = 10_000

/** GitHub drops the whole summary of a step beyond it. */
const GITHUB_LIMIT = 1024 * 1024

/** A report over 400 days and 5,000 operations, in which each of so many tables grew. */
function periodOf(nameOf: (index: number) => string): Report {
  const history = generatedHistory(400, 5000, NOW)
  const recordsOf = (day: number) =>
    Object.fromEntries(Array.from({ length: TABLES }, (_, index) => [nameOf(index), 1000 + index * day]))
  // What is compared are the ends of the trends; between them nobody reads the rows of each table.
  const isEnd = ({ timestamp }: { timestamp: string }) => timestamp < '2026-06' || timestamp > '2026-11-22'
  const [before, after] = [recordsOf(1), recordsOf(2)]
  const lines = history.map((line) => {
    const isLast = line.timestamp > '2026-11'
    return line.details.records === undefined || !isEnd(line)
      ? line
      : { ...line, details: { ...line.details, records: isLast ? after : before } }
  })
  const sets = [heldSet('2026-11-24T02:00:00'), heldSet('2026-11-22T03:00:00', { type: 'weekly' })]
  const statistics = statisticsOf(lines, sets, request('2026-11-24T06:00:00', { period: 'weekly' }))
  return {
    ...without(sampleReport({ operation: 'report', tables: [], phases: [], retention: [] }), 'set', 'proof', 'metrics'),
    statistics: { ...statistics, broken: [], unreadable: 0 },
  }
}

describe('a report over 400 days of 10,000 tables', () => {
  const usual = periodOf((index) => `public.measurements_${index}`)

  test('lists every table on a page below two megabytes', () => {
    expect(usual.statistics?.growth).toHaveLength(TABLES + 2)
    const page = pageOf(usual)
    expect(Buffer.byteLength(page)).toBeLessThan(PAGE_BUDGET)
    expect(page.match(/public\.measurements_\d+<\/code>/g)).toHaveLength(TABLES)
  })

  test('takes little of the processor, from the lines of the log to page and summary', () => {
    const before = process.cpuUsage()
    const report = periodOf((index) => `public.measurements_${index}`)
    pageOf(report)
    summaryOf(report)
    // Well below one on a quiet machine; the making of the history is in it too. What is quadratic takes minutes.
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(3)
  })

  test('has a summary that GitHub takes', () => {
    const summary = summaryOf(usual)
    expect(Buffer.byteLength(summary)).toBeLessThan(GITHUB_LIMIT)
    expect(summary).toMatch(/more lines? not shown here/)
  })

  test('with the longest names that there are, tells those that changed most and counts the rest', () => {
    const long = periodOf((index) => `${'<ñ>'.repeat(21)}.${'&'.repeat(55)}${index}`)
    const page = pageOf(long)
    expect(Buffer.byteLength(page)).toBeLessThan(PAGE_BUDGET)
    const [table = ''] = page.split('<caption>Rows in the oldest and the newest set').at(-1)!.split('</table>')
    const shown = table.match(/<tr><th scope="row"/g)?.length ?? 0
    expect(shown).toBeGreaterThan(500)
    const [, left = ''] = /([\d,]+) more lines not shown here/.exec(page) ?? []
    expect(shown + Number(left.replaceAll(',', ''))).toBe(TABLES + 2)
    expect(Buffer.byteLength(summaryOf(long))).toBeLessThan(GITHUB_LIMIT)
  })
})
