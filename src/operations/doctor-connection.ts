import { hideSecrets } from '../backup/source.js'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { describeConnection, isSocket, parseConnection, type ConnectionSettings } from '../postgres/connection.js'
import { assertDirect } from '../postgres/pooler.js'
import { connect, type Session } from '../postgres/session.js'
import { isVerified } from '../postgres/tls.js'
import type { Examination } from './examination.js'

/** A server that was only just started is waited for so long. */
const PATIENCE_MS = 5_000

/** Clocks may differ so much without anybody noticing, in milliseconds. */
const CLOCK_TOLERANCE_MS = 5_000

/** What cannot be looked at without the database. */
const NEEDS_CONNECTION = [
  ['Database', 'encryption'],
  ['Database', 'pooler'],
  ['Database', 'privileges'],
  ['Programs', 'client programs'],
  ['Clock', 'of the server'],
] as const

/** Looks at how the database is reached. Undefined where it cannot be; the caller ends the session. */
export async function examineConnection(
  seen: Examination,
  options: Options,
  context: Context,
): Promise<Session | undefined> {
  const session = await seen.check('Database', 'connection', async () => {
    const settings = parseConnection({ databaseUrl: options.databaseUrl, environment: context.environment })
    hideSecrets(settings, options, context)
    const connected = await connect(settings, { signal: context.signal, patience: PATIENCE_MS })
    // A look must not wait for who changes the schema now.
    await connected.query("SET lock_timeout = '10s'")
    seen.ok('Database', 'connection', `${describeConnection(settings)}, PostgreSQL ${connected.serverVersion}`)
    return connected
  })
  if (session === undefined) {
    for (const [subject, what] of NEEDS_CONNECTION) {
      seen.notChecked(subject, what, 'the database could not be reached')
    }
    return undefined
  }
  await seen.check('Database', 'encryption', () => examineEncryption(seen, session))
  await seen.check('Database', 'pooler', async () => {
    await assertDirect(session, { signal: context.signal })
    seen.ok('Database', 'pooler', 'the session has a server connection of its own')
  })
  await seen.check('Database', 'standby', () => examineStandby(seen, session))
  await seen.check('Clock', 'of the server', () => examineClock(seen, session, context))
  return session
}

async function examineEncryption(seen: Examination, session: Session): Promise<void> {
  const { settings } = session
  if (isSocket(settings)) {
    seen.ok('Database', 'encryption', 'a socket of this machine, nothing goes over a network')
    return
  }
  const [row] = await session.query<{ ssl: boolean; version: string | null }>(
    'SELECT ssl, version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()',
  )
  if (row?.ssl !== true) {
    tellPlain(seen, settings)
  } else if (!isVerified(settings)) {
    seen.warning(
      'Database',
      'encryption',
      `${row.version ?? 'TLS'}, but nobody checks that it is the right server (sslmode=${settings.sslMode})`,
      'Use sslmode=verify-full with sslrootcert, or with sslrootcert=system for a public certificate.',
    )
  } else {
    const what = settings.sslMode === 'verify-full' ? 'certificate and name' : 'certificate, not the name,'
    seen.ok('Database', 'encryption', `${row.version ?? 'TLS'}; the ${what} of the server are checked`)
  }
}

function tellPlain(seen: Examination, { host }: ConnectionSettings): void {
  if (['localhost', '127.0.0.1', '::1'].includes(host)) {
    seen.ok('Database', 'encryption', 'not encrypted, and it does not leave this machine')
    return
  }
  seen.warning(
    'Database',
    'encryption',
    'the connection is not encrypted: whoever is in between reads the password and every row',
    'Turn on ssl at the server and use sslmode=verify-full. On a network that is yours alone it may stay so.',
  )
}

interface StandbyRow {
  standby: boolean
  lag: number | null
  feedback: string
  delay: string
}

async function examineStandby(seen: Examination, session: Session): Promise<void> {
  const [row] = await session.query<StandbyRow>(
    `SELECT s.standby, current_setting('hot_standby_feedback') AS feedback,
            current_setting('max_standby_streaming_delay') AS delay,
            CASE WHEN NOT s.standby OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                 ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS lag
       FROM (SELECT pg_is_in_recovery() AS standby) s`,
  )
  if (row?.standby !== true) {
    seen.ok('Database', 'standby', 'it is a primary')
    return
  }
  const behind = row.lag === null ? 'nobody can say how far behind' : `${Math.round(row.lag)} s behind`
  seen.warning(
    'Database',
    'standby',
    `it is a standby, ${behind} (hot_standby_feedback ${row.feedback}, max_standby_streaming_delay ${row.delay})`,
    'A backup is as old as the replay, and conflicts can cancel it: back up the primary, or set hot_standby_feedback = on and a longer max_standby_streaming_delay.',
  )
}

/** Snapshots are dated by the server, their age is judged here. */
async function examineClock(seen: Examination, session: Session, { clock }: Context): Promise<void> {
  const before = clock.monotonic()
  const [row] = await session.query<{ now: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  )
  const here = clock.now().getTime() - (clock.monotonic() - before) / 2
  const apart = (row?.now ?? NaN) - here
  const seconds = (Math.abs(apart) / 1000).toFixed(1)
  if (Math.abs(apart) <= CLOCK_TOLERANCE_MS) {
    seen.ok('Clock', 'of the server', `${seconds} s from the clock of this machine`)
    return
  }
  seen.warning(
    'Clock',
    'of the server',
    `it is ${seconds} s ${apart > 0 ? 'ahead of' : 'behind'} the clock of this machine`,
    'Set both clocks right (NTP): the age of backups and what is kept are judged by them.',
  )
}
