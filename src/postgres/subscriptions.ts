import type { ConnectionSettings } from './connection.js'
import { quoteIdentifier } from './identifier.js'
import { withSession, type Session } from './session.js'

/**
 * Drops the subscriptions of a copied database, without which PostgreSQL does not drop it. The publisher is not asked: the
 * slot there belongs to the database that the copy was made from.
 *
 * @param session on another database of the same server
 */
export async function dropSubscriptions(session: Session, copy: ConnectionSettings): Promise<void> {
  const subscriptions = await session.query<{ name: string }>(
    `SELECT s.subname AS name FROM pg_catalog.pg_subscription s
       JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = $1`,
    [copy.database],
  )
  if (subscriptions.length === 0) {
    return
  }
  await withSession(copy, {}, async (inside) => {
    // Event triggers of the copy must not run on our statements.
    await inside.query('SET session_replication_role = replica')
    for (const subscription of subscriptions.map(({ name }) => quoteIdentifier(name))) {
      await inside.query(`ALTER SUBSCRIPTION ${subscription} DISABLE`)
      await inside.query(`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`)
      await inside.query(`DROP SUBSCRIPTION ${subscription}`)
    }
  })
}
