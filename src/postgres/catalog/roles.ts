import { flag, isRole, list, literal, objectQuery, privilege, quoted } from './sql.js'

/**
 * Roles that own something, hold privileges, are named by policies and mappings or have settings of their own in this
 * database, with its owner and the role that `initdb` made; PostgreSQL's predefined roles are everywhere and left out.
 */
export const RELEVANT_ROLES = `
  SELECT r.oid, r.rolname FROM pg_roles r
  WHERE r.rolname !~ '^pg_' AND (r.oid = 10
    OR r.oid = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())
    OR r.oid IN (SELECT s.refobjid FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
      WHERE s.refclassid = 'pg_authid'::regclass
        AND (s.dbid = d.oid OR (s.classid = 'pg_database'::regclass AND s.objid = d.oid)))
    OR r.oid IN (SELECT s.setrole FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
      WHERE d.datname = current_database()))`

/** The relevant roles, and those that they are members of, whatever the chain: what these may do, the members may. */
const DESCRIBED_ROLES = `
  WITH RECURSIVE chain(oid) AS (
    SELECT r.oid FROM (${RELEVANT_ROLES}) r
    UNION SELECT m.roleid FROM chain JOIN pg_auth_members m ON m.member = chain.oid)
  SELECT chain.oid FROM chain JOIN pg_roles r ON r.oid = chain.oid WHERE r.rolname !~ '^pg_'`

/**
 * Attributes, memberships, comments and settings of the relevant roles but the bootstrap role, which every cluster has of its own.
 *
 * @param also roles that are told of where they exist, relevant or not: a copy of a database has the same objects, but not
 * the grants on the database itself, which may be all that makes a role relevant to the source
 */
export function roles(major: number, also: readonly string[] = []): string {
  const detail = (column: string, words: string): string =>
    major >= 16 ? `CASE WHEN ${column} THEN ' (${words})' ELSE '' END` : `''`
  return objectQuery({
    kind: `'role'`,
    name: quoted('r.rolname'),
    facts: {
      superuser: flag('r.rolsuper'),
      createRole: flag('r.rolcreaterole'),
      createDatabase: flag('r.rolcreatedb'),
      login: flag('r.rolcanlogin'),
      bypassRowSecurity: flag('r.rolbypassrls'),
      replication: flag('r.rolreplication'),
      inherit: flag('r.rolinherit'),
      connectionLimit: 'nullif(r.rolconnlimit, -1)',
      validUntil: `nullif(r.rolvaliduntil::text, 'infinity')`,
      memberOf: list(`ARRAY(SELECT DISTINCT pg_get_userbyid(m.roleid)
          || CASE WHEN m.admin_option THEN ' (with admin option)' ELSE '' END COLLATE "C"
        FROM pg_auth_members m WHERE m.member = r.oid AND ${isRole('m.roleid')} ORDER BY 1)`),
      memberOptions:
        major >= 16
          ? list(`ARRAY(SELECT DISTINCT pg_get_userbyid(m.roleid)
          || ${detail('m.inherit_option', 'inherit')} || ${detail('m.set_option', 'set')} COLLATE "C"
        FROM pg_auth_members m WHERE m.member = r.oid AND ${isRole('m.roleid')} ORDER BY 1)`)
          : 'NULL',
      settings: list(`(SELECT s.setconfig FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0)`),
      comment: `shobj_description(r.oid, 'pg_authid')`,
      securityLabels: list(`ARRAY(SELECT l.provider || ': ' || l.label COLLATE "C" FROM pg_shseclabel l
        WHERE l.classoid = 'pg_authid'::regclass AND l.objoid = r.oid ORDER BY 1)`),
    },
    from: `FROM pg_roles r WHERE r.oid <> 10
      AND (r.oid IN (SELECT described.oid FROM (${DESCRIBED_ROLES}) described)
        OR r.rolname::text = ANY (ARRAY[${also.map(literal).join(', ')}]::text[]))`,
  })
}

/** `GRANT … ON PARAMETER`, which pg_dumpall writes with the roles. The bootstrap role may set everything anyway. */
export function parameters(major: number): string {
  const granted = `ARRAY(SELECT DISTINCT ${privilege('x')} COLLATE "C" FROM aclexplode(a.paracl) x
    WHERE x.grantee <> 10 AND (x.grantee = 0 OR ${isRole('x.grantee')}) ORDER BY 1)`
  return objectQuery({
    kind: `'parameter'`,
    name: 'p.name',
    facts: { granted: list('p.granted') },
    from:
      major >= 15
        ? `FROM (SELECT a.parname AS name, ${granted} AS granted FROM pg_parameter_acl a) p WHERE p.granted <> '{}'`
        : `FROM (SELECT '' AS name, '{}'::text[] AS granted) p WHERE false`,
  })
}
