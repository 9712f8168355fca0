import type { Proof } from '../../src/backup/manifest.js'
import type { Report, TableResult } from '../../src/report/report.js'

type Proven = Extract<Proof, { outcome: 'proven' }>

/** A proof of the tier `full`, with whatever a test needs different. */
export function provenProof(overrides: Partial<Proven> = {}): Proven {
  return {
    outcome: 'proven',
    tier: 'full',
    at: '2026-11-24T02:00:15.000Z',
    verifiedBy: 'pg-lifeboat 0.1.0',
    scratch: { kind: 'cluster', serverVersion: '17.2' },
    seconds: 6.1,
    findings: [],
    ...overrides,
  }
}

export function table(name: string, overrides: Partial<TableResult> = {}): TableResult {
  return { name, rows: 40_000, restoredRows: 40_000, bytes: 8_192_000, outcome: 'equal', ...overrides }
}

/** A backup as it should be: proven, rotated, nothing to complain of. */
export function sampleReport(overrides: Partial<Report> = {}): Report {
  return {
    operation: 'backup',
    series: 'masclet_imperi',
    type: 'daily',
    id: '20261124T020003Z',
    startedAt: new Date('2026-11-24T02:00:00Z'),
    seconds: 723.4,
    source: {
      database: 'masclet_imperi',
      serverVersion: '17.2',
      pgDump: 'pg_dump (PostgreSQL) 17.2',
      snapshotTime: new Date('2026-11-24T02:00:03Z'),
    },
    set: {
      path: '/backups/db/daily/20261124T020003Z',
      manifestPath: '/backups/db/daily/20261124T020003Z/manifest.json',
      format: 'directory',
      compression: 'zstd:1',
      bytes: 7_340_032,
      dumpBytes: 7_300_000,
      sourceBytes: 16_384_000,
    },
    proof: provenProof(),
    phases: [
      { name: 'preflight', seconds: 0.3 },
      { name: 'dump', seconds: 5.2 },
      { name: 'restore', seconds: 4.1 },
    ],
    tables: [table('public.animals'), table('public.parts', { rows: 44_210, restoredRows: 44_210 })],
    metrics: {
      performance: { duration_seconds: 723.4, compression_ratio: 0.55, memory_usage_mb: 88.5 },
      size: { total_bytes: 16_384_000, compressed_bytes: 7_300_000, tables: { animals: 8_192_000, parts: 8_192_000 } },
      records: { total: 84_210, by_table: { animals: 40_000, parts: 44_210 } },
    },
    alerts: [],
    retention: [
      { id: '20261124T020003Z', type: 'daily', keep: true, reasons: ['daily slot 1 of 7'] },
      { id: '20261117T020001Z', type: 'daily', keep: false, reasons: ['no rule keeps it'] },
    ],
    findings: [],
    warnings: [],
    ...overrides,
  }
}

/** A copy without some keys. */
export function without<T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !(keys as string[]).includes(key))) as Omit<T, K>
}
