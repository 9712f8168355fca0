import type pg from 'pg'

import { copyOut } from '../../src/postgres/copy-out.js'
import { fingerprintTables } from '../../src/postgres/fingerprint.js'
import { hashMethodOf, type HashMethod } from '../../src/postgres/fingerprint-query.js'
import { describeLargeObjects } from '../../src/postgres/catalog/large-objects.js'
import type { Catalog } from '../../src/postgres/catalog/model.js'
import { readCatalog } from '../../src/postgres/catalog/read-catalog.js'
import { pinSettings } from '../../src/postgres/pinned.js'
import { QueryError } from '../../src/postgres/query-error.js'
import type { Queryable, RowSource } from '../../src/postgres/queryable.js'
import type { TableEntry } from '../../src/backup/manifest.js'
import type { Finding } from '../../src/findings.js'
import { compareLargeObjects, compareObjects, compareSequences, compareTables } from '../../src/verify/difference.js'
import { restate } from '../../src/verify/restated/restate.js'
import { tableEntries } from '../../src/backup/table-entries.js'
import type { TestCluster } from './cluster.js'

/** A database as pg-lifeboat describes it. */
export interface Described {
  catalog: Catalog
  tables: TableEntry[]
  largeObjects: { count: number; fingerprint: string | null }
}

/** A test's own client as what the code under test asks. */
export function queryable(client: pg.Client): RowSource {
  return {
    async query<T>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
      const { rows } = await client.query(sql, [...params]).catch((error: unknown) => {
        throw new QueryError(error, 'asking a test database')
      })
      return rows as T[]
    },
    copyOut: (sql, onRow) => copyOut(client, sql, onRow),
  }
}

/** The same inside a transaction of the test's, which a transaction of the code under test must not end. */
export function insideTransaction(session: RowSource): RowSource {
  const nested: Record<string, string> = {
    'BEGIN READ WRITE': 'SAVEPOINT outer_one',
    ROLLBACK: 'ROLLBACK TO SAVEPOINT outer_one',
  }
  return { ...session, query: (sql, params) => session.query(nested[sql] ?? sql, params) }
}

/** Does work in a pinned session of its own. */
export async function withPinned<T>(
  cluster: TestCluster,
  database: string,
  work: (session: RowSource, client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await cluster.connect(database)
  try {
    const session = queryable(client)
    await pinSettings(session)
    return await work(session, client)
  } finally {
    await client.end()
  }
}

export function describeDatabase(
  cluster: TestCluster,
  database: string,
  method: HashMethod = hashMethodOf(cluster.major),
): Promise<Described> {
  return withPinned(cluster, database, (session) => describeIn(session, method))
}

/** As the session sees it now, inside a transaction too. */
export async function describeIn(session: RowSource, method: HashMethod = 'record'): Promise<Described> {
  const catalog = await readCatalog(session)
  const fingerprints = await fingerprintTables([session], catalog.tables, { method })
  const largeObjects = await describeLargeObjects(session, method)
  return { catalog, tables: tableEntries(catalog.tables, fingerprints), largeObjects }
}

/** Everything in which a copy differs, as the full tier compares it. */
export async function differences(source: Described, copy: Described, session: Queryable): Promise<Finding[]> {
  const sameMajor = source.catalog.source.major === copy.catalog.source.major
  const restated = await restate(session, source.catalog.objects, copy.catalog.objects, sameMajor)
  return [
    ...compareTables(source.tables, copy.tables),
    ...compareSequences(source.catalog.sequences, copy.catalog.sequences),
    ...compareLargeObjects(source.largeObjects, copy.largeObjects),
    ...restated.findings,
    ...compareObjects(restated.objects, copy.catalog.objects, { sameMajor, restated: true, ownCluster: true }),
  ]
}

/** The same for a copy that is not described yet. */
export function differencesIn(
  cluster: TestCluster,
  database: string,
  source: Described,
  method: HashMethod = hashMethodOf(cluster.major),
): Promise<Finding[]> {
  return withPinned(cluster, database, async (session) =>
    differences(source, await describeIn(session, method), session),
  )
}

/** A finding without its advice: `TABLE_ROWS_DIFFER public.animals: 799 rows, the source had 800` */
export function oneLine({ code, on, found }: Finding): string {
  return `${code} ${on}: ${found}`
}
