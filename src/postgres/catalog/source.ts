import type { Queryable } from '../queryable.js'
import type { SourceFacts } from './model.js'
import { RELEVANT_ROLES } from './roles.js'
import { readServerSettings } from './server-settings.js'

interface SourceRow {
  database: string
  server_version: string
  encoding: string
  provider: string
  collate: string | null
  ctype: string | null
  icu_locale: string | null
  collation_version: string | null
  owner: string
  bootstrap_role: string
  tells_identifier: boolean
  extensions: SourceFacts['extensions'] | null
  tablespaces: string[]
  roles: string[]
}

const PROVIDERS: Readonly<Record<string, string>> = { c: 'libc', i: 'icu', b: 'builtin', d: 'default' }

/** The major of a server: `17` of 17.2. */
export async function readMajor(session: Queryable): Promise<number> {
  const [row] = await session.query<{ number: string }>(`SELECT current_setting('server_version_num') AS number`)
  return Math.floor(Number(row?.number) / 10_000)
}

/** What the whole database occupies, indexes too, in bytes. */
export async function readDatabaseBytes(session: Queryable): Promise<number> {
  const [row] = await session.query<{ bytes: string }>('SELECT pg_database_size(current_database())::text AS bytes')
  return Number(row?.bytes ?? 0)
}

function sourceQuery(major: number): string {
  const icu = major >= 17 ? 'd.datlocale' : major >= 15 ? 'd.daticulocale' : 'NULL'
  return `
    SELECT d.datname AS database, current_setting('server_version') AS server_version,
      pg_encoding_to_char(d.encoding) AS encoding, ${major >= 15 ? 'd.datlocprovider::text' : `'c'`} AS provider,
      d.datcollate AS "collate", d.datctype AS ctype, ${icu} AS icu_locale,
      ${major >= 15 ? 'd.datcollversion' : 'NULL'} AS collation_version,
      pg_get_userbyid(d.datdba)::text AS owner, pg_get_userbyid(10)::text AS bootstrap_role,
      has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS tells_identifier,
      (SELECT jsonb_agg(jsonb_build_object('name', e.extname, 'version', e.extversion, 'schema', n.nspname)
         ORDER BY e.extname COLLATE "C")
       FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace) AS extensions,
      ARRAY(SELECT t.spcname::text COLLATE "C" FROM pg_tablespace t
        WHERE t.oid = d.dattablespace OR t.oid IN (SELECT c.reltablespace FROM pg_class c WHERE c.relkind <> 't' AND c.oid >= 16384)
        ORDER BY 1) AS tablespaces,
      ARRAY(SELECT r.rolname::text COLLATE "C" FROM (${RELEVANT_ROLES}) r ORDER BY 1) AS roles
    FROM pg_database d WHERE d.datname = current_database()`
}

/** The facts of a database and its server that a set's manifest records. */
export async function readSource(session: Queryable, major: number): Promise<SourceFacts> {
  const [row] = await session.query<SourceRow>(sourceQuery(major))
  if (row === undefined) throw new TypeError('the current database is not in pg_database')
  return {
    database: row.database,
    serverVersion: row.server_version.split(' ')[0] ?? row.server_version,
    major,
    systemIdentifier: row.tells_identifier ? await readSystemIdentifier(session) : null,
    encoding: row.encoding,
    localeProvider: PROVIDERS[row.provider] ?? row.provider,
    collate: row.collate,
    ctype: row.ctype,
    icuLocale: row.icu_locale,
    collationVersion: row.collation_version,
    owner: row.owner,
    bootstrapRole: row.bootstrap_role,
    extensions: row.extensions ?? [],
    tablespaces: row.tablespaces,
    roles: row.roles,
    server: await readServerSettings(session),
  }
}

/** Asked apart, because without the privilege the whole statement, and with it the snapshot's transaction, would fail. */
async function readSystemIdentifier(session: Queryable): Promise<string | null> {
  const [row] = await session.query<{ identifier: string }>(
    'SELECT system_identifier::text AS identifier FROM pg_control_system()',
  )
  return row?.identifier ?? null
}
