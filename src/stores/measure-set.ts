import type { Manifest, Proof } from '../backup/manifest.js'
import { SET, incompleteness, readManifest } from '../backup/set.js'
import { DamagedError } from '../errors.js'
import { standingProof } from './proofs.js'
import type { BrokenSet, SetPlace, StoredSet } from './store.js'

/**
 * The files of a set that count for its size, by their names; what lies beside them is not of the set.
 */
export function filesThatCount(manifest: Manifest): string[] {
  return [...manifest.files.map((file) => file.path), SET.manifest, SET.checksums]
}

/**
 * What lies at a place: a set, or something that looks like one and why it is none. Every store counts by this rule.
 *
 * @param manifest or why it cannot be read
 * @param sizes bytes by path of the files that are there
 */
export function measuredSet(
  { id, type }: SetPlace,
  manifest: Manifest | string,
  sizes: ReadonlyMap<string, number>,
  later: readonly Proof[],
): StoredSet | BrokenSet {
  const place = { id, type }
  if (typeof manifest === 'string') return { ...place, reason: manifest }
  const reason = incompleteness(manifest, place, (file) => sizes.get(file))
  if (reason !== null) return { ...place, reason }
  const bytes = filesThatCount(manifest).reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0)
  return { ...place, manifest, proof: standingProof(manifest, later), bytes }
}

/** Whether it is a set. */
export function isSet(found: StoredSet | BrokenSet): found is StoredSet {
  return 'manifest' in found
}

/** The manifest in a local folder, or why it cannot be read as one. */
export async function manifestOrWhy(folder: string): Promise<Manifest | string> {
  try {
    return await readManifest(folder)
  } catch (error) {
    if (error instanceof DamagedError) return error.problem
    throw error
  }
}
