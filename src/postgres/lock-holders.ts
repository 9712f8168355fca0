import type { Queryable } from './queryable.js'
import { APPLICATION_NAME } from './libpq-environment.js'

/** What keeps everyone from even reading a table: a session, or a transaction that was prepared and forgotten. */
export interface LockHolder {
  /** Qualified, as PostgreSQL quotes it. */
  table: string
  /** `process 4711 (psql, idle in transaction for 12 s): ALTER TABLE …`, or `the prepared transaction "x"`. */
  by: string
}

/** How much of a statement is shown. */
const SHOWN = 100

/**
 * A prepared transaction's locks have no process; that on its own number says which it is.
 *
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
const HOLDERS = `
  SELECT DISTINCT ON (1, l.pid, l.virtualtransaction)
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS table, l.pid, x.gid,
    nullif(a.application_name, '') AS application, a.state, a.query,
    extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.xact_start, x.prepared))::float8 AS seconds
  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN pg_catalog.pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
      AND own.virtualtransaction = l.virtualtransaction
    LEFT JOIN pg_catalog.pg_prepared_xacts x ON x.transaction = own.transactionid
  WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S')
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  ORDER BY 1`

interface HolderRow {
  table: string
  pid: number | null
  gid: string | null
  application: string | null
  state: string | null
  query: string | null
  seconds: number | null
}

/** Who holds a table of this database so that not even its size can be read. */
export async function lockHolders(session: Queryable): Promise<LockHolder[]> {
  return (await session.query<HolderRow>(HOLDERS)).map((row) => ({ table: row.table, by: holderOf(row) }))
}

/** Whether a session of ours, pg_dump's among them, waits for a lock at this moment. */
export async function isWaitingForLock(session: Queryable): Promise<boolean> {
  const [row] = await session.query<{ waiting: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database()
       AND application_name = $1 AND wait_event_type = 'Lock' AND pid <> pg_catalog.pg_backend_pid()) AS waiting`,
    [APPLICATION_NAME],
  )
  return row?.waiting === true
}

/** `public.orders, by process 4711 (psql): ALTER TABLE …; …` */
export function describeHolders(holders: readonly LockHolder[]): string {
  const shown = holders.slice(0, 3).map(({ table, by }) => `${table}, by ${by}`)
  const more = holders.length - shown.length
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

function holderOf({ pid, gid, application, state, query, seconds }: HolderRow): string {
  const since = seconds === null ? '' : ` for ${Math.round(seconds)} s`
  if (pid === null) return gid === null ? 'a prepared transaction' : `the prepared transaction "${gid}"${since}`
  const about = [application, state === null ? null : `${state}${since}`].filter((part) => part !== null).join(', ')
  const statement = (query ?? '').replace(/\s+/g, ' ').trim()
  const shown = statement.length > SHOWN ? `${statement.slice(0, SHOWN)}…` : statement
  return `process ${pid}${about === '' ? '' : ` (${about})`}${shown === '' ? '' : `: ${shown}`}`
}
