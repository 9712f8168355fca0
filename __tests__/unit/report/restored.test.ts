import { describe, expect, test } from '@jest/globals'
import { outputsOf } from '../../../src/report/outputs.js'
import { exitCodeFor, type Report, type RestoredFacts } from '../../../src/report/report.js'
import { summaryOf } from '../../../src/report/summary.js'
import { closingLines } from '../../../src/report/terminal.js'
import { provenProof, sampleReport, table } from '../../support/report.js'

const RESTORED: RestoredFacts = {
  database: 'app',
  server: 'postgres@db:5432/postgres',
  mode: 'new',
  parts: 'all',
  someTables: false,
}
const restored = (facts: Partial<RestoredFacts>, overrides: Partial<Report> = {}) =>
  sampleReport({ operation: 'restore', restored: { ...RESTORED, ...facts }, ...overrides })
const failedProof = () => ({ ...provenProof(), outcome: 'failed' as const })
const nothing = (overrides: Partial<Report>) => {
  const { restored: made, ...rest } = restored({}, overrides)
  expect(made).toBeDefined()
  return rest
}
const verdict = (report: Report) => closingLines(report)[0]

describe('what is said of a restore', () => {
  test.each<[string, Report, string]>([
    [
      'whole',
      restored({}),
      '✅ The database app was restored from the backup of 2026-11-24 02:00:03 UTC and is equal to it: 84,210 rows in 2 tables.',
    ],
    [
      'definitions',
      restored({ parts: 'schema' }),
      '✅ The definitions of the database app were restored from the backup of 2026-11-24 02:00:03 UTC and are equal to it: 84,210 rows in 2 tables.',
    ],
    [
      'one table',
      restored({ mode: 'add', someTables: true }, { tables: [table('public.animals')] }),
      '✅ 1 table of the database app was restored from the backup of 2026-11-24 02:00:03 UTC and is equal to it: 40,000 rows in 1 table.',
    ],
    [
      'not equal',
      nothing({ proof: failedProof() }),
      '❌ What was restored is not equal to the backup, so it was not put in place. No existing data was touched.',
    ],
    [
      'brought back and then not equal',
      restored({ mode: 'add' }, { proof: failedProof() }),
      '❌ The tables were brought back into the database app, but what is in it now is not equal to the backup of 2026-11-24 02:00:03 UTC.',
    ],
  ])('%s', (_, report, words) => {
    expect(verdict(report)).toBe(words)
  })

  test('a failure before anything was put in place says that nothing was touched, one after it that it is there', () => {
    const failure = { message: 'No.', causes: [], exitCode: 5 as const }
    expect(verdict(nothing({ failure }))).toBe('❌ Nothing was restored. No existing data was touched.')
    expect(verdict(restored({}, { failure }))).toBe(
      '❌ The database app was restored, but the operation failed after it.',
    )
    expect(exitCodeFor(nothing({ failure }))).toBe(5)
  })

  test('the way back is in the summary, the last lines and the outputs', () => {
    const report = restored({ mode: 'replace', previous: 'app_before_x', undoCommand: 'psql --command=back' })
    expect(summaryOf(report)).toContain('psql --command=back')
    expect(closingLines(report).join('\n')).toContain('kept as app_before_x. To put it back: psql --command=back')
    expect(outputsOf(report)).toMatchObject({
      'previous-database': 'app_before_x',
      'undo-command': 'psql --command=back',
      'backup-id': '20261124T020003Z',
    })
    expect(outputsOf(report)).not.toHaveProperty('kept')
  })
})
