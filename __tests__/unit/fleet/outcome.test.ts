import { describe, expect, test } from '@jest/globals'

import { exitCodeOfFleet, outputsOfFleet, type FleetOutcome, type JobOutcome } from '../../../src/fleet/outcome.js'
import { closingLine, tableOf } from '../../../src/fleet/table.js'

const outcome = (database: string, exitCode: number | null, more: Partial<JobOutcome> = {}): JobOutcome => ({
  operation: 'backup',
  database,
  type: 'daily',
  exitCode,
  outputs: {},
  seconds: 1.25,
  peakMemory: 100,
  ...more,
})

const good = outcome('shop', 0, {
  seconds: 75,
  outputs: { proof: 'proven', 'proof-tier': 'full', 'size-bytes': 7_340_032, records: 84_210 },
})
const fleetOf = (...outcomes: JobOutcome[]): FleetOutcome => ({ outcomes, seconds: 80.0004, isInterrupted: false })

describe('what many runs came to', () => {
  test('0 only when all are good, 130 when it was stopped, 1 for anything else', () => {
    expect(exitCodeOfFleet(fleetOf(good, good))).toBe(0)
    for (const code of [1, 2, 3, 4, 5, 130, null]) {
      expect(exitCodeOfFleet(fleetOf(good, outcome('bad', code)))).toBe(1)
    }
    expect(exitCodeOfFleet({ ...fleetOf(good), isInterrupted: true })).toBe(130)
  })

  test('the table has a line for each, its own exit code and its cause, then who was not good', () => {
    const lines = tableOf(
      fleetOf(
        good,
        outcome('crm', 3, {
          outputs: { proof: 'failed', 'proof-tier': 'data', 'size-bytes': 900 },
          cause: 'This backup is damaged\n  or not equal to the database.',
        }),
        outcome('a-database-with-a-long-name', 5, { cause: 'Refused.' }),
        outcome('hung', null, { cause: 'It hung.' }),
      ),
    )
    expect(lines).toEqual([
      'database                     type   outcome      proof           size        time  cause',
      'shop                         daily  done         proven full  7.34 MB  1 min 15 s',
      'crm                          daily  damaged (3)  failed data    900 B       1.3 s  This backup is damaged or not equal to the database.',
      'a-database-with-a-long-name  daily  refused (5)  -                  -       1.3 s  Refused.',
      'hung                         daily  killed       -                  -       1.3 s  It hung.',
      '1 of 4 runs good, in 1 min 20 s.',
      'Not good: crm daily (damaged), a-database-with-a-long-name daily (refused), hung daily (killed).',
    ])
  })

  test('a cause without end is cut in the table, and is whole in the JSON', () => {
    const cause = 'x'.repeat(1000)
    const fleet = fleetOf(outcome('crm', 1, { cause }))
    expect(tableOf(fleet)[1]?.length).toBeLessThan(320)
    expect(outputsOfFleet(fleet)).toMatchObject({ databases: [{ cause }] })
  })

  test('the JSON has every run with its outputs, and the sums', () => {
    expect(outputsOfFleet(fleetOf(good, outcome('crm', 4, { cause: 'No scratch.' })))).toEqual({
      databases: [
        {
          database: 'shop',
          type: 'daily',
          operation: 'backup',
          ended: 'done',
          exit_code: 0,
          duration_seconds: 75,
          peak_memory_bytes: 100,
          outputs: good.outputs,
        },
        {
          database: 'crm',
          type: 'daily',
          operation: 'backup',
          ended: 'unverified',
          exit_code: 4,
          duration_seconds: 1.25,
          peak_memory_bytes: 100,
          cause: 'No scratch.',
          outputs: {},
        },
      ],
      totals: {
        runs: 2,
        good: 1,
        bad: 1,
        proven: 1,
        records: 84_210,
        size_bytes: 7_340_032,
        duration_seconds: 80,
        exit_code: 1,
        interrupted: false,
      },
    })
  })

  test('the line at the end of each run', () => {
    expect(closingLine(good)).toBe('done, proven full, 7.34 MB, in 1 min 15 s.')
    expect(closingLine(outcome('crm', 1, { cause: 'No server answers.' }))).toBe(
      'failed (1), in 1.3 s. No server answers.',
    )
  })
})
