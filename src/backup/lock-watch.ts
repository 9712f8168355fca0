import type { Context } from '../context.js'
import { CommandError, OperationError } from '../errors.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { describeHolders, isWaitingForLock, lockHolders, type LockHolder } from '../postgres/lock-holders.js'
import { QueryError } from '../postgres/query-error.js'
import { withSession } from '../postgres/session.js'
import { formatDuration } from '../units.js'

/** SQLSTATE `lock_not_available`. */
const LOCK_TIMEOUT = '55P03'

/** Milliseconds until the first look at what is waited for, and between looks. */
const LOOKS = { first: 5_000, longest: 60_000 }

interface Watched {
  settings: ConnectionSettings
  /** Milliseconds. */
  lockTimeout: number
}

/**
 * Does work at the source, and says while it goes on, and when it failed for that, who holds the locks that it waits for.
 *
 * Throws `OperationError` that names them where the work waited too long for one.
 */
export async function watchingLocks<T>(watched: Watched, context: Context, work: () => Promise<T>): Promise<T> {
  const done = new AbortController()
  const watching = watch(watched, context, done.signal)
  try {
    return await work()
  } catch (error) {
    throw await withHolders(error, watched, context)
  } finally {
    done.abort()
    await watching
  }
}

async function watch({ settings, lockTimeout }: Watched, context: Context, done: AbortSignal): Promise<void> {
  const told = new Set<string>()
  for (let pause = LOOKS.first; ; pause = Math.min(pause * 2, LOOKS.longest)) {
    const isOver = await context.clock.sleep(pause, done).then(
      () => done.aborted,
      () => true,
    )
    if (isOver) return
    const holders = await holdersWaitedFor(settings, done)
    for (const { table, by } of holders) {
      if (told.has(table)) continue
      told.add(table)
      const limit = formatDuration(lockTimeout / 1000)
      context.logger.info(`Waiting up to ${limit} (lock-timeout) for a lock on ${table}, which is held by ${by}`)
    }
  }
}

/** Only a help: where the server cannot be asked, nothing is said. */
async function holdersWaitedFor(settings: ConnectionSettings, signal: AbortSignal): Promise<LockHolder[]> {
  return withSession(settings, { signal }, async (session) =>
    (await isWaitingForLock(session)) ? lockHolders(session) : [],
  ).catch(() => [])
}

async function withHolders(error: unknown, { settings, lockTimeout }: Watched, { signal }: Context): Promise<unknown> {
  const isTimeout = error instanceof QueryError && error.code === LOCK_TIMEOUT
  if (!isTimeout && !isOfDump(error)) return error
  const holders = await withSession(settings, { signal }, lockHolders).catch(() => [])
  if (!isTimeout && holders.length === 0) return error
  const limit = formatDuration(lockTimeout / 1000)
  const who = holders.length === 0 ? '' : `; held is ${describeHolders(holders)}`
  return new OperationError({
    doing: error instanceof OperationError ? error.doing : 'reading the source',
    problem: `it waited ${limit} (lock-timeout) for a lock at the source${who}`,
    advice:
      'End that transaction (for a prepared one: ROLLBACK PREPARED), or give lock-timeout more time, and start again.',
    cause: error,
  })
}

/** pg_dump says in the server's language why it ended; where tables are held, that is why. */
function isOfDump(error: unknown): boolean {
  return error instanceof CommandError && error.stderrTail.includes('LOCK TABLE')
}
