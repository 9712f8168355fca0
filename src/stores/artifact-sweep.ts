import { OperationError } from '../errors.js'
import { statusOf } from '../platform/github-errors.js'
import { inParallel } from '../platform/parallel.js'
import type { ArtifactStoreTools } from './artifact-access.js'
import { findSet, partsOf, type SetParts } from './artifact-listing.js'
import { supersededLogs } from './artifact-log.js'
import type { ArtifactShelf, Shelved } from './artifact-shelf.js'
import type { Leftover } from './store.js'

/** How many sets are looked at at a time. */
const LOOKERS = 4

/** The run that made an artifact may still be at work so long. */
const ABANDONED_AFTER = 24 * 60 * 60 * 1000

/**
 * Removes artifacts that belong to no set, and returns their names: files that were never committed, or that an upload
 * whose answer was lost left beside those that count; outcomes of sets that are gone. A token that may not remove
 * anything is a warning: no set depends on it.
 */
export async function sweepArtifacts(
  shelf: ArtifactShelf,
  { clock, logger }: Pick<ArtifactStoreTools, 'clock' | 'logger'>,
): Promise<string[]> {
  const before = new Date(clock.now().getTime() - ABANDONED_AFTER)
  const leftBehind = await leftBefore(before, shelf)
  const swept: string[] = []
  try {
    for (const { artifact } of leftBehind) {
      await shelf.remove(artifact)
      swept.push(artifact.name)
    }
    // These are only in the way, and expire by themselves: nothing to speak of.
    for (const { artifact } of await supersededLogs(shelf, before)) await shelf.remove(artifact)
  } catch (error) {
    if (!(error instanceof OperationError) || statusOf(error.cause) !== 403) throw error
    if (swept.length < leftBehind.length) {
      logger.warning(`What an unfinished backup left behind stays in ${shelf.repository.name}: ${error.message}`)
    }
  }
  return swept
}

/** What `sweepArtifacts` would remove and tell. */
export async function abandonedArtifacts(
  shelf: ArtifactShelf,
  { clock }: Pick<ArtifactStoreTools, 'clock'>,
): Promise<Leftover[]> {
  const left = await leftBefore(new Date(clock.now().getTime() - ABANDONED_AFTER), shelf)
  return left.map(({ artifact: { name, bytes } }) => ({ name, bytes }))
}

async function leftBefore(before: Date, shelf: ArtifactShelf): Promise<Shelved[]> {
  const parts = partsOf(await shelf.all('now'))
  const left = (await inParallel(parts, LOOKERS, (one) => abandoned(one, shelf))).flat()
  return left.filter(({ artifact }) => artifact.createdAt < before)
}

async function abandoned(parts: SetParts, shelf: ArtifactShelf): Promise<Shelved[]> {
  if (parts.manifests.length === 0) return [...parts.sets, ...parts.proofs]
  if (parts.sets.length < 2) return []
  const found = await findSet(parts, shelf, () => undefined)
  // Of a set that is broken nothing is removed: somebody may want to look at it.
  if (found === null || !('record' in found) || found.reason !== null) return []
  return parts.sets.filter((one) => one !== found.files)
}
