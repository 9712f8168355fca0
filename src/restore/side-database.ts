import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import { ownerHere } from '../platform/owner.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { createLike, type DatabaseLocale } from '../postgres/scratch-database.js'
import { isAbandoned } from '../postgres/scratch-service.js'
import { withSession, type Session } from '../postgres/session.js'
import { dropSubscriptions } from '../postgres/subscriptions.js'
import { isEmpty } from './target-facts.js'
import { isSideName, sideName } from './target-names.js'

/** A database beside the target, in which a set is restored before anything is touched. */
export interface SideDatabase {
  name: string
  /** What was taken instead of the wanted locale, in words; null when it has that. */
  localeFallback: string | null
}

/** The advisory lock under which side databases are created and marked, and looked for: a random number. */
const CREATION_LOCK = '5790144298117462531'

/**
 * Creates one, with a note that says whose it is, so that a later run can drop it if this one is killed.
 *
 * @param wanted.owner null for ourselves
 */
export async function createSide(
  target: { session: Session; maintenance: ConnectionSettings; database: string },
  { locale, owner }: { locale: DatabaseLocale; owner: string | null },
  context: Context,
): Promise<SideDatabase> {
  const { session, database } = target
  const name = sideName(database)
  try {
    return await whileLocked(session, async () => {
      const localeFallback = await createLike(session, name, locale)
      await session.query(noteStatement(name, database, context.clock.now()))
      if (owner !== null) {
        // In the schema public of PostgreSQL 15 and later, only the database's owner may have tables without further ado.
        await session.query(`ALTER DATABASE ${quoteIdentifier(name)} OWNER TO ${quoteIdentifier(owner)}`)
      }
      // Until it is compared, no other session may use it.
      await session.query(`REVOKE ALL ON DATABASE ${quoteIdentifier(name)} FROM PUBLIC`)
      return { name, localeFallback }
    })
  } catch (error) {
    // An interruption may come when it is there already.
    await dropSide(target, name, context)
    throw error
  }
}

/**
 * A run that is killed while it creates a database cannot mark it any more, and the server still makes it. The session of
 * that run keeps the lock until then: so a run that gets the lock and finds an unmarked database knows it for abandoned.
 */
async function whileLocked<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query(`SELECT pg_catalog.pg_advisory_lock(${CREATION_LOCK})`)
  try {
    return await work()
  } finally {
    // Where this fails, the session is over, and its locks with it.
    await session.query(`SELECT pg_catalog.pg_advisory_unlock(${CREATION_LOCK})`).catch(() => [])
  }
}

/** The statement that marks a database as one of this run, which may be dropped once the run is over. */
export function noteStatement(name: string, database: string, now: Date): string {
  const note = JSON.stringify(ownerHere(`restoring ${database}`, now)).replaceAll("'", "''")
  return `COMMENT ON DATABASE ${quoteIdentifier(name)} IS '${note}'`
}

/** Drops a side database. Never throws, and works after an interruption: what stays is told, and dropped by the next run. */
export async function dropSide(
  { maintenance }: { maintenance: ConnectionSettings },
  name: string,
  { logger }: Pick<Context, 'logger'>,
): Promise<void> {
  try {
    await withSession(maintenance, {}, (session) => drop(session, maintenance, name))
  } catch (error) {
    logger.warning(
      `The database ${name}, which was only for this restore, could not be dropped; the next run will. ${messageOf(error)}`,
    )
  }
}

async function drop(session: Session, settings: ConnectionSettings, name: string): Promise<void> {
  await dropSubscriptions(session, { ...settings, database: name })
  // What its source was, it may be already: a template cannot be dropped.
  await session.query(`ALTER DATABASE ${quoteIdentifier(name)} IS_TEMPLATE false`).catch(() => [])
  await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`)
}

/** Drops what runs that were killed left on the server, and returns the names. What cannot be dropped is told. */
export async function sweepSides(
  target: { session: Session; settings: ConnectionSettings },
  context: Pick<Context, 'clock' | 'logger'>,
): Promise<string[]> {
  const { logger } = context
  return whileLocked(target.session, async () => {
    const dropped: string[] = []
    for (const name of await abandoned(target, context)) {
      try {
        await drop(target.session, target.settings, name)
        logger.info(`Dropped the database ${name}, which a restore that was killed had left behind.`)
        dropped.push(name)
      } catch (error) {
        logger.warning(
          `The database ${name}, which a restore that was killed had left behind, could not be dropped. ${messageOf(error)}`,
        )
      }
    }
    return dropped
  })
}

/** Those with the note of a dead run, and those that were killed before they had one: of our names, and empty. */
async function abandoned(
  { session, settings }: { session: Session; settings: ConnectionSettings },
  { clock }: Pick<Context, 'clock'>,
): Promise<string[]> {
  const databases = await session.query<{ name: string; note: string | null }>(
    `SELECT datname AS name, pg_catalog.shobj_description(oid, 'pg_database') AS note FROM pg_catalog.pg_database
      WHERE datname ~ '_lifeboat_[0-9a-f]{8}$' AND datallowconn`,
  )
  const left: string[] = []
  for (const { name, note } of databases.filter((each) => isSideName(each.name))) {
    const isUnmarked =
      note === null && (await withSession({ ...settings, database: name }, {}, isEmpty).catch(() => false))
    if (isUnmarked || isAbandoned(note, clock.now())) {
      left.push(name)
    }
  }
  return left
}
