import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import type { Scratch } from '../postgres/scratch.js'
import { connect, withSession, type Session } from '../postgres/session.js'

export interface WantedRole {
  name: string
  isSuperuser: boolean
}

/** The comment by which a role that was made for a proof is known. */
export const MARK = 'made by pg-lifeboat for a proof'

/** Advisory locks of the server's maintenance database. The first number is ours, taken at random. */
const IN_USE = '1818846561, 1'
const BEING_MADE = '1818846561, 2'

/**
 * The roles that proofs need on a scratch server. They belong to the whole server, and several runs may prove there at
 * the same time: so a run that uses them holds a lock, and the last run drops them. The server gives
 * the lock of a run that is killed back by itself.
 */
export class SharedRoles {
  private constructor(
    private readonly scratch: Scratch,
    private readonly session: Session,
    private readonly context: Pick<Context, 'logger'>,
  ) {}

  /** From now on no other run drops them. */
  static async use(scratch: Scratch, context: Pick<Context, 'logger' | 'signal'>): Promise<SharedRoles> {
    const session = await connect(scratch.maintenance, { signal: context.signal })
    const roles = new SharedRoles(scratch, session, context)
    try {
      await session.query(`SELECT pg_catalog.pg_advisory_lock_shared(${IN_USE})`)
      return roles
    } catch (error) {
      await session.end()
      throw error
    }
  }

  /**
   * Makes those that are not there, without login, and returns their names. One that is there for another proof may become
   * a superuser too.
   */
  async make(wanted: readonly WantedRole[]): Promise<string[]> {
    const { session } = this
    await session.query('BEGIN')
    try {
      await session.query(`SELECT pg_catalog.pg_advisory_xact_lock(${BEING_MADE})`)
      const present = await presentRoles(session)
      for (const { name, isSuperuser } of wanted) {
        const isOurs = present.get(name)
        for (const statement of statementsFor(quoteIdentifier(name), isSuperuser, isOurs)) {
          await session.query(statement)
        }
      }
      await session.query('COMMIT')
      return wanted.map(({ name }) => name).filter((name) => !present.has(name))
    } catch (error) {
      await session.query('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /**
   * Ends the use. Drops what was made on the server, also by runs that were killed, once no run uses them; so the
   * scratch database must be dropped before. Never throws.
   */
  async release(): Promise<void> {
    await this.session.end()
    // A throw-away cluster is gone by then, with its roles.
    if (this.scratch.kind === 'cluster') {
      return
    }
    // Without the signal: this must also happen after an interruption.
    await withSession(this.scratch.maintenance, {}, dropUnused).catch((error: unknown) => {
      this.context.logger.warning(
        `Roles made for the proof could not be dropped on the scratch server: ${messageOf(error)}`,
      )
    })
  }
}

async function dropUnused(session: Session): Promise<void> {
  const [lock] = await session.query<{ free: boolean }>(`SELECT pg_catalog.pg_try_advisory_lock(${IN_USE}) AS free`)
  if (lock?.free !== true) {
    return
  }
  const ours = [...(await presentRoles(session))].filter(([, isOurs]) => isOurs)
  for (const [name] of ours) {
    await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`)
  }
}

/** The roles of the server, and of each whether it was made for a proof. */
async function presentRoles(session: Session): Promise<Map<string, boolean>> {
  const rows = await session.query<{ name: string; ours: boolean | null }>(
    `SELECT rolname AS name, pg_catalog.shobj_description(oid, 'pg_authid') = $1 AS ours FROM pg_catalog.pg_roles`,
    [MARK],
  )
  return new Map(rows.map(({ name, ours }) => [name, ours === true]))
}

function statementsFor(role: string, isSuperuser: boolean, isOurs: boolean | undefined): string[] {
  if (isOurs === undefined) {
    return [`CREATE ROLE ${role} NOLOGIN${isSuperuser ? ' SUPERUSER' : ''}`, `COMMENT ON ROLE ${role} IS '${MARK}'`]
  }
  return isOurs && isSuperuser ? [`ALTER ROLE ${role} SUPERUSER`] : []
}
