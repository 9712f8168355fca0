import { CouldNotVerifyError, InterruptedError } from '../errors.js'
import { readAddresses, type Addresses } from './addresses.js'
import type { TableFacts } from './catalog/model.js'
import { fingerprintByCopy } from './fingerprint-copy.js'
import { fingerprintQuery, type HashMethod } from './fingerprint-query.js'
import { reasonOf } from './query-error.js'
import type { RowSource } from './queryable.js'

/** The content of a table at an instant. */
export interface TableFingerprint {
  rows: number
  /** A decimal number: the sum of a 64-bit hash of every row, over all columns that are dumped. */
  fingerprint?: string
  /** The same over the stored generated columns, which a restore computes anew. */
  generatedFingerprint?: string
  /** The rows were copied out and hashed here, not by a query; such a fingerprint is only like others of its kind. */
  hashedBy?: 'copy'
  /** Where values are addresses of what is gone. */
  addresses?: Addresses
}

/** What was found of tables, by their oids. */
export interface Fingerprints {
  found: Map<number, TableFingerprint>
  /** Tables that could not be read, with the reason. */
  unread: Map<number, string>
}

export interface FingerprintOptions {
  /** null to count only. */
  method: HashMethod | null
  /** Whether a table is copied out instead of queried; by default, where a query over it would run a user's code. */
  byCopy?: (table: TableFacts) => boolean
  /** Whether rows are also told apart by their addresses; by default, where one of them is of something that is gone. */
  withAddresses?: (table: TableFacts) => boolean
  /**
   * Makes a session in a transaction as it was before it read tables: an error is undone, and locks are let go of, which
   * otherwise pile up until the server has no room for those of others. Where it fails, the session is not used any more.
   */
  startAfresh?: (session: RowSource) => Promise<void>
  /** Aborting stops before the next table; the sessions' owner cancels the statements that run. */
  signal?: AbortSignal
  onProgress?: (progress: { doneBytes: number; totalBytes: number; current: string }) => void
}

/** After so many tables, a session lets go of the locks on them and their indexes. */
const TABLES_LOCKED = 20

/** Whether a table has rows of its own that are dumped or computed by a restore, so that it can be compared. */
export function hasOwnRows({ kind, populated }: TableFacts): boolean {
  return kind !== 'foreign' && kind !== 'partitioned' && populated
}

/**
 * Counts and hashes tables over several sessions at once, the largest first. Foreign tables, partitioned parents and
 * materialized views that were never filled are left out. A table that cannot be read is noted, with the reason.
 *
 * Sessions need pinned settings and, at the source, the same snapshot. Throws `InterruptedError`, once every session is
 * idle again.
 */
export async function fingerprintTables(
  sessions: readonly RowSource[],
  tables: readonly TableFacts[],
  options: FingerprintOptions,
): Promise<Fingerprints> {
  const work = new Work(tables, options)
  await work.share(sessions)
  return { found: work.found, unread: work.unread }
}

/** The tables that are still to be read, which sessions take from one after the other, and what was found. */
class Work {
  readonly found: Fingerprints['found'] = new Map()
  readonly unread: Fingerprints['unread'] = new Map()
  private readonly next: IterableIterator<TableFacts>
  private readonly totalBytes: number
  private doneBytes = 0
  private interruption: InterruptedError | undefined

  constructor(
    tables: readonly TableFacts[],
    private readonly options: FingerprintOptions,
  ) {
    const queue = tables.filter(hasOwnRows).sort((a, b) => b.bytes - a.bytes)
    this.next = queue.values()
    this.totalBytes = queue.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Returns, or throws, once every session is idle again. */
  async share(sessions: readonly RowSource[]): Promise<void> {
    const ended = await Promise.allSettled(
      sessions.map((session) => this.readWith(session).catch((error: unknown) => this.stopFor(error))),
    )
    if (this.interruption !== undefined) throw this.interruption
    const trouble = ended.find((one) => one.status === 'rejected')
    const why = trouble === undefined ? 'no session' : reasonOf(trouble.reason)
    // Left over only where no session was fit to go on.
    for (const { oid } of this.next) this.unread.set(oid, why)
  }

  private async readWith(session: RowSource): Promise<void> {
    const { startAfresh, signal } = this.options
    let locked = 0
    for (const table of this.next) {
      if (this.interruption !== undefined) return
      if (signal?.aborted === true) throw new InterruptedError('fingerprinting tables', signal.reason)
      const isRead = await this.read(session, table)
      locked = isRead ? locked + 1 : TABLES_LOCKED
      if (locked === TABLES_LOCKED) {
        await startAfresh?.(session)
        locked = 0
      }
      this.tellProgress(table)
    }
  }

  private async read(session: RowSource, table: TableFacts): Promise<boolean> {
    try {
      this.found.set(table.oid, await fingerprint(session, table, this.options))
      return true
    } catch (error) {
      if (error instanceof InterruptedError) throw error
      this.unread.set(table.oid, reasonOf(error))
      return false
    }
  }

  /** The other sessions stop too, but only for an interruption: what one was not fit for, they take on. */
  private stopFor(error: unknown): never {
    if (error instanceof InterruptedError) this.interruption ??= error
    throw error
  }

  private tellProgress({ schema, name, bytes }: TableFacts): void {
    this.doneBytes += bytes
    this.options.onProgress?.({
      doneBytes: this.doneBytes,
      totalBytes: this.totalBytes,
      current: `${schema}.${name}`,
    })
  }
}

async function fingerprint(
  session: RowSource,
  table: TableFacts,
  { method, byCopy = ({ runsCode }) => runsCode, withAddresses = () => false }: FingerprintOptions,
): Promise<TableFingerprint> {
  if (byCopy(table))
    return fingerprintByCopy(session, table, { hashed: method !== null, grouped: withAddresses(table) })
  // Without columns there is nothing to hash: what remains of the query is the count.
  const asked = method === null ? { ...table, columns: [] } : table
  const [row] = await session.query<{ rows: string; fingerprint: string; generated?: string; bare?: boolean }>(
    fingerprintQuery(asked, method ?? 'record'),
  )
  if (row === undefined) {
    throw new CouldNotVerifyError({
      doing: `counting and hashing the rows of ${table.schema}.${table.name}`,
      problem: 'the server gave no row for a query that has exactly one',
      advice: 'Check what stands between pg-lifeboat and the server (a proxy, a pooler).',
    })
  }
  if (method === null) return { rows: Number(row.rows) }
  const addresses = row.bare === true || withAddresses(table) ? await readAddresses(session, table, method) : undefined
  return {
    rows: Number(row.rows),
    fingerprint: row.fingerprint,
    ...(row.generated === undefined ? {} : { generatedFingerprint: row.generated }),
    ...(addresses === undefined ? {} : { addresses }),
  }
}
