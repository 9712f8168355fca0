import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { SET } from '../backup/set.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { inParallel } from '../platform/parallel.js'
import { ByteBudget } from './byte-budget.js'
import type { PlacedFile, SentFile } from './file-place.js'
import type { S3Bucket } from './s3-bucket.js'
import { TAKEN, isS3Error } from './s3-errors.js'
import { readPart, refuseChanged, sendInParts, type OpenFile } from './s3-multipart.js'
import { hasContent, headObject, listObjects } from './s3-objects.js'
import { SMALLEST_PART } from './s3-parts.js'
import { bodyOf, keeping, putBody } from './s3-put.js'
import type { ByteProgress } from './store.js'
import { TakenError } from './taken-error.js'
import { Pace } from './transfer-pace.js'

/** How many files go at a time. */
const FILES = 4

/** What is held in memory of all of them together. */
const MEMORY = 64 * 1024 * 1024

/** A file up to this size goes in one request. */
const ONE_REQUEST = 2 * SMALLEST_PART

/**
 * Sends files of a local folder into a folder of the store; what is there already with the same content is not sent.
 *
 * A manifest never goes over another one: it is what makes a set.
 */
export async function uploadFiles(
  bucket: S3Bucket,
  { from, files, to }: { from: string; files: readonly SentFile[]; to: string },
  progress?: ByteProgress,
): Promise<void> {
  const there = new Map((await listObjects(bucket, to)).map((file) => [file.path, file]))
  const pace = new Pace(files, bucket.clock, progress)
  const budget = new ByteBudget(MEMORY)
  await inParallel(files, FILES, async (file) => {
    const target = to === '' ? file.path : `${to}/${file.path}`
    if (await isThere(bucket, file, target, there.get(file.path))) {
      pace.skip(file.size)
      return
    }
    await bucket.lookAhead(pace.remaining(), `sending ${target} to ${bucket.name}`)
    await sendFile(bucket, { file, local: path.join(from, file.path), target, budget, pace })
  })
}

/** Whether a file is there already. Throws when a manifest has its place that is not this one. */
async function isThere(
  bucket: S3Bucket,
  file: SentFile,
  target: string,
  listed: PlacedFile | undefined,
): Promise<boolean> {
  if (listed === undefined || (listed.bytes !== file.size && !isManifest(target))) return false
  const head = await headObject(bucket, target)
  if (head === undefined) return false
  if (hasContent(head, file)) return true
  if (isManifest(target)) throw takenByAnother(bucket, target)
  return false
}

interface Errand {
  file: SentFile
  local: string
  target: string
  budget: ByteBudget
  pace: Pace
}

async function sendFile(bucket: S3Bucket, { file, local, target, budget, pace }: Errand): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW
  const handle = await orFileTrouble(`opening ${local} to send it`, () => open(local, flags))
  const opened: OpenFile = { ...file, handle, target, onlyNew: isManifest(target) }
  try {
    if (file.size > ONE_REQUEST) {
      await sendInParts(bucket, opened, budget, (bytes) => {
        pace.moved(bytes)
      })
    } else {
      await sendWhole(bucket, opened, budget)
      pace.moved(file.size)
    }
  } catch (error) {
    if (!isS3Error(error, ...TAKEN)) throw error
    const head = await headObject(bucket, target)
    if (head === undefined || !hasContent(head, file)) throw takenByAnother(bucket, target)
  } finally {
    await handle.close()
  }
}

async function sendWhole(bucket: S3Bucket, file: OpenFile, budget: ByteBudget): Promise<void> {
  const release = await budget.take(file.size)
  try {
    const body = bodyOf(await readPart(file, { offset: 0, bytes: file.size }))
    refuseChanged(file, Buffer.from(body.sha256, 'base64').toString('hex'))
    const kept = keeping(bucket.location, file.sha256, bucket.clock.now())
    await putBody(bucket, { path: file.target, body, kept, onlyNew: file.onlyNew })
  } finally {
    release()
  }
}

/** Whether this is the file that makes a set. */
function isManifest(target: string): boolean {
  return path.posix.basename(target) === SET.manifest
}

function takenByAnother(bucket: S3Bucket, target: string): TakenError {
  return new TakenError({
    doing: `sending ${target} to ${bucket.name}`,
    problem: 'there is another manifest in its place',
    advice: 'Sets are never overwritten. Find out which of the two is right, and move the other one away by hand.',
  })
}
