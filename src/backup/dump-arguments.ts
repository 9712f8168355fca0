import { isReadable } from '../platform/encoding.js'
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
  /** Of the database: names in arguments are in the encoding that the dump is written in. */
  encoding: string
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
    ...(dumpEncoding(plan) === plan.encoding ? [] : ['--encoding=UTF8']),
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

/**
 * A dump keeps the encoding of its database, so that no byte is converted. It is in UTF-8 where a table of another encoding
 * must be named in an argument, and where nothing here could read the names that it holds.
 */
export function dumpEncoding({ encoding, withoutData }: Pick<DumpPlan, 'encoding' | 'withoutData'>): string {
  const isNamed = withoutData.some((table) => !isAscii(exactPattern(table)))
  const isKept = encoding === 'UTF8' || encoding === 'SQL_ASCII' || (isReadable(encoding) && !isNamed)
  return isKept ? encoding : 'UTF8'
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}

/** A pattern that matches just this table: quoted parts are taken literally. */
export function exactPattern({ schema, name }: { schema: string; name: string }): string {
  return `${quoted(schema)}.${quoted(name)}`
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
