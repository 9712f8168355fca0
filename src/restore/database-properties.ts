import type { CatalogObject, Fact } from '../postgres/catalog/model.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { QueryError } from '../postgres/query-error.js'
import type { Queryable } from '../postgres/queryable.js'

/** What belongs to a database as a whole and not to what is in it. */
export interface DatabaseProperties {
  owner: string | null
  connectionLimit: number
  /** Null where nothing was granted or revoked; a grant to null is to PUBLIC. */
  grants: { role: string | null; privilege: string; grantable: boolean }[] | null
  /** `ALTER DATABASE … SET`, for all roles (null) or for one. */
  settings: { role: string | null; name: string; value: string }[]
  comment: string | null
}

interface PropertiesRow {
  owner: string
  limit: number
  grants: DatabaseProperties['grants']
  settings: { role: string | null; text: string }[]
  comment: string | null
}

/** Reads them from the server. */
export async function readProperties(session: Queryable, database: string): Promise<DatabaseProperties> {
  const [row] = await session.query<PropertiesRow>(
    `SELECT pg_catalog.pg_get_userbyid(d.datdba)::text AS owner, d.datconnlimit AS limit,
       pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
       CASE WHEN d.datacl IS NOT NULL THEN coalesce((SELECT jsonb_agg(jsonb_build_object(
           'role', CASE x.grantee WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END,
           'privilege', x.privilege_type, 'grantable', x.is_grantable))
         FROM pg_catalog.aclexplode(d.datacl) x), '[]') END AS grants,
       coalesce((SELECT jsonb_agg(jsonb_build_object(
           'role', CASE s.setrole WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(s.setrole)::text END, 'text', t.text))
         FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) AS t(text)
         WHERE s.setdatabase = d.oid), '[]') AS settings
     FROM pg_catalog.pg_database d WHERE d.datname = $1`,
    [database],
  )
  if (row === undefined) {
    throw new TypeError(`there is no database ${database} to describe`)
  }
  return {
    owner: row.owner,
    connectionLimit: row.limit,
    grants: row.grants,
    settings: row.settings.map(({ role, text }) => ({ role, ...settingOf(text) })),
    comment: row.comment,
  }
}

/** Those that the source had, from its catalog. Roles that are not on the target are left out. */
export function propertiesFrom(
  objects: readonly CatalogObject[],
  isThere: (role: string) => boolean,
): DatabaseProperties | null {
  const database = objects.find(({ kind }) => kind === 'database')
  if (database === undefined) {
    return null
  }
  const { owner, grants = [], facts } = database
  return {
    owner: owner !== undefined && isThere(owner) ? owner : null,
    connectionLimit: typeof facts.connectionLimit === 'number' ? facts.connectionLimit : -1,
    grants: grants.map(grantOf).filter(({ role }) => role === null || isThere(role)),
    settings: listOf(facts.settings)
      .map(storedSettingOf)
      .filter(({ role }) => role === null || isThere(role)),
    comment: typeof facts.comment === 'string' ? facts.comment : null,
  }
}

/**
 * Gives a database these properties, whatever it had before, but for the comment. What our role may not set is returned,
 * in words that hold no values: a lost setting is no reason to do without the data.
 */
export async function applyProperties(
  session: Queryable,
  database: string,
  properties: DatabaseProperties,
): Promise<{ what: string; why: string }[]> {
  const lost: { what: string; why: string }[] = []
  for (const { what, sql } of propertyStatements(database, properties)) {
    try {
      await session.query(sql)
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      lost.push({ what, why: error.problem })
    }
  }
  return lost
}

/** The statement that gives a database its comment, or takes it away. */
export function commentStatement(database: string, comment: string | null): string {
  return `COMMENT ON DATABASE ${quoteIdentifier(database)} IS ${comment === null ? 'NULL' : literal(comment)}`
}

interface PropertyStatement {
  what: string
  sql: string
}

function propertyStatements(database: string, properties: DatabaseProperties): PropertyStatement[] {
  const name = quoteIdentifier(database)
  const { owner, connectionLimit, grants, settings } = properties
  return [
    ...(owner === null
      ? []
      : [{ what: `its owner "${owner}"`, sql: `ALTER DATABASE ${name} OWNER TO ${quoteIdentifier(owner)}` }]),
    { what: 'its connection limit', sql: `ALTER DATABASE ${name} CONNECTION LIMIT ${connectionLimit}` },
    ...grantStatements(name, owner, grants).map((sql) => ({ what: 'its grants', sql })),
    ...settings.map((setting) => ({
      what: `the setting ${setting.name}${setting.role === null ? '' : ` of the role "${setting.role}"`}`,
      sql: settingStatement(name, setting),
    })),
  ]
}

function grantStatements(name: string, owner: string | null, grants: DatabaseProperties['grants']): string[] {
  if (grants === null) {
    return [`GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO PUBLIC`]
  }
  const revoked = ['PUBLIC', ...(owner === null ? [] : [quoteIdentifier(owner)])]
  return [
    ...revoked.map((role) => `REVOKE ALL ON DATABASE ${name} FROM ${role}`),
    ...grants.map(({ role, privilege, grantable }) => {
      const to = role === null ? 'PUBLIC' : quoteIdentifier(role)
      return `GRANT ${privilege} ON DATABASE ${name} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`
    }),
  ]
}

/** Settings whose value is a list of names: each of them is a value of its own. */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
])

function settingStatement(database: string, { role, name, value }: DatabaseProperties['settings'][number]): string {
  const whose = role === null ? `DATABASE ${database}` : `ROLE ${quoteIdentifier(role)} IN DATABASE ${database}`
  const parameter = name.split('.').map(quoteIdentifier).join('.')
  return `ALTER ${whose} SET ${parameter} TO ${LISTS.has(name) ? listValue(value) : literal(value)}`
}

/** `"$user", public` as `'$user', 'public'`. */
function listValue(value: string): string {
  const names = value.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? ['']
  return names.map((each) => literal(each.startsWith('"') ? each.slice(1, -1).replaceAll('""', '"') : each)).join(', ')
}

/** `name=value` */
function settingOf(text: string): { name: string; value: string } {
  const end = text.indexOf('=')
  return { name: text.slice(0, end), value: text.slice(end + 1) }
}

/** `name=value`, with `role: ` in front where it is of one role. */
function storedSettingOf(text: string): DatabaseProperties['settings'][number] {
  const [, role, setting = text] = /^("(?:[^"]|"")*"|[a-z_][\w$]*): (.*)$/s.exec(text) ?? []
  return { role: role === undefined ? null : unquoted(role), ...settingOf(setting) }
}

/** `reader: CONNECT (with grant option)` */
function grantOf(text: string): { role: string | null; privilege: string; grantable: boolean } {
  const [, role = '', privilege = '', option] = /^(.*): ([A-Z ]+?)( \(with grant option\))?$/s.exec(text) ?? []
  return { role: role === 'PUBLIC' ? null : unquoted(role), privilege, grantable: option !== undefined }
}

function listOf(fact: Fact | undefined): string[] {
  return Array.isArray(fact) ? fact : []
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
