import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import { ownerHere } from '../platform/owner.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { isAbandoned } from '../postgres/scratch-service.js'
import type { Session } from '../postgres/session.js'

/**
 * A stand-in is a role that a set's archive names and that the target is not to have: it is there while the set is
 * restored, and what it was given goes to the role that takes its place. Its comment says whose it is.
 */
export function standInStatements(role: string, now: Date): string[] {
  const note = JSON.stringify(ownerHere(`standing in for ${role}`, now)).replaceAll("'", "''")
  return [`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`, `COMMENT ON ROLE ${quoteIdentifier(role)} IS '${note}'`]
}

/** Drops the stand-ins of runs that were killed. What cannot be dropped is told. */
export async function sweepStandIns(
  session: Session,
  { clock, logger }: Pick<Context, 'clock' | 'logger'>,
): Promise<void> {
  const roles = await session.query<{ name: string; note: string }>(
    `SELECT rolname AS name, pg_catalog.shobj_description(oid, 'pg_authid') AS note FROM pg_catalog.pg_roles
      WHERE pg_catalog.shobj_description(oid, 'pg_authid') LIKE '%standing in for%'`,
  )
  for (const { name } of roles.filter(({ note }) => isAbandoned(note, clock.now()))) {
    await session.query(`DROP ROLE ${quoteIdentifier(name)}`).catch((error: unknown) => {
      logger.warning(
        `The role ${name}, which a restore that was killed had left behind, could not be dropped. ${messageOf(error)}`,
      )
    })
  }
}
