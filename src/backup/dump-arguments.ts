import type { Format } from './manifest.js'

export interface DumpPlan {
  format: Format
  /** As pg_dump 16 and later write it: `zstd:1`, `gzip:6`, `lz4`, `none`. */
  compression: string
  /** Major of pg_dump: older ones know only gzip levels. */
  programsMajor: number
  jobs: number
  snapshotId: string
  /** File or folder that pg_dump writes. */
  target: string
  database: string
  lockTimeout: number
  /** Tables whose definition is dumped and whose rows are not. */
  withoutData: readonly { schema: string; name: string }[]
  /** Rows of partitions are loaded through their root, where the partition they are in would refuse them after a restore. */
  throughRoots: boolean
}

/** The arguments of pg_dump. The connection, and so every secret, travels in the environment. */
export function dumpArguments(plan: DumpPlan): string[] {
  return [
    '--no-password',
    '--verbose',
    `--format=${plan.format}`,
    `--file=${plan.target}`,
    `--snapshot=${plan.snapshotId}`,
    `--lock-wait-timeout=${plan.lockTimeout}`,
    ...compressionArguments(plan),
    ...(plan.format === 'directory' && plan.jobs > 1 ? [`--jobs=${plan.jobs}`] : []),
    ...(plan.throughRoots ? ['--load-via-partition-root'] : []),
    ...plan.withoutData.map((table) => `--exclude-table-data=${exactPattern(table)}`),
  ]
}

/** `gzip:6` is `--compress=gzip:6` since 16 and `--compress=6` before. */
function compressionArguments({ compression, programsMajor }: DumpPlan): string[] {
  if (programsMajor >= 16) {
    return [`--compress=${compression}`]
  }
  const level = compression === 'none' ? '0' : (compression.split(':')[1] ?? '6')
  return [`--compress=${level}`]
}

/** A pattern that matches just this table: quoted parts are taken literally. */
export function exactPattern({ schema, name }: { schema: string; name: string }): string {
  return `${quoted(schema)}.${quoted(name)}`
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
