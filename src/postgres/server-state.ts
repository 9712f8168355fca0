import type { Queryable } from './queryable.js'
import { QueryError } from './query-error.js'
import { RESTORER_PREFIX } from './restorer.js'
import { SCRATCH_PREFIX } from './scratch-database.js'

/** What belongs to a whole server: each thing by its name (`role "app"`) with what is known of it, for a comparison. */
export type ServerState = ReadonlyMap<string, string>

/** What runs of ours make, and drop in the end. */
const isOurs = (name: string): string =>
  `(${[SCRATCH_PREFIX, RESTORER_PREFIX].map((prefix) => `pg_catalog.starts_with(${name}, '${prefix}')`).join(' OR ')})`

/** Each reads `thing` and `facts`. The values of settings may be secrets: they are compared, and never told. */
const PARTS = (ownMark: string): readonly string[] => [
  `SELECT pg_catalog.format('role %I', r.rolname) AS thing,
      pg_catalog.concat_ws(' ', r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication,
        r.rolbypassrls, r.rolconnlimit, r.rolvaliduntil) AS facts
    FROM pg_catalog.pg_roles r WHERE NOT ${isOurs('r.rolname::text')}
      AND pg_catalog.shobj_description(r.oid, 'pg_authid') IS DISTINCT FROM '${ownMark}'`,
  `SELECT pg_catalog.format('membership of %I in %I', m.rolname, g.rolname) AS thing,
      pg_catalog.string_agg(a.admin_option::text, ' ' ORDER BY a.admin_option) AS facts
    FROM pg_catalog.pg_auth_members a JOIN pg_catalog.pg_roles m ON m.oid = a.member
      JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
    WHERE pg_catalog.shobj_description(g.oid, 'pg_authid') IS DISTINCT FROM '${ownMark}' GROUP BY 1`,
  `SELECT pg_catalog.format('database %I', d.datname) AS thing,
      pg_catalog.concat_ws(' ', d.datdba::pg_catalog.regrole, d.datallowconn, d.datistemplate, d.datconnlimit, d.datacl::text) AS facts
    FROM pg_catalog.pg_database d WHERE NOT ${isOurs('d.datname::text')}`,
  `SELECT pg_catalog.concat_ws(' ', 'setting', pg_catalog.split_part(s.setting, '=', 1),
        'of role ' || r.rolname::text, 'in database ' || d.datname::text) AS thing, pg_catalog.md5(s.setting) AS facts
    FROM pg_catalog.pg_db_role_setting c CROSS JOIN pg_catalog.unnest(c.setconfig) AS s(setting)
      LEFT JOIN pg_catalog.pg_roles r ON r.oid = c.setrole
      LEFT JOIN pg_catalog.pg_database d ON d.oid = c.setdatabase
    WHERE (d.datname IS NULL OR NOT ${isOurs('d.datname::text')}) AND (r.rolname IS NULL OR NOT ${isOurs('r.rolname::text')})`,
  `SELECT pg_catalog.format('tablespace %I', t.spcname) AS thing, t.spcowner::text AS facts FROM pg_catalog.pg_tablespace t`,
]

/** Only superusers may read it. */
const SYSTEM_SETTINGS = `SELECT 'setting ' || f.name || ' of ALTER SYSTEM' AS thing, pg_catalog.md5(f.setting) AS facts
  FROM pg_catalog.pg_file_settings f WHERE f.sourcefile LIKE '%postgresql.auto.conf'`

/**
 * Reads what a script could change outside of its database: roles and memberships, databases, tablespaces, settings.
 *
 * @param ownMark the comment of the roles that proofs make
 */
export async function readServerState(session: Queryable, ownMark: string): Promise<ServerState> {
  const state = new Map<string, string>()
  const read = async (sql: string): Promise<void> => {
    for (const { thing, facts } of await session.query<{ thing: string; facts: string | null }>(sql)) {
      state.set(thing, facts ?? '')
    }
  }
  for (const part of PARTS(ownMark.replaceAll("'", "''"))) await read(part)
  await read(SYSTEM_SETTINGS).catch((error: unknown) => {
    if (!(error instanceof QueryError)) throw error
  })
  return state
}

/** What is new, changed or gone, by name. */
export function changesBetween(before: ServerState, after: ServerState): { thing: string; how: string }[] {
  const changed = [...after].flatMap(([thing, facts]) => {
    const was = before.get(thing)
    if (was === undefined) return [{ thing, how: 'is new' }]
    return was === facts ? [] : [{ thing, how: 'was changed' }]
  })
  const gone = [...before.keys()].filter((thing) => !after.has(thing)).map((thing) => ({ thing, how: 'is gone' }))
  return [...changed, ...gone]
}
