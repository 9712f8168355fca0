import type { CatalogObject, Fact } from '../postgres/catalog/model.js'
import { quoteIdentifier } from '../postgres/identifier.js'

/** What belongs to a database as a whole and not to what is in it. */
export interface DatabaseProperties {
  owner: string | null
  connectionLimit: number
  isTemplate: boolean
  refusesConnections: boolean
  /** All that is granted, the defaults written out; a grant to null is to PUBLIC. */
  grants: { role: string | null; privilege: string; grantable: boolean }[]
  /** `ALTER DATABASE … SET`, for all roles (null) or for one. */
  settings: { role: string | null; name: string; value: string }[]
  comment: string | null
  securityLabels: { provider: string; label: string }[]
}

/** What a statement is about: a fact of the database's catalog object, its owner, its grants, or one of its settings. */
export type Aspect =
  'none' | 'owner' | 'grants' | 'connectionLimit' | 'template' | 'refusesConnections' | 'comment' | Entry

/** One entry of a list among the facts, as the catalog writes it. */
export interface Entry {
  fact: 'settings' | 'securityLabels'
  /** What stands before the value: `work_mem`, `reader: work_mem`, a provider of labels. */
  key: string
}

export interface PropertyStatement {
  aspect: Aspect
  /** In words that hold no values: a setting may be a secret. */
  what: string
  /** One line, with psql's variable `:"database"` for the name of the database. */
  sql: string
}

/** How a statement calls the database: as psql does, whatever name it will have. */
const PLACE = ':"database"'

/** The database among the objects of a catalog; undefined in a catalog that has none. */
export function databaseIn(objects: readonly CatalogObject[]): CatalogObject | undefined {
  return objects.find(({ kind }) => kind === 'database')
}

/**
 * The text of `database.sql`: what gives a restored database the owner, settings, grants and comment of the source. A
 * statement a line, for `psql --set=database=NAME --file=database.sql` in a session with any database of the server.
 */
export function databaseScript(database: CatalogObject): string {
  return [
    '-- What belongs to the database as a whole. Run it last, when everything is restored, because settings are in force',
    '-- from the next session on:  psql --dbname=postgres --set=database=NAME --file=database.sql',
    `SET client_encoding = 'UTF8';`,
    'SET standard_conforming_strings = on;',
    ...propertyStatements(propertiesOf(database)).map(({ sql }) => `${sql};`),
    '',
  ].join('\n')
}

/** The statements about the database in such a text, in their order. */
export function scriptStatements(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.includes(PLACE) && !line.startsWith('--'))
    .map((line) => line.replace(/;$/, ''))
}

/** A statement for the database of that name. Quoted names double their quotes, so the first place is the only one. */
export function statementFor(database: string, sql: string): string {
  return sql.replace(PLACE, () => quoteIdentifier(database))
}

/** What a catalog says of a database, as data. */
export function propertiesOf({ owner, grants = [], facts }: CatalogObject): DatabaseProperties {
  return {
    owner: owner ?? null,
    connectionLimit: typeof facts.connectionLimit === 'number' ? facts.connectionLimit : -1,
    isTemplate: facts.template === true,
    refusesConnections: facts.refusesConnections === true,
    grants: grants.map(grantOf),
    settings: listOf(facts.settings).map(storedSettingOf),
    comment: typeof facts.comment === 'string' ? facts.comment : null,
    securityLabels: listOf(facts.securityLabels).map(labelOf),
  }
}

/** Everything that gives a database these properties, whatever it had before. The owner comes first: grants are his. */
export function propertyStatements(properties: DatabaseProperties): PropertyStatement[] {
  const { owner, connectionLimit, grants, settings, comment, securityLabels } = properties
  const database = `DATABASE ${PLACE}`
  return [
    ...(owner === null
      ? []
      : [about('owner', `its owner "${owner}"`, `ALTER ${database} OWNER TO ${identifier(owner)}`)]),
    about('connectionLimit', 'its connection limit', `ALTER ${database} CONNECTION LIMIT ${connectionLimit}`),
    ...grantStatements(owner, grants).map((sql) => about('grants', 'its grants', sql)),
    ...settings.map(settingStatement),
    ...(comment === null ? [] : [about('comment', 'its comment', `COMMENT ON ${database} IS ${literal(comment)}`)]),
    ...securityLabels.map(({ provider, label }) =>
      about(
        { fact: 'securityLabels', key: provider },
        `its security label of "${provider}"`,
        `SECURITY LABEL FOR ${identifier(provider)} ON ${database} IS ${literal(label)}`,
      ),
    ),
    ...(properties.isTemplate
      ? [about('template', 'that it is a template', `ALTER ${database} IS_TEMPLATE true`)]
      : []),
    ...(properties.refusesConnections
      ? [about('refusesConnections', 'that it takes no connections', `ALTER ${database} ALLOW_CONNECTIONS false`)]
      : []),
  ]
}

/** The statement that gives a database its comment, or takes it away. */
export function commentStatement(database: string, comment: string | null): string {
  return `COMMENT ON DATABASE ${quoteIdentifier(database)} IS ${comment === null ? 'NULL' : literal(comment)}`
}

function about(aspect: Aspect, what: string, sql: string): PropertyStatement {
  return { aspect, what, sql }
}

function grantStatements(owner: string | null, grants: DatabaseProperties['grants']): string[] {
  const revoked = ['PUBLIC', ...(owner === null ? [] : [identifier(owner)])]
  return [
    ...revoked.map((role) => `REVOKE ALL ON DATABASE ${PLACE} FROM ${role}`),
    ...grants.map(({ role, privilege, grantable }) => {
      const to = role === null ? 'PUBLIC' : identifier(role)
      return `GRANT ${privilege} ON DATABASE ${PLACE} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`
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

function settingStatement({ role, name, value }: DatabaseProperties['settings'][number]): PropertyStatement {
  const whose = role === null ? `DATABASE ${PLACE}` : `ROLE ${identifier(role)} IN DATABASE ${PLACE}`
  const parameter = name.split('.').map(identifier).join('.')
  const given = LISTS.has(name.toLowerCase()) ? listValue(value) : literal(value)
  return about(
    { fact: 'settings', key: `${role === null ? '' : `${asCatalogWrites(role)}: `}${name}` },
    `the setting ${name}${role === null ? '' : ` of the role "${role}"`}`,
    `ALTER ${whose} SET ${parameter} TO ${given}`,
  )
}

/** `"$user", public` as `'$user', 'public'`. */
function listValue(value: string): string {
  const names = value.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? ['']
  return names.map((each) => literal(unquoted(each))).join(', ')
}

/** `name=value`, with `role: ` in front where it is of one role. */
function storedSettingOf(text: string): DatabaseProperties['settings'][number] {
  const [, role, setting = text] = /^("(?:[^"]|"")*"|[a-z_][\w$]*): (.*)$/s.exec(text) ?? []
  const end = setting.indexOf('=')
  return {
    role: role === undefined ? null : unquoted(role),
    name: setting.slice(0, end),
    value: setting.slice(end + 1),
  }
}

/** `provider: label` */
function labelOf(text: string): DatabaseProperties['securityLabels'][number] {
  const [, provider = '', label = ''] = /^(.*?): (.*)$/s.exec(text) ?? []
  return { provider, label }
}

/** `reader: CONNECT (with grant option)` */
function grantOf(text: string): DatabaseProperties['grants'][number] {
  const [, role = '', privilege = '', option] = /^(.*): ([A-Z ]+?)( \(with grant option\))?$/s.exec(text) ?? []
  return { role: role === 'PUBLIC' ? null : unquoted(role), privilege, grantable: option !== undefined }
}

function listOf(fact: Fact | undefined): string[] {
  return Array.isArray(fact) ? fact : []
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

function asCatalogWrites(role: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(role) ? role : `"${role.replaceAll('"', '""')}"`
}

/** A quoted name on one line: a line break in it is written as PostgreSQL's Unicode escape. */
function identifier(name: string): string {
  return /[\n\r]/.test(name)
    ? `U&${quoteIdentifier(name).replaceAll('\\', '\\\\').replaceAll('\n', '\\000A').replaceAll('\r', '\\000D')}`
    : quoteIdentifier(name)
}

/** A literal on one line, whatever `standard_conforming_strings` is. */
function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return /[\\\n\r]/.test(text)
    ? `E${quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}`
    : quoted
}
