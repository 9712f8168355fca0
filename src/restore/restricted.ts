import { randomBytes } from 'node:crypto'
import { onlySql } from './only-sql.js'

/** The least minors whose psql knows `\restrict`. */
const RESTRICTED_SINCE: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 }

/**
 * `17.6` and later minors of each major: psql refuses commands of its own behind this one.
 *
 * https://www.postgresql.org/docs/current/app-psql.html, command \restrict
 */
export function knowsRestricted(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major >= 18 || minor >= (RESTRICTED_SINCE[major] ?? Infinity)
}

/** Why no script is given to a psql of a version that does not. */
export function unrestrictedPsql(version: string): { problem: string; advice: string } {
  return {
    problem: `psql ${version} has no restricted mode, so it could obey commands in the dump`,
    advice: 'Update the PostgreSQL client programs.',
  }
}

/**
 * A script in which psql refuses commands of its own: it is SQL and rows, whoever wrote it or wrote into it. The key is made
 * anew each time, so that nothing in the script can know it.
 *
 * Throws `HiddenCommandError` before psql gets to read what would get around that.
 *
 * https://www.postgresql.org/docs/current/app-psql.html, command \restrict
 */
export async function* restricted(script: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(`\\restrict ${randomBytes(24).toString('hex')}\n`)
  yield* onlySql(script, { makesRoom: true })
}
