import { SMALL_JSON, parseBoundedJson } from '../../bounded-json.js'
import type { TableEntry } from '../../backup/manifest.js'

/** Partitions within which rows move in a restore, taken together on either side. */
export interface Whole {
  source: TableEntry
  copy: TableEntry
}

/** All wholes, and which tables are compared in them and not by themselves. */
export interface Wholes {
  wholes: Whole[]
  /** The whole's root of such a table. */
  rootOf: (table: Name) => Name | undefined
}

type Name = Pick<TableEntry, 'schema' | 'name'>

/**
 * The hash of some values is another one on another server: of an enum it is that of its label's oid. pg_dump loads the
 * rows of tables that are partitioned by such a hash through their root, so they may come to lie in another partition.
 * What such a root holds in all of its partitions is one whole.
 *
 * @param restored sets of earlier versions do not say which partitions these are; the copy always does
 */
export function wholesOf(source: readonly TableEntry[], restored: readonly TableEntry[]): Wholes {
  const roots = rootsOf([...source, ...restored])
  const copies = partsByRoot(restored, roots)
  const wholes = [...partsByRoot(source, roots)].flatMap(([root, parts]) => {
    const dumped = parts.filter(({ data }) => data)
    // Rows of those that were dumped may lie in every partition of the copy.
    return dumped.length === 0 ? [] : [{ source: sumOf(root, dumped), copy: sumOf(root, copies.get(root) ?? []) }]
  })
  const taken = new Map<string, Name>(wholes.map((whole) => [keyOf(whole.source), whole.source]))
  return { wholes, rootOf: (table) => taken.get(roots.get(keyOf(table)) ?? '') }
}

/** By a partition's key the key of its root. */
function rootsOf(tables: readonly TableEntry[]): Map<string, string> {
  return new Map(
    tables.flatMap((table) =>
      table.movesWithin === undefined || table.kind !== 'table' ? [] : [[keyOf(table), keyOf(table.movesWithin)]],
    ),
  )
}

function partsByRoot(tables: readonly TableEntry[], roots: ReadonlyMap<string, string>): Map<string, TableEntry[]> {
  const parts = new Map<string, TableEntry[]>()
  for (const table of tables) {
    const root = roots.get(keyOf(table))
    if (root === undefined) continue
    const known = parts.get(root)
    if (known === undefined) parts.set(root, [table])
    else known.push(table)
  }
  return parts
}

/** What is not known of one part is not known of the whole. */
function sumOf(root: string, parts: readonly TableEntry[]): TableEntry {
  const [schema = '', name = ''] = parseBoundedJson(root, SMALL_JSON) as string[]
  const [first] = parts
  const rows = sum(parts.map((part) => part.rows))
  const fingerprint = sum(parts.map((part) => part.fingerprint))
  const generated = sum(parts.map((part) => part.generatedFingerprint))
  const unread = parts.find((part) => part.unread !== undefined)?.unread
  return {
    schema,
    name,
    kind: 'table',
    data: true,
    bytes: parts.reduce((total, { bytes }) => total + bytes, 0),
    ...(rows !== undefined && { rows: Number(rows) }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(generated !== undefined && { generatedFingerprint: generated }),
    ...(first?.hashedBy !== undefined && { hashedBy: first.hashedBy }),
    ...(unread !== undefined && { unread }),
  }
}

function sum(numbers: readonly (number | string | undefined)[]): string | undefined {
  const known = numbers.filter((number) => number !== undefined)
  return known.length < numbers.length || numbers.length === 0
    ? undefined
    : String(known.reduce<bigint>((total, number) => total + BigInt(number), 0n))
}

function keyOf({ schema, name }: Name): string {
  return JSON.stringify([schema, name])
}
