import { finding, type Finding } from '../findings.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import { qualifiedTable } from '../postgres/identifier.js'
import { readOtherDatabases, type OtherDatabase } from '../postgres/other-databases.js'
import { QueryError } from '../postgres/query-error.js'
import type { Queryable } from '../postgres/queryable.js'
import { counted, formatBytes } from '../units.js'
import type { Manifest } from './manifest.js'

/** How many other databases of the server are named. */
const MOST_NAMED = 5

/** A look at one table waits for others' locks, and reads, no longer than this. */
const PATIENCE = { lock_timeout: '2s', statement_timeout: '30s' }

/**
 * A warning where a backup would hold nothing: no table, none that is chosen, or no row in any. Mostly the name of the
 * database was forgotten, and `postgres` is what is connected to; so the others are named. None where there is something,
 * or where that could not be seen.
 *
 * @param chosen oids of the tables whose rows are backed up
 */
export async function nothingToBackUp(
  session: Queryable,
  database: string,
  tables: readonly TableFacts[],
  chosen: ReadonlySet<number>,
): Promise<Finding[]> {
  const withRows = tables.filter(({ kind, oid }) => kind === 'table' && chosen.has(oid))
  if ((await hasLargeObjects(session)) || (await hasRows(session, withRows))) {
    return []
  }
  const own = tables.filter(({ kind, extension }) => kind === 'table' && extension === undefined)
  const taken = own.filter(({ oid }) => chosen.has(oid))
  if (taken.length < own.length) {
    const advice = 'Check tables and exclude-tables: the rows of what they leave are all that is backed up.'
    const found =
      taken.length === 0
        ? `none of its ${counted(own.length, 'table')} is chosen`
        : `there is no row in what is chosen, ${taken.length} of its ${counted(own.length, 'table')}`
    return [finding('NOTHING_TO_BACK_UP', database, found, advice)]
  }
  const holds = own.length === 0 ? 'it holds no table' : `there is no row in its ${counted(own.length, 'table')}`
  return [finding('NOTHING_TO_BACK_UP', database, `${holds}; ${others(await readOtherDatabases(session))}`)]
}

/** The same of a set that is there: no row of a table and no large object is in it. */
export function nothingInSet({ source, tables, largeObjects }: Omit<Manifest, 'proof'>): Finding[] {
  const counts = tables.filter(({ kind, data }) => kind === 'table' && data).map(({ rows }) => rows)
  const isEmpty = counts.every((rows) => rows === 0) && (largeObjects?.count ?? 0) === 0
  const holds =
    counts.length === 0
      ? 'the rows of no table are in the set'
      : `no row of its ${counted(counts.length, 'table')} is in the set`
  return isEmpty ? [finding('NOTHING_TO_BACK_UP', source.database, holds)] : []
}

function others(databases: readonly OtherDatabase[]): string {
  if (databases.length === 0) {
    return 'the server has no other database'
  }
  const named = databases.slice(0, MOST_NAMED).map(({ name, bytes }) => {
    return bytes === null ? `"${name}"` : `"${name}" (${formatBytes(bytes)})`
  })
  const more = databases.length - named.length
  return `the server's other databases are ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

async function hasLargeObjects(session: Queryable): Promise<boolean> {
  const [row] = await session.query<{ some: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS some',
  )
  return row?.some === true
}

/** The largest first: mostly, the first look tells. */
async function hasRows(session: Queryable, tables: readonly TableFacts[]): Promise<boolean> {
  for (const table of [...tables].sort((a, b) => b.bytes - a.bytes)) {
    if (await mayHoldRow(session, table)) return true
  }
  return false
}

/** What may not be read, or is locked, may hold rows. */
async function mayHoldRow(
  session: Queryable,
  { schema, name, extension, runsCode, bytes }: TableFacts,
): Promise<boolean> {
  // A query over it would run what its owner wrote; its size tells enough here.
  if (runsCode) return bytes > 0
  await session.query('BEGIN READ ONLY')
  try {
    for (const [setting, value] of Object.entries(PATIENCE)) {
      await session.query(`SET LOCAL ${setting} = '${value}'`)
    }
    const [row] = await session.query<{ some: boolean }>(
      `SELECT EXISTS (SELECT FROM ONLY ${qualifiedTable({ schema, name })} ${extension?.condition ?? ''}) AS some`,
    )
    return row?.some !== false
  } catch (error) {
    if (error instanceof QueryError) return true
    throw error
  } finally {
    await session.query('ROLLBACK')
  }
}
