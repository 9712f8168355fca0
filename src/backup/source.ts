import type { Context } from '../context.js'
import type { ConnectionError } from '../errors.js'
import type { Options } from '../options.js'
import { compressionAbility, resolveCompression } from '../postgres/compression.js'
import { describeConnection, parseConnection, type ConnectionSettings } from '../postgres/connection.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import { pinSettings } from '../postgres/pinned.js'
import { assertDirect } from '../postgres/pooler.js'
import { findPrograms, type Programs } from '../postgres/programs.js'
import { connect, type Session } from '../postgres/session.js'
import { formatDuration } from '../units.js'
import { watchingLocks } from './lock-watch.js'

/** How long a server that is starting is waited for, where no option says how long a connection may take. */
const PATIENCE_MS = 60_000

/** The database to back up: reached, found usable, with the programs that fit it. */
export interface Source {
  settings: ConnectionSettings
  /** The session that will hold the snapshot; its settings are pinned. */
  session: Session
  /** The schemas in which a table pattern without schema is looked up. */
  searchPath: readonly string[]
  programs: Programs
  /** As pg_dump is told: `zstd:1`. */
  compression: string
  /** Milliseconds that a session waits for a lock of others. */
  lockTimeout: number
  /** The variables that tell PostgreSQL's programs where and as whom to connect. */
  environment: Readonly<Record<string, string>>
}

/** Connects to the database, does work with it and disconnects, whatever happens. */
export async function withSource<T>(
  options: Options,
  context: Context,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const source = await openSource(options, context)
  try {
    return await watchingLocks(source, context, () => work(source))
  } finally {
    await source.session.end()
  }
}

/**
 * Finds what the database is reached by, and the programs of its major.
 *
 * Throws `ConnectionError` with the cause, `OperationError` with the line that installs the programs.
 */
async function openSource(options: Options, context: Context): Promise<Source> {
  const { logger, environment, workspace, processes } = context
  const settings = parseConnection({ databaseUrl: options.databaseUrl, environment })
  hideSecrets(settings, options, context)
  const patience = Number(settings.parameters.connect_timeout ?? 0) * 1000 || PATIENCE_MS
  const session = await connect(settings, {
    signal: context.signal,
    patience,
    onRetry: sayOnce((reason: ConnectionError) => {
      logger.info(`Waiting up to ${formatDuration(patience / 1000)} for the server: ${reason.problem}.`)
    }),
  })
  try {
    logger.info(`Connected to ${describeConnection(settings)}, PostgreSQL ${session.serverVersion}.`)
    await assertDirect(session, { signal: context.signal })
    const programs = await findPrograms({
      serverMajor: session.major,
      preferredFolders: options.postgresBin,
      environment,
      processes,
    })
    const ability = await compressionAbility(programs, { processes, environment })
    const compression = resolveCompression(options.compression, options.format, ability)
    const searchPath = await currentSchemas(session)
    await describeFrom(session, options.lockTimeout)
    const variables = await libpqEnvironment(settings, { workspace, environment })
    const { lockTimeout } = options
    return { settings, session, searchPath, programs, compression, lockTimeout, environment: variables }
  } catch (error) {
    await session.end()
    throw error
  }
}

/** A further session that describes the same database, with pinned settings. */
export async function joinSource({ settings, lockTimeout }: Source, context: Context): Promise<Session> {
  const session = await connect(settings, { signal: context.signal })
  await describeFrom(session, lockTimeout)
  return session
}

/** Of a busy source, nothing is read for which a lock of others must be waited for without end. */
async function describeFrom(session: Session, lockTimeout: number): Promise<void> {
  await pinSettings(session)
  await session.query("SELECT pg_catalog.set_config('lock_timeout', $1, false)", [String(lockTimeout)])
}

/** The same reason is told once and not twice a second. */
function sayOnce<T>(say: (reason: T) => void): (reason: T) => void {
  let said = false
  return (reason) => {
    if (!said) {
      said = true
      say(reason)
    }
  }
}

/** The schemas in which a name without one is looked up; asked before settings are pinned. */
export async function currentSchemas(session: Session): Promise<string[]> {
  const [row] = await session.query<{ schemas: string[] }>('SELECT current_schemas(false)::text[] AS schemas')
  return row?.schemas ?? []
}

/** From now on, what the log would show of them is `***`. */
export function hideSecrets(
  settings: ConnectionSettings,
  options: Pick<Options, 'databaseUrl' | 'scratchUrl'>,
  { logger }: Pick<Context, 'logger'>,
): void {
  for (const secret of [settings.password, options.databaseUrl, options.scratchUrl]) {
    if (secret !== undefined) {
      logger.hide(secret)
    }
  }
}
