import type { Manifest, SequenceEntry, TableEntry } from './manifest.js'
import type { SequenceFacts, TableFacts } from '../postgres/catalog/model.js'
import type { TableFingerprint } from '../postgres/fingerprint.js'

/** How much of a database's content was described: `hash` is null where rows were only counted. */
export type HashFacts = Manifest['hash']

/**
 * The tables of a manifest, from what the catalog says and what was counted and hashed.
 *
 * @param found by the table's oid; a table that is not in it was not counted
 * @param chosen oids of the tables whose rows are dumped
 */
export function tableEntries(
  tables: readonly TableFacts[],
  found: ReadonlyMap<number, Partial<TableFingerprint>>,
  chosen: ReadonlySet<number>,
): TableEntry[] {
  return tables.map((table) => {
    const content = found.get(table.oid)
    const data = chosen.has(table.oid) && table.kind !== 'foreign' && table.populated
    return {
      schema: table.schema,
      name: table.name,
      kind: table.kind,
      data,
      bytes: table.bytes,
      ...(data && content !== undefined && content),
      ...(table.unlogged && { unlogged: true }),
    }
  })
}

/**
 * The values that a restored sequence must not be behind: sequences are not under a snapshot, so each is read before and
 * after the dump, and the reading that asks less counts (somebody may have set it back in between).
 */
export function sequenceEntries(before: readonly SequenceFacts[], after: readonly SequenceFacts[]): SequenceEntry[] {
  const later = new Map(after.map((sequence) => [keyOf(sequence), sequence]))
  return before.map((first) => {
    const second = later.get(keyOf(first))
    return second !== undefined && isBehind(second, first) ? second : first
  })
}

function isBehind(one: SequenceFacts, other: SequenceFacts): boolean {
  const descending = one.increment.startsWith('-')
  const [a, b] = [positionOf(one), positionOf(other)]
  return descending ? a > b : a < b
}

/** The next value that it hands out, as far as the order of two readings goes. */
function positionOf({ lastValue, isCalled, increment }: SequenceFacts): bigint {
  return BigInt(lastValue) + (isCalled ? BigInt(increment) : 0n)
}

function keyOf({ schema, name }: { schema: string; name: string }): string {
  return JSON.stringify([schema, name])
}
