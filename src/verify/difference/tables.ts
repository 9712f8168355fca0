import { displayName, type SequenceEntry, type TableEntry } from '../../backup/manifest.js'
import { finding, type Finding } from '../../findings.js'
import { wholesOf } from './wholes.js'

type LargeObjects = { count: number; fingerprint: string | null } | null

/** Whether fingerprints mean the same on both sides: not where the servers' hash functions differ. */
export type Contents = 'compared' | 'not-comparable'

/**
 * Compares what a set says of its tables with what is in the restored copy: existence, rows, content. A materialized
 * view is computed anew by a restore, and so is a stored generated column; what differs there is a warning. Partitions
 * between which rows move in a restore are compared as the one table that they make up.
 */
export function compareTables(
  source: readonly TableEntry[],
  restored: readonly TableEntry[],
  contents: Contents = 'compared',
): Finding[] {
  const copies = new Map(restored.map((table) => [keyOf(table), table]))
  const originals = new Set(source.map(keyOf))
  const { wholes, rootOf } = wholesOf(source, restored)
  return [
    ...source.flatMap((table) => {
      const copy = copies.get(keyOf(table))
      if (copy === undefined) return [finding('TABLE_MISSING', displayName(table), 'is not in the restored copy')]
      return rootOf(table) === undefined ? compareTable(table, copy, contents) : []
    }),
    ...wholes.flatMap((whole) => compareTable(whole.source, whole.copy, contents)),
    ...restored
      .filter((table) => !originals.has(keyOf(table)))
      .map((table) => finding('TABLE_UNEXPECTED', displayName(table), 'is in the restored copy, the source had none')),
  ]
}

function compareTable(source: TableEntry, copy: TableEntry, contents: Contents): Finding[] {
  const on = displayName(source)
  if (source.kind === 'materialized-view') return compareMaterializedView(source, copy, contents)
  if (!source.data) {
    return (copy.rows ?? 0) > 0
      ? [finding('TABLE_ROWS_DIFFER', on, `${rows(copy.rows)}, its data should not be in the set`)]
      : []
  }
  if (source.rows === undefined) return [uncounted(source)]
  if (copy.rows === undefined) {
    return [finding('CHECK_NOT_RUN', on, `its rows in the restored copy were not counted${because(copy)}`)]
  }
  if (copy.rows !== source.rows) {
    return [finding('TABLE_ROWS_DIFFER', on, `${rows(copy.rows)}, the source had ${source.rows}`)]
  }
  return contents === 'compared' ? compareContent(source, copy) : []
}

/** Tables whose rows are in the dump and could not be counted at the source. */
export function unreadTables(tables: readonly TableEntry[]): Finding[] {
  return tables.filter(({ kind, unread }) => kind === 'table' && unread !== undefined).map(uncounted)
}

function uncounted(source: TableEntry): Finding {
  const on = displayName(source)
  return source.unread === undefined
    ? finding('FINGERPRINT_MISSING', on, 'the set does not say how many rows it had')
    : finding('TABLE_UNREAD', on, `its rows are in the dump, but could not be read beside it: ${source.unread}`)
}

function because({ unread }: { unread?: string | undefined }): string {
  return unread === undefined ? '' : `: ${unread}`
}

function compareContent(source: TableEntry, copy: TableEntry): Finding[] {
  const on = displayName(source)
  if (source.fingerprint === undefined) {
    return [finding('FINGERPRINT_MISSING', on, 'the set does not say what its rows were')]
  }
  if (copy.fingerprint === undefined) {
    return [finding('CHECK_NOT_RUN', on, 'its rows in the restored copy were not hashed')]
  }
  if (copy.hashedBy !== source.hashedBy) {
    return [finding('CHECK_NOT_RUN', on, 'its rows in the restored copy were hashed in another way than at the source')]
  }
  if (copy.fingerprint !== source.fingerprint) {
    if (source.addresses === null) {
      const found = 'it holds addresses (regclass or its kin) of what is gone, and too many different ones to compare'
      return [finding('CHECK_NOT_RUN', on, found)]
    }
    return [finding('TABLE_CONTENT_DIFFERS', on, `${rows(copy.rows)} as at the source, but not the same content`)]
  }
  return compareGenerated(source, copy)
}

function compareGenerated(source: TableEntry, copy: TableEntry): Finding[] {
  return source.generatedFingerprint === copy.generatedFingerprint
    ? []
    : [
        finding(
          'GENERATED_COLUMN_DIFFERS',
          displayName(source),
          'a generated column has other values than at the source; the columns that are stored in the dump are equal',
        ),
      ]
}

/** Compared where both sides have it filled; that it is filled at all is a fact of the object. */
function compareMaterializedView(source: TableEntry, copy: TableEntry, contents: Contents): Finding[] {
  const unread = source.unread ?? copy.unread
  if (unread !== undefined) {
    return [finding('MATERIALIZED_VIEW_NOT_COMPARED', displayName(source), `its rows could not be read: ${unread}`)]
  }
  if (source.rows === undefined || copy.rows === undefined) return []
  const sameContent = contents === 'not-comparable' || source.fingerprint === copy.fingerprint
  if (source.rows === copy.rows && sameContent) return []
  const how =
    source.rows === copy.rows
      ? `${rows(copy.rows)} as at the source, but not the same content`
      : `${rows(copy.rows)}, the source had ${source.rows}`
  return [finding('MATERIALIZED_VIEW_DIFFERS', displayName(source), how)]
}

/**
 * Compares where sequences are. They move outside of snapshots, so a copy may be ahead of a reading at the source, never
 * behind. With a `later` reading of the source, taken after the dump, the copy must not be ahead of both either. A
 * sequence that cycles has no behind; a sequence that is missing is found among the objects.
 */
export function compareSequences(
  source: readonly SequenceEntry[],
  restored: readonly SequenceEntry[],
  later: readonly SequenceEntry[] = [],
): Finding[] {
  const copies = new Map(restored.map((sequence) => [keyOf(sequence), sequence]))
  const laterReadings = new Map(later.map((sequence) => [keyOf(sequence), sequence]))
  return source.flatMap((sequence) => {
    const copy = copies.get(keyOf(sequence))
    if (copy === undefined)
      return [finding('OBJECT_MISSING', `sequence ${displayName(sequence)}`, 'is not in the restored copy')]
    return compareSequence(sequence, copy, laterReadings.get(keyOf(sequence)))
  })
}

function compareSequence(source: SequenceEntry, copy: SequenceEntry, later: SequenceEntry | undefined): Finding[] {
  const on = displayName(source)
  if (source.cycles) return []
  const [had, has, hadLater] = [next(source), next(copy), later && next(later)]
  if (had === undefined)
    return [finding('TABLE_UNREAD', on, `where the source had it could not be read${because(source)}`)]
  if (has === undefined) {
    return [finding('CHECK_NOT_RUN', on, `where it is in the restored copy could not be read${because(copy)}`)]
  }
  const readings = [had, ...(hadLater === undefined ? [] : [hadLater])]
  const ascending = !source.increment.startsWith('-')
  const progress = (value: bigint): bigint => (ascending ? value : -value)
  const least = readings.reduce((a, b) => (progress(b) < progress(a) ? b : a))
  const most = readings.reduce((a, b) => (progress(b) > progress(a) ? b : a))
  if (progress(has) < progress(least)) {
    return [finding('SEQUENCE_BEHIND', on, `would give ${has} next, the source was already at ${least}`)]
  }
  if (hadLater !== undefined && progress(has) > progress(most)) {
    return [finding('SEQUENCE_AHEAD', on, `would give ${has} next, the source had only come to ${most}`)]
  }
  return []
}

/** What the sequence would give next; undefined where that could not be read. */
function next({ lastValue, isCalled, increment }: SequenceEntry): bigint | undefined {
  if (lastValue === undefined) return undefined
  return isCalled === true ? BigInt(lastValue) + BigInt(increment) : BigInt(lastValue)
}

/** Compares the large objects of both sides, their identifiers and contents; `null` where they were not described. */
export function compareLargeObjects(
  source: LargeObjects,
  restored: LargeObjects,
  contents: Contents = 'compared',
): Finding[] {
  const on = 'large objects'
  if (source === null || restored === null) {
    const side = source === null ? 'the source' : 'the restored copy'
    return [finding('LARGE_OBJECTS_UNREADABLE', on, `those of ${side} were not counted`)]
  }
  if (source.count !== restored.count) {
    return [
      finding('LARGE_OBJECTS_DIFFER', on, `${restored.count} in the restored copy, the source had ${source.count}`),
    ]
  }
  if (source.count === 0 || contents === 'not-comparable') return []
  if (source.fingerprint === null || restored.fingerprint === null) {
    const side = source.fingerprint === null ? 'the source' : 'the restored copy'
    return [
      finding('LARGE_OBJECTS_UNREADABLE', on, `${source.count} on both sides, but the content at ${side} was not read`),
    ]
  }
  return source.fingerprint === restored.fingerprint
    ? []
    : [finding('LARGE_OBJECTS_DIFFER', on, `${restored.count} as at the source, but not with the same content`)]
}

function keyOf({ schema, name }: { schema: string; name: string }): string {
  return JSON.stringify([schema, name])
}

function rows(count = 0): string {
  return count === 1 ? '1 row' : `${count} rows`
}
