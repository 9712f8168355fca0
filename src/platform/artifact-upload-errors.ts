import { OperationError, messageOf } from '../errors.js'

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
