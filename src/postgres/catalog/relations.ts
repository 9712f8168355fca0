import {
  extensionsOfNeed,
  flag,
  isDumpedSchema,
  isNoMember,
  list,
  objectQuery,
  options,
  qualified,
  quoted,
  word,
} from './sql.js'

/** What a relation is called, by its `relkind`. */
export const RELATION_KIND = word('c.relkind', {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  S: 'sequence',
  c: 'type',
})
export const RELATION_NAME = qualified('n.nspname', 'c.relname')
/** `table public.animals`: what the parts of a relation are parts of. */
export const RELATION = `(${RELATION_KIND} || ' ' || ${RELATION_NAME})`

const RELATIONS = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`

/** The relations whose definition `pg_dump` writes. Of a composite type, the type is what belongs to an extension. */
export function isDumpedRelation(kinds: string): string {
  const isOwn = kinds.includes(`'c'`)
    ? `CASE c.relkind WHEN 'c' THEN ${isNoMember('pg_type', 'c.reltype')} ELSE ${isNoMember('pg_class', 'c.oid')} END`
    : isNoMember('pg_class', 'c.oid')
  return `c.relkind IN (${kinds}) AND ${isDumpedSchema('n.nspname')} AND ${isOwn}`
}

/**
 * The columns in their order, where a restore keeps it: a table that inherits gets those of its parents first, and the
 * definition of a view tells its own.
 */
const COLUMN_ORDER = `CASE WHEN c.relkind IN ('r', 'p', 'f') AND (c.relispartition
    OR NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid))
  THEN ${columnNames('c.oid')} END`

/** The names of the columns or attributes of a relation, in their order. */
export function columnNames(relation: string): string {
  return list(`ARRAY(SELECT ${quoted('a.attname')} FROM pg_attribute a
    WHERE a.attrelid = ${relation} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)`)
}

/** Tables, views, materialized views, foreign tables. */
export function tables(): string {
  return objectQuery({
    kind: RELATION_KIND,
    name: RELATION_NAME,
    of: `'schema ' || ${quoted('n.nspname')}`,
    owner: 'c.relowner',
    acl: { column: 'c.relacl', type: `'r'` },
    facts: {
      unlogged: flag(`c.relpersistence = 'u'`),
      options: list(`ARRAY(SELECT unnest(c.reloptions) COLLATE "C" ORDER BY 1)`),
      toastOptions: list(
        `ARRAY(SELECT unnest(t.reloptions) COLLATE "C" FROM pg_class t WHERE t.oid = c.reltoastrelid ORDER BY 1)`,
      ),
      rowSecurity: flag('c.relrowsecurity'),
      rowSecurityForced: flag('c.relforcerowsecurity'),
      replicaIdentity: word('c.relreplident', { f: 'full', n: 'nothing' }),
      partitionedBy: `CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END`,
      partitionBound: `pg_get_expr(c.relpartbound, c.oid)`,
      inherits: list(
        `ARRAY(SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)`,
      ),
      ofType: `CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END`,
      accessMethod: `(SELECT a.amname FROM pg_am a WHERE a.oid = c.relam AND a.amname <> 'heap' AND c.relkind IN ('r', 'm', 'p'))`,
      server:
        '(SELECT s.srvname FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)',
      foreignOptions: `(SELECT ${options('f.ftoptions')} FROM pg_foreign_table f WHERE f.ftrelid = c.oid)`,
      dependsOnExtensions: extensionsOfNeed('pg_class', 'c.oid'),
      populated: `CASE c.relkind WHEN 'm' THEN c.relispopulated END`,
      columnOrder: COLUMN_ORDER,
    },
    deparsed: { definition: `CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END` },
    from: `${RELATIONS} WHERE ${isDumpedRelation(`'r', 'p', 'v', 'm', 'f'`)}`,
  })
}

/** Sequences, those of identity and serial columns too; their values are read apart. */
export function sequences(): string {
  return objectQuery({
    kind: RELATION_KIND,
    name: RELATION_NAME,
    of: `coalesce(${owningTable('d.oid')}, 'schema ' || ${quoted('n.nspname')})`,
    owner: 'c.relowner',
    acl: { column: 'c.relacl', type: `'s'` },
    facts: {
      type: 'format_type(s.seqtypid, NULL)',
      start: 's.seqstart::text',
      increment: 's.seqincrement::text',
      minimum: 's.seqmin::text',
      maximum: 's.seqmax::text',
      cache: `nullif(s.seqcache, 1)::text`,
      cycles: flag('s.seqcycle'),
      unlogged: flag(`c.relpersistence = 'u'`),
      ownedBy: `d.owner`,
    },
    from: `${RELATIONS} JOIN pg_sequence s ON s.seqrelid = c.oid
      LEFT JOIN LATERAL (
        SELECT o.oid, ${qualified('m.nspname', 'o.relname')} || '.' || ${quoted('a.attname')} AS owner
        FROM pg_depend p JOIN pg_class o ON o.oid = p.refobjid JOIN pg_namespace m ON m.oid = o.relnamespace
          JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = p.refobjsubid
        WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.objsubid = 0
          AND p.refclassid = 'pg_class'::regclass AND p.deptype IN ('a', 'i')
        LIMIT 1) d ON true
      WHERE ${isDumpedRelation(`'S'`)}`,
  })
}

function owningTable(oid: string): string {
  return `(SELECT ${RELATION} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ${oid})`
}

/** Columns of tables and views, attributes of composite types: by name, since a restore may change their order. */
export function columns(major: number): string {
  return objectQuery({
    kind: `CASE c.relkind WHEN 'c' THEN 'attribute' ELSE 'column' END`,
    name: `${RELATION_NAME} || '.' || ${quoted('a.attname')}`,
    of: RELATION,
    acl: { column: 'a.attacl' },
    facts: {
      type: 'format_type(a.atttypid, a.atttypmod)',
      notNull: flag('a.attnotnull'),
      // Not declared here, but had from a parent. A column that is both vanishes otherwise when the parent's is dropped.
      inherited: flag('NOT a.attislocal'),
      hasDefault: flag(`d.oid IS NOT NULL AND a.attgenerated = ''`),
      generated: word('a.attgenerated', { s: 'stored', v: 'virtual' }),
      // Since 17 partitions share the identity of their parent; what they say themselves depends on the major.
      identity: `CASE WHEN NOT c.relispartition THEN ${word('a.attidentity', { a: 'always', d: 'by default' })} END`,
      collation: `CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END`,
      statisticsTarget: 'nullif(a.attstattarget, -1)',
      storage: `CASE WHEN a.attstorage <> t.typstorage AND c.relkind <> 'v' THEN
        ${word('a.attstorage', { p: 'plain', e: 'external', m: 'main', x: 'extended' })} END`,
      compression: major >= 14 ? word('a.attcompression', { p: 'pglz', l: 'lz4' }) : 'NULL',
      // Some minors of 17 keep a version of the column here (pg_attver), which is not restored.
      options: list(`ARRAY(SELECT o COLLATE "C" FROM unnest(a.attoptions) o WHERE o !~ '^pg_' ORDER BY 1)`),
      foreignOptions: `CASE WHEN a.attfdwoptions IS NOT NULL THEN ${options('a.attfdwoptions')} END`,
    },
    deparsed: { default: 'pg_get_expr(d.adbin, d.adrelid)' },
    from: `${RELATIONS} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE ${isDumpedRelation(`'r', 'p', 'v', 'm', 'f', 'c'`)}`,
  })
}
