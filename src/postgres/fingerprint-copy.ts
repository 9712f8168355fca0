import { CouldNotVerifyError } from '../errors.js'
import { MOST_GROUPS, addressesOf } from './addresses.js'
import type { ColumnFacts, TableFacts } from './catalog/model.js'
import type { TableFingerprint } from './fingerprint.js'
import { addressColumns, inOrderOfNames } from './fingerprint-query.js'
import { quoteIdentifier } from './identifier.js'
import type { RowSource } from './queryable.js'
import { RowHash } from './row-hash.js'

/**
 * Counts and hashes the rows of a table that no query may read, because planning it would run a user's code: they are
 * copied out as pg_dump does, which plans nothing, and hashed here. A COPY gives no generated columns, takes no condition,
 * and before 18 no materialized view.
 *
 * Throws the server's error, and `CouldNotVerifyError` where the rows cannot be told from others that are not dumped.
 */
export async function fingerprintByCopy(
  session: RowSource,
  table: TableFacts,
  { hashed, grouped }: { hashed: boolean; grouped: boolean },
): Promise<TableFingerprint> {
  if ((table.extension?.condition ?? '') !== '') {
    throw new CouldNotVerifyError({
      doing: `copying the rows of ${table.schema}.${table.name}`,
      problem: 'the extension dumps only some of its rows, and an index or statistics over it run functions of users',
      advice: 'Drop this index or these statistics, which are in no dump.',
    })
  }
  const addresses = addressColumns(table.columns)
  const hash = new RowHash({ grouped: hashed ? addresses.length : 0, most: MOST_GROUPS })
  let rows = 0
  const encoding = await encodingOption(session, addresses.length > 0)
  await session.copyOut(`COPY ${nameOf(table)}${columnList(table, hashed)} TO STDOUT${encoding}`, (row) => {
    rows += 1
    if (hashed) hash.add(row)
  })
  if (!hashed) return { rows, hashedBy: 'copy' }
  const { groups, ...all } = hash.result
  const found = addressesOf(groups, addresses.length > 0, grouped)
  return { ...all, hashedBy: 'copy', ...(found === undefined ? {} : { addresses: found }) }
}

function nameOf({ schema, name }: TableFacts): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

/** Those with addresses come first, so that rows can be told apart by them. Without a column there is no list. */
function columnList({ columns }: TableFacts, hashed: boolean): string {
  const dumped = inOrderOfNames(columns).filter(({ generated }) => generated === undefined)
  const addresses = dumped.filter(({ address }) => address === true)
  const ordered = hashed ? [...addresses, ...dumped.filter(({ address }) => address !== true)] : dumped.slice(0, 1)
  return ordered.length === 0 ? '' : ` (${ordered.map(({ name }: ColumnFacts) => quoteIdentifier(name)).join(', ')})`
}

/**
 * A conversion could refuse bytes that are in the table and in the dump, or make the same of different ones. The texts of
 * addresses are read here, and so must be in our own encoding.
 */
async function encodingOption(session: RowSource, hasAddresses: boolean): Promise<string> {
  if (hasAddresses) return ''
  const [row] = await session.query<{ encoding: string }>(
    `SELECT pg_catalog.current_setting('server_encoding') AS encoding`,
  )
  return row === undefined ? '' : ` (ENCODING '${row.encoding}')`
}
