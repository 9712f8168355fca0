import { isDumpedRelation } from './relations.js'
import { FIRST_USER_OID, isDumpedSchema, isNoMember } from './sql.js'

/** Whether the object that a row of `pg_description` is about is there, and whether `pg_dump` writes what is said of it. */
export interface Annotated {
  /** SQL conditions on `objid`, an expression. */
  exists: (objid: string) => string
  isDumped: (objid: string) => string
}

function inCatalog(catalog: string, condition: string, joins = ''): Annotated {
  return {
    exists: (objid) => `EXISTS (SELECT FROM ${catalog} x WHERE x.oid = ${objid})`,
    isDumped: (objid) => `EXISTS (SELECT FROM ${catalog} x ${joins} WHERE x.oid = ${objid} AND ${condition})`,
  }
}

/** Objects that are in a schema. */
function inSchema(catalog: string, column: string, condition = 'true'): Annotated {
  return inCatalog(
    catalog,
    `${isDumpedSchema('n.nspname')} AND ${isNoMember(catalog, 'x.oid')} AND (${condition})`,
    `JOIN pg_namespace n ON n.oid = x.${column}`,
  )
}

/** Objects of the whole database that `initdb` did not make. */
function ofUsers(catalog: string, condition = 'true'): Annotated {
  return inCatalog(catalog, `x.oid >= ${FIRST_USER_OID} AND ${isNoMember(catalog, 'x.oid')} AND (${condition})`)
}

/** Parts of relations. */
function ofRelation(catalog: string, column: string, condition: string, joins = ''): Annotated {
  return inCatalog(
    catalog,
    `${isDumpedRelation(`'r', 'p', 'v', 'm', 'f'`)} AND (${condition})`,
    `JOIN pg_class c ON c.oid = x.${column} JOIN pg_namespace n ON n.oid = c.relnamespace ${joins}`,
  )
}

/** An index that is not valid is not dumped, but for one of a partitioned table, whose parts may be. */
const INDEX_IS_DUMPED = `EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  WHERE i.indexrelid = x.oid AND (i.indisvalid OR x.relkind = 'I') AND ${isNoMember('pg_class', 'c.oid')})`

const RELATIONS = inSchema(
  'pg_class',
  'relnamespace',
  `x.relpersistence <> 't' AND CASE WHEN x.relkind IN ('i', 'I') THEN ${INDEX_IS_DUMPED}
    WHEN x.relkind = 'c' THEN ${isNoMember('pg_type', 'x.reltype')} ELSE true END`,
)

/** What a partition or child has from its parent comes with it: names and comments there are its own, and not dumped. */
const IS_ITS_OWN_CONSTRAINT = `CASE x.contype WHEN 't' THEN false WHEN 'f' THEN x.conparentid = 0
  WHEN 'c' THEN x.conislocal ELSE true END`

const CONSTRAINTS: Annotated = {
  exists: (objid) => `EXISTS (SELECT FROM pg_constraint x WHERE x.oid = ${objid})`,
  isDumped: (objid) => `EXISTS (SELECT FROM pg_constraint x
    LEFT JOIN pg_class c ON c.oid = x.conrelid LEFT JOIN pg_type t ON t.oid = x.contypid
    JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
    WHERE x.oid = ${objid} AND ${isDumpedSchema('n.nspname')} AND coalesce(c.relpersistence, 'p') <> 't'
      AND CASE WHEN c.oid IS NULL THEN ${isNoMember('pg_type', 't.oid')} ELSE ${isNoMember('pg_class', 'c.oid')} END
      AND ${IS_ITS_OWN_CONSTRAINT})`,
}

/** Neither arrays and multiranges nor the row types of tables. */
const IS_TYPE_BY_ITSELF = `x.typtype <> 'm' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = x.oid)
  AND (x.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = x.typrelid AND c.relkind = 'c'))`

/** What another object made for itself, such as the constructors of a range. */
const IS_PART = `EXISTS (SELECT FROM pg_depend d
  WHERE d.classid = 'pg_proc'::regclass AND d.objid = x.oid AND d.deptype = 'i')`

/**
 * Everything that can have a comment or a security label, by the catalog that it is in. What is not here, PostgreSQL
 * cannot identify. The rules are those of `pg_dump`.
 */
export const ANNOTATED: Readonly<Record<string, Annotated>> = {
  pg_class: RELATIONS,
  pg_type: inSchema('pg_type', 'typnamespace', IS_TYPE_BY_ITSELF),
  pg_proc: inSchema('pg_proc', 'pronamespace', `NOT ${IS_PART}`),
  pg_operator: inSchema('pg_operator', 'oprnamespace', 'x.oprcode <> 0'),
  pg_opclass: inSchema('pg_opclass', 'opcnamespace'),
  pg_opfamily: inSchema('pg_opfamily', 'opfnamespace'),
  pg_collation: inSchema('pg_collation', 'collnamespace'),
  pg_conversion: inSchema('pg_conversion', 'connamespace'),
  pg_statistic_ext: inSchema('pg_statistic_ext', 'stxnamespace'),
  pg_ts_config: inSchema('pg_ts_config', 'cfgnamespace'),
  pg_ts_dict: inSchema('pg_ts_dict', 'dictnamespace'),
  pg_ts_parser: inSchema('pg_ts_parser', 'prsnamespace'),
  pg_ts_template: inSchema('pg_ts_template', 'tmplnamespace'),
  pg_constraint: CONSTRAINTS,
  pg_trigger: ofRelation(
    'pg_trigger',
    'tgrelid',
    '(NOT x.tgisinternal AND x.tgparentid = 0) OR x.tgenabled <> u.tgenabled',
    'LEFT JOIN pg_trigger u ON u.oid = x.tgparentid',
  ),
  pg_rewrite: ofRelation('pg_rewrite', 'ev_class', `x.rulename <> '_RETURN'`),
  pg_policy: ofRelation('pg_policy', 'polrelid', 'true'),
  pg_namespace: inCatalog('pg_namespace', `${isDumpedSchema('x.nspname')} AND ${isNoMember('pg_namespace', 'x.oid')}`),
  // PL/pgSQL is in every new database, with its comment.
  pg_extension: inCatalog('pg_extension', `x.oid >= ${FIRST_USER_OID}`),
  pg_language: ofUsers('pg_language'),
  pg_am: ofUsers('pg_am'),
  pg_cast: ofUsers('pg_cast'),
  pg_transform: ofUsers('pg_transform'),
  pg_foreign_data_wrapper: ofUsers('pg_foreign_data_wrapper'),
  pg_foreign_server: ofUsers('pg_foreign_server'),
  pg_event_trigger: ofUsers('pg_event_trigger'),
  pg_publication: ofUsers('pg_publication'),
  pg_largeobject: {
    exists: (objid) => `EXISTS (SELECT FROM pg_largeobject_metadata x WHERE x.oid = ${objid})`,
    isDumped: (objid) => `EXISTS (SELECT FROM pg_largeobject_metadata x WHERE x.oid = ${objid})`,
  },
}
