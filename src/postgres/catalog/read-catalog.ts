import type { Queryable } from '../queryable.js'
import { readRewrittenBuiltIns } from './built-ins.js'
import { database } from './database-wide.js'
import { FAMILIES } from './families.js'
import { readMembers } from './members.js'
import type { Catalog, CatalogObject } from './model.js'
import { objectOf } from './object-row.js'
import { readSequences } from './read-sequences.js'
import { readTables } from './read-tables.js'
import { readMajor, readSource } from './source.js'
import type { ObjectRow } from './sql.js'

/**
 * Describes everything of the session's database that a dump carries: what the manifest records of the source, the
 * tables and sequences, and every object with its owner, grants and definition.
 *
 * The session needs pinned settings. It may be inside the snapshot's transaction; nothing here writes or fails for want
 * of a privilege that `pg_dump` does not need as well. Servers 13 to 18.
 */
export async function readCatalog(session: Queryable): Promise<Catalog> {
  const major = await readMajor(session)
  const source = await readSource(session, major)
  const sequenceValues = await readSequences(session)
  const tableFacts = await readTables(session)
  return {
    source,
    tables: tableFacts,
    sequences: sequenceValues,
    objects: await readObjects(session, major),
    members: await readMembers(session, major),
    builtIns: await readRewrittenBuiltIns(session, major),
  }
}

/**
 * Only the objects, for a restored copy whose data has been compared already.
 *
 * @param sourceRoles the roles that the source told of: they are looked for, whatever they may do in the copy
 */
export async function readObjects(
  session: Queryable,
  major: number,
  sourceRoles: readonly string[] = [],
): Promise<CatalogObject[]> {
  const objects: CatalogObject[] = []
  const isSuperuser = await readsAsSuperuser(session)
  for (const family of FAMILIES) {
    for (const row of await session.query<ObjectRow>(family(major, sourceRoles, isSuperuser))) {
      objects.push(objectOf(row))
    }
  }
  return objects
}

async function readsAsSuperuser(session: Queryable): Promise<boolean> {
  const [role] = await session.query<{ superuser: boolean }>(
    'SELECT rolsuper AS superuser FROM pg_catalog.pg_roles WHERE rolname = current_user',
  )
  return role?.superuser === true
}

/**
 * Only what belongs to a database as a whole. Undefined where there is none of that name.
 *
 * @param named another database than the session's
 */
export async function readDatabase(session: Queryable, named?: string): Promise<CatalogObject | undefined> {
  const [row] = await session.query<ObjectRow>(database(named))
  return row === undefined ? undefined : objectOf(row)
}
