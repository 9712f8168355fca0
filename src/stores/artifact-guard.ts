import type { Manifest } from '../backup/manifest.js'
import { GuardError } from '../errors.js'
import { exposure, type Visibility } from '../platform/github.js'
import type { ArtifactRepository } from '../platform/github-artifacts.js'
import { uploaderOf } from './artifact-upload.js'
import type { ArtifactAccess, ArtifactStoreTools } from './artifact-access.js'

/**
 * Refuses to put an unencrypted set where everybody can download it: among the artifacts of a public repository.
 *
 * Throws `GuardError`.
 */
export async function refuseExposed(
  { encryption }: Pick<Manifest, 'encryption'>,
  access: ArtifactAccess,
  repository: ArtifactRepository,
  { settings }: ArtifactStoreTools,
): Promise<void> {
  if (encryption !== undefined || settings.allowPublicArtifact === true) return
  const problem = exposure(await visibilityOf(access, repository))
  if (problem === null) return
  throw new GuardError({
    doing: `checking whether the set may be put into ${access.name}`,
    problem,
    advice:
      'Encrypt the sets with encrypt-to, or use another kind of store; or, if the data is public anyway, set allow-public-artifact to true.',
  })
}

/** What the event of the job tells is not asked for. */
async function visibilityOf(access: ArtifactAccess, repository: ArtifactRepository): Promise<Visibility> {
  const { visibility } = uploaderOf(access, `putting a set into ${access.name}`)
  return visibility === 'unknown' ? repository.visibility() : visibility
}
