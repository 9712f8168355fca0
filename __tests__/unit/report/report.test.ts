import { describe, expect, test } from '@jest/globals'
import { outputsOf } from '../../../src/report/outputs.js'
import { exitCodeFor, type Report } from '../../../src/report/report.js'
import { provenProof, sampleReport, table, without } from '../../support/report.js'

describe('exitCodeFor', () => {
  const proof = provenProof()

  test.each([
    ['proven', sampleReport(), 0],
    ['failed', sampleReport({ proof: { ...proof, outcome: 'failed' } }), 3],
    ['could not run', sampleReport({ proof: { ...proof, outcome: 'not-verified', reason: 'x' } }), 4],
    ['not asked for', sampleReport({ proof: { ...proof, outcome: 'not-verified', tier: 'none', reason: 'x' } }), 0],
    ['a failure of its own', sampleReport({ failure: { message: 'x', causes: [], exitCode: 5 } }), 5],
  ] as [string, Report, number][])('%s', (_, report, code) => {
    expect(exitCodeFor(report)).toBe(code)
  })
})

describe('outputsOf', () => {
  test('a backup gives all of them', () => {
    expect(outputsOf(sampleReport())).toEqual({
      'backup-id': '20261124T020003Z',
      'backup-path': '/backups/db/daily/20261124T020003Z',
      'manifest-path': '/backups/db/daily/20261124T020003Z/manifest.json',
      proof: 'proven',
      'proof-tier': 'full',
      metrics: sampleReport().metrics,
      alerts: [],
      records: 84_210,
      'size-bytes': 7_340_032,
      'duration-seconds': 723.4,
      kept: ['20261124T020003Z'],
      removed: ['20261117T020001Z'],
    })
  })

  test('nothing is claimed of what there is not', () => {
    const rest = without(sampleReport({ tables: [], retention: [] }), 'set', 'proof', 'id', 'metrics')
    expect(outputsOf(rest)).toEqual({ alerts: [], 'duration-seconds': 723.4, kept: [], removed: [] })
  })

  test('a validation counts the rows that are known', () => {
    const report = without(
      sampleReport({
        operation: 'validate',
        tables: [table('a', { rows: 3 }), { name: 'b', bytes: 0, outcome: 'definition-only' }],
      }),
      'metrics',
    )
    expect(outputsOf(report)).toMatchObject({ records: 3 })
    expect(outputsOf(report)).not.toHaveProperty('alerts')
  })
})
