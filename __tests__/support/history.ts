import { idOf } from '../../src/backup/manifest.js'
import { rulesInForce } from '../../src/records/alert-rules.js'
import { formatLine, logLine, parseLine, type LogDetails, type LogLine } from '../../src/records/log.js'
import type { HeldSet, StatisticsRequest } from '../../src/records/statistics/statistics.js'

const SECOND = 1000
const DAY = 24 * 3600 * SECOND

/** What a test says of a backup; the rest is as a good daily backup has it. */
export type BackupLine = Partial<LogDetails> & { status?: LogLine['status']; snapshot?: Date }

/** The line of a backup that ended at that time. Undefined values leave a detail out. */
export function backupLine(at: string, { status = 'success', snapshot, ...details }: BackupLine = {}): LogLine {
  const end = new Date(`${at}Z`)
  const { duration = 60 } = details
  const taken = snapshot ?? new Date(end.getTime() - duration * SECOND)
  const usual = { id: idOf(taken), type: 'daily', size: 1000, proof: 'proven', tier: 'full', compression_ratio: 0.75 }
  return written(
    logLine(end, 'backup', status, { ...usual, records: { animals: 800, parts: 400 }, ...details, duration }),
  )
}

/** The line of a backup that came to nothing. */
export function failedLine(at: string, details: Partial<LogDetails> = {}): LogLine {
  return written(logLine(new Date(`${at}Z`), 'backup', 'error', { duration: 5, type: 'daily', ...details }))
}

export function lineOf(
  at: string,
  operation: string,
  details: Partial<LogDetails> = {},
  status: LogLine['status'] = 'success',
): LogLine {
  return written(logLine(new Date(`${at}Z`), operation, status, { duration: 10, ...details }))
}

/** As it is read from the log again. */
function written(line: LogLine): LogLine {
  const read = parseLine(formatLine(line))
  if (read === undefined) throw new Error(`not a log line: ${JSON.stringify(line)}`)
  return read
}

/** A set that a store holds. */
export function heldSet(snapshot: string, overrides: Partial<HeldSet> = {}): HeldSet {
  return {
    type: 'daily',
    bytes: 1000,
    manifest: { snapshot: { time: `${snapshot}Z` } },
    proof: { outcome: 'proven' },
    ...overrides,
  }
}

export function request(now: string, overrides: Partial<StatisticsRequest> = {}): StatisticsRequest {
  return { period: 'daily', now: new Date(`${now}Z`), timezone: 'UTC', rules: rulesInForce([]), ...overrides }
}

/**
 * A history of so many days until an instant with so many operations, evenly spread: mostly daily backups, a validation
 * in eight, a drill in fifty, some failures; the database grows.
 */
export function generatedHistory(days: number, operations: number, until: Date): LogLine[] {
  return Array.from({ length: operations }, (_, index) => {
    const end = new Date(until.getTime() - ((operations - 1 - index) * days * DAY) / operations)
    const at = end.toISOString().slice(0, 19)
    if (index % 50 === 49) {
      return lineOf(at, 'drill', {
        scenarios: [{ scenario: 'latest', outcome: 'passed', rto: 60 + index / 50, rpo: 3600 }],
      })
    }
    if (index % 8 === 7) {
      const backup = new Date(until.getTime() - ((operations - index) * days * DAY) / operations - 60 * SECOND)
      return lineOf(at, 'validate', { id: idOf(backup), type: 'daily', proof: 'proven', tier: 'full' })
    }
    return index % 97 === 96
      ? failedLine(at, { phase: 'Dumping', exit_code: 1 })
      : backupLine(at, {
          size: 100_000_000 + index * 10_000,
          compression_ratio: 0.7 + (index % 10) / 100,
          free_bytes: 1e12 - index * 1e7,
          records: { animals: 800 + index, parts: 400 },
          type: index % 7 === 0 ? 'weekly' : 'daily',
        })
  })
}
