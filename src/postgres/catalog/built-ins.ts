import type { Queryable } from '../queryable.js'
import type { CatalogObject } from './model.js'
import { objectOf } from './object-row.js'
import { aggregates, functions } from './routines.js'
import { isRewritten, ofEverything } from './scopes.js'
import type { ObjectRow } from './sql.js'

/**
 * Functions of `pg_catalog` and `information_schema` that `initdb` wrote and something rewrote since: users who altered
 * or replaced them, or `initdb` itself in its later steps. Which of them differ from PostgreSQL's own, only a comparison
 * with another cluster tells. Owners and grants are told and dumped by themselves.
 */
export function readRewrittenBuiltIns(session: Queryable, major: number): Promise<CatalogObject[]> {
  return read(session, major, `SELECT p.oid::regprocedure::text FROM pg_proc p WHERE ${isRewritten('p')}`, [])
}

/** The functions of these names, for a comparison. */
export function readBuiltIns(session: Queryable, major: number, names: readonly string[]): Promise<CatalogObject[]> {
  return names.length === 0
    ? Promise.resolve([])
    : read(session, major, `SELECT pg_catalog.unnest($1::text[])`, [names])
}

async function read(
  session: Queryable,
  major: number,
  names: string,
  params: readonly unknown[],
): Promise<CatalogObject[]> {
  const found: CatalogObject[] = []
  for (const family of [functions(major), aggregates()]) {
    const query = `SELECT * FROM (${ofEverything(family)}) f WHERE f.name = ANY (ARRAY(${names}))`
    for (const row of await session.query<ObjectRow>(query, params)) {
      found.push(objectOf({ ...row, grants: null, owner: null }))
    }
  }
  return found
}
