import { incompleteness } from '../backup/set.js'
import type { Proof } from '../backup/manifest.js'
import { DamagedError } from '../errors.js'
import { inParallel } from '../platform/parallel.js'
import { readRecord, type SetRecord } from './artifact-record.js'
import type { ArtifactShelf, Shelved } from './artifact-shelf.js'
import { standingProof, readProofs } from './proofs.js'
import { nameOfSet } from './set-place.js'
import type { BrokenSet, SetPlace, StoredSet } from './store.js'

/** How many sets are looked at at a time. */
const LOOKERS = 4

/** The artifacts of one set. */
export interface SetParts {
  place: SetPlace
  /** The key of its series. */
  series: string
  /** The oldest first; there are several when an answer of GitHub was lost, or two runs took the same second. */
  sets: Shelved[]
  manifests: Shelved[]
  proofs: Shelved[]
}

/** A set whose record could be read: the artifact with its files, or what is wrong with it. */
export interface FoundSet {
  parts: SetParts
  record: SetRecord
  /** The folder that the record was read from. */
  folder: string
  /** The artifact that holds the files; undefined where it is gone. */
  files: Shelved | undefined
  /** Why it is not counted; null when it is. */
  reason: string | null
}

/** Brings together what belongs to one set. A set of which only files are there was never finished, and is one too. */
export function partsOf(shelved: readonly Shelved[]): SetParts[] {
  const parts = new Map<string, SetParts>()
  for (const one of shelved) {
    if (one.name.part === 'log') continue
    const { series, place, part } = one.name
    const key = `${series}/${nameOfSet(place)}`
    const set = parts.get(key) ?? { place, series, sets: [], manifests: [], proofs: [] }
    set[`${part}s`].push(one)
    parts.set(key, set)
  }
  return [...parts.values()]
}

/**
 * The set that counts of those that were committed at this place: the oldest whose artifact of files is there as it was
 * uploaded. Where there is none, the oldest, with what is wrong with it; null where none was committed.
 */
export async function findSet(parts: SetParts, shelf: ArtifactShelf, tell: Tell): Promise<FoundSet | BrokenSet | null> {
  let first: FoundSet | BrokenSet | null = null
  for (const manifest of parts.manifests) {
    const found = await look(parts, manifest, shelf, tell)
    if (found.reason === null) return found
    // The files expire first, some minutes before the manifest.
    if ('record' in found && shelf.hasExpired(found.record.artifact.id)) continue
    first ??= found
  }
  return first
}

/** A set as the store lists it, or as broken; null for what is not committed. */
export async function listedSet(
  parts: SetParts,
  shelf: ArtifactShelf,
  tell: Tell,
): Promise<StoredSet | BrokenSet | null> {
  const found = await findSet(parts, shelf, tell)
  if (found === null || !('record' in found)) return found
  const { record, files, reason } = found
  if (reason !== null) return { ...parts.place, reason }
  const later = [...record.proofs, ...(await laterProofs(parts, shelf, tell))]
  const bytes = (files?.artifact.bytes ?? 0) + parts.manifests.reduce((sum, { artifact }) => sum + artifact.bytes, 0)
  return { ...parts.place, manifest: record.manifest, proof: standingProof(record.manifest, later), bytes }
}

/** The outcomes that were added to a set after it was committed, the oldest first. */
export async function laterProofs(parts: SetParts, shelf: ArtifactShelf, tell: Tell): Promise<Proof[]> {
  const read = await inParallel(parts.proofs, LOOKERS, async (one) => {
    try {
      return await readProofs(await shelf.contentOf(one), tell)
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error
      tell(`${shelf.locationOf(one.artifact)} is not an outcome of a verification and is left out: ${error.problem}`)
      return []
    }
  })
  return read.flat()
}

/** Everything that was committed to the store, whole or not. */
export async function listedSets(
  shelved: readonly Shelved[],
  shelf: ArtifactShelf,
  tell: Tell,
): Promise<(StoredSet | BrokenSet)[]> {
  const looks = await inParallel(partsOf(shelved), LOOKERS, (parts) => listedSet(parts, shelf, tell))
  return looks.filter((look) => look !== null)
}

type Tell = (note: string) => void

async function look(
  parts: SetParts,
  manifest: Shelved,
  shelf: ArtifactShelf,
  tell: Tell,
): Promise<FoundSet | BrokenSet> {
  try {
    const folder = await shelf.contentOf(manifest)
    const record = await readRecord(folder, tell)
    const files = parts.sets.find(({ artifact }) => artifact.id === record.artifact.id)
    return { parts, record, folder, files, reason: disagreement(parts.place, record, files) }
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error
    return { ...parts.place, reason: error.problem }
  }
}

function disagreement(place: SetPlace, { manifest, artifact }: SetRecord, files: Shelved | undefined): string | null {
  const sizes = new Map(manifest.files.map(({ path, size }) => [path, size]))
  const misplaced = incompleteness(manifest, place, (file) => sizes.get(file))
  if (misplaced !== null) return misplaced
  if (files === undefined) return `the artifact with its files, "${artifact.name}", is missing`
  const { bytes, digest } = files.artifact
  if (bytes !== artifact.bytes) {
    return `the artifact with its files has ${bytes} bytes, and had ${artifact.bytes} when it was uploaded`
  }
  return digest === artifact.digest || artifact.digest === null
    ? null
    : `the artifact with its files has the digest ${String(digest)}, and had ${artifact.digest} when it was uploaded`
}
