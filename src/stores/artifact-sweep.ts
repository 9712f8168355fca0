import { OperationError } from '../errors.js'
import { statusOf } from '../platform/github-errors.js'
import type { ArtifactStoreTools } from './artifact-access.js'
import { findSet, partsOf, type SetParts } from './artifact-listing.js'
import type { ArtifactShelf, Shelved } from './artifact-shelf.js'

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
  const before = clock.now().getTime() - ABANDONED_AFTER
  const swept: string[] = []
  for (const parts of partsOf(await shelf.all('now'))) {
    for (const one of await abandoned(parts, shelf)) {
      if (one.artifact.createdAt.getTime() > before) continue
      try {
        await shelf.remove(one.artifact)
      } catch (error) {
        if (!(error instanceof OperationError) || statusOf(error.cause) !== 403) throw error
        logger.warning(`What an unfinished backup left behind stays in ${shelf.repository.name}: ${error.message}`)
        return swept
      }
      swept.push(one.artifact.name)
    }
  }
  return swept
}

async function abandoned(parts: SetParts, shelf: ArtifactShelf): Promise<Shelved[]> {
  if (parts.manifests.length === 0) return [...parts.sets, ...parts.proofs]
  if (parts.sets.length < 2) return []
  const found = await findSet(parts, shelf, () => undefined)
  // Of a set that is broken nothing is removed: somebody may want to look at it.
  if (found === null || !('record' in found) || found.reason !== null) return []
  return parts.sets.filter((one) => one !== found.files)
}
