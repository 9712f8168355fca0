import { timeOf, type Manifest, type Proof } from '../../backup/manifest.js'
import type { LogLine } from '../log.js'
import { rowsByTable, setBytes } from '../metrics.js'

/** How many earlier sets are looked at: a month of daily ones, so that what happens once a month is known. */
export const HISTORY_LENGTH = 30

/** A set as a store lists it; what is needed of it. */
export interface ListedSet {
  id: string
  type: string
  manifest: Manifest
  proof: Pick<Proof, 'outcome'>
}

/** An earlier set of the type that was proven. */
export interface EarlierSet {
  id: string
  /** Bytes of all its files. */
  size: number
  /** Rows by table, as metrics call tables. */
  rows: ReadonlyMap<string, number>
  /** Where the store still has it; otherwise only the log remembers it. */
  manifest?: Manifest
}

/**
 * The last proven sets of a type from before an instant, the newest first: those that the store lists, and before them
 * those that only the log remembers, because they were rotated away or their store ended with its job.
 *
 * The names in a set that hides them are no names, and the log of such sets has the same: they are left out where the
 * new set has names, and the other way round.
 */
export function historyOf(
  sets: readonly ListedSet[],
  lines: readonly LogLine[],
  { type, before, namesHidden }: { type: string; before: Date; namesHidden: boolean },
): EarlierSet[] {
  const ofType = sets.filter((set) => set.type === type)
  const listed = new Set(ofType.map(({ id }) => id))
  const proven = ofType.filter(
    ({ proof, manifest }) => proof.outcome === 'proven' && hidesNames(manifest) === namesHidden,
  )
  return [...proven.map(fromListing), ...fromLog(lines, type, namesHidden).filter(({ id }) => !listed.has(id))]
    .filter(({ id }) => timeOf(id).getTime() < before.getTime())
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, HISTORY_LENGTH)
}

/** Whether the tables of a manifest are called by numbers. */
export function hidesNames({ encryption }: Pick<Manifest, 'encryption'>): boolean {
  return encryption?.namesHidden === true
}

function fromListing({ id, manifest }: ListedSet): EarlierSet {
  return { id, size: setBytes(manifest), rows: new Map(Object.entries(rowsByTable(manifest))), manifest }
}

/** The last outcome of a set counts. */
function fromLog(lines: readonly LogLine[], type: string, namesHidden: boolean): EarlierSet[] {
  const remembered = new Map<string, EarlierSet>()
  for (const { details } of lines) {
    const { id, size, records, proof, type: typeOfSet } = details
    if (typeof id !== 'string' || !isSetId(id) || typeOfSet !== type || typeof proof !== 'string') continue
    if (proof === 'proven' && size !== undefined && records !== undefined && areHidden(records) === namesHidden) {
      remembered.set(id, { id, size, rows: new Map(Object.entries(records)) })
    } else {
      remembered.delete(id)
    }
  }
  return [...remembered.values()]
}

function isSetId(text: string): boolean {
  return !Number.isNaN(timeOf(text).getTime())
}

function areHidden(records: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(records)
  return names.length > 0 && names.every((name) => /^hidden\.table-\d+$/.test(name))
}
