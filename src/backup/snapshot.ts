import type { Queryable } from '../postgres/queryable.js'

/**
 * One moment of the database, held open: as long as the session that exported it stays in its transaction, `pg_dump
 * --snapshot` and any other session can see exactly that moment.
 *
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
 */
export interface Snapshot {
  id: string
  /** The server's clock when the snapshot was taken. */
  time: Date
  /** Write-ahead log position at that time; null on a server that does not tell. */
  lsn: string | null
  /** On a standby: the commit time of the last transaction it had replayed. */
  replayedUntil: Date | null
}

interface Moment {
  snapshot: string
  time: string
  recovery: boolean
}

/**
 * Begins a transaction on the session and exports its snapshot. The session must do nothing else but read until the
 * dump has ended, and holds back vacuum as long as it is open.
 */
export async function holdSnapshot(session: Queryable): Promise<Snapshot> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const [moment] = await session.query<Moment>(
    `SELECT pg_export_snapshot() AS snapshot,
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time,
            pg_is_in_recovery() AS recovery`,
  )
  if (moment === undefined) {
    throw new TypeError('a SELECT without FROM returned no row')
  }
  const position = moment.recovery ? await standbyPosition(session) : await primaryPosition(session)
  return { id: moment.snapshot, time: new Date(moment.time), ...position }
}

/** Makes the session see a snapshot that another one holds; `returnToSnapshot` makes it again as it is then. */
export async function joinSnapshot(session: Queryable, snapshotId: string): Promise<void> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  // SET TRANSACTION SNAPSHOT takes no parameter; ids are of the form 00000003-0000001B-1.
  if (!/^[0-9A-F]+(-[0-9A-F]+)+$/i.test(snapshotId)) {
    throw new TypeError(`not a snapshot id: ${snapshotId}`)
  }
  await session.query(`SET TRANSACTION SNAPSHOT '${snapshotId}'`)
  await session.query('SAVEPOINT joined')
}

/** Undoes an error, and lets go of all locks, in a session that has joined a snapshot. */
export async function returnToSnapshot(session: Queryable): Promise<void> {
  await session.query('ROLLBACK TO SAVEPOINT joined')
}

async function primaryPosition(session: Queryable): Promise<Pick<Snapshot, 'lsn' | 'replayedUntil'>> {
  const [row] = await session.query<{ lsn: string | null }>('SELECT pg_current_wal_lsn()::text AS lsn')
  return { lsn: row?.lsn ?? null, replayedUntil: null }
}

async function standbyPosition(session: Queryable): Promise<Pick<Snapshot, 'lsn' | 'replayedUntil'>> {
  const [row] = await session.query<{ lsn: string | null; replayed: string | null }>(
    `SELECT pg_last_wal_replay_lsn()::text AS lsn,
            to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS replayed`,
  )
  const replayed = row?.replayed ?? null
  return { lsn: row?.lsn ?? null, replayedUntil: replayed === null ? null : new Date(replayed) }
}
