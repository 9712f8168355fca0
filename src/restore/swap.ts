import type { Context } from '../context.js'
import { messageOf, OperationError } from '../errors.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { QueryError } from '../postgres/query-error.js'
import { connect, withSession, type Session } from '../postgres/session.js'
import type { Target } from './target.js'

/** SQLSTATE `object_in_use`: a session is connected to it. */
const OBJECT_IN_USE = '55006'

/** How often the swap is tried; each time PostgreSQL waits five seconds for sessions to end. */
const TRIES = 3

/** How often those that are still connected are told to go, in milliseconds. */
const EVICTION_INTERVAL = 100

export interface Renaming {
  from: string
  to: string
}

/**
 * Renames databases in one transaction, with further statements in it: all of it happens or nothing, whenever this
 * process or the server dies. Others' sessions in these databases are ended; while PostgreSQL holds the names locked, new
 * ones wait, and then get the database that has the name by then.
 *
 * Throws `OperationError` when sessions cannot be ended.
 */
export async function renameAtOnce(
  { maintenance }: Pick<Target, 'maintenance'>,
  renamings: readonly Renaming[],
  statements: readonly string[],
  context: Context,
): Promise<void> {
  const databases = renamings.map(({ from }) => from)
  const eviction = await startEviction(maintenance, databases, context)
  try {
    // Without the signal: an interruption in these few moments would leave it unknown what became of them.
    await withSession(maintenance, {}, (session) =>
      untilFree(() => inTransaction(session, [...renamings.map(renameStatement), ...statements]), databases, eviction),
    )
  } finally {
    await eviction.stop()
  }
}

async function untilFree(rename: () => Promise<void>, databases: readonly string[], eviction: Eviction): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename()
      return
    } catch (error) {
      if (!(error instanceof QueryError) || error.code !== OBJECT_IN_USE) {
        throw error
      }
      if (attempt === TRIES) {
        throw stillInUse(databases, await eviction.remaining(), error)
      }
    }
  }
}

function renameStatement({ from, to }: Renaming): string {
  return `ALTER DATABASE ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`
}

async function inTransaction(session: Session, statements: readonly string[]): Promise<void> {
  await session.query('BEGIN')
  try {
    for (const statement of statements) {
      await session.query(statement)
    }
    await session.query('COMMIT')
  } catch (error) {
    // Where the connection is lost, the server rolls back by itself.
    await session.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

interface Eviction {
  /** Who is still there, in words. */
  remaining(): Promise<string[]>
  stop(): Promise<void>
}

/** Ends others' sessions in databases, again and again until it is stopped. */
async function startEviction(
  maintenance: ConnectionSettings,
  databases: readonly string[],
  { clock, logger }: Context,
): Promise<Eviction> {
  const session = await connect(maintenance)
  const over = new AbortController()
  const evicting = (async () => {
    while (!over.signal.aborted) {
      await session.query(EVICT, [databases]).catch((error: unknown) => {
        logger.debug(`Ending sessions: ${messageOf(error)}`)
      })
      await clock.sleep(EVICTION_INTERVAL)
    }
  })()
  return {
    remaining: async () => (await session.query<{ who: string }>(REMAINING, [databases])).map(({ who }) => who),
    stop: async () => {
      over.abort()
      await evicting
      await session.end()
    },
  }
}

/** One that we may not end must not keep us from ending the others. */
const EVICT = `
  SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
   WHERE a.datname = ANY ($1) AND a.pid <> pg_catalog.pg_backend_pid()
     AND (a.usesysid IS NULL OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       OR pg_catalog.pg_has_role(a.usesysid, 'USAGE')
       OR (pg_catalog.pg_has_role('pg_signal_backend', 'USAGE')
         AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE oid = a.usesysid)))`

const REMAINING = `
  SELECT format('pid %s of %s (%s)', pid, usename, application_name) AS who FROM pg_catalog.pg_stat_activity
   WHERE datname = ANY ($1)`

function stillInUse(databases: readonly string[], remaining: readonly string[], cause: unknown): OperationError {
  const who = remaining.length === 0 ? 'sessions that come again and again' : remaining.slice(0, 5).join(', ')
  return new OperationError({
    doing: `swapping the databases ${databases.join(' and ')}`,
    problem: `they are still in use: ${who}`,
    advice:
      'Stop what connects to them (stop-command), or restore as a role that may end these sessions. Nothing was changed.',
    cause,
  })
}

/**
 * The command that puts the old database back in one transaction, for a person to copy into a shell. It holds no
 * password: psql takes that from PGPASSWORD or its own file.
 */
export function undoCommand(
  { host, port, user, database: maintenance }: ConnectionSettings,
  { database, previous, aside }: { database: string; previous: string; aside: string },
): string {
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${literal(database)}, ${literal(previous)})`
  const away = renameStatement({ from: database, to: aside })
  const back = renameStatement({ from: previous, to: database })
  const options = { host, port: String(port), username: user, dbname: maintenance, command: `${end}; ${away}; ${back}` }
  return ['psql', ...Object.entries(options).map(([name, value]) => `--${name}=${shellQuoted(value)}`)].join(' ')
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function shellQuoted(text: string): string {
  return /^[A-Za-z0-9_./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
