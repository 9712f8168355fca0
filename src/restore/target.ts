import { createHash } from 'node:crypto'
import type { Context } from '../context.js'
import { ConnectionError, GuardError, InterruptedError, UsageError } from '../errors.js'
import { parseConnectionString } from '../postgres/connection-string.js'
import { describeConnection, parseConnection, type ConnectionSettings } from '../postgres/connection.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import { assertDirect } from '../postgres/pooler.js'
import { findPrograms, type Programs } from '../postgres/programs.js'
import { connect, type Session } from '../postgres/session.js'
import { sweepSides } from './side-database.js'
import { sweepStandIns } from './stand-ins.js'
import { readTargetFacts, type TargetFacts } from './target-facts.js'

/** How long a server that is starting is waited for: after a disaster, it may be just that. */
const PATIENCE_MS = 60_000

/** A killed run's session is waited for so often, with a pause between: a quarter of a minute. */
const CLAIM_LOOKS = 60
const CLAIM_PAUSE_MS = 250

/** Databases of every server from which others can be created and renamed. */
const MAINTENANCE = ['postgres', 'template1', 'defaultdb']

export interface TargetRequest {
  /** Of the database to restore into. */
  settings: ConnectionSettings
  /** The major of the archive's form; programs are of this major or a newer one. */
  archiveMajor: number
  /** Folders with PostgreSQL programs to look at first. */
  preferredFolders: readonly string[]
}

/** The server to restore into: reached, found usable, described. */
export interface Target {
  /** The name of the database to restore into. */
  readonly database: string
  /** Of that database, whether it is there or not. */
  readonly settings: ConnectionSettings
  /** Of another database of the same server. */
  readonly maintenance: ConnectionSettings
  /** On the maintenance database. */
  readonly session: Session
  readonly programs: Programs
  readonly facts: TargetFacts
}

/**
 * Reads where to restore into. The string must name the database: none should ever be restored into because a variable
 * of some other job says so.
 *
 * Throws `UsageError`.
 */
export function parseTarget(url: string | undefined, { environment, logger }: Context): ConnectionSettings {
  const doing = 'reading target-url'
  if (url === undefined) {
    throw new UsageError({
      doing,
      problem: 'no target is given',
      advice: 'Give the database to restore into in target-url: postgresql://user@host:5432/name.',
    })
  }
  logger.hide(url)
  const { dbname } = parseConnectionString(url, 'target-url')
  if (dbname === undefined || dbname === '') {
    throw new UsageError({
      doing,
      problem: 'it does not name a database',
      advice: 'Give the name of the database to restore into at its end: postgresql://user@host:5432/name.',
    })
  }
  const settings = parseConnection({ databaseUrl: url, environment, label: 'target-url' })
  if (settings.password !== undefined) {
    logger.hide(settings.password)
  }
  return settings
}

/** Connects to the server of the target, does work with it and disconnects, whatever happens. */
export async function withTarget<T>(
  request: TargetRequest,
  context: Context,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const { settings } = request
  const session = await connectBeside(settings, context)
  try {
    await refusePooler(session, context)
    await claim(session, settings.database, context)
    await sweepLeft(session, settings, context)
    const facts = await readTargetFacts(session, settings, context)
    const programs = await findPrograms({
      serverMajor: Math.max(session.major, request.archiveMajor),
      preferredFolders: request.preferredFolders,
      environment: context.environment,
      processes: context.processes,
    })
    context.logger.info(`Connected to ${describeConnection(session.settings)}, PostgreSQL ${session.serverVersion}.`)
    return await work({
      database: settings.database,
      settings,
      maintenance: session.settings,
      session,
      programs,
      facts,
    })
  } finally {
    await session.end()
  }
}

/** Connects to a database of the same server other than the target: one can neither create nor rename one's own. */
async function connectBeside(settings: ConnectionSettings, { logger, signal }: Context): Promise<Session> {
  const candidates = MAINTENANCE.filter((name) => name !== settings.database)
  for (const [index, database] of candidates.entries()) {
    try {
      return await connect(
        { ...settings, database },
        {
          signal,
          patience: PATIENCE_MS,
          onRetry: ({ problem }) => {
            logger.info(`${problem}; trying again.`)
          },
        },
      )
    } catch (error) {
      const mayOther =
        error instanceof ConnectionError && ['no-such-database', 'rejected-by-hba', 'other'].includes(error.kind)
      if (!mayOther || index === candidates.length - 1) {
        throw error
      }
    }
  }
  throw new TypeError('there is always a candidate')
}

/**
 * Keeps a second restore into the same database out. The server gives the claim back when the session ends, however that
 * comes about; that of a run which was killed ends when the server is done with what it asked for last, such as making a
 * database. So it is waited for a while.
 *
 * Throws `GuardError`.
 */
async function claim(session: Session, database: string, { clock, logger, signal }: Context): Promise<void> {
  const key = createHash('sha256').update(`pg-lifeboat restores into ${database}`).digest().readBigInt64BE()
  const doing = `beginning to restore into "${database}"`
  for (let looks = 1; !(await isClaimed(session, key)); looks += 1) {
    if (looks === CLAIM_LOOKS) {
      throw new GuardError({
        doing,
        problem: 'another restore into this database is under way',
        advice:
          'Wait until it is done, or end it, then look at what is there before you start again. Nothing was touched.',
      })
    }
    if (looks === 1) {
      logger.info(`Another restore into "${database}" is under way, or was just ended: waiting a little for it.`)
    }
    await clock.sleep(CLAIM_PAUSE_MS, signal).catch((error: unknown) => {
      throw signal.aborted ? new InterruptedError(doing, error) : error
    })
  }
}

async function isClaimed(session: Session, key: bigint): Promise<boolean> {
  const [row] = await session.query<{ claimed: boolean }>('SELECT pg_catalog.pg_try_advisory_lock($1) AS claimed', [
    String(key),
  ])
  return row?.claimed === true
}

/** What runs that were killed left must not stand in the way of this one. */
async function sweepLeft(session: Session, settings: ConnectionSettings, context: Context): Promise<void> {
  const [server] = await session.query<{ standby: boolean }>('SELECT pg_catalog.pg_is_in_recovery() AS standby')
  if (server?.standby === false) {
    await sweepSides({ session, settings }, context)
    await sweepStandIns(session, context)
  }
}

async function refusePooler(session: Session, { signal }: Context): Promise<void> {
  try {
    await assertDirect(session, { signal })
  } catch (error) {
    if (error instanceof ConnectionError && error.kind === 'pooler') {
      const { doing, problem, advice } = error
      throw new GuardError({ doing, problem, advice, cause: error })
    }
    throw error
  }
}

/** The variables with which PostgreSQL's programs connect to a database of the target's server. */
export async function environmentFor(
  { settings }: Pick<Target, 'settings'>,
  database: string,
  { workspace, environment }: Context,
): Promise<Record<string, string>> {
  return libpqEnvironment({ ...settings, database }, { workspace, environment })
}
