import { undumpedAnnotations } from './annotations.js'
import { VALIDATED_HERE_ALONE } from './constraints.js'
import { RELATION_NAME, isDumpedRelation } from './relations.js'
import { isDumpedInPublication } from './replication.js'
import { FIRST_USER_OID, isMember, isNoMember, isRole, isDumpedSchema, objectQuery, qualified, quoted } from './sql.js'

/** What is in the database and in no dump of it; told, and not compared. */
export const UNDUMPED = 'not dumped'

/** How much it weighs: something that is lost, words about something, or who owns what `initdb` made. */
export type UndumpedReason = 'lost' | 'comment' | 'system owner'

/** `pg_dump` leaves an index out that is not valid, as a failed CREATE INDEX CONCURRENTLY leaves it behind. */
const INVALID_INDEXES = `
  SELECT 'lost' AS reason, 'index ' || ${qualified('n.nspname', 'x.relname')} || ', which is not valid' AS what
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${isDumpedRelation(`'r', 'p', 'm'`)} AND NOT i.indisvalid AND x.relkind = 'i'`

/** Tables of extensions and of system schemas are left out of a publication, tables that are gone are in none. */
const publishedTables = (major: number): string => `
  SELECT 'lost', coalesce(n.nspname || '.' || c.relname, 'a table that is gone') || ' in publication ' || ${quoted('p.pubname')}
  FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid LEFT JOIN pg_class c ON c.oid = r.prrelid
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid IS NULL OR NOT ${isDumpedInPublication(major)}`

/** `DISABLE TRIGGER ALL` disables those that enforce keys too, and only the others are dumped as disabled. */
const DISABLED_ENFORCEMENT = `
  SELECT 'lost', 'that triggers which enforce constraints of ' || ${RELATION_NAME} || ' are disabled'
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${isDumpedRelation(`'r', 'p', 'f'`)} AND EXISTS (SELECT FROM pg_trigger t
    WHERE t.tgrelid = c.oid AND t.tgisinternal AND t.tgconstraint <> 0 AND t.tgparentid = 0 AND t.tgenabled <> 'O')`

/** A dump tells of no inherited check, and adds the parent's, which is not valid, to all children. */
const VALIDATED_CHILDREN = `
  SELECT 'lost', 'that check ' || ${quoted('k.conname')} || ' of ' || ${RELATION_NAME} || ' is validated, unlike that of its parent'
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${isDumpedRelation(`'r', 'p', 'f'`)} AND k.oid IN (${VALIDATED_HERE_ALONE})`

/** `pg_dump` writes statistics targets of an index with the index, and one that a constraint made it does not write. */
const STATISTICS_TARGETS = `
  SELECT 'lost', 'the statistics target of column ' || a.attnum || ' of index ' || ${qualified('n.nspname', 'x.relname')}
  FROM pg_attribute a JOIN pg_class x ON x.oid = a.attrelid JOIN pg_constraint k ON k.conindid = x.oid
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${isDumpedRelation(`'r', 'p'`)} AND k.contype IN ('p', 'u', 'x') AND a.attstattarget >= 0`

/** Whether a session sees the options of a user mapping; they hold passwords. */
export const MAPPING_IS_READABLE = `(SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)
  OR (SELECT pg_has_role(s.srvowner, 'USAGE') OR (m.umuser <> 0 AND has_server_privilege(s.oid, 'USAGE'))
    FROM pg_foreign_server s WHERE s.oid = m.srvid)
    AND (m.umuser = 0 OR m.umuser = (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user))`

const MAPPINGS = `
  SELECT 'lost', 'the options of the user mapping ' || ${quoted('m.usename')} || ' on ' || ${quoted('m.srvname')}
    || ', which this role may not read'
  FROM pg_user_mappings m WHERE m.usename IS NOT NULL AND NOT (${MAPPING_IS_READABLE})`

const SUBSCRIPTIONS = `
  SELECT 'lost', 'subscription ' || ${quoted('s.subname')} || ', which only a superuser dumps'
  FROM pg_subscription s WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    AND NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)`

interface SystemCatalog {
  catalog: string
  owner: string
  /** Of what is in a schema: its column. */
  schema?: string
  /** Of what counts only in part. */
  only?: string
}

const SYSTEM_CATALOGS: readonly SystemCatalog[] = [
  {
    catalog: 'pg_class',
    owner: 'relowner',
    schema: 'relnamespace',
    only: `x.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')`,
  },
  { catalog: 'pg_proc', owner: 'proowner', schema: 'pronamespace' },
  { catalog: 'pg_type', owner: 'typowner', schema: 'typnamespace', only: `x.typrelid = 0 AND x.typcategory <> 'A'` },
  { catalog: 'pg_operator', owner: 'oprowner', schema: 'oprnamespace' },
  { catalog: 'pg_opclass', owner: 'opcowner', schema: 'opcnamespace' },
  { catalog: 'pg_opfamily', owner: 'opfowner', schema: 'opfnamespace' },
  { catalog: 'pg_collation', owner: 'collowner', schema: 'collnamespace' },
  { catalog: 'pg_conversion', owner: 'conowner', schema: 'connamespace' },
  { catalog: 'pg_ts_config', owner: 'cfgowner', schema: 'cfgnamespace' },
  { catalog: 'pg_ts_dict', owner: 'dictowner', schema: 'dictnamespace' },
  { catalog: 'pg_language', owner: 'lanowner' },
  { catalog: 'pg_namespace', owner: 'nspowner', only: `NOT ${isDumpedSchema('x.nspname')}` },
]

/** What users made in `pg_catalog` or `information_schema`, and what `initdb` made and belongs to another role since. */
function systemObjects({ catalog, owner, schema, only = 'true' }: SystemCatalog): string[] {
  const identified = `CROSS JOIN LATERAL pg_identify_object('${catalog}'::regclass, x.oid, 0) o`
  const owners = `
    SELECT 'system owner', 'that ' || o.type || ' ' || o.identity || ' belongs to ' || ${quoted(`pg_get_userbyid(x.${owner})`)}
    FROM ${catalog} x ${identified}
    WHERE x.oid < ${FIRST_USER_OID} AND x.${owner} <> 10 AND ${isRole(`x.${owner}`)} AND (${only})
      AND NOT ${isMember(`'${catalog}'::regclass`, 'x.oid')}`
  if (schema === undefined) return [owners]
  const made = `
    SELECT 'lost', o.type || ' ' || o.identity || ', which is in a schema of the system'
    FROM ${catalog} x ${identified}
    WHERE x.oid >= ${FIRST_USER_OID} AND (${only}) AND ${isNoMember(catalog, 'x.oid')}
      AND x.${schema} IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`
  return [owners, made]
}

/** Everything that no dump of this database holds, by name: orphans, comments that `pg_dump` passes over, and more. */
export function undumped(major: number, _roles: readonly string[], isSuperuser: boolean): string {
  const parts = [
    INVALID_INDEXES,
    publishedTables(major),
    DISABLED_ENFORCEMENT,
    VALIDATED_CHILDREN,
    STATISTICS_TARGETS,
    MAPPINGS,
    SUBSCRIPTIONS,
    ...SYSTEM_CATALOGS.flatMap(systemObjects),
    undumpedAnnotations(isSuperuser),
  ]
  return objectQuery({
    kind: `'${UNDUMPED}'`,
    name: 'u.what',
    facts: { reason: 'u.reason', count: 'nullif(u.count, 1)' },
    from: `FROM (SELECT reason, what, count(*) FROM (${parts.join('\n UNION ALL ')}) a GROUP BY 1, 2) u`,
  })
}
