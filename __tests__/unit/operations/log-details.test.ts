import { describe, expect, test } from '@jest/globals'
import { finding } from '../../../src/findings.js'
import { detailsOf } from '../../../src/operations/log-details.js'
import { provenProof, sampleReport } from '../../support/report.js'

const FAILURE = { message: 'The table "secret" is gone.', causes: [], exitCode: 1, phase: 'Dumping' } as const

describe('what the log says of an operation', () => {
  test('holds what reports are made of', () => {
    const { metrics } = sampleReport()
    const details = detailsOf(
      sampleReport({ alerts: [{ level: 'warning', measure: 'duration', message: 'long' }] }),
      { id: 'x' },
      false,
    )
    expect(metrics).toBeDefined()
    expect(details).toMatchObject({
      id: 'x',
      compression_ratio: metrics?.performance.compression_ratio,
      total_bytes: metrics?.size.total_bytes,
      compressed_bytes: metrics?.size.compressed_bytes,
      memory_usage_mb: metrics?.performance.memory_usage_mb,
      alerts: [{ level: 'warning', measure: 'duration' }],
    })
    expect(details).not.toHaveProperty('errors')
  })

  test('names each kind of error once, and the step', () => {
    const proof = {
      ...provenProof(),
      outcome: 'failed' as const,
      findings: ['a', 'b'].map((on) => finding('TABLE_ROWS_DIFFER', on, 'x')),
    }
    expect(detailsOf(sampleReport({ proof }), {}, false)).toMatchObject({ errors: ['TABLE_ROWS_DIFFER'] })
    expect(detailsOf(sampleReport({ failure: FAILURE }), {}, false)).toMatchObject({
      phase: 'Dumping',
      exit_code: 1,
      error: FAILURE.message,
    })
  })

  test('names no table where names are hidden', () => {
    const proof = {
      ...provenProof(),
      outcome: 'failed' as const,
      findings: [finding('TABLE_ROWS_DIFFER', 'secret', 'secret')],
    }
    const details = detailsOf(sampleReport({ proof, failure: FAILURE, metrics: undefined as never }), {}, true)
    expect(details).toMatchObject({ errors: ['TABLE_ROWS_DIFFER'], phase: 'Dumping' })
    expect(JSON.stringify(details)).not.toContain('secret')
  })

  test('keeps the outcome of a set that was too damaged to be restored', () => {
    const proof = { ...provenProof(), outcome: 'failed' as const, findings: [finding('FILE_CHECKSUM', 'a', 'x')] }
    const report = sampleReport({ operation: 'validate', proof })
    expect(detailsOf(report, { id: 'x', type: 'daily' }, false)).toMatchObject({ proof: 'failed', tier: 'full' })
    expect(detailsOf(report, { file: 'dump.sql' }, false)).not.toHaveProperty('proof')
  })
})
