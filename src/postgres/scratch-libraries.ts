import { readdirSync } from 'node:fs'
import path from 'node:path'
import { PRELOADING, type Preloading, type ServerSettings } from './catalog/server-settings.js'

/** What decides which libraries a throw-away cluster is started with. */
export interface LibraryNeeds {
  extensions?: readonly { name: string }[] | undefined
  server?: ServerSettings | undefined
}

/** Extensions that `CREATE EXTENSION` or their own functions refuse where the server has not preloaded them. */
const NEEDS_PRELOADING: ReadonlySet<string> = new Set([
  'anon',
  'citus',
  'pg_cron',
  'pg_net',
  'pg_stat_kcache',
  'pg_stat_monitor',
  'pg_stat_statements',
  'pgaudit',
  'pglogical',
  'pgsodium',
  'timescaledb',
])

/** Where the first word of a library's settings is not the name of the library. */
const LIBRARY_OF_PREFIX: Readonly<Record<string, string>> = { cron: 'pg_cron', pg_audit: 'pgaudit' }

/** Libraries that start no background workers, so that the server's parallel workers need not be given up. */
const WITHOUT_WORKERS: ReadonlySet<string> = new Set([
  'auto_explain',
  'pg_hint_plan',
  'pg_stat_kcache',
  'pg_stat_statements',
  'pgaudit',
  'plpgsql_check',
  'set_user',
])

/** Of extensions that say how many rows of work they do by themselves: none in a cluster whose content is only compared. */
const AT_REST: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pg_cron: { 'cron.launch_active_jobs': 'off', 'cron.use_background_workers': 'off' },
  pg_stat_statements: { 'pg_stat_statements.track': 'none', 'pg_stat_statements.save': 'off' },
  pgaudit: { 'pgaudit.log': 'none' },
  auto_explain: { 'auto_explain.log_min_duration': '-1' },
  pglogical: { wal_level: 'logical', max_wal_senders: '2', max_replication_slots: '2' },
  timescaledb: { 'timescaledb.telemetry_level': 'off' },
}

/** What the server is started with for the sake of libraries. */
export interface LibrarySettings {
  settings: Record<string, string>
  /** What the backup needs to be loaded and the installation does not have. */
  missing: string[]
}

/**
 * The libraries that the source preloads and that something in the backup needs: one of its extensions, or a setting
 * that only a library defines. Where the source did not tell, those that its extensions are known to need.
 *
 * @param available libraries of the installation
 * @param database the database that is restored into: some extensions live in one alone
 */
export function librarySettings(
  needs: LibraryNeeds,
  available: ReadonlySet<string>,
  database: string,
): LibrarySettings {
  const wanted = wantedLibraries(needs)
  const all = [...new Set(Object.values(wanted).flat())]
  const there = all.filter((name) => available.has(name))
  const lists = PRELOADING.flatMap((setting) => {
    const names = (wanted[setting] ?? []).filter((name) => available.has(name))
    return names.length === 0 ? [] : [[setting, names.join(',')]]
  })
  return {
    settings: {
      ...(Object.fromEntries(lists) as Record<string, string>),
      ...(there.some((name) => !WITHOUT_WORKERS.has(name)) && { max_worker_processes: '0' }),
      ...(there.includes('pg_cron') && { 'cron.database_name': database }),
      ...Object.fromEntries(there.flatMap((name) => Object.entries(AT_REST[name] ?? {}))),
    },
    missing: all.filter((name) => !available.has(name)),
  }
}

function wantedLibraries({ extensions = [], server }: LibraryNeeds): Partial<Record<Preloading, string[]>> {
  const names = new Set(extensions.map(({ name }) => name))
  const prefixed = new Set((server?.prefixes ?? []).map((prefix) => LIBRARY_OF_PREFIX[prefix] ?? prefix))
  const known = server?.libraries ?? {}
  const isNeeded = (library: string): boolean => names.has(library) || prefixed.has(library)
  const told = Object.fromEntries(PRELOADING.map((setting) => [setting, (known[setting] ?? []).filter(isNeeded)]))
  const guessed =
    known.shared_preload_libraries === undefined ? [...names].filter((name) => NEEDS_PRELOADING.has(name)) : []
  return { ...told, shared_preload_libraries: [...(told.shared_preload_libraries ?? []), ...guessed] }
}

/** The libraries that an installation has beside its programs; none where the folder is not to be found. */
export function installedLibraries(programs: string): ReadonlySet<string> {
  const beside = [
    '../lib',
    '../lib/postgresql',
    '../lib/pgsql',
    '../lib64',
    '../lib64/pgsql',
    '../lib/x86_64-linux-gnu',
  ]
  for (const folder of beside.map((one) => path.resolve(programs, one))) {
    const names = librariesOf(folder)
    // Every installation has this one, in the folder that PostgreSQL calls $libdir.
    if (names.has('plpgsql')) return names
  }
  return new Set()
}

function librariesOf(folder: string): Set<string> {
  try {
    return new Set(
      readdirSync(folder).flatMap((name) => (/\.(so|dylib)$/.test(name) ? [name.replace(/\.\w+$/, '')] : [])),
    )
  } catch {
    return new Set() // not the folder of this installation
  }
}
