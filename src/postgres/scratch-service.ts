import type { Context } from '../context.js'
import { CouldNotVerifyError, GuardError, InterruptedError, messageOf } from '../errors.js'
import { lifeOf, Owner, ownerHere } from '../platform/owner.js'
import { describeConnection, parseConnection, type ConnectionSettings } from './connection.js'
import { quoteIdentifier } from './identifier.js'
import { findPrograms, type Programs } from './programs.js'
import { rollBackPrepared } from './prepared-transactions.js'
import { dropAbandonedRestorers } from './restorer.js'
import { createLike, SCRATCH_PREFIX, scratchName } from './scratch-database.js'
import { databaseSettings, usableMemory } from './scratch-tuning.js'
import type { Scratch, ScratchDatabase, ScratchRequest } from './scratch.js'
import { connect, withSession, type Session } from './session.js'
import { dropSubscriptions } from './subscriptions.js'

/** A service container may have been started together with us. */
const START_LIMIT = 60_000

/** So long another machine's database may be in use. */
const FOREIGN_LIMIT = 24 * 3600 * 1000

/** Opens a scratch server by its URL: only databases that we create in it are used, and they are dropped in the end. */
export async function openService(request: ScratchRequest & { url: string }, context: Context): Promise<Scratch> {
  const settings = settingsOf(request.url, context)
  try {
    const session = await connect(settings, {
      signal: context.signal,
      patience: START_LIMIT,
      onRetry: ({ problem }) => {
        context.logger.debug(`Waiting for the scratch server: ${problem}`)
      },
    })
    try {
      const facts = await factsOf(session)
      assertUsable(facts, request, settings)
      await sweep(session, settings, context)
      const programs = await programsFor(session.major, request, context)
      return new ScratchService(
        settings,
        { ...facts, serverVersion: session.serverVersion, major: session.major, programs },
        request,
        context,
      )
    } finally {
      await session.end()
    }
  } catch (error) {
    throw error instanceof InterruptedError || error instanceof GuardError ? error : cannotUse(error, settings)
  }
}

/** A scratch database that a run left which is over. */
export interface LeftDatabase {
  name: string
  bytes: number
}

/**
 * Drops the databases that killed runs left on a scratch server, and tells of them; with `dryRun` it only tells.
 *
 * @returns also how messages call the server
 */
export async function sweepService(
  url: string,
  { dryRun }: { dryRun: boolean },
  context: Context,
): Promise<{ server: string; databases: LeftDatabase[] }> {
  const settings = settingsOf(url, context)
  const databases = await withSession(settings, { signal: context.signal }, (session) =>
    dryRun ? abandonedIn(session, context) : sweep(session, settings, context),
  )
  return { server: describeConnection(settings), databases }
}

/** A scratch URL stands for itself: the PG* variables are those of the source, its password among them. */
function settingsOf(url: string, { environment, logger }: Context): ConnectionSettings {
  const settings = parseConnection({
    databaseUrl: url,
    environment: withoutPostgres(environment),
    label: 'scratch-url',
  })
  if (settings.password !== undefined) {
    logger.hide(settings.password)
  }
  return settings
}

interface Facts {
  superuser: boolean
  createdb: boolean
  systemIdentifier: string | null
}

async function factsOf(session: Session): Promise<Facts> {
  const [role] = await session.query<{ superuser: boolean; createdb: boolean }>(
    'SELECT rolsuper AS superuser, rolcreatedb AS createdb FROM pg_catalog.pg_roles WHERE rolname = current_user',
  )
  const identifier = session.query<{ id: string }>(
    'SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()',
  )
  // Some services do not let their roles call it; then the address alone has to tell.
  const [control] = await identifier.catch(() => [])
  return {
    superuser: role?.superuser === true,
    createdb: role?.createdb === true,
    systemIdentifier: control?.id ?? null,
  }
}

function assertUsable(
  { superuser, createdb, systemIdentifier }: Facts,
  { source }: ScratchRequest,
  settings: ConnectionSettings,
): void {
  const doing = `using the scratch server ${describeConnection(settings)}`
  if (systemIdentifier !== null && systemIdentifier === source.systemIdentifier) {
    throw new GuardError({
      doing,
      problem: 'scratch-url leads to the server that is backed up',
      advice:
        'A restore would load it as heavily as a real recovery. Give a disposable server, or use scratch: cluster.',
    })
  }
  if (!superuser && !createdb) {
    throw new CouldNotVerifyError({
      doing,
      problem: `the role "${settings.user}" may not create databases there`,
      advice: 'Use a superuser of the scratch server, as a service container has it.',
    })
  }
}

function programsFor(
  major: number,
  { preferredFolders, archiveMajor = 0 }: ScratchRequest,
  context: Context,
): Promise<Programs> {
  const { environment, processes } = context
  return findPrograms({ serverMajor: Math.max(major, archiveMajor), preferredFolders, environment, processes })
}

/** Drops the databases that runs which were killed left here. */
async function sweep(session: Session, settings: ConnectionSettings, context: Context): Promise<LeftDatabase[]> {
  const databases = await abandonedIn(session, context)
  for (const { name } of databases) {
    context.logger.debug(`Dropping the scratch database ${name}, which an earlier run left behind.`)
    await drop(session, settings, name)
  }
  await dropAbandonedRestorers(session, (note) => isAbandoned(note, context.clock.now()), context)
  return databases
}

async function abandonedIn(session: Session, { clock }: Pick<Context, 'clock'>): Promise<LeftDatabase[]> {
  const databases = await session.query<{ name: string; note: string | null; bytes: string | null }>(
    `SELECT datname AS name, pg_catalog.shobj_description(oid, 'pg_database') AS note,
            CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT')
                 THEN pg_catalog.pg_database_size(oid)::text END AS bytes
       FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, $1)`,
    [SCRATCH_PREFIX],
  )
  return databases
    .filter(({ note }) => isAbandoned(note, clock.now()))
    .map(({ name, bytes }) => ({ name, bytes: Number(bytes ?? 0) }))
}

/** Whether the run that created a database is over. One without a readable note is not known to be ours, and stays. */
export function isAbandoned(note: string | null, now: Date): boolean {
  const owner = Owner.safeParse(parseNote(note)).data
  if (owner === undefined) {
    return false
  }
  const life = lifeOf(owner)
  return life === 'dead' || (life === 'elsewhere' && now.getTime() - Date.parse(owner.since) > FOREIGN_LIMIT)
}

function parseNote(note: string | null): unknown {
  try {
    return JSON.parse(note ?? '')
  } catch {
    return undefined
  }
}

async function drop(session: Session, settings: ConnectionSettings, name: string): Promise<void> {
  await dropSubscriptions(session, { ...settings, database: name })
  await rollBackPrepared(session, { ...settings, database: name })
  if (session.major >= 13) {
    await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`)
    return
  }
  await session.query(
    'SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1',
    [name],
  )
  await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`)
}

interface ServiceFacts {
  superuser: boolean
  serverVersion: string
  major: number
  programs: Programs
}

class ScratchService implements Scratch {
  readonly kind = 'service'
  readonly isolation = null
  /** It is as it was given. */
  readonly startedWithout = []
  readonly superuser: boolean
  readonly serverVersion: string
  readonly major: number
  readonly programs: Programs
  private readonly created: string[] = []

  constructor(
    readonly maintenance: ConnectionSettings,
    facts: ServiceFacts,
    private readonly request: ScratchRequest,
    private readonly context: Context,
  ) {
    this.superuser = facts.superuser
    this.serverVersion = facts.serverVersion
    this.major = facts.major
    this.programs = facts.programs
  }

  async createDatabase(): Promise<ScratchDatabase> {
    const name = scratchName()
    this.created.push(name)
    const { signal, clock } = this.context
    const localeFallback = await withSession(this.maintenance, { signal }, async (session) => {
      const fallback = await createLike(session, name, this.request.source)
      await this.mark(session, name, clock.now())
      return fallback
    })
    return { name, settings: { ...this.maintenance, database: name }, localeFallback }
  }

  async release(): Promise<void> {
    if (this.created.length === 0) {
      return
    }
    try {
      // Without the signal: this must also happen after an interruption.
      await withSession(this.maintenance, {}, async (session) => {
        for (let name = this.created.pop(); name !== undefined; name = this.created.pop()) {
          await drop(session, this.maintenance, name)
        }
      })
    } catch (error) {
      this.context.logger.warning(
        `The scratch databases on ${describeConnection(this.maintenance)} could not be dropped; the next run will. ${messageOf(error)}`,
      )
    }
  }

  /** Says whose it is, and makes its restores quick; nothing outside of this database changes. */
  private async mark(session: Session, name: string, now: Date): Promise<void> {
    const note = JSON.stringify(ownerHere('proving a backup', now)).replaceAll("'", "''")
    await session.query(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS '${note}'`)
    for (const [setting, value] of Object.entries(databaseSettings(usableMemory()))) {
      await session.query(`ALTER DATABASE ${quoteIdentifier(name)} SET ${setting} = '${value}'`)
    }
  }
}

function withoutPostgres(environment: Context['environment']): Context['environment'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PG')))
}

function cannotUse(cause: unknown, settings: ConnectionSettings): CouldNotVerifyError {
  if (cause instanceof CouldNotVerifyError) {
    return cause
  }
  return new CouldNotVerifyError({
    doing: `using the scratch server ${describeConnection(settings)}`,
    problem: `the scratch server cannot be used: ${messageOf(cause)}`,
    advice: 'Check scratch-url and that the server is healthy, or use scratch: cluster.',
    cause,
  })
}
