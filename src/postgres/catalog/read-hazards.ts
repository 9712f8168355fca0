/** Parts of a `WITH RECURSIVE` that say what to mind when the rows of tables are read and compared. */

/** What an index or a statistics object may depend on without any function being run for it when a query is planned. */
const HARMLESS = [
  'pg_class',
  'pg_constraint',
  'pg_collation',
  'pg_opclass',
  'pg_opfamily',
  'pg_am',
  'pg_namespace',
  'pg_extension',
]

/**
 * `running_code(oid)`: tables whose indexes (in expressions or predicate) or statistics (in expressions) use what is not
 * PostgreSQL's own. The planner reads these expressions for any query over the table: it calls functions with constant
 * arguments, as the role that asks, and writes out the bodies of SQL functions, which fails where they name something
 * without its schema. What PostgreSQL itself brought along is in no dependency.
 *
 * A type by itself has no code that is run, but a domain does, and so may what a composite type has within it; among
 * statistics any type may, since their functions need not be immutable and so can hide a user's cast.
 */
export const RUNNING_CODE = `running_code(oid) AS (
    SELECT coalesce(i.indrelid, s.stxrelid)
    FROM pg_depend d
      LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
      LEFT JOIN pg_statistic_ext s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid
      LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
      LEFT JOIN pg_type element ON element.oid = t.typelem
    WHERE (i.indexrelid IS NOT NULL OR s.oid IS NOT NULL)
      AND d.refclassid <> ALL (ARRAY[${HARMLESS.map((name) => `'${name}'`).join(', ')}]::regclass[])
      AND (t.oid IS NULL OR s.oid IS NOT NULL OR t.typtype IN ('c', 'd') OR element.typtype IN ('c', 'd')))`

/** Types of the kin of regclass: PostgreSQL's own, so their oids are the same on every server. */
const ADDRESSES = {
  regproc: 24,
  regprocedure: 2202,
  regoper: 2203,
  regoperator: 2204,
  regclass: 2205,
  regtype: 2206,
  regconfig: 3734,
  regdictionary: 3769,
  regnamespace: 4089,
  regrole: 4096,
  regcollation: 4191,
  regdatabase: 8326,
}
const ADDRESS_OIDS = Object.values(ADDRESSES).join(', ')

/** `holds(held, holder)`: which types are within which: arrays, domains, ranges, multiranges and composite types. */
const HOLDS = `holds(held, holder) AS (
    SELECT t.typelem, t.oid FROM pg_type t WHERE t.typelem >= 16384 OR t.typelem IN (${ADDRESS_OIDS})
    UNION ALL SELECT t.typbasetype, t.oid FROM pg_type t WHERE t.typbasetype >= 16384 OR t.typbasetype IN (${ADDRESS_OIDS})
    UNION ALL SELECT r.rngsubtype, r.rngtypid FROM pg_range r WHERE r.rngtypid >= 16384
    UNION ALL SELECT d.refobjid, d.objid FROM pg_depend d JOIN pg_type m ON m.oid = d.objid AND m.typtype = 'm'
      WHERE d.classid = 'pg_type'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
    UNION ALL SELECT a.atttypid, c.reltype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE (a.atttypid >= 16384 OR a.atttypid IN (${ADDRESS_OIDS})) AND NOT a.attisdropped AND a.attnum > 0)`

/** `address_types(oid)`: the kin of regclass, and all types that have one of them within. */
export const ADDRESS_TYPES = `${HOLDS},
  address_types(oid) AS (
    SELECT t.oid FROM pg_type t WHERE t.oid IN (${ADDRESS_OIDS})
    UNION SELECT h.holder FROM address_types a JOIN holds h ON h.held = a.oid)`

/**
 * `enum_types(oid)`: types whose hash takes in that of an enum. The hash of an enum's label is that of its oid, which is
 * another one after a restore.
 */
const ENUM_TYPES = `${HOLDS},
  enum_types(oid) AS (
    SELECT t.oid FROM pg_type t WHERE t.typtype = 'e'
    UNION SELECT h.holder FROM enum_types e JOIN holds h ON h.held = e.oid)`

/**
 * `moving(oid, root, depth, is_forced)`: partitions whose rows may lie in another one after a restore, with each partitioned table
 * above that they may move within. These are partitioned by a hash that is not the same everywhere: of an enum, by a
 * user's own operator class, or under a nondeterministic collation (the hash is that of ICU's sort key). Of an
 * expression with a polymorphic hash the catalog does not say the type, so it counts as well.
 *
 * pg_dump sees only the enums themselves (`is_forced`), not the arrays and rows of enums, nor the others.
 */
export const MOVING_PARTITIONS = `${ENUM_TYPES},
  moving_keys(oid, is_forced) AS (
    SELECT p.partrelid, o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace FROM pg_partitioned_table p CROSS JOIN LATERAL
      unnest(p.partattrs::int2[], p.partclass::oid[], p.partcollation::oid[]) AS key(attnum, class, collation_oid)
      JOIN pg_opclass o ON o.oid = key.class JOIN pg_type input ON input.oid = o.opcintype
      LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = key.attnum
      LEFT JOIN pg_collation l ON l.oid = key.collation_oid
    WHERE p.partstrat = 'h' AND (o.oid >= 16384 OR NOT coalesce(l.collisdeterministic, true)
      OR (input.typtype = 'p' AND (key.attnum = 0 OR a.atttypid IN (SELECT enum_types.oid FROM enum_types))))),
  moving(oid, root, depth, is_forced) AS (
    SELECT i.inhrelid, k.oid, 1, k.is_forced FROM moving_keys k JOIN pg_inherits i ON i.inhparent = k.oid
    UNION SELECT i.inhrelid, m.root, m.depth + 1, m.is_forced FROM moving m JOIN pg_inherits i ON i.inhparent = m.oid)`
