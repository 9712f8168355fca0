import { describe, expect, test } from '@jest/globals'
import { timeOf, type Proof } from '../../../src/backup/manifest.js'
import { logLine, setDetails, type LogLine } from '../../../src/records/log.js'
import { previousProven } from '../../../src/records/statistics.js'
import { manifestAt, sampleTable } from '../../support/sample-manifest.js'
import { sampleProof } from '../../support/sample-set.js'

const NOW = new Date('2026-11-24T02:00:00Z')

function manifestOf(id: string, rows: number, type = 'daily') {
  return manifestAt(timeOf(id), { type, tables: [sampleTable('animals', { rows })] })
}

function listed(id: string, rows: number, outcome: Proof['outcome'] = 'proven', type = 'daily') {
  return { id, type, manifest: manifestOf(id, rows, type), proof: sampleProof(outcome), bytes: 5000 }
}

function logged(id: string, rows: number, outcome: Proof['outcome'] = 'proven', type = 'daily'): LogLine {
  return logLine(timeOf(id), 'backup', 'success', setDetails(manifestOf(id, rows, type), sampleProof(outcome), 1))
}

describe('the set that a new one is compared with', () => {
  test('is the newest proven one of its type', () => {
    const sets = [
      listed('20261123T020000Z', 4, 'failed'),
      listed('20261122T020000Z', 3, 'not-verified'),
      listed('20261121T020000Z', 2),
      listed('20261120T020000Z', 1),
      listed('20261123T030000Z', 9, 'proven', 'weekly'),
    ]
    expect(previousProven(sets, [], 'daily', NOW)).toEqual({ id: '20261121T020000Z', size: 4000, records: 2 })
  })

  test('is from before the new one', () => {
    const sets = [listed('20261124T020000Z', 2), listed('20261120T020000Z', 1), listed('20301120T020000Z', 7)]
    expect(previousProven(sets, [], 'daily', NOW)?.id).toBe('20261120T020000Z')
  })

  test('is remembered by the log when the store ended with its job', () => {
    const lines = [
      logged('20261122T020000Z', 3),
      logged('20261123T020000Z', 4, 'failed'),
      logged('20261123T040000Z', 5, 'proven', 'weekly'),
    ]
    expect(previousProven([], lines, 'daily', NOW)).toEqual({ id: '20261122T020000Z', size: 4000, records: 3 })
  })

  test('is not one that a later validation found damaged', () => {
    const validated = { ...logged('20261123T020000Z', 4, 'failed'), operation: 'validate' }
    const lines = [logged('20261122T020000Z', 3), logged('20261123T020000Z', 4), validated]
    expect(previousProven([], lines, 'daily', NOW)?.id).toBe('20261122T020000Z')
    const sets = [listed('20261123T020000Z', 4, 'failed')]
    expect(previousProven(sets, lines.slice(0, 2), 'daily', NOW)?.id).toBe('20261122T020000Z')
  })

  test('is the newer of what is listed and what is remembered', () => {
    const sets = [listed('20261121T020000Z', 2)]
    expect(previousProven(sets, [logged('20261122T020000Z', 3)], 'daily', NOW)?.records).toBe(3)
    expect(previousProven(sets, [logged('20261120T020000Z', 1)], 'daily', NOW)?.records).toBe(2)
  })

  test('is none at the beginning, and other lines are passed over', () => {
    const other = logLine(NOW, 'rotate', 'success', { duration: 1, type: 'daily' })
    const odd = logLine(NOW, 'backup', 'success', { duration: 1, id: 'no id', type: 'daily', proof: 'proven', size: 1 })
    expect(previousProven([], [other, odd], 'daily', NOW)).toBeNull()
  })
})
