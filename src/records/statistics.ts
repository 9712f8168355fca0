import { timeOf, type Manifest, type Proof } from '../backup/manifest.js'
import type { LogLine } from './log.js'
import { rowsByTable, setBytes, totalRows } from './metrics.js'

/** The set that a new one is compared with. */
export interface PreviousSet {
  id: string
  /** Bytes of all its files. */
  size: number
  /** Rows of all its tables; null when they were not counted. */
  records: number | null
}

/** A set as a store lists it; what is needed of it. */
interface ListedSet {
  id: string
  type: string
  manifest: Pick<Manifest, 'tables' | 'files'>
  proof: Pick<Proof, 'outcome'>
}

/**
 * The newest proven set of a type from before an instant, from what the store lists and from what the log remembers: a
 * store that ends with its job still has the log of earlier ones. What the store says of a set goes before the log, and
 * in the log the last outcome of a set counts. Null when there is none.
 */
export function previousProven(
  sets: readonly ListedSet[],
  lines: readonly LogLine[],
  type: string,
  before: Date,
): PreviousSet | null {
  const listed = new Set(sets.filter((set) => set.type === type).map(({ id }) => id))
  const candidates = [
    ...sets.filter((set) => set.type === type && set.proof.outcome === 'proven').map(fromListing),
    ...fromLog(lines, type).filter(({ id }) => !listed.has(id)),
  ]
  const earlier = candidates.filter(({ id }) => timeOf(id).getTime() < before.getTime())
  return earlier.reduce<PreviousSet | null>(
    (newest, set) => (newest === null || set.id > newest.id ? set : newest),
    null,
  )
}

function fromListing({ id, manifest }: ListedSet): PreviousSet {
  return { id, size: setBytes(manifest), records: totalRows(rowsByTable(manifest)) }
}

function fromLog(lines: readonly LogLine[], type: string): PreviousSet[] {
  const remembered = new Map<string, PreviousSet>()
  for (const { details } of lines) {
    const { id, size, records, proof, type: typeOfSet } = details
    if (typeof id !== 'string' || typeOfSet !== type || typeof proof !== 'string') {
      continue
    }
    if (proof === 'proven' && size !== undefined) {
      remembered.set(id, { id, size, records: totalRows(records) })
    } else {
      remembered.delete(id)
    }
  }
  return [...remembered.values()]
}
