import { ANNOTATED, type Annotated } from './dumped.js'
import { FIRST_USER_OID, isMember, objectQuery } from './sql.js'

/** What is annotated, as `kind name` of the object in this catalog; its parts by their table. */
const OF = `(CASE
  WHEN o.type IN ('table constraint', 'domain constraint', 'trigger', 'rule', 'policy')
    THEN regexp_replace(o.type, '^table ', '') || ' ' || regexp_replace(o.identity, '^(.*) on (.*)$', '\\2.\\1')
  WHEN o.type LIKE '% column' THEN (SELECT w.type || ' ' || w.identity FROM pg_identify_object(classoid, objoid, 0) w)
  WHEN o.type = 'operator' THEN 'operator ' || objoid::regoperator
  WHEN o.type = 'statistics object' THEN 'statistics ' || o.identity
  ELSE o.type || ' ' || o.identity END)`

/** Transforms were `for t on language l` once, and are `for t language l` since. */
const IDENTITY = `CASE o.type WHEN 'transform' THEN replace(o.identity, ' on language ', ' language ') ELSE o.identity END`

/**
 * The catalogs whose objects a session sees. Only a superuser's dump holds subscriptions, and older servers let only
 * superusers read their oids.
 */
function catalogs(isSuperuser: boolean): Readonly<Record<string, Annotated>> {
  if (!isSuperuser) return ANNOTATED
  const ours = 'x.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())'
  const isOurs = (objid: string): string => `EXISTS (SELECT FROM pg_subscription x WHERE x.oid = ${objid} AND ${ours})`
  return { ...ANNOTATED, pg_subscription: { exists: isOurs, isDumped: isOurs } }
}

function byCatalog(row: string, isSuperuser: boolean, what: keyof Annotated): string {
  const cases = Object.entries(catalogs(isSuperuser)).map(
    ([catalog, annotated]) => `WHEN '${catalog}'::regclass THEN ${annotated[what](`${row}.objoid`)}`,
  )
  return `(CASE ${row}.classoid ${cases.join(' ')} ELSE false END)`
}

/** True of a row of `pg_description` or `pg_seclabel` that `pg_dump` writes. */
function isDumped(row: string, isSuperuser: boolean): string {
  return byCatalog(row, isSuperuser, 'isDumped')
}

/** Only what is there is identified: older servers fail where it is gone. A column may be gone alone. */
const IDENTIFIED = (row: string): string =>
  `CROSS JOIN LATERAL pg_identify_object(${row}.classoid, ${row}.objoid, ${row}.objsubid) o`

export function comments(_major: number, _roles: readonly string[], isSuperuser: boolean): string {
  return objectQuery({
    kind: `'comment'`,
    name: `('on ' || o.type || ' ' || ${IDENTITY})`,
    of: OF,
    facts: { text: 'd.description' },
    from: `FROM (SELECT * FROM pg_description d WHERE ${isDumped('d', isSuperuser)} OFFSET 0) d
      ${IDENTIFIED('d')} WHERE o.identity IS NOT NULL`,
  })
}

export function securityLabels(_major: number, _roles: readonly string[], isSuperuser: boolean): string {
  return objectQuery({
    kind: `'security label'`,
    name: `('of ' || l.provider || ' on ' || o.type || ' ' || ${IDENTITY})`,
    of: OF,
    facts: { label: 'l.label' },
    from: `FROM (SELECT * FROM pg_seclabel l WHERE ${isDumped('l', isSuperuser)} OFFSET 0) l
      ${IDENTIFIED('l')} WHERE o.identity IS NOT NULL`,
  })
}

/**
 * Comments and labels that `pg_dump` does not write, as rows of what and why: their object is gone, or is one that a dump
 * says nothing of, such as a constraint that a partition has from its parent. Those of extensions' members come with them.
 */
export function undumpedAnnotations(isSuperuser: boolean): string {
  const rows = `SELECT 'comment' AS what, d.classoid, d.objoid, d.objsubid FROM pg_description d
    UNION ALL SELECT 'security label of ' || l.provider, l.classoid, l.objoid, l.objsubid FROM pg_seclabel l`
  // Of a subscription such a session cannot know whether it is there.
  const visible = isSuperuser ? 'true' : `a.classoid <> 'pg_subscription'::regclass`
  return `SELECT 'comment' AS reason, coalesce(a.what || ' on ' || o.type || ' ' || o.identity,
      a.what || ' on an object of ' || coalesce(nullif(a.classoid::regclass::text, a.classoid::text), 'an unknown kind')
        || ' that is gone') AS what
    FROM (SELECT a.*, ${byCatalog('a', isSuperuser, 'exists')} AS known, ${isDumped('a', isSuperuser)} AS dumped
      FROM (${rows}) a
      WHERE (a.objoid >= ${FIRST_USER_OID} OR a.classoid = 'pg_largeobject'::regclass) AND ${visible}
        AND NOT ${isMember('a.classoid', 'a.objoid')} OFFSET 0) a
      LEFT JOIN LATERAL pg_identify_object(CASE WHEN a.known THEN a.classoid END, a.objoid, a.objsubid) o ON true
    WHERE NOT a.dumped OR o.identity IS NULL`
}
