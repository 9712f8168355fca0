import type { Queryable } from '../queryable.js'

/** Where libraries can be named that a server loads before anything asks for them. */
export const PRELOADING = ['shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries'] as const
export type Preloading = (typeof PRELOADING)[number]

/** Settings that decide what expressions give and what fits, so that a restore needs the source's values of them. */
const CARRIED = [
  'TimeZone',
  'timezone_abbreviations',
  'DateStyle',
  'IntervalStyle',
  'default_text_search_config',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'array_nulls',
  'transform_null_equals',
  'standard_conforming_strings',
  'bytea_output',
  'xmlbinary',
  'xmloption',
  'max_locks_per_transaction',
  'max_pred_locks_per_transaction',
  'max_prepared_transactions',
  'track_commit_timestamp',
  'plpgsql.variable_conflict',
] as const

/** What of a server's configuration a server to restore into needs too. */
export interface ServerSettings {
  /** Libraries by the setting that names them; a setting that this role may not read is absent. */
  libraries: Partial<Record<Preloading, string[]>>
  settings: Record<string, string>
  /** First words of the settings of libraries (`pgaudit` of `pgaudit.log`) that databases, roles and functions have. */
  prefixes: string[]
  /** How many tables, indexes and other relations the database has; one transaction may lock all of them. */
  relations?: number | undefined
}

const SETTINGS = `
  SELECT s.name, s.reset_val AS value FROM pg_catalog.pg_settings s
  WHERE s.name = ANY ($1::text[]) AND s.reset_val IS NOT NULL ORDER BY s.name COLLATE "C"`

const PREFIXES = `
  SELECT DISTINCT pg_catalog.split_part(c.setting, '.', 1) COLLATE "C" AS prefix FROM (
    SELECT pg_catalog.split_part(pg_catalog.unnest(s.setconfig), '=', 1) AS setting FROM pg_catalog.pg_db_role_setting s
      WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
    UNION ALL SELECT pg_catalog.split_part(pg_catalog.unnest(p.proconfig), '=', 1) FROM pg_catalog.pg_proc p
      WHERE p.proconfig IS NOT NULL) c
  WHERE c.setting LIKE '%.%' ORDER BY 1`

const RELATIONS = `
  SELECT count(*)::text AS count FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind <> 'c'`

/**
 * Reads them, as they are for this role and database without what the session itself set. Values are of named settings
 * only: others may hold secrets.
 */
export async function readServerSettings(session: Queryable): Promise<ServerSettings> {
  const rows = await session.query<{ name: string; value: string }>(SETTINGS, [[...PRELOADING, ...CARRIED]])
  const values = new Map(rows.map(({ name, value }) => [name, value]))
  const prefixes = await session.query<{ prefix: string }>(PREFIXES)
  const [relations] = await session.query<{ count: string }>(RELATIONS)
  return {
    libraries: Object.fromEntries(
      PRELOADING.flatMap((name) => {
        const value = values.get(name)
        return value === undefined ? [] : [[name, librariesIn(value)]]
      }),
    ),
    settings: Object.fromEntries(
      CARRIED.flatMap((name) => {
        const value = values.get(name)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    prefixes: prefixes.map(({ prefix }) => prefix),
    ...(relations !== undefined && { relations: Number(relations.count) }),
  }
}

/** `$libdir/pg_cron, "auto_explain"` as names without folder and ending. */
function librariesIn(list: string): string[] {
  const names = list.split(',').map((item) => item.trim().replaceAll('"', ''))
  return names.map((name) => name.replace(/^.*\//, '').replace(/\.(so|dylib|dll)$/, '')).filter((name) => name !== '')
}
