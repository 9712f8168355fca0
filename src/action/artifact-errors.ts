import { GuardError, OperationError, UsageError, messageOf } from '../errors.js'
import type { Options } from '../options.js'
import type { Visibility } from '../platform/github.js'

/** What to do about an upload that failed: another name, another try, or nothing that helps. */
export type Remedy = 'rename' | 'retry' | 'none'

/**
 * Judges what the library threw. It has classes for some errors, but exports them only from its main module, whose
 * loading is what we put off; so their names decide.
 */
export function remedyFor(error: unknown): Remedy {
  if (/\(409\)|already exists/i.test(messageOf(error))) {
    return 'rename'
  }
  const name = error instanceof Error ? error.name : ''
  const isHopeless =
    ['UsageError', 'GHESNotSupportedError', 'FilesNotFoundError'].includes(name) ||
    /\((400|401|403)\)|insufficient usage|quota|ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL/i.test(messageOf(error))
  return isHopeless ? 'none' : 'retry'
}

/** The error that a person reads when an artifact could not be uploaded. */
export function uploadFailed(name: string, folder: string, attempts: number, cause: unknown): OperationError {
  const isQuota = /quota|insufficient usage/i.test(messageOf(cause))
  const keep = `What should have been uploaded is still in ${folder}.`
  return new OperationError({
    doing: `uploading the artifact "${name}"`,
    problem: isQuota
      ? 'the storage for artifacts is used up'
      : `the upload failed${attempts > 1 ? ` ${attempts} times` : ''}: ${messageOf(cause)}`,
    advice: isQuota
      ? `Delete old artifacts or shorten artifact-retention-days; GitHub counts again after some hours. ${keep}`
      : `Run the job again, or use a store that outlives the job. ${keep}`,
    cause,
  })
}

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
  const isExposed = visibility === 'public' || visibility === 'unknown'
  if (options.uploadArtifact !== 'all' || encrypted || !isExposed || options.allowPublicArtifact) {
    return
  }
  throw new GuardError({
    doing: 'checking whether the backup may be uploaded as an artifact',
    problem:
      visibility === 'public'
        ? 'the repository is public, and everybody could download the unencrypted dump'
        : 'it cannot be told whether the repository is public, where everybody could download the unencrypted dump',
    advice:
      'Set upload-artifact to "report" or "none" and keep the sets in a store of your own; or, if the data is public anyway, set allow-public-artifact to true.',
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
  const missing = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'].find((name) => !environment[name])
  if (options.uploadArtifact === 'none' || missing === undefined) {
    return
  }
  throw new UsageError({
    doing: 'checking whether artifacts can be uploaded',
    problem: `this runner offers no artifact service (${missing} is not set)`,
    advice: 'Set upload-artifact to "none" and keep the sets in a store that outlives the job.',
  })
}
