import { CouldNotVerifyError, InterruptedError } from '../errors.js'
import type { ColumnFacts, TableFacts } from './catalog/model.js'
import { quoteIdentifier } from './identifier.js'
import type { Queryable } from './queryable.js'

/**
 * How bytea is hashed: as the only field of a record, which needs no copy in hexadecimal, or as text, because servers 13
 * and older cannot hash a record. Both sides of a comparison must use the method of the source.
 */
export type HashMethod = 'record' | 'text'

/** The content of a table at an instant. */
export interface TableFingerprint {
  rows: number
  /** A decimal number: the sum of a 64-bit hash of every row, over all columns that are dumped. */
  fingerprint: string
  /** The same over the stored generated columns, which a restore computes anew. */
  generatedFingerprint?: string
}

/** The best method that a server of this major has. */
export function hashMethodOf(major: number): HashMethod {
  return major >= 14 ? 'record' : 'text'
}

/**
 * The query that counts and hashes the rows of one table.
 *
 * A row's hash mixes the exclusive or of its columns' hashes, each seeded with the column's place in the order of the
 * names: the physical order does not matter, swapping two columns does. The last mixing matters: without it the sum over
 * the rows would keep most of its bits when a value moves from one row to another. (The sum of `hash_record` over rows
 * misses two of three such moves, because it is a sum over the columns too.) Hashes are summed, not xored, so that a
 * doubled row counts twice.
 */
export function fingerprintQuery(table: TableFacts, method: HashMethod): string {
  const ordinary = table.columns.filter(({ generated }) => generated === undefined)
  const stored = table.columns.filter(({ generated }) => generated === 'stored')
  const sums = [`${sumOfHashes(ordinary, method)} AS fingerprint`]
  if (stored.length > 0) {
    sums.push(`${sumOfHashes(stored, method)} AS generated`)
  }
  const from = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
  return `SELECT pg_catalog.count(*)::text AS rows, ${sums.join(', ')} FROM ONLY ${from} ${table.extension?.condition ?? ''}`
}

function sumOfHashes(columns: readonly ColumnFacts[], method: HashMethod): string {
  return `coalesce(pg_catalog.sum(${rowHash(columns, method)}), 0)::text`
}

function rowHash(columns: readonly ColumnFacts[], method: HashMethod): string {
  const byName = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1))
  const hashes = byName.map((column, index) => columnHash(column, index + 1, method))
  return `pg_catalog.hashint4extended(0, ${exclusiveOr(hashes)})`
}

/** A balanced tree: a chain of 1,600 columns would exceed the depth that PostgreSQL's parser allows. */
function exclusiveOr(terms: readonly string[]): string {
  if (terms.length <= 1) {
    return terms[0] ?? '0::bigint'
  }
  const middle = Math.ceil(terms.length / 2)
  return `(${exclusiveOr(terms.slice(0, middle))} # ${exclusiveOr(terms.slice(middle))})`
}

/** NULL hashes as the bare seed, which no value's hash is but by a chance of 2^-64. */
function columnHash(column: ColumnFacts, seed: number, method: HashMethod): string {
  const name = quoteIdentifier(column.name)
  const value = column.castTo === undefined ? name : `CAST(${name} AS ${column.castTo})`
  return `coalesce(${valueHash(column, value, seed, method)}, ${seed})`
}

/**
 * Hash functions of PostgreSQL's types are made for hash joins, so many are blind to what equality ignores: `1.0` and
 * `1.00`, `-0` and `0`, one month and thirty days, the bounds of arrays. Others fold 64 bits into 32 (bigint, the time
 * types), or hash what is not restored (the OID of an enum's label). Only those that see the whole value are used;
 * everything else is hashed as the text that `pg_dump` writes.
 */
function valueHash({ hash, output }: ColumnFacts, value: string, seed: number, method: HashMethod): string {
  switch (hash) {
    case 'int2':
      return `pg_catalog.hashint2extended(${value}, ${seed})`
    case 'int4':
      return `pg_catalog.hashint4extended(${value}, ${seed})`
    case 'int8':
      // Value and seed change places, because the seed is what takes part with all its 64 bits.
      return `pg_catalog.hashint4extended(${seed}, ${value})`
    case 'bool':
      return `pg_catalog.hashint4extended(${value}::int4, ${seed})`
    case 'oid':
      return `pg_catalog.hashoidextended(${value}, ${seed})`
    case 'uuid':
      return `pg_catalog.uuid_hash_extended(${value}, ${seed})`
    case 'text':
      return textHash(value, seed)
    case 'bytea':
      return method === 'record'
        ? `pg_catalog.hash_record_extended(ROW(${value}), ${seed})`
        : textHash(`pg_catalog.encode(${value}, 'hex')`, seed)
    case 'output':
      return textHash(`pg_catalog.textin(${output ?? ''}(${value}))`, seed)
  }
}

/** Under collation C the bytes are hashed, whatever library and version the column's own collation has. */
function textHash(text: string, seed: number): string {
  return `pg_catalog.hashtextextended(${text} COLLATE pg_catalog."C", ${seed})`
}

const PROBE: readonly { hash: ColumnFacts['hash']; value: string; output?: string }[] = [
  { hash: 'int2', value: "'-7'::int2" },
  { hash: 'int4', value: "'2000000011'::int4" },
  { hash: 'int8', value: "'-9000000000000000001'::int8" },
  { hash: 'bool', value: 'true' },
  { hash: 'oid', value: "'4000000000'::oid" },
  { hash: 'uuid', value: "'5b30857f-0bfa-48b5-ac0b-5c64e28078d1'::uuid" },
  { hash: 'text', value: "'pg-lifeboat: Núria, 牛, a row of known hash'::text" },
  { hash: 'bytea', value: "'\\x00ff10a1b2c3d4e5f60718293a4b5c6d7e8f'::bytea" },
  { hash: 'output', value: "'12.340'::numeric", output: 'pg_catalog.numeric_out' },
  { hash: 'output', value: "'0.1'::float8", output: 'pg_catalog.float8out' },
  { hash: 'output', value: "'2026-11-24 02:00:00.123456+00'::timestamptz", output: 'pg_catalog.timestamptz_out' },
]

/**
 * What this server's hash functions give for a known row of every kind, as a decimal number. Two servers whose probes
 * differ (another processor's byte order, a changed hash) cannot be compared by fingerprints. Needs pinned settings.
 */
export async function hashProbe(session: Queryable, method: HashMethod): Promise<string> {
  const columns = PROBE.map(({ hash, output }, index): ColumnFacts => {
    return { name: `c${index}`, type: hash, hash, ...(output === undefined ? {} : { output }) }
  })
  const values = PROBE.map(({ value }, index) => `${value} AS c${index}`).join(', ')
  const [row] = await session.query<{ probe: string }>(
    `SELECT (${rowHash(columns, method)})::text AS probe FROM (SELECT ${values}) AS known`,
  )
  if (row === undefined) {
    throw new CouldNotVerifyError({
      doing: "probing the server's hash functions",
      problem: 'the server gave no row for a query that has exactly one',
      advice: 'Check what stands between pg-lifeboat and the server (a proxy, a pooler).',
    })
  }
  return row.probe
}

/** Whether a table has rows of its own that are dumped or computed by a restore, so that it can be compared. */
export function hasOwnRows({ kind, populated }: TableFacts): boolean {
  return kind !== 'foreign' && kind !== 'partitioned' && populated
}

export interface FingerprintOptions {
  method: HashMethod
  /** Aborting stops before the next table; the sessions' owner cancels the statements that run. */
  signal?: AbortSignal
  onProgress?: (progress: { doneBytes: number; totalBytes: number; current: string }) => void
}

/**
 * Counts and hashes tables over several sessions at once, the largest first, and returns what was found by the table's
 * oid. Foreign tables, partitioned parents and materialized views that were never filled are left out.
 *
 * Sessions need pinned settings and, at the source, the same snapshot. Throws `CouldNotVerifyError` naming the table
 * that could not be read, once every session is idle again.
 */
export async function fingerprintTables(
  sessions: readonly Queryable[],
  tables: readonly TableFacts[],
  { method, signal, onProgress }: FingerprintOptions,
): Promise<Map<number, TableFingerprint>> {
  const queue = tables.filter(hasOwnRows).sort((a, b) => b.bytes - a.bytes)
  const totalBytes = queue.reduce((sum, { bytes }) => sum + bytes, 0)
  const found = new Map<number, TableFingerprint>()
  const next = queue.values()
  let doneBytes = 0
  let failure: { error: unknown } | undefined

  const work = async (session: Queryable): Promise<void> => {
    for (const table of next) {
      if (failure !== undefined) return
      if (signal?.aborted === true) throw new InterruptedError('fingerprinting tables', signal.reason)
      found.set(table.oid, await fingerprint(session, table, method))
      doneBytes += table.bytes
      onProgress?.({ doneBytes, totalBytes, current: `${table.schema}.${table.name}` })
    }
  }
  await Promise.all(
    sessions.map((session) =>
      work(session).catch((error: unknown) => {
        failure ??= { error }
      }),
    ),
  )
  if (failure !== undefined) throw failure.error
  return found
}

async function fingerprint(session: Queryable, table: TableFacts, method: HashMethod): Promise<TableFingerprint> {
  try {
    const [row] = await session.query<{ rows: string; fingerprint: string; generated?: string }>(
      fingerprintQuery(table, method),
    )
    if (row === undefined) throw new TypeError('the server gave no row for a query that has exactly one')
    return {
      rows: Number(row.rows),
      fingerprint: row.fingerprint,
      ...(row.generated === undefined ? {} : { generatedFingerprint: row.generated }),
    }
  } catch (cause) {
    if (cause instanceof InterruptedError) throw cause
    throw new CouldNotVerifyError({
      doing: `counting and hashing the rows of ${table.schema}.${table.name}`,
      problem: 'the table could not be read to its end',
      advice:
        'Read the cause: a missing privilege, hidden rows (row-level security), a lost connection or a damaged table.',
      cause,
    })
  }
}
