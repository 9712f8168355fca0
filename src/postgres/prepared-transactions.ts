import type { ConnectionSettings } from './connection.js'
import { withSession, type Session } from './session.js'

/**
 * Rolls back the prepared transactions of a database, which hold their locks and keep it from being dropped. Returns their
 * names.
 *
 * @param session on another database of the same server
 */
export async function rollBackPrepared(session: Session, inside: ConnectionSettings): Promise<string[]> {
  const prepared = await session.query<{ name: string }>(
    'SELECT gid AS name FROM pg_catalog.pg_prepared_xacts WHERE database = $1 ORDER BY prepared',
    [inside.database],
  )
  if (prepared.length === 0) return []
  const names = prepared.map(({ name }) => name)
  await withSession(inside, {}, async (there) => {
    for (const name of names) await there.query(`ROLLBACK PREPARED '${name.replaceAll("'", "''")}'`)
  })
  return names
}
