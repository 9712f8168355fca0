import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ExitCode } from '../../../src/errors.js'
import { finding } from '../../../src/findings.js'
import { fleetExitCode, fleetLines, type FleetPart } from '../../../src/report/fleet-facts.js'
import { pageOf } from '../../../src/report/html.js'
import { outputsOf } from '../../../src/report/outputs.js'
import { exitCodeFor, type Report } from '../../../src/report/report.js'
import { SUMMARY_BUDGET, summaryOf } from '../../../src/report/summary.js'
import { closingLines } from '../../../src/report/terminal.js'

const NOW = new Date('2026-11-24T06:00:00Z')
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000)

function part(database: string, overrides: Partial<FleetPart> = {}): FleetPart {
  return {
    database,
    type: 'daily',
    mood: 'good',
    verdict: 'All 7 backups of the last day are proven to restore.',
    exitCode: 0,
    newest: hoursAgo(4),
    newestProven: hoursAgo(4),
    runs: { total: 4, succeeded: 4 },
    bytes: 1000,
    growth: { before: 100, after: 110 },
    seconds: 1,
    findings: [],
    ...overrides,
  }
}

const bad = (database: string, verdict: string, more: Partial<FleetPart> = {}) =>
  part(database, { mood: 'bad', exitCode: 1, verdict, ...more })

function fleetReport(parts: readonly FleetPart[], overrides: Partial<Report> = {}): Report {
  return {
    operation: 'report',
    series: '',
    startedAt: NOW,
    seconds: 3,
    phases: [],
    tables: [],
    alerts: [],
    retention: [],
    findings: [],
    warnings: [],
    fleet: { parts, period: 'daily' },
    ...overrides,
  }
}

/** What a reader sees. */
function textOf(markup: string): string {
  return markup
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#8203;', '')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\s+/g, ' ')
}

const verdictIn = (report: Report) => textOf(summaryOf(report).split('</h2>')[0] ?? '').trim()
const tagsOf = (markup: string) => markup.match(/<!?\/?[a-z0-9]+/gi) ?? []
/** The names in the first column of the first table of databases, from above. */
const rowsIn = (markup: string) =>
  [
    ...(markup.split('<caption>One line a database')[1] ?? '')
      .split('</table>')[0]!
      .matchAll(/<th scope="row"[^>]*><code[^>]*>([^<]*)/g),
  ].map(([, name]) => name)

describe('the verdict is one sentence over all of them', () => {
  test('all good: what would be lost at most', () => {
    expect(verdictIn(fleetReport([part('a'), part('b', { newestProven: hoursAgo(20) })]))).toBe(
      '✅ The backups of all 2 databases are as they should be, and proven to restore. If the servers were lost now, no database would lose more than 20 h of work.',
    )
  })

  test('some bad, some doubtful', () => {
    const parts = [part('a'), part('b', { mood: 'doubtful' }), bad('c', 'No backup.'), bad('d', 'No backup.')]
    expect(verdictIn(fleetReport(parts))).toBe(
      '❌ 2 of 4 databases need somebody now: c , d . 1 other should be looked at.',
    )
  })

  test('never good where there is none, or where the repository has something', () => {
    expect(verdictIn(fleetReport([]))).toMatch(/^⚠️ The configuration has no database/)
    const ending = fleetReport([part('a')], {
      operation: 'watch',
      findings: [finding('SCHEDULE_ENDING', 'o/r', 'it ends')],
    })
    expect(verdictIn(ending)).toMatch(/^⚠️ .*it ends\.$/)
  })

  test('of what was done, not of what is there', () => {
    expect(verdictIn(fleetReport([part('a')], { operation: 'backup' }))).toBe(
      '✅ The operation backup ended well for the one database.',
    )
  })
})

describe('one line a database', () => {
  const parts = [
    part('fresh'),
    part('old', { newestProven: hoursAgo(30) }),
    part('two', { type: 'daily' }),
    part('two', { type: 'weekly', mood: 'doubtful', verdict: 'No weekly backup is proven.', exitCode: 4, bytes: 500 }),
    bad('gone', 'The store cannot be read.', { isUnknown: true }),
  ]

  test('the worst first, then that whose newest proven backup is the oldest', () => {
    const report = fleetReport(parts)
    expect(rowsIn(summaryOf(report))).toEqual(['gone', 'two', 'old', 'fresh'])
    expect(rowsIn(pageOf(report))).toEqual(['gone', 'two', 'old', 'fresh'])
  })

  test('what its types come to together', () => {
    const two = fleetLines({ parts }).find(({ database }) => database === 'two')
    expect(two).toMatchObject({ mood: 'doubtful', bytes: 1500, runs: { total: 8, succeeded: 8 } })
    expect(two?.growth).toEqual({ before: 200, after: 220 })
    expect(textOf(summaryOf(fleetReport(parts)))).toContain('weekly: No weekly backup is proven.')
  })

  test('age, success, size, growth and trouble stand in it', () => {
    const text = textOf(
      summaryOf(fleetReport([part('a'), bad('b', 'No backup was made.', { runs: { total: 4, succeeded: 1 } })])),
    )
    expect(text).toContain(
      'Newest proven Ended well Size Growth What is wrong b ❌ in trouble 4 h 25 % of 4 1 kB +10 % No backup was made.',
    )
    expect(text).toContain('a ✅ good 4 h 100 % of 4 1 kB +10 % –')
  })

  test('what is not good says what to do', () => {
    const findings = [finding('BACKUP_TOO_OLD', 'daily in s3://b', 'the newest is 3 d old')]
    const text = textOf(pageOf(fleetReport([bad('b', 'Too old.', { findings })])))
    expect(text).toContain('b (daily) : the newest is 3 d old.')
    expect(text).toContain('Look at the last run of the backup')
    expect(text).toContain('BACKUP_TOO_OLD')
  })

  test('the same on a terminal, and as data', () => {
    const report = fleetReport(parts)
    expect(closingLines(report).slice(0, 2)).toEqual([
      '❌ gone (daily): The store cannot be read.',
      '⚠️ two (weekly): No weekly backup is proven.',
    ])
    const { databases } = outputsOf(report)
    expect(databases).toHaveLength(5)
    expect(databases).toMatchObject({
      0: { database: 'fresh', type: 'daily', outcome: 'good', exit_code: 0, success_rate: 1, size: 1000 },
      3: { database: 'two', type: 'weekly', outcome: 'doubtful', exit_code: 4 },
    })
  })
})

test('a thousand databases have their lines in the summary, and it stays within its limit', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `customer_${index}_production`)
  const good = names.map((name) => part(name))
  expect(rowsIn(summaryOf(fleetReport(good)))).toHaveLength(1000)
  const wrong = names.map((name) => bad(name, `The password was rejected for ${'x'.repeat(3000)}.`))
  const summary = summaryOf(fleetReport(wrong))
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(SUMMARY_BUDGET)
  expect(textOf(summary)).toContain('1,000 of 1,000 databases need somebody now')
  expect(rowsIn(summary).length).toBeGreaterThan(200)
  expect(rowsIn(pageOf(fleetReport(wrong)))).toHaveLength(1000)
})

test('no name or message from outside changes the form of the report', () => {
  const hostile = fc.constantFrom(
    'a|b',
    'a\n\n# b',
    '<script>alert(1)</script>',
    '</table></details>',
    '```\n```mermaid',
    'x\u202egnp.exe',
    '" onmouseover="alert(1)',
    '&lt;b&gt;',
    '%0A::error::x',
  )
  const withName = (name: string) =>
    fleetReport([
      bad(name, name, { type: name, findings: [finding('BACKUP_MISSING', name, `${name}!`)] }),
      part('the other one'),
    ])
  // A name that the other one has too would be one database with two types.
  const [summary, page] = [summaryOf, pageOf].map((render) => tagsOf(render(withName('plain'))))
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ minLength: 1, unit: 'binary' })), (name) => {
      expect(tagsOf(summaryOf(withName(name)))).toEqual(summary)
      expect(tagsOf(pageOf(withName(name)))).toEqual(page)
      expect(summaryOf(withName(name))).not.toMatch(/\n\n[^<\n`]/)
    }),
    { numRuns: 30 },
  )
})

test.each<[ExitCode[], ExitCode]>([
  [[0, 0], 0],
  [[0, 3, 3], 3],
  [[0, 3, 4], 1],
  [[1, 4], 1],
  [[4, 0], 4],
  [[1, 130], 130],
])('databases that end with %j end with %i together', (codes, expected) => {
  const parts = codes.map((exitCode, index) => part(`d${index}`, { exitCode }))
  expect(fleetExitCode({ parts })).toBe(expected)
  expect(exitCodeFor(fleetReport(parts))).toBe(expected)
})
