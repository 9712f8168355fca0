import type { ColumnFacts, TableFacts } from './catalog/model.js'
import { addressColumns, addressesQuery, outputOf, type HashMethod } from './fingerprint-query.js'
import type { Queryable } from './queryable.js'

/**
 * Values of `regclass` and its kin are addresses in the catalog. pg_dump writes the name of what is there, and where it is
 * gone, the bare number. In a restored copy that number may be the address of something else, and then it prints as a
 * name. So the texts of two sides cannot be compared: a table with such a number is described by what its rows are for
 * each combination of these texts, and the texts of the source are read by the copy's server as a restore reads them.
 */
export interface AddressGroup {
  /** The texts of the columns with addresses, in the order of their names. */
  texts: (string | null)[]
  rows: number
  /** A decimal number: the sum of the hashes of the other columns' values. */
  fingerprint: string
}

/** Null where there are too many combinations to write down. */
export type Addresses = AddressGroup[] | null

/** There are hardly more than a database has objects; what goes beyond is not written down. */
export const MOST_GROUPS = 2_000

/** A number that stands by itself; as in the query. */
const BARE_NUMBER = /(^|[(,{])"*\d+"*($|[),}])/

/** The rows of a table by their addresses. */
export async function readAddresses(session: Queryable, table: TableFacts, method: HashMethod): Promise<Addresses> {
  const rows = await session.query<{ texts: (string | null)[]; rows: string; fingerprint: string }>(
    addressesQuery(table, method, MOST_GROUPS),
  )
  return rows.length > MOST_GROUPS
    ? null
    : rows.map(({ texts, rows: count, fingerprint }) => ({ texts, rows: Number(count), fingerprint }))
}

/**
 * What is written down of rows that were told apart here.
 *
 * @param groups absent where there were too many, or no columns with addresses
 * @param always also where every address is of something that is there
 */
export function addressesOf(
  groups: AddressGroup[] | undefined,
  hasAddresses: boolean,
  always: boolean,
): Addresses | undefined {
  if (!hasAddresses) return undefined
  if (groups === undefined) return null
  const isBare = groups.some(({ texts }) => texts.some((text) => text !== null && BARE_NUMBER.test(text)))
  return isBare || always ? groups : undefined
}

/** The groups of the source as they read when a server has read their texts in, each once. */
export async function restoredAddresses(
  session: Queryable,
  { columns }: TableFacts,
  groups: readonly AddressGroup[],
): Promise<AddressGroup[]> {
  const readings: Map<string, string>[] = []
  for (const [place, column] of addressColumns(columns).entries()) {
    readings.push(await readIn(session, column, new Set(groups.map(({ texts }) => texts[place] ?? null))))
  }
  const merged = new Map<string, AddressGroup>()
  for (const { texts, rows, fingerprint } of groups) {
    const read = texts.map((text, place) => (text === null ? null : (readings[place]?.get(text) ?? text)))
    const key = JSON.stringify(read)
    const before = merged.get(key) ?? { texts: read, rows: 0, fingerprint: '0' }
    merged.set(key, {
      texts: read,
      rows: before.rows + rows,
      fingerprint: String(BigInt(before.fingerprint) + BigInt(fingerprint)),
    })
  }
  return [...merged.values()]
}

/** Texts of a column, each with what its type makes of it here: written out after it was read in. */
async function readIn(
  session: Queryable,
  column: ColumnFacts,
  texts: ReadonlySet<string | null>,
): Promise<Map<string, string>> {
  const known = [...texts].filter((text) => text !== null)
  if (known.length === 0) return new Map()
  const type = column.castTo ?? column.type
  // A literal is read by the type's input function; a cast from text would be another function.
  const each = known.map((text, place) => `(${place}, ${outputOf(column, `CAST(${literal(text)} AS ${type})`)})`)
  const rows = await session.query<{ place: number; text: string }>(
    `SELECT * FROM (VALUES ${each.join(', ')}) AS read(place, text)`,
  )
  return new Map(rows.map(({ place, text }) => [known[place] ?? '', text]))
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
