import type { Queryable } from './queryable.js'

/** A database of the server besides the session's own. */
export interface OtherDatabase {
  name: string
  /** Null where our role may not ask. */
  bytes: number | null
}

/** Those that can be connected to and are no templates, the largest first. */
export async function readOtherDatabases(session: Queryable): Promise<OtherDatabase[]> {
  return session.query<OtherDatabase>(
    `SELECT d.datname AS name,
       CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN pg_catalog.pg_database_size(d.oid)::float8 END AS bytes
     FROM pg_catalog.pg_database d
     WHERE d.datallowconn AND NOT d.datistemplate AND d.datname <> pg_catalog.current_database()
     ORDER BY 2 DESC NULLS LAST, 1`,
  )
}
