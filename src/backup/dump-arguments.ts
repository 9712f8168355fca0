import { isReadable } from '../platform/encoding.js'
import type { Format } from './manifest.js'

interface TableName {
  schema: string
  name: string
}

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
  withoutData: readonly TableName[]
  /** All tables. */
  tables: readonly TableName[]
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
    ...plan.withoutData.map((table) => `--exclude-table-data=${patternIn(dumpEncoding(plan), table)}`),
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
 * A dump keeps the encoding of its database, so that no byte is converted. It is in UTF-8 where nothing here could read the
 * names that it holds, and where a table must be named in an argument, which is UTF-8, that the rest of its name does not
 * tell from others.
 */
export function dumpEncoding({
  encoding,
  withoutData,
  tables,
}: Pick<DumpPlan, 'encoding' | 'withoutData' | 'tables'>): string {
  if (isUtf8(encoding)) return encoding
  const excluded = new Set(withoutData.map(exactPattern))
  const isAmbiguous = withoutData
    .filter((table) => !isAscii(exactPattern(table)))
    .some((table) => tables.some((other) => !excluded.has(exactPattern(other)) && isLike(table, other)))
  return isReadable(encoding) && !isAmbiguous ? encoding : 'UTF8'
}

/** In an encoding other than UTF-8, `?` stands for each character that is no ASCII: it matches any one character. */
function patternIn(encoding: string, table: TableName): string {
  if (isUtf8(encoding)) return exactPattern(table)
  const blurred = (name: string) => quoted(name).replaceAll(/[^\0-\x7f]/gu, '"?"')
  return `${blurred(table.schema)}.${blurred(table.name)}`
}

/** Whether the pattern of a table matches another one too. */
function isLike(table: TableName, other: TableName): boolean {
  const isAlike = (one: string, another: string): boolean => {
    const [a, b] = [Array.from(one), Array.from(another)] // by code points
    return a.length === b.length && a.every((character, at) => !isAscii(character) || character === b[at])
  }
  return isAlike(table.schema, other.schema) && isAlike(table.name, other.name)
}

/** PostgreSQL takes bytes as they come where it knows no encoding. */
function isUtf8(encoding: string): boolean {
  return encoding === 'UTF8' || encoding === 'SQL_ASCII'
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}

/** A pattern that matches just this table: quoted parts are taken literally. */
export function exactPattern({ schema, name }: TableName): string {
  return `${quoted(schema)}.${quoted(name)}`
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
