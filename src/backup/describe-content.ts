import type { Context } from '../context.js'
import { describeLargeObjects, type LargeObjectFacts } from '../postgres/catalog/large-objects.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import { fingerprintTables, hashProbe, type HashMethod, type TableFingerprint } from '../postgres/fingerprint.js'
import type { Session } from '../postgres/session.js'
import type { Manifest } from './manifest.js'

/** What the rows of a database are, without one of them. */
export interface Content {
  /** By the table's oid; only `rows` where nothing was hashed. */
  tables: ReadonlyMap<number, Partial<TableFingerprint>>
  largeObjects: LargeObjectFacts
  hash: Manifest['hash']
}

/**
 * Counts and hashes the rows of tables, and the large objects.
 *
 * @param sessions at the source all in one snapshot; they work side by side
 * @param method null to count only
 */
export async function describeContent(
  sessions: readonly [Session, ...Session[]],
  tables: readonly TableFacts[],
  method: HashMethod | null,
  { logger, signal }: Context,
): Promise<Content> {
  const [first] = sessions
  // Without columns there is nothing to hash: what remains of the query is the count.
  const read = method === null ? tables.map((table) => ({ ...table, columns: [] })) : tables
  const found = await fingerprintTables(sessions, read, {
    method: method ?? 'record',
    signal,
    onProgress: ({ doneBytes, totalBytes, current }) => {
      logger.progress({ label: 'fingerprinting', done: doneBytes, total: totalBytes, unit: 'bytes', current })
    },
  })
  const largeObjects = await describeLargeObjects(first, method ?? 'record')
  if (method === null) {
    const counted = new Map([...found].map(([oid, { rows }]) => [oid, { rows }]))
    return { tables: counted, largeObjects: { ...largeObjects, fingerprint: null }, hash: null }
  }
  return { tables: found, largeObjects, hash: { method, probe: await hashProbe(first, method) } }
}
