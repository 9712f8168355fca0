import path from 'node:path'
import type { Context } from '../context.js'
import { InterruptedError, OperationError, messageOf } from '../errors.js'
import { remedyFor, uploadFailed } from './artifact-upload-errors.js'
import type { Job } from './github.js'

export interface Upload {
  /** The wished name, of characters that artifacts may have (`artifactName` makes such a one). */
  name: string
  /** The folder whose structure the artifact keeps. */
  root: string
  /** Every file, absolute: nothing is uploaded that is not named here. */
  files: readonly string[]
  /** Bytes of all files. */
  bytes: number
  /** Whether the content is compressed already, so that doing it again would only cost time. */
  compressed: boolean
  retentionDays?: number | undefined
}

export interface UploadedArtifact {
  name: string
  id: string
  /** Relative to the page of the run, so that a secret that is also the repository's name does not break it. */
  url: string
  /** `sha256:…` of the zip file, as it was sent. */
  digest?: string
  /** Bytes of the zip file that were sent. */
  bytes?: number
}

/** What is used of the artifact library; a test may hand in its own. */
export interface ArtifactClient {
  uploadArtifact(
    name: string,
    files: string[],
    rootDirectory: string,
    options?: { retentionDays?: number; compressionLevel?: number },
  ): Promise<{ id?: number; digest?: string; size?: number }>
}

/** Whole uploads: the library retries single requests, but gives up at a stalled or broken transfer. */
const MAX_ATTEMPTS = 3
const MAX_NAMES = 5
const BACKOFF = [5_000, 20_000] as const

/**
 * Uploads files as one artifact of this job. A name that is taken (by an earlier attempt of the job, or by a broken
 * upload of this one) gets a suffix; other failures are tried again. The files stay where they are.
 *
 * Throws `OperationError` when it cannot be done, `InterruptedError` when we are asked to stop.
 */
export async function uploadFiles(
  upload: Upload,
  job: Job,
  context: Pick<Context, 'logger' | 'clock' | 'signal'>,
  loadClient: () => Promise<ArtifactClient> = loadLibrary,
): Promise<UploadedArtifact> {
  assertFiles(upload)
  const client = await loadClient()
  let attempt = 1
  let names = 1
  for (;;) {
    const name = nameFor(upload.name, names, job)
    try {
      return await uploadOnce(client, name, upload, job, context.signal)
    } catch (error) {
      const remedy = context.signal.aborted ? 'none' : remedyFor(error)
      if (error instanceof InterruptedError) {
        throw error
      }
      if (remedy === 'rename' && names < MAX_NAMES) {
        names += 1
        context.logger.info(`The artifact name "${name}" is taken; trying "${nameFor(upload.name, names, job)}".`)
      } else if (remedy === 'retry' && attempt < MAX_ATTEMPTS) {
        const wait = BACKOFF[attempt - 1] ?? 20_000
        attempt += 1
        context.logger.warning(
          `Uploading "${name}" failed: ${messageOf(error)} Trying again in ${wait / 1000} s (${attempt} of ${MAX_ATTEMPTS}).`,
        )
        await orInterrupted(context.clock.sleep(wait, context.signal), context.signal, `waiting to upload "${name}"`)
      } else {
        throw uploadFailed(name, upload.root, attempt, error)
      }
    }
  }
}

/** A name that artifacts may have: no quotes, slashes, colons, wildcards, line ends; not too long for a file name. */
export function artifactName(...parts: readonly (string | undefined)[]): string {
  const name = parts
    .filter((part) => part !== undefined && part !== '')
    .join('-')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^\.+/, '')
  return (
    [...new Intl.Segmenter('en').segment(name)]
      .map(({ segment }) => segment)
      .slice(0, 120)
      .join('') || 'backup'
  )
}

/**
 * How long an upload may stand still, in milliseconds, before it is given up: the library reports progress a block of
 * 8 MiB at a time and sends five at once, which on a slow line takes minutes, while a small set that stalls should not
 * cost five of them.
 */
export function stallTimeout(bytes: number): number {
  const slowLine = 70_000
  return Math.min(600_000, Math.max(60_000, Math.round((bytes / slowLine) * 1000)))
}

function assertFiles({ name, root, files }: Upload): void {
  if (files.length === 0) {
    throw new OperationError({
      doing: `uploading the artifact "${name}"`,
      problem: `there are no files in ${root}`,
      advice: 'Something removed the set before it was uploaded; find out what writes into the store.',
    })
  }
}

async function uploadOnce(
  client: ArtifactClient,
  name: string,
  { files, root, bytes, compressed, retentionDays }: Upload,
  job: Job,
  signal: AbortSignal,
): Promise<UploadedArtifact> {
  const uploading = withStallTimeout(bytes, () =>
    client.uploadArtifact(name, [...files], path.resolve(root), {
      compressionLevel: compressed ? 0 : 6,
      ...(retentionDays !== undefined && { retentionDays }),
    }),
  )
  const { id, digest, size } = await orInterrupted(uploading, signal, `uploading the artifact "${name}"`)
  if (id === undefined) {
    throw new TypeError('the artifact service gave no id')
  }
  return {
    name,
    id: String(id),
    url: `./${job.runId}/artifacts/${id}`,
    ...(digest !== undefined && { digest: `sha256:${digest}` }),
    ...(size !== undefined && { bytes: size }),
  }
}

/** The library reads the time-out from the environment while it works; one that the user has set stays. */
async function withStallTimeout<T>(bytes: number, work: () => Promise<T>): Promise<T> {
  const variable = 'ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS'
  if (process.env[variable] !== undefined) {
    return work()
  }
  process.env[variable] = String(stallTimeout(bytes))
  try {
    return await work()
  } finally {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the only way to unset a variable
    delete process.env[variable]
  }
}

/** The library cannot be stopped; we go on without it, and the process ends soon after. */
async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal, doing: string): Promise<T> {
  let stop: () => void = () => undefined
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new InterruptedError(doing, signal.reason))
    }
    if (signal.aborted) {
      stop()
    }
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, interrupted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function nameFor(wished: string, count: number, job: Job): string {
  return count === 1 ? wished : `${wished}-attempt${job.runAttempt}${count === 2 ? '' : `-${count - 1}`}`
}

/** The library is large and most operations do not need it. */
async function loadLibrary(): Promise<ArtifactClient> {
  const { DefaultArtifactClient } = await import('@actions/artifact')
  return new DefaultArtifactClient()
}
