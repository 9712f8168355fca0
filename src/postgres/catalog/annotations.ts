import { FIRST_USER_OID, isMember, objectQuery } from './sql.js'

/** Of what users made, or of `public`, and not inside an extension. */
function isAnnotated(row: string): string {
  return `(${row}.objoid >= ${FIRST_USER_OID}
      OR (${row}.classoid = 'pg_namespace'::regclass AND ${row}.objoid = to_regnamespace('public')))
    AND NOT ${isMember(`${row}.classoid`, `${row}.objoid`)}`
}

/** What is annotated, as `kind name` of the object in this catalog; its parts by their table. */
const ANNOTATED = `(CASE
  WHEN o.type IN ('table constraint', 'domain constraint', 'trigger', 'rule', 'policy')
    THEN regexp_replace(o.type, '^table ', '') || ' ' || regexp_replace(o.identity, '^(.*) on (.*)$', '\\2.\\1')
  WHEN o.type LIKE '% column' THEN (SELECT w.type || ' ' || w.identity FROM pg_identify_object(classoid, objoid, 0) w)
  WHEN o.type = 'operator' THEN 'operator ' || objoid::regoperator
  WHEN o.type = 'statistics object' THEN 'statistics ' || o.identity
  ELSE o.type || ' ' || o.identity END)`

export function comments(): string {
  return objectQuery({
    kind: `'comment'`,
    name: `('on ' || o.type || ' ' || o.identity)`,
    of: ANNOTATED,
    facts: { text: 'd.description' },
    from: `FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) o
      WHERE ${isAnnotated('d')}`,
  })
}

export function securityLabels(): string {
  return objectQuery({
    kind: `'security label'`,
    name: `('of ' || l.provider || ' on ' || o.type || ' ' || o.identity)`,
    of: ANNOTATED,
    facts: { label: 'l.label' },
    from: `FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) o
      WHERE ${isAnnotated('l')}`,
  })
}
