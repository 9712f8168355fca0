import type { ColumnFacts, TableFacts } from './catalog/model.js'
import { quoteIdentifier } from './identifier.js'

/**
 * How bytea is hashed: as the only field of a record, which needs no copy in hexadecimal, or as text, because servers 13
 * and older cannot hash a record. Both sides of a comparison must use the method of the source.
 */
export type HashMethod = 'record' | 'text'

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
  const addresses = addressTexts(table)
  if (addresses.length > 0) {
    const isBare = addresses.map((text) => `${text} ~ ${BARE_NUMBER}`).join(' OR ')
    sums.push(`coalesce(pg_catalog.bool_or(${isBare}), false) AS bare`)
  }
  return `SELECT pg_catalog.count(*)::text AS rows, ${sums.join(', ')} ${fromTable(table)}`
}

/**
 * The query that counts and hashes the rows of a table by the texts of its columns that hold addresses, which are not
 * hashed themselves; see addresses.ts.
 *
 * @param most how many groups are given at most, and one more, which says that there are too many
 */
export function addressesQuery(table: TableFacts, method: HashMethod, most: number): string {
  const others = table.columns.filter(({ generated, address }) => generated === undefined && address !== true)
  const texts = `ARRAY[${addressTexts(table).join(', ')}]::pg_catalog.text[]`
  return `SELECT ${texts} AS texts, pg_catalog.count(*)::text AS rows, ${sumOfHashes(others, method)} AS fingerprint
    ${fromTable(table)} GROUP BY 1 LIMIT ${most + 1}`
}

/** A number that stands by itself, as in `16390` and `{public.t,16390}`; not the one in `public.t2` or `"a 2"`. */
const BARE_NUMBER = String.raw`'(^|[(,{])"*[0-9]+"*($|[),}])'`

/** The columns that hold addresses, in the order of their names, as the texts that pg_dump writes. */
function addressTexts({ columns }: TableFacts): string[] {
  return addressColumns(columns).map((column) => outputOf(column, valueOf(column)))
}

/** The columns that hold addresses and are dumped, in the order of their names. */
export function addressColumns(columns: readonly ColumnFacts[]): ColumnFacts[] {
  return inOrderOfNames(columns).filter(({ address, generated }) => address === true && generated === undefined)
}

function fromTable({ schema, name, extension }: TableFacts): string {
  return `FROM ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)} ${extension?.condition ?? ''}`
}

/** The order in which both sides of a comparison go through the columns. */
export function inOrderOfNames(columns: readonly ColumnFacts[]): ColumnFacts[] {
  return [...columns].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function sumOfHashes(columns: readonly ColumnFacts[], method: HashMethod): string {
  return `coalesce(pg_catalog.sum(${rowHash(columns, method)}), 0)::text`
}

/** The hash of one row over columns, in the order of their names. */
export function rowHash(columns: readonly ColumnFacts[], method: HashMethod): string {
  const hashes = inOrderOfNames(columns).map((column, index) => columnHash(column, index + 1, method))
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
  return `coalesce(${valueHash(column, valueOf(column), seed, method)}, ${seed})`
}

function valueOf({ name, castTo }: ColumnFacts): string {
  return castTo === undefined ? quoteIdentifier(name) : `CAST(${quoteIdentifier(name)} AS ${castTo})`
}

/** A value as the text that its type's output function gives, which is what pg_dump writes. */
export function outputOf({ output }: ColumnFacts, value: string): string {
  return `pg_catalog.textin(${output ?? ''}(${value}))`
}

/**
 * Hash functions of PostgreSQL's types are made for hash joins, so many are blind to what equality ignores: `1.0` and
 * `1.00`, `-0` and `0`, one month and thirty days, the bounds of arrays. Others fold 64 bits into 32 (bigint, the time
 * types), or hash what is not restored (the OID of an enum's label). Only those that see the whole value are used;
 * everything else is hashed as the text that `pg_dump` writes.
 */
function valueHash(column: ColumnFacts, value: string, seed: number, method: HashMethod): string {
  switch (column.hash) {
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
      return textHash(outputOf(column, value), seed)
  }
}

/** Under collation C the bytes are hashed, whatever library and version the column's own collation has. */
function textHash(text: string, seed: number): string {
  return `pg_catalog.hashtextextended(${text} COLLATE pg_catalog."C", ${seed})`
}
