import path from 'node:path'
import { InterruptedError, OperationError, UsageError } from '../errors.js'
import { entriesBelow } from '../platform/files.js'
import { uploadFiles } from '../platform/artifact-upload.js'
import { orFileTrouble } from '../platform/file-errors.js'
import type { Job } from '../platform/github.js'
import type { RemoteArtifact } from '../platform/github-artifacts.js'
import type { ArtifactAccess, ArtifactStoreTools } from './artifact-access.js'
import type { ArtifactShelf } from './artifact-shelf.js'

/** What becomes one artifact. */
export interface Parcel {
  name: string
  /** The folder that its paths start at. */
  root: string
  /** Relative to `root`; everything below it where not given. */
  files?: readonly string[]
  bytes: number
  /** Whether compressing it would only cost time. */
  compressed: boolean
}

/** How often GitHub is asked for what it has just taken. */
const LOOKS = 5

/** Days that GitHub may take off the time that was asked for before it is worth a warning. */
const SHORTER_BY_MS = 24 * 60 * 60 * 1000

/**
 * Uploads a parcel and compares what GitHub then lists with what was sent: name, bytes and digest.
 *
 * Throws `UsageError` where nothing can be uploaded, `OperationError` when it did not arrive as it was sent.
 */
export async function uploadParcel(
  parcel: Parcel,
  shelf: ArtifactShelf,
  access: ArtifactAccess,
  tools: ArtifactStoreTools,
): Promise<RemoteArtifact> {
  const doing = `uploading the artifact "${parcel.name}"`
  const job = uploaderOf(access, doing)
  const paths = parcel.files ?? (await filesBelow(parcel.root, doing))
  const files = paths.map((file) => path.join(parcel.root, file))
  const retentionDays = tools.settings.artifactRetentionDays
  const sent = await uploadFiles({ ...parcel, files, retentionDays }, job, tools)
  const artifact = await listedAs(Number(sent.id), doing, shelf, tools)
  const wrong =
    sent.bytes !== undefined && artifact.bytes !== sent.bytes
      ? `GitHub lists ${artifact.bytes} bytes of it, and ${sent.bytes} were sent`
      : sent.digest !== undefined && artifact.digest !== null && artifact.digest !== sent.digest
        ? `GitHub lists the digest ${artifact.digest}, and what was sent has ${sent.digest}`
        : null
  if (wrong !== null) throw notArrived(doing, wrong)
  tellOfShorterTime(artifact, retentionDays, tools)
  shelf.add(artifact)
  return artifact
}

/** The job that can upload to this store; throws `UsageError` where there is none. */
export function uploaderOf({ uploader, name }: ArtifactAccess, doing: string): Job {
  if (typeof uploader !== 'string') return uploader
  throw new UsageError({
    doing,
    problem: `${uploader}, so ${name} can only be read from here`,
    advice: 'Run this in a job of that repository, or use another kind of store.',
  })
}

/** GitHub may list a new artifact a moment after it has taken it. */
async function listedAs(
  id: number,
  doing: string,
  { repository }: ArtifactShelf,
  { clock, signal }: ArtifactStoreTools,
): Promise<RemoteArtifact> {
  for (let look = 1; ; look++) {
    const artifact = await repository.find(id)
    if (artifact !== undefined) return artifact
    if (look >= LOOKS) throw notArrived(doing, `GitHub took it as artifact ${id}, and then does not list it`)
    await clock.sleep(1000 * 2 ** (look - 1), signal).catch((reason: unknown) => {
      throw new InterruptedError(doing, reason)
    })
  }
}

function tellOfShorterTime(
  { expiresAt, createdAt, name }: RemoteArtifact,
  asked: number | undefined,
  { logger }: ArtifactStoreTools,
): void {
  if (asked === undefined || expiresAt === null) return
  const short = createdAt.getTime() + asked * 24 * 60 * 60 * 1000 - expiresAt.getTime()
  if (short < SHORTER_BY_MS) return
  logger.warning(
    `GitHub deletes the artifact "${name}" on ${expiresAt.toISOString().slice(0, 10)} already: the repository allows less than the ${asked} days of artifact-retention-days.`,
  )
}

async function filesBelow(root: string, doing: string): Promise<string[]> {
  const entries = await orFileTrouble(doing, () => entriesBelow(root))
  return entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path)
}

function notArrived(doing: string, problem: string): OperationError {
  return new OperationError({
    doing,
    problem,
    advice: 'Nothing depends on what was uploaded, and the next run removes it. Run it again.',
  })
}
