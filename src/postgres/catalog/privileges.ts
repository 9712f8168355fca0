import { isMember, isRole, list, objectQuery, privileges } from './sql.js'

/** `ALTER DEFAULT PRIVILEGES`, named as PostgreSQL names them: `for role app in schema public on tables`. */
export function defaultPrivileges(): string {
  return objectQuery({
    kind: `'default privileges'`,
    name: `(pg_identify_object('pg_default_acl'::regclass, d.oid, 0)).identity`,
    acl: { column: 'd.defaclacl' },
    facts: {},
    // In a schema nothing is granted by default, so what only a role had that is gone is nothing.
    from: `FROM pg_default_acl d WHERE ${isRole('d.defaclrole')}
      AND (d.defaclnamespace = 0 OR ${privileges('d.defaclacl')} <> '{}')`,
  })
}

/** Objects that `initdb` or an extension made, with the letter by which `acldefault` knows their kind. */
const GRANTABLE = `
  SELECT 'pg_class'::regclass AS classid, c.oid AS objid, 0 AS objsubid, c.relacl AS acl, c.relowner AS owner,
    (CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char" AS type, c.relnamespace AS schema FROM pg_class c
  UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, c.relowner, 'c', c.relnamespace
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, p.proacl, p.proowner, 'f', p.pronamespace FROM pg_proc p
  UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, t.typacl, t.typowner, 'T', t.typnamespace FROM pg_type t
  UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspacl, n.nspowner, 'n', n.oid FROM pg_namespace n
  UNION ALL SELECT 'pg_language'::regclass, l.oid, 0, l.lanacl, l.lanowner, 'l', 0 FROM pg_language l
  UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, w.fdwacl, w.fdwowner, 'F', 0
    FROM pg_foreign_data_wrapper w
  UNION ALL SELECT 'pg_foreign_server'::regclass, s.oid, 0, s.srvacl, s.srvowner, 'S', 0 FROM pg_foreign_server s`

/** Of `information_schema` nothing is dumped, of `pg_catalog` the privileges that were changed. */
const IN_SYSTEM_SCHEMA = `g.schema = 'pg_catalog'::regnamespace`

/**
 * Privileges on system objects and on members of extensions that somebody changed. Given as what was granted and revoked
 * since, because what was there at first depends on the major and on the extension's version.
 */
export function changedPrivileges(): string {
  const now = privileges('coalesce(g.acl, acldefault(g.type, g.owner))')
  const first = privileges('coalesce(i.initprivs, acldefault(g.type, g.owner))')
  return objectQuery({
    kind: `'changed privileges'`,
    name: `o.type || ' ' || o.identity`,
    facts: {
      granted: list(`ARRAY(SELECT unnest(${now}) EXCEPT SELECT unnest(${first}) ORDER BY 1)`),
      revoked: list(`ARRAY(SELECT unnest(${first}) EXCEPT SELECT unnest(${now}) ORDER BY 1)`),
    },
    from: `FROM (${GRANTABLE}) g
      LEFT JOIN pg_init_privs i ON i.classoid = g.classid AND i.objoid = g.objid AND i.objsubid = g.objsubid
      CROSS JOIN LATERAL pg_identify_object(g.classid, g.objid, g.objsubid) o
      WHERE g.acl IS DISTINCT FROM i.initprivs AND (${IN_SYSTEM_SCHEMA} OR ${isMember('g.classid', 'g.objid')})
        AND NOT ${now} = ${first}`,
  })
}
