import type { Queryable } from './queryable.js'

/**
 * What a session must have set before it describes a database, so that equal data and equal definitions read equal on
 * every server, whatever `ALTER ROLE`, `ALTER DATABASE` or `postgresql.conf` say.
 */
export const PINNED_SETTINGS = {
  // Where the server knows no encoding, it would refuse bytes that are no UTF-8; there they come as they are.
  client_encoding: 'UTF8',
  // Values as text: exact, and the same in every locale and zone.
  extra_float_digits: '3',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  xmlbinary: 'base64',
  xmloption: 'content',
  lc_monetary: 'C',
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  // Definitions as text: every name qualified, none quoted without need.
  search_path: '',
  quote_all_identifiers: 'off',
  // Rows that a policy hides must be an error, never silently fewer rows.
  row_security: 'off',
  // Planning must not evaluate what is in a table's constraints.
  constraint_exclusion: 'off',
  // A description takes as long as it takes, and JIT costs more than it gains in a single pass.
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  jit: 'off',
} as const satisfies Record<string, string>

/** Pins the settings for the rest of the session. Those that an older server does not know are left out. */
export async function pinSettings(session: Queryable): Promise<void> {
  await session.query(
    `SELECT pg_catalog.set_config(s.name, CASE
         WHEN p.name = 'client_encoding' AND pg_catalog.current_setting('server_encoding') = 'SQL_ASCII' THEN 'SQL_ASCII'
         ELSE p.value END, false)
       FROM pg_catalog.json_each_text($1::pg_catalog.json) AS p(name, value)
       JOIN pg_catalog.pg_settings s ON pg_catalog.lower(s.name) = p.name`,
    [JSON.stringify(PINNED_SETTINGS)],
  )
}
