import type { CatalogObject, Fact } from '../postgres/catalog/model.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import type { Session } from '../postgres/session.js'

export interface Mapping {
  from: string
  to: string
}

/**
 * Hands everything in the session's database that belongs or is granted to a stand-in over to the role that takes its
 * place, and drops the stand-in. A set's archive names the roles of its source, and pg_restore cannot rename them.
 */
export async function handOver(session: Session, mappings: readonly Mapping[]): Promise<void> {
  for (const { from, to } of mappings) {
    await session.query('BEGIN')
    try {
      for (const { sql } of await session.query<{ sql: string }>(GRANTS, [from, to])) {
        await session.query(sql)
      }
      await session.query(`REASSIGN OWNED BY ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`)
      await session.query(`DROP OWNED BY ${quoteIdentifier(from)}`)
      await session.query(`DROP ROLE ${quoteIdentifier(from)}`)
      await session.query('COMMIT')
    } catch (error) {
      await session.query('ROLLBACK')
      throw error
    }
  }
}

/** Objects that can be granted, with the words that GRANT calls them by. */
const GRANTABLE = `
  SELECT c.relacl AS acl, CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass AS what, '' AS columns
    FROM pg_class c
  UNION ALL SELECT a.attacl, 'TABLE ' || a.attrelid::regclass, '(' || quote_ident(a.attname) || ')' FROM pg_attribute a
  UNION ALL SELECT p.proacl, 'ROUTINE ' || p.oid::regprocedure, '' FROM pg_proc p
  UNION ALL SELECT n.nspacl, 'SCHEMA ' || quote_ident(n.nspname), '' FROM pg_namespace n
  UNION ALL SELECT t.typacl, 'TYPE ' || t.oid::regtype, '' FROM pg_type t WHERE t.typacl IS NOT NULL
  UNION ALL SELECT l.lanacl, 'LANGUAGE ' || quote_ident(l.lanname), '' FROM pg_language l
  UNION ALL SELECT w.fdwacl, 'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname), '' FROM pg_foreign_data_wrapper w
  UNION ALL SELECT s.srvacl, 'FOREIGN SERVER ' || quote_ident(s.srvname), '' FROM pg_foreign_server s
  UNION ALL SELECT m.lomacl, 'LARGE OBJECT ' || m.oid, '' FROM pg_largeobject_metadata m`

/** What is granted to $1, as statements that grant it to $2; the policies and default privileges of $1, made those of $2. */
const GRANTS = `
  SELECT format('GRANT %s %s ON %s TO %I%s', x.privilege_type, g.columns, g.what, $2::text,
      CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS sql
    FROM (${GRANTABLE}) g, aclexplode(g.acl) x WHERE x.grantee = $1::regrole
  UNION ALL
  SELECT format('ALTER POLICY %I ON %s TO %s', p.polname, p.polrelid::regclass,
      (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' WHEN $1::regrole THEN quote_ident($2) ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
        FROM unnest(p.polroles) r))
    FROM pg_policy p WHERE $1::regrole = ANY (p.polroles)
  UNION ALL
  SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s GRANT %s ON %s TO %s',
      CASE d.defaclrole WHEN $1::regrole THEN $2 ELSE pg_get_userbyid(d.defaclrole) END,
      CASE WHEN d.defaclnamespace <> 0 THEN 'IN SCHEMA ' || d.defaclnamespace::regnamespace ELSE '' END, x.privilege_type,
      CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
        ELSE 'SCHEMAS' END,
      CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN $1::regrole THEN quote_ident($2) ELSE quote_ident(pg_get_userbyid(x.grantee)) END)
    FROM pg_default_acl d, aclexplode(d.defaclacl) x WHERE d.defaclrole = $1::regrole OR x.grantee = $1::regrole`

/** The source's objects as they are on the target: those of mapped roles belong to the roles that take their place. */
export function mappedObjects(objects: readonly CatalogObject[], mappings: readonly Mapping[]): CatalogObject[] {
  if (mappings.length === 0) {
    return [...objects]
  }
  const roles = new Map(mappings.map(({ from, to }) => [from, to]))
  const role = (name: string) => roles.get(name) ?? name
  return objects.map((object) => ({
    ...object,
    name: isNamedByRole(object) ? mappedName(object.name, role) : object.name,
    ...(object.owner !== undefined && { owner: role(object.owner) }),
    ...(object.grants !== undefined && { grants: mappedGrants(object.grants, role) }),
    facts: mappedFacts(object, role),
  }))
}

function isNamedByRole({ kind }: CatalogObject): boolean {
  return kind === 'default privileges' || kind === 'large objects' || kind === 'user mapping'
}

/** `for role from in schema public on tables`, `owned by from (reader: SELECT)` */
function mappedName(name: string, role: (name: string) => string): string {
  return name
    .replace(/^((?:for role|owned by) )(\S+)/, (_, words: string, from: string) => words + role(from))
    .replace(/ \((.*)\)$/, (_, grants: string) => ` (${mappedGrants(grants.split(', '), role).join(', ')})`)
}

/** Grants to both roles become one. */
function mappedGrants(grants: readonly string[], role: (name: string) => string): string[] {
  const mapped = grants.map((grant) => {
    const [, grantee = '', rest = ''] = /^(.*)(: .*)$/s.exec(grant) ?? []
    return asGrantee(role(fromGrantee(grantee))) + rest
  })
  return [...new Set(mapped)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function fromGrantee(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
}

function asGrantee(name: string): string {
  return name === 'PUBLIC' || /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function mappedFacts({ kind, facts }: CatalogObject, role: (name: string) => string): Record<string, Fact> {
  if (kind === 'policy' && Array.isArray(facts.roles)) {
    return { ...facts, roles: facts.roles.map(role).sort() }
  }
  return kind === 'database' && Array.isArray(facts.settings)
    ? { ...facts, settings: facts.settings.map((setting) => mappedSetting(setting, role)).sort() }
    : facts
}

/** `reader: work_mem=8MB`; a setting of the database itself begins with its name. */
function mappedSetting(setting: string, role: (name: string) => string): string {
  return setting.replace(/^("(?:[^"]|"")*"|[a-z_][\w$]*)(?=: )/, (from) => asGrantee(role(fromGrantee(from))))
}
