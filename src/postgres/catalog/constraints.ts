import { RELATION, RELATION_NAME, isDumpedRelation } from './relations.js'
import {
  extensionsOfNeed,
  flag,
  isDumpedSchema,
  isNoMember,
  list,
  objectQuery,
  qualified,
  quoted,
  word,
} from './sql.js'

const TYPE = word('k.contype', {
  c: 'check',
  f: 'foreign key',
  p: 'primary key',
  u: 'unique',
  x: 'exclusion',
  n: 'not null',
})

/** Whether it holds is a fact of its own, with a finding of its own. */
const definition = (constraint: string): string =>
  `regexp_replace(pg_get_constraintdef(${constraint}.oid), ' NOT VALID$', '')`
const DEFINITION = definition('k')

/**
 * The triggers by which PostgreSQL enforces a constraint, here and on partitions, that are not as it makes them: without
 * them a foreign key holds only in name.
 */
const DISABLED_ENFORCEMENT = `
  WITH RECURSIVE off AS (
    SELECT t.tgconstraint AS at, 'on ' || t.tgrelid::regclass || ': '
        || CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' ELSE 'always' END AS what
      FROM pg_trigger t WHERE t.tgisinternal AND t.tgconstraint <> 0 AND t.tgenabled <> 'O'
    UNION ALL
    SELECT k.conparentid, off.what FROM off JOIN pg_constraint k ON k.oid = off.at WHERE k.conparentid <> 0)
  SELECT off.at AS root, array_agg(DISTINCT off.what COLLATE "C" ORDER BY off.what COLLATE "C") AS disabled
  FROM off GROUP BY off.at`

/**
 * Checks that a child has from its parent and that are validated here alone: `VALIDATE CONSTRAINT` on the child, or a child
 * that is newer than the parent's `NOT VALID`. A dump tells of no inherited check, so after a restore they are what the
 * parents' are. A check that is valid comes back as valid where it is the relation's own, a partition's, or had from one
 * that does.
 */
export const VALIDATED_HERE_ALONE = `
  WITH RECURSIVE kept AS (
    SELECT k.oid, k.conrelid, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      WHERE k.contype = 'c' AND k.convalidated AND (k.conislocal OR c.relispartition)
    UNION
    SELECT k.oid, k.conrelid, k.conname FROM kept
      JOIN pg_inherits h ON h.inhparent = kept.conrelid
      JOIN pg_constraint k ON k.conrelid = h.inhrelid AND k.conname = kept.conname AND k.contype = 'c' AND k.convalidated)
  SELECT k.oid FROM pg_constraint k
  WHERE k.contype = 'c' AND k.conrelid <> 0 AND k.convalidated AND k.oid NOT IN (SELECT kept.oid FROM kept)`

/**
 * A foreign key of a partition that says what its parent's says too. Whichever is restored first decides whether PostgreSQL
 * makes one of both or keeps two; what they forbid is the same.
 */
const SAYS_WHAT_PARENT_SAYS = `(c.relispartition AND EXISTS (
  SELECT FROM pg_partition_ancestors(c.oid) a JOIN pg_constraint f ON f.conrelid = a.relid AND f.contype = 'f'
  WHERE a.relid <> c.oid AND f.confrelid = k.confrelid AND ${definition('f')} = ${definition('k')}))`

/** Constraints whose text has expressions in it. */
const HAS_EXPRESSION = `k.contype IN ('c', 'x')`

function constraintFacts(major: number): Record<string, string> {
  return {
    type: TYPE,
    definition: `CASE WHEN NOT (${HAS_EXPRESSION}) THEN ${DEFINITION} END`,
    validated: 'k.convalidated',
    deferrable: flag('k.condeferrable'),
    deferred: flag('k.condeferred'),
    noInherit: flag(`k.connoinherit AND k.contype IN ('c', 'n')`),
    notEnforced: major >= 18 ? flag('NOT k.conenforced') : 'NULL',
  }
}

/**
 * Constraints of tables. Foreign keys that a partition has from its parent, or could have, are left out, because their
 * names are made anew; the triggers of constraints are triggers. What 18 records for NOT NULL is a kind of its own, since other majors
 * have no such rows.
 */
export function tableConstraints(major: number): string {
  return objectQuery({
    kind: `CASE k.contype WHEN 'n' THEN 'not-null constraint' ELSE 'constraint' END`,
    name: `${RELATION_NAME} || '.' || ${quoted('k.conname')}`,
    of: RELATION,
    facts: {
      ...constraintFacts(major),
      validated: `k.convalidated AND k.oid NOT IN (${VALIDATED_HERE_ALONE})`,
      // With several parents, a restore may take the name from another one.
      nameInherited: flag(`k.contype = 'n' AND NOT k.conislocal`),
      clusteredOn: flag('i.indisclustered'),
      replicaIdentity: flag('i.indisreplident'),
      // Not declared here, but had from a parent. What else makes a constraint local is another matter in each major.
      inherited: flag(`k.contype = 'c' AND NOT k.conislocal`),
      indexOptions: list(`ARRAY(SELECT unnest(x.reloptions) COLLATE "C" ORDER BY 1)`),
      statisticsTargets: list(`ARRAY(SELECT a.attnum || ': ' || a.attstattarget FROM pg_attribute a
        WHERE a.attrelid = x.oid AND a.attstattarget >= 0 ORDER BY a.attnum)`),
      partOf: `(SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = x.oid)`,
      disabledTriggers: list('e.disabled'),
      dependsOnExtensions: extensionsOfNeed('pg_class', 'x.oid'),
    },
    deparsed: { definition: `CASE WHEN ${HAS_EXPRESSION} THEN ${DEFINITION} END` },
    from: `FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
      LEFT JOIN pg_class x ON x.oid = i.indexrelid
      LEFT JOIN (${DISABLED_ENFORCEMENT}) e ON e.root = k.oid
      WHERE ${isDumpedRelation(`'r', 'p', 'f'`)}
        AND (k.contype IN ('c', 'p', 'u', 'x', 'n') OR (k.contype = 'f' AND k.conparentid = 0 AND NOT ${SAYS_WHAT_PARENT_SAYS}))`,
  })
}

/** Constraints of domains; NOT NULL is a fact of the domain itself. */
export function domainConstraints(major: number): string {
  const domain = qualified('n.nspname', 't.typname')
  return objectQuery({
    kind: `'domain constraint'`,
    name: `${domain} || '.' || ${quoted('k.conname')}`,
    of: `'type ' || ${domain}`,
    facts: constraintFacts(major),
    deparsed: { definition: DEFINITION },
    from: `FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE k.contype = 'c' AND ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_type', 't.oid')}`,
  })
}

/**
 * Indexes that no constraint made. An invalid one (a failed `CREATE INDEX CONCURRENTLY`) is left out as `pg_dump` leaves
 * it out, so it is missing where it should be valid.
 */
export function indexes(): string {
  return objectQuery({
    kind: `'index'`,
    name: qualified('n.nspname', 'x.relname'),
    of: RELATION,
    facts: {
      definition: `CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN pg_get_indexdef(x.oid) END`,
      table: RELATION_NAME,
      invalid: flag('NOT i.indisvalid'),
      dependsOnExtensions: extensionsOfNeed('pg_class', 'x.oid'),
      clusteredOn: flag('i.indisclustered'),
      replicaIdentity: flag('i.indisreplident'),
      partOf: `(SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = x.oid)`,
      statisticsTargets: list(`ARRAY(SELECT a.attnum || ': ' || a.attstattarget FROM pg_attribute a
        WHERE a.attrelid = x.oid AND a.attstattarget >= 0 ORDER BY a.attnum)`),
    },
    deparsed: {
      definition: `CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL THEN pg_get_indexdef(x.oid) END`,
    },
    from: `FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${isDumpedRelation(`'r', 'p', 'm'`)} AND (i.indisvalid OR x.relkind = 'I')
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`,
  })
}

/** Extended statistics; what was gathered is not part of a backup. */
export function statisticsObjects(major: number): string {
  const expressions = major >= 14 ? 's.stxexprs IS NOT NULL' : 'false'
  return objectQuery({
    kind: `'statistics'`,
    name: qualified('n.nspname', 's.stxname'),
    of: `'schema ' || ${quoted('n.nspname')}`,
    owner: 's.stxowner',
    facts: {
      definition: `CASE WHEN NOT ${expressions} THEN pg_get_statisticsobjdef(s.oid) END`,
      target: 'nullif(s.stxstattarget, -1)',
    },
    deparsed: { definition: `CASE WHEN ${expressions} THEN pg_get_statisticsobjdef(s.oid) END` },
    from: `FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_statistic_ext', 's.oid')}`,
  })
}
