import { RELATION, RELATION_NAME, isDumpedRelation } from './relations.js'
import {
  FIRST_USER_OID,
  extensionsOfNeed,
  isNoMember,
  isRole,
  list,
  objectQuery,
  procedure,
  quoted,
  word,
} from './sql.js'

const ENABLED = { O: 'yes', D: 'no', R: 'on replicas', A: 'always' }

/**
 * Triggers that users made, not those behind constraints. A partition's copy of its parent's trigger counts only where it
 * is enabled otherwise than the parent's, as for `pg_dump`.
 */
export function triggers(): string {
  return objectQuery({
    kind: `'trigger'`,
    name: `${RELATION_NAME} || '.' || ${quoted('t.tgname')}`,
    of: RELATION,
    facts: {
      enabled: word('t.tgenabled', ENABLED),
      // Of a trigger that a partition has from its parent: told only where it is not as the parent's, which is this.
      enabledOfParent: word('u.tgenabled', ENABLED),
      definition: `CASE WHEN t.tgqual IS NULL THEN pg_get_triggerdef(t.oid) END`,
      function: procedure('t.tgfoid'),
      dependsOnExtensions: extensionsOfNeed('pg_trigger', 't.oid'),
    },
    deparsed: { definition: `CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid) END` },
    from: `FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_trigger u ON u.oid = t.tgparentid
      WHERE ${isDumpedRelation(`'r', 'p', 'v', 'f'`)}
        AND t.tgconstraint NOT IN (SELECT k.oid FROM pg_constraint k WHERE k.contype <> 't')
        AND ((NOT t.tgisinternal AND t.tgparentid = 0) OR t.tgenabled <> u.tgenabled)`,
  })
}

/** Rewrite rules other than those that make a view a view. */
export function rules(): string {
  return objectQuery({
    kind: `'rule'`,
    name: `${RELATION_NAME} || '.' || ${quoted('r.rulename')}`,
    of: RELATION,
    facts: {
      event: word('r.ev_type', { 1: 'select', 2: 'update', 3: 'insert', 4: 'delete' }),
      instead: 'r.is_instead',
      enabled: word('r.ev_enabled', ENABLED),
    },
    deparsed: { definition: 'pg_get_ruledef(r.oid)' },
    from: `FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${isDumpedRelation(`'r', 'p', 'v', 'm', 'f'`)} AND r.rulename <> '_RETURN'`,
  })
}

/** Row-level security policies; whether they are in force is a fact of the table. */
export function policies(): string {
  return objectQuery({
    kind: `'policy'`,
    name: `${RELATION_NAME} || '.' || ${quoted('p.polname')}`,
    of: RELATION,
    facts: {
      command: word('p.polcmd', { r: 'select', a: 'insert', w: 'update', d: 'delete', '*': 'all' }),
      permissive: 'p.polpermissive',
      roles: list(`ARRAY(SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END COLLATE "C"
        FROM unnest(p.polroles) r WHERE r = 0 OR ${isRole('r')} ORDER BY 1)`),
    },
    deparsed: {
      using: 'pg_get_expr(p.polqual, p.polrelid)',
      withCheck: 'pg_get_expr(p.polwithcheck, p.polrelid)',
    },
    from: `FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${isDumpedRelation(`'r', 'p'`)}`,
  })
}

export function eventTriggers(): string {
  return objectQuery({
    kind: `'event trigger'`,
    name: quoted('e.evtname'),
    owner: 'e.evtowner',
    facts: {
      event: 'e.evtevent',
      enabled: word('e.evtenabled', ENABLED),
      function: procedure('e.evtfoid'),
      tags: list('e.evttags'),
    },
    from: `FROM pg_event_trigger e WHERE e.oid >= ${FIRST_USER_OID} AND ${isNoMember('pg_event_trigger', 'e.oid')}`,
  })
}
