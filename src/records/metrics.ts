import type { Manifest, TableEntry } from '../backup/manifest.js'

/** The metrics of a backup, in the shape that was asked for; the names are part of it. */
export interface Metrics {
  performance: {
    duration_seconds: number
    /** The share of bytes saved, 0 to 1: `1 - compressed_bytes / total_bytes`. */
    compression_ratio: number
    /** Peak resident memory of our process and of the programs it ran, in MB of 1,000,000 bytes. */
    memory_usage_mb: number
  }
  size: {
    /** What the tables whose rows are in the dump occupy at the source: heap and TOAST, without indexes. */
    total_bytes: number
    /** Bytes of the dump. */
    compressed_bytes: number
    tables: Record<string, number>
  }
  records: {
    total: number
    by_table: Record<string, number>
  }
}

/** What a manifest does not know. */
export interface Effort {
  seconds: number
  /** Bytes. */
  peakMemory: number
}

/**
 * Measures a backup from its manifest.
 *
 * `compression_ratio` compares with what the tables occupy at the source, so free space inside them counts as saved. It
 * never goes below 0: in a tiny database the dump's own definitions outweigh the rows, and an empty one saves nothing.
 */
export function measure(manifest: Manifest, { seconds, peakMemory }: Effort): Metrics {
  const tables = tablesWithRows(manifest)
  const total = sum(tables.map(({ bytes }) => bytes))
  const rows = rowsByTable(manifest)
  return {
    performance: {
      duration_seconds: rounded(seconds, 3),
      compression_ratio: compressionRatio(total, manifest.dump.bytes),
      memory_usage_mb: rounded(peakMemory / 1e6, 1),
    },
    size: {
      total_bytes: total,
      compressed_bytes: manifest.dump.bytes,
      tables: Object.fromEntries(tables.map((table) => [tableKey(table), table.bytes])),
    },
    records: { total: totalRows(rows) ?? 0, by_table: rows },
  }
}

/** Rows at the snapshot of every table whose rows are in the dump; a table that was not counted is left out, not 0. */
export function rowsByTable(manifest: Pick<Manifest, 'tables'>): Record<string, number> {
  return Object.fromEntries(
    tablesWithRows(manifest).flatMap((table) => (table.rows === undefined ? [] : [[tableKey(table), table.rows]])),
  )
}

/** All rows of such a record; null when no table was counted, because that is not the same as no rows. */
export function totalRows(byTable: Record<string, number> | undefined): number | null {
  const rows = Object.values(byTable ?? {})
  return rows.length === 0 ? null : sum(rows)
}

/** Bytes of the files that a manifest lists: what is called the size of a set, everywhere. */
export function setBytes({ files }: Pick<Manifest, 'files'>): number {
  return sum(files.map(({ size }) => size))
}

/**
 * How metrics and logs call a table: `animals` in `public`, `schema.animals` elsewhere. Parts with a dot or a quote in
 * them are quoted where that is needed to keep two tables apart.
 */
export function tableKey({ schema, name }: Pick<TableEntry, 'schema' | 'name'>): string {
  return schema === 'public' && !name.includes('.') ? name : `${quotedIfOdd(schema)}.${quotedIfOdd(name)}`
}

/** A partitioned table has no rows of its own, its partitions have; a foreign table's and a view's rows are not dumped. */
function tablesWithRows({ tables }: Pick<Manifest, 'tables'>): TableEntry[] {
  return tables.filter(({ kind, data }) => kind === 'table' && data)
}

function compressionRatio(total: number, compressed: number): number {
  return total === 0 ? 0 : rounded(Math.max(0, 1 - compressed / total), 4)
}

function quotedIfOdd(part: string): string {
  return /[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function rounded(number: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(number * factor) / factor
}
