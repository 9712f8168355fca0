import type { Queryable } from '../queryable.js'
import { comments, securityLabels } from './annotations.js'
import { domainConstraints, indexes, statisticsObjects, tableConstraints } from './constraints.js'
import { accessMethods, database, extensions, languages, schemas } from './database-wide.js'
import { foreignDataWrappers, foreignServers, userMappings } from './foreign-data.js'
import { largeObjects, manyLargeObjects } from './large-objects.js'
import { readRewrittenBuiltIns } from './built-ins.js'
import { readMembers } from './members.js'
import type { Catalog, CatalogObject } from './model.js'
import { objectOf } from './object-row.js'
import { changedPrivileges, defaultPrivileges } from './privileges.js'
import { readSequences } from './read-sequences.js'
import { readTables } from './read-tables.js'
import { columns, sequences, tables } from './relations.js'
import { publications, subscriptions } from './replication.js'
import { parameters, roles } from './roles.js'
import { aggregates, functions } from './routines.js'
import { readMajor, readSource } from './source.js'
import type { ObjectRow } from './sql.js'
import {
  textSearchConfigurations,
  textSearchDictionaries,
  textSearchParsers,
  textSearchTemplates,
} from './text-search.js'
import { eventTriggers, policies, rules, triggers } from './triggers.js'
import {
  casts,
  collations,
  conversions,
  operatorClasses,
  operatorFamilies,
  operators,
  transforms,
  types,
} from './types.js'
import { undumped } from './undumped.js'

/** One query a family of objects, whatever the number of objects. Containers come before what they contain. */
const FAMILIES: readonly ((major: number, roles: readonly string[], isSuperuser: boolean) => string)[] = [
  () => database(),
  roles,
  parameters,
  schemas,
  extensions,
  languages,
  accessMethods,
  types,
  domainConstraints,
  collations,
  conversions,
  functions,
  aggregates,
  operators,
  operatorFamilies,
  operatorClasses,
  casts,
  transforms,
  textSearchParsers,
  textSearchTemplates,
  textSearchDictionaries,
  textSearchConfigurations,
  foreignDataWrappers,
  foreignServers,
  userMappings,
  tables,
  columns,
  sequences,
  tableConstraints,
  indexes,
  statisticsObjects,
  triggers,
  rules,
  policies,
  eventTriggers,
  publications,
  subscriptions,
  largeObjects,
  manyLargeObjects,
  defaultPrivileges,
  changedPrivileges,
  comments,
  securityLabels,
  undumped,
]

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
