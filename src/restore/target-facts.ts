import { statfs } from 'node:fs/promises'
import type { Context } from '../context.js'
import { ifThere } from '../platform/file-errors.js'
import { isDumpedSchema, isNoMember } from '../postgres/catalog/sql.js'
import { isSocket, type ConnectionSettings } from '../postgres/connection.js'
import type { DatabaseLocale } from '../postgres/scratch-database.js'
import { withSession, type Session } from '../postgres/session.js'

/** A role of the target as far as a restore is concerned. */
export interface TargetRole {
  superuser: boolean
  /** Whether our role may act for it: give it objects, and create some in its name. */
  usable: boolean
}

/** What must be known of a server before anything is written to it. */
export interface TargetFacts {
  serverVersion: string
  major: number
  standby: boolean
  us: { name: string; superuser: boolean; createDatabase: boolean; createRole: boolean }
  roles: ReadonlyMap<string, TargetRole>
  /** Extensions that can be created, with the version that would be. */
  extensions: ReadonlyMap<string, string>
  /** The database to restore into; null where it is not there. */
  database: TargetDatabase | null
  /** Bytes that are free where the server keeps its data; null where that cannot be known. */
  freeBytes: number | null
}

export interface TargetDatabase {
  owner: string
  /** Whether our role owns it, itself or by membership. */
  ours: boolean
  isTemplate: boolean
  /** Whether there is nothing in it that a user made. */
  empty: boolean
  preparedTransactions: number
  locale: DatabaseLocale
}

/** Asks the server, and the database if it is there. */
export async function readTargetFacts(
  session: Session,
  settings: ConnectionSettings,
  context: Context,
): Promise<TargetFacts> {
  const [server] = await session.query<ServerRow>(SERVER)
  if (server === undefined) {
    throw new TypeError('the current role is not in pg_roles')
  }
  return {
    serverVersion: session.serverVersion,
    major: session.major,
    standby: server.standby,
    us: {
      name: server.name,
      superuser: server.superuser,
      createDatabase: server.superuser || server.createdb,
      createRole: server.superuser || server.createrole,
    },
    roles: await readRoles(session),
    extensions: await readExtensions(session),
    database: await readDatabase(session, settings, context),
    freeBytes: await freeBytes(server.data_directory, settings),
  }
}

interface ServerRow {
  name: string
  superuser: boolean
  createdb: boolean
  createrole: boolean
  standby: boolean
  data_directory: string | null
}

const SERVER = `
  SELECT rolname AS name, rolsuper AS superuser, rolcreatedb AS createdb, rolcreaterole AS createrole,
    pg_catalog.pg_is_in_recovery() AS standby,
    CASE WHEN rolsuper OR pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')
      THEN pg_catalog.current_setting('data_directory') END AS data_directory
  FROM pg_catalog.pg_roles WHERE rolname = current_user`

async function readRoles(session: Session): Promise<Map<string, TargetRole>> {
  const membership = session.major >= 16 ? 'SET' : 'MEMBER'
  const rows = await session.query<TargetRole & { name: string }>(
    `SELECT rolname AS name, rolsuper AS superuser, pg_catalog.pg_has_role(oid, '${membership}') AS usable
       FROM pg_catalog.pg_roles`,
  )
  return new Map(rows.map(({ name, superuser, usable }) => [name, { superuser, usable }]))
}

async function readExtensions(session: Session): Promise<Map<string, string>> {
  const rows = await session.query<{ name: string; version: string }>(
    'SELECT name, default_version AS version FROM pg_catalog.pg_available_extensions',
  )
  return new Map(rows.map(({ name, version }) => [name, version]))
}

interface DatabaseRow {
  owner: string
  ours: boolean
  template: boolean
  prepared: number
  encoding: string
  provider: string
  collate: string | null
  ctype: string | null
  icu_locale: string | null
}

async function readDatabase(
  session: Session,
  settings: ConnectionSettings,
  { signal }: Context,
): Promise<TargetDatabase | null> {
  const { major } = session
  const icu = major >= 17 ? 'd.datlocale' : major >= 15 ? 'd.daticulocale' : 'NULL'
  const [row] = await session.query<DatabaseRow>(
    `SELECT pg_catalog.pg_get_userbyid(d.datdba)::text AS owner, pg_catalog.pg_has_role(d.datdba, 'USAGE') AS ours,
       d.datistemplate AS template,
       (SELECT count(*)::int FROM pg_catalog.pg_prepared_xacts p WHERE p.database = d.datname) AS prepared,
       pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, ${major >= 15 ? 'd.datlocprovider::text' : `'c'`} AS provider,
       d.datcollate AS "collate", d.datctype AS ctype, ${icu} AS icu_locale
     FROM pg_catalog.pg_database d WHERE d.datname = $1`,
    [settings.database],
  )
  if (row === undefined) {
    return null
  }
  const { owner, ours, template, prepared, encoding, provider, collate, ctype, icu_locale } = row
  return {
    owner,
    ours,
    isTemplate: template,
    empty: await withSession(settings, { signal }, isEmpty),
    preparedTransactions: prepared,
    locale: { encoding, localeProvider: provider, collate, ctype, icuLocale: icu_locale },
  }
}

/** Whether the session's database holds nothing that was made in it. What extensions bring does not count. */
export async function isEmpty(session: Session): Promise<boolean> {
  const anyIn = (catalog: string, schema: string) =>
    `EXISTS (SELECT FROM pg_catalog.${catalog} o JOIN pg_catalog.pg_namespace n ON n.oid = o.${schema}
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember(catalog, 'o.oid')})`
  const [row] = await session.query<{ empty: boolean }>(
    `SELECT NOT (${anyIn('pg_class', 'relnamespace')} OR ${anyIn('pg_proc', 'pronamespace')}
       OR ${anyIn('pg_type', 'typnamespace')} OR EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)
       OR EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE ${isDumpedSchema('n.nspname')}
         AND n.nspname <> 'public' AND ${isNoMember('pg_namespace', 'n.oid')})) AS empty`,
  )
  return row?.empty === true
}

/** Only of a server on this machine; one in a container here keeps its data where there is nothing here. */
async function freeBytes(folder: string | null, settings: ConnectionSettings): Promise<number | null> {
  const isHere = isSocket(settings) || ['localhost', '127.0.0.1', '::1'].includes(settings.host)
  if (folder === null || !isHere) {
    return null
  }
  const there = await ifThere(statfs(folder)).catch(() => undefined)
  return there === undefined ? null : there.bavail * there.bsize
}
