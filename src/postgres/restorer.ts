import { randomBytes } from 'node:crypto'
import type { Context } from '../context.js'
import { CouldNotVerifyError, InterruptedError, messageOf } from '../errors.js'
import { ownerHere } from '../platform/owner.js'
import type { ConnectionSettings } from './connection.js'
import { quoteIdentifier } from './identifier.js'
import { pinSettings } from './pinned.js'
import type { Scratch, ScratchDatabase } from './scratch.js'
import { withSession, type Session } from './session.js'

/** What every role is called that we make on a scratch server to restore as. */
export const RESTORER_PREFIX = 'lifeboat_restorer_'

/**
 * A role that may log in and fill one scratch database, and do nothing else on its server. What is restored as it can do
 * no more: programs, files, settings, roles and other databases of the server need a superuser.
 *
 * It is a member of no role: the roles that proofs make may become superusers for another proof at the same time.
 */
export class Restorer {
  readonly name = RESTORER_PREFIX + randomBytes(6).toString('hex')
  /** To connect to the scratch database as this role. */
  readonly settings: ConnectionSettings
  private readonly password = randomBytes(24).toString('hex')

  constructor(
    private readonly scratch: Scratch,
    private readonly database: ScratchDatabase,
    private readonly context: Context,
  ) {
    context.logger.hide(this.password)
    this.settings = asRole(database.settings, this.name, this.password)
  }

  /**
   * Makes the role, to which everything in the database may belong. The database itself does not: its owner could change its
   * comment, by which the next run knows that it is ours.
   *
   * Throws `CouldNotVerifyError` where the server does not let the role in. It is to be dropped even so.
   */
  async make(): Promise<void> {
    const { clock, signal } = this.context
    const role = quoteIdentifier(this.name)
    const note = JSON.stringify(ownerHere('restoring a dump', clock.now())).replaceAll("'", "''")
    await withSession(this.database.settings, { signal }, async (session) => {
      // Row security would hide the role's own rows from it where a table forces that.
      await session.query(`BEGIN; CREATE ROLE ${role} LOGIN BYPASSRLS PASSWORD '${this.password}';
        COMMENT ON ROLE ${role} IS '${note}'; COMMIT`)
      await session.query(
        `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${quoteIdentifier(this.database.name)} TO ${role}`,
      )
      await session.query(`ALTER SCHEMA public OWNER TO ${role}`)
    })
    await this.tryToConnect()
  }

  /**
   * Takes back what the role could have changed of itself, and lets it read every table of its database: to be called
   * before it reads what was restored.
   */
  async prepareToRead(): Promise<void> {
    const { settings, name } = this.database
    const role = quoteIdentifier(this.name)
    await withSession(settings, { signal: this.context.signal }, async (session) => {
      await pinSettings(session)
      await session.query(`ALTER ROLE ${role} PASSWORD '${this.password}'`)
      await session.query(`ALTER ROLE ${role} RESET ALL`)
      await session.query(`ALTER ROLE ${role} IN DATABASE ${quoteIdentifier(name)} RESET ALL`)
      const grants = await session.query<{ statement: string }>(UNREADABLE, [this.name])
      for (const { statement } of grants) await session.query(statement)
    })
  }

  /** Only possible once the database is dropped. Never throws. */
  async drop(): Promise<void> {
    // A throw-away cluster is gone by then, with its roles.
    if (this.scratch.kind === 'cluster') return
    // Without the signal: this must also happen after an interruption.
    await withSession(this.scratch.maintenance, {}, (session) =>
      session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(this.name)}`),
    ).catch((error: unknown) => {
      this.context.logger.warning(
        `The role ${this.name}, made to restore as, could not be dropped on the scratch server; the next run will. ${messageOf(error)}`,
      )
    })
  }

  private async tryToConnect(): Promise<void> {
    try {
      await withSession(this.settings, { signal: this.context.signal }, (session) => session.query('SELECT 1'))
    } catch (error) {
      if (error instanceof InterruptedError) throw error
      throw new CouldNotVerifyError({
        doing: 'restoring the dump as a role without superuser',
        problem: `the scratch server does not let in the role that was made for that: ${messageOf(error)}`,
        advice:
          'Let roles log in with a password from here (pg_hba.conf of the scratch server), or leave scratch-url out, so that a throw-away cluster is used.',
        cause: error,
      })
    }
  }
}

/** A client's certificate is that of another role. */
function asRole(settings: ConnectionSettings, user: string, password: string): ConnectionSettings {
  const own: ConnectionSettings = { ...settings, user, password }
  delete own.sslCert
  delete own.sslKey
  return own
}

/** Members of extensions belong to who made the extension. */
const UNREADABLE = `
  SELECT pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, $1::text) AS statement
    FROM pg_catalog.pg_namespace n
    WHERE n.oid >= 16384 AND NOT pg_catalog.has_schema_privilege($1::text, n.oid, 'USAGE')
  UNION ALL SELECT pg_catalog.format('GRANT SELECT ON TABLE %I.%I TO %I', n.nspname, c.relname, $1::text)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm')
      AND NOT pg_catalog.has_table_privilege($1::text, c.oid, 'SELECT')`

/** Drops the roles of runs that are over. What the server refuses is left to a later run. */
export async function dropAbandonedRestorers(
  session: Session,
  isAbandoned: (note: string | null) => boolean,
  { logger }: Pick<Context, 'logger'>,
): Promise<void> {
  const roles = await session.query<{ name: string; note: string | null }>(
    `SELECT rolname AS name, pg_catalog.shobj_description(oid, 'pg_authid') AS note
       FROM pg_catalog.pg_roles WHERE pg_catalog.starts_with(rolname, $1)`,
    [RESTORER_PREFIX],
  )
  for (const { name } of roles.filter(({ note }) => isAbandoned(note))) {
    logger.debug(`Dropping the role ${name} of the scratch server, which an earlier run left behind.`)
    await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`).catch((error: unknown) => {
      logger.debug(`The role ${name} could not be dropped: ${messageOf(error)}`)
    })
  }
}
