import { ConnectionError } from '../errors.js'
import { describeConnection, type ConnectionSettings } from './connection.js'
import { POOLER_ADVICE } from './pooler-advice.js'
import { QueryError } from './query-error.js'
import { connect, type ConnectOptions, type Session } from './session.js'

/** How often two sessions are watched; a pool that is in use may hand out another connection each time. */
const ROUNDS = 3

/** Addresses by which hosting services offer their transaction poolers. */
export function isKnownPooler({ host, port }: Pick<ConnectionSettings, 'host' | 'port'>): boolean {
  const isNeon = /-pooler\./i.test(host)
  const isSupabase = port === 6543 && /\.supabase\.(com|co)$/i.test(host)
  return isNeon || isSupabase
}

/**
 * Makes sure that the session has a server connection of its own. A transaction pooler gives the connection of an idle
 * session to others, so it shows when one server process serves two sessions, or one session is served by two.
 *
 * Throws `ConnectionError` of kind `pooler`.
 */
export async function assertDirect(session: Session, options: ConnectOptions = {}): Promise<void> {
  if (isKnownPooler(session.settings)) {
    throw poolerFound(session.settings, 'the address is that of a transaction pooler')
  }
  const other = await connect(session.settings, options)
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // The first session is idle now: its server connection is free to be given to this transaction.
      await other.query('BEGIN')
      const otherPid = await pidOf(other)
      // Asking the first session while the other holds the only server connection of a pool would wait for ever.
      if (otherPid === session.backendPid || (await pidOf(session)) !== session.backendPid) {
        throw poolerFound(
          session.settings,
          'the server connection changes between statements, as behind a transaction pooler',
        )
      }
      await other.query('ROLLBACK')
    }
  } catch (error) {
    // What PgBouncer says to BEGIN in its third mode, in which not even transactions stay together.
    throw error instanceof QueryError && /statement pooling/i.test(error.problem)
      ? poolerFound(session.settings, 'the address is that of a pooler that allows no transactions')
      : error
  } finally {
    await other.end()
  }
}

async function pidOf(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return row?.pid
}

function poolerFound(settings: ConnectionSettings, problem: string): ConnectionError {
  return new ConnectionError('pooler', {
    doing: `connecting to ${describeConnection(settings)}`,
    problem,
    advice: POOLER_ADVICE,
  })
}
