import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { LogLine } from '../../../src/records/log.js'
import { statisticsOf, type HeldSet } from '../../../src/records/statistics/statistics.js'
import type { Text } from '../../../src/report/content.js'
import { outputsOf } from '../../../src/report/outputs.js'
import type { PeriodReport } from '../../../src/report/period.js'
import { periodVerdict } from '../../../src/report/period-verdict.js'
import type { Report } from '../../../src/report/report.js'
import { SUMMARY_BUDGET, summaryOf } from '../../../src/report/summary.js'
import { backupLine, failedLine, generatedHistory, heldSet, lineOf, request } from '../../support/history.js'

const NOW = '2026-11-24T06:00:00'

function periodOf(lines: readonly LogLine[], sets: readonly HeldSet[], rest: Partial<PeriodReport> = {}): PeriodReport {
  return { ...statisticsOf(lines, sets, request(NOW)), broken: [], unreadable: 0, ...rest }
}

function reportOf(statistics: PeriodReport): Report {
  return {
    ...{ operation: 'report', series: 'masclet_imperi', startedAt: new Date(`${NOW}Z`), seconds: 0.4 },
    ...{ phases: [], tables: [], alerts: [], retention: [], findings: [], warnings: [], statistics },
  }
}

function plain(text: Text): string {
  return text.map((inline) => (typeof inline === 'string' ? inline : Object.values(inline).join(''))).join('')
}

const GOOD = backupLine('2026-11-24T02:10:00')
const HELD = heldSet('2026-11-24T02:09:00')

describe('the verdict over a period', () => {
  test.each<[string, PeriodReport, string, string]>([
    [
      'all is well',
      periodOf([GOOD], [HELD]),
      'good',
      'The backup of the last day is proven to restore. If the server were lost now, the newest proven backup (daily) is 3 h 51 min old.',
    ],
    ['nothing is held', periodOf([GOOD], []), 'bad', 'The store holds no backup'],
    [
      'nothing is proven',
      periodOf([GOOD], [heldSet('2026-11-24T02:09:00', { proof: { outcome: 'not-verified' } })]),
      'bad',
      'No backup in the store is proven to restore',
    ],
    [
      'nothing was done',
      periodOf([], [heldSet('2026-11-20T02:09:00')]),
      'doubtful',
      'No backup was taken in the last day',
    ],
    [
      'one type has nothing that is proven',
      periodOf([GOOD], [HELD, heldSet('2026-11-22T02:09:00', { type: 'weekly', proof: { outcome: 'failed' } })]),
      'doubtful',
      'No weekly backup in the store is proven to restore.',
    ],
    [
      'one of two failed',
      periodOf([failedLine('2026-11-24T01:00:00'), GOOD], [HELD]),
      'doubtful',
      '1 backup of 2 failed in the last day.',
    ],
    [
      'all failed, and the last good one is old',
      periodOf([failedLine('2026-11-24T01:00:00')], [heldSet('2026-11-20T02:09:00')]),
      'bad',
      '1 backup of 1 failed in the last day. If the server were lost now, the newest proven backup (daily) is 4 d 3 h old.',
    ],
    [
      'what was taken is not proven',
      periodOf(
        [backupLine('2026-11-24T02:10:00', { proof: 'not-verified', tier: 'none' })],
        [heldSet('2026-11-20T02:09:00')],
      ),
      'doubtful',
      '1 of 1 backup of the last day is not proven to restore.',
    ],
  ])('%s', (_, statistics, mood, words) => {
    const verdict = periodVerdict(statistics)
    expect(plain(verdict.text)).toContain(words)
    expect(verdict.mood).toBe(mood)
  })
})

describe('the summary of a period', () => {
  test('says the verdict first, then what to do, then the figures', () => {
    const lines = [failedLine('2026-11-24T01:00:00', { errors: ['ROLE_MISSING'], phase: 'Checking' }), GOOD]
    const summary = summaryOf(reportOf(periodOf(lines, [HELD], { unreadable: 2 })))
    const places = [
      '1 backup of 2 failed',
      'What to do',
      'ROLE_MISSING',
      '2 lines of the log',
      'Backups that ended well',
      'What could be lost',
      'What the store holds',
    ].map((words) => summary.indexOf(words))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('has charts of mermaid beside the tables', () => {
    const summary = summaryOf(reportOf(periodOf(generatedHistory(30, 60, new Date(`${NOW}Z`)), [HELD])))
    expect(summary).toContain('```mermaid\nxychart-beta')
    expect(summary).toContain('If it goes on like this')
  })

  test('is within the budget with 10,000 tables and a long history of many kinds of error', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `<b>|${'長'.repeat(40)}${index}`)
    const records = Object.fromEntries(names.map((name, index) => [name, index]))
    const more = Object.fromEntries(names.map((name, index) => [name, index * 2]))
    const errors = Array.from({ length: 3000 }, (_, index) => `KIND_${index}`)
    const lines = [
      ...generatedHistory(400, 5000, new Date('2026-11-23T00:00:00Z')),
      backupLine('2026-11-23T02:10:00', { records }),
      backupLine('2026-11-24T02:10:00', { records: more }),
      lineOf('2026-11-24T03:00:00', 'validate', { errors }, 'error'),
    ]
    const summary = summaryOf(reportOf(periodOf(lines, [HELD])))
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(SUMMARY_BUDGET)
    expect(summary).toMatch(/9,8\d\d more lines not shown here/)
    expect(summary).not.toContain('<b>|')
  })

  test('is the same in its tags whatever anything is called', () => {
    const skeleton = (name: string): string[] => {
      const lines = [
        backupLine('2026-11-20T02:10:00', { records: { [name]: 1 } }),
        backupLine('2026-11-24T02:10:00', { records: { [name]: 2 }, errors: [name], status: 'error' }),
        lineOf('2026-11-24T03:00:00', 'restore', { mode: name }),
        lineOf('2026-11-24T03:00:00', 'drill', { scenarios: [{ scenario: name, outcome: 'passed', rto: 1, rpo: 2 }] }),
      ]
      const broken = [{ id: name, type: name, reason: name }]
      const summary = summaryOf({ ...reportOf(periodOf(lines, [HELD], { broken })), series: name })
      return summary.match(/<!?\/?[a-z0-9]+|^```.*$/gim) ?? []
    }
    const usual = skeleton('animals')
    const hostile = [
      '<script>',
      '</table>',
      'a|b',
      'a\nb',
      '```',
      '\u202egnp',
      '--></details>',
      '"]',
      '`',
      '$x$',
      '@octocat',
    ]
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...hostile), fc.string({ minLength: 1, unit: 'binary' })), (name) => {
        expect(skeleton(name)).toEqual(usual)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the output of a period', () => {
  test('has the shapes that were asked for, and everything else beside them', () => {
    const { statistics } = outputsOf(reportOf(periodOf([GOOD], [HELD])))
    expect(JSON.parse(JSON.stringify(statistics))).toMatchObject({
      daily: { success_rate: 1, avg_duration: 60, total_size: 1000, record_counts: { animals: 800, parts: 400 } },
      weekly: {
        compression_trends: [{ day: '2026-11-24', type: 'daily', compression_ratio: 0.75 }],
        size_evolution: [{ day: '2026-11-24', type: 'daily', size: 1000 }],
        error_frequency: {},
      },
      details: { period: 'daily', backups: { total: 1, proof_rate: 1 }, unreadable: 0 },
    })
    expect(Object.keys(statistics ?? {})).toEqual(['daily', 'weekly', 'details'])
  })
})
