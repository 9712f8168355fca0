import type { Context } from '../context.js'
import { InterruptedError } from '../errors.js'
import { describeLargeObjects, type LargeObjectFacts } from '../postgres/catalog/large-objects.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import { fingerprintTables, type FingerprintOptions, type Fingerprints } from '../postgres/fingerprint.js'
import type { HashMethod } from '../postgres/fingerprint-query.js'
import { PROBE_FORM, hashProbe, type ProbeForm } from '../postgres/hash-probe.js'
import { reasonOf } from '../postgres/query-error.js'
import type { Session } from '../postgres/session.js'
import type { Manifest } from './manifest.js'
import { displayName } from './manifest.js'

/** What the rows of a database are, without one of them. */
export interface Content {
  tables: Fingerprints
  /** Null where they could not be counted. */
  largeObjects: LargeObjectFacts | null
  /** Null where nothing was hashed. */
  hash: Manifest['hash']
}

/** How rows are read. Both sides of a comparison must be read alike. */
export interface Reading extends Pick<FingerprintOptions, 'byCopy' | 'withAddresses' | 'startAfresh'> {
  /** null to count only. */
  method: HashMethod | null
  form?: ProbeForm | undefined
}

/**
 * Counts and hashes the rows of tables, and the large objects. What cannot be read is left out, and the log says why.
 *
 * @param sessions at the source all in one snapshot; they work side by side
 */
export async function describeContent(
  sessions: readonly [Session, ...Session[]],
  tables: readonly TableFacts[],
  reading: Reading,
  context: Pick<Context, 'logger' | 'signal'>,
): Promise<Content> {
  const { logger, signal } = context
  const [first] = sessions
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof InterruptedError) throw error
      logger.warning(`${what} could not be read: ${reasonOf(error)}`)
      await reading.startAfresh?.(first).catch(() => undefined)
      return null
    }
  }
  const { method: wanted, form = PROBE_FORM } = reading
  const probe = wanted === null ? null : await attempt('The hash functions', () => hashProbe(first, wanted, form))
  const method = probe === null ? null : wanted
  const found = await fingerprintTables(sessions, tables, {
    ...reading,
    method,
    signal,
    onProgress: ({ doneBytes, totalBytes, current }) => {
      logger.progress({ label: 'fingerprinting', done: doneBytes, total: totalBytes, unit: 'bytes', current })
    },
  })
  for (const table of tables) {
    const reason = found.unread.get(table.oid)
    if (reason !== undefined) logger.warning(`The rows of ${displayName(table)} could not be read: ${reason}`)
  }
  const largeObjects = await attempt('Large objects', () => describeLargeObjects(first, method ?? 'record'))
  return method === null || probe === null
    ? { tables: found, largeObjects: largeObjects && { ...largeObjects, fingerprint: null }, hash: null }
    : { tables: found, largeObjects, hash: { method, probe, form } }
}

/** To read a copy as its source was read. */
export function readingOf({ hash, tables }: Pick<Manifest, 'hash' | 'tables'>): Reading {
  const entries = new Map(tables.map((table) => [displayName(table), table]))
  return {
    method: hash?.method ?? null,
    form: hash?.form ?? 1,
    // A set of the first form knows no COPY: what is in it can only be compared as it was hashed, by a query.
    byCopy: (table) =>
      entries.get(displayName(table))?.hashedBy === 'copy' || (hash?.form !== undefined && table.runsCode),
    withAddresses: (table) => (entries.get(displayName(table))?.addresses ?? null) !== null,
  }
}
