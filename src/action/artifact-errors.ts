import { GuardError, UsageError } from '../errors.js'
import type { Options } from '../options.js'
import { exposure, missingArtifactService, type Visibility } from '../platform/github.js'

export interface ArtifactPlan {
  visibility: Visibility
  /** Whether what would be uploaded is encrypted. */
  encrypted: boolean
  options: Pick<Options, 'uploadArtifact' | 'allowPublicArtifact'>
}

/**
 * Refuses to publish a database: everybody can download the artifacts of a public repository. Asked before the backup
 * starts. A repository whose visibility cannot be told counts as public.
 *
 * Throws `GuardError`.
 */
export function assertArtifactAllowed({ visibility, encrypted, options }: ArtifactPlan): void {
  const problem = exposure(visibility)
  if (options.uploadArtifact !== 'all' || encrypted || problem === null || options.allowPublicArtifact) {
    return
  }
  throw new GuardError({
    doing: 'checking whether the backup may be uploaded as an artifact',
    problem,
    advice:
      'Encrypt the sets with encrypt-to; or set upload-artifact to "report" or "none" and keep them in a store of your own; or, if the data is public anyway, set allow-public-artifact to true.',
  })
}

/**
 * Refuses to begin work whose result could not be uploaded: without these variables there is no artifact service, as in
 * other programs that run workflows.
 *
 * Throws `UsageError`.
 */
export function assertArtifactPossible(
  environment: Readonly<Record<string, string | undefined>>,
  options: Pick<Options, 'uploadArtifact'>,
): void {
  const missing = missingArtifactService(environment)
  if (options.uploadArtifact === 'none' || missing === null) {
    return
  }
  throw new UsageError({
    doing: 'checking whether artifacts can be uploaded',
    problem: missing,
    advice: 'Set upload-artifact to "none" and keep the sets in a store that outlives the job.',
  })
}
