import { posix } from 'node:path'
import { SET } from '../backup/set.js'
import { OperationError, messageOf } from '../errors.js'
import { inParallel } from '../platform/parallel.js'
import { counted, formatInstant } from '../units.js'
import type { S3Bucket } from './s3-bucket.js'
import { ABSENT, isS3Error, isUnknownHeader } from './s3-errors.js'
import { headObject } from './s3-objects.js'

/** How many keys S3 takes in one request. */
const BATCH = 1000

/** How many objects are asked for, or removed one by one, at a time. */
const PARALLEL = 8

/** How many failures an error names. */
const NAMED = 5

interface Failure {
  path: string
  code: string
  message: string
}

/**
 * Removes objects, as many of them as it can before it throws `OperationError` naming those that stayed and why.
 *
 * Where the location asks for Object Lock, the lock of a manifest is looked at first: S3 itself would only hide it, and
 * its set would look removed while it is kept and paid for. Files without a manifest are no set, and may be hidden.
 */
export async function removeObjects(bucket: S3Bucket, paths: readonly string[]): Promise<void> {
  if (bucket.location.objectLock !== undefined) await refuseLocked(bucket, paths)
  const batches = Array.from({ length: Math.ceil(paths.length / BATCH) }, (_, index) =>
    paths.slice(index * BATCH, (index + 1) * BATCH),
  )
  const failures: Failure[] = []
  for (const batch of batches) failures.push(...(await removeBatch(bucket, batch)))
  if (failures.length > 0) throw await notRemoved(bucket, failures)
}

/** S3 demands a checksum for many at once; services that refuse the newer ones refuse them here too. */
async function removeBatch(bucket: S3Bucket, paths: readonly string[]): Promise<Failure[]> {
  if (bucket.location.checksums === 'md5') return oneByOne(bucket, paths)
  try {
    return await together(bucket, paths)
  } catch (error) {
    if (isUnknownHeader(error, /checksum|content-md5/i)) return oneByOne(bucket, paths)
    throw error
  }
}

async function together(bucket: S3Bucket, paths: readonly string[]): Promise<Failure[]> {
  const errand = {
    doing: `removing ${counted(paths.length, 'file')} from ${bucket.name}`,
    action: 's3:DeleteObject',
    path: '*',
  }
  const byKey = new Map(paths.map((path) => [bucket.key(path), path]))
  const answer = await bucket.ask(errand, (s3, options) =>
    s3.deleteObjects(
      { Bucket: bucket.location.bucket, Delete: { Objects: [...byKey.keys()].map((Key) => ({ Key })), Quiet: true } },
      options,
    ),
  )
  return (answer.Errors ?? [])
    .filter(({ Code }) => !ABSENT.includes(Code ?? ''))
    .map(({ Key = '', Code = 'Unknown', Message = Code }) => ({
      path: byKey.get(Key) ?? Key,
      code: Code,
      message: Message,
    }))
}

async function oneByOne(bucket: S3Bucket, paths: readonly string[]): Promise<Failure[]> {
  const outcomes = await inParallel(paths, PARALLEL, async (path): Promise<Failure[]> => {
    const errand = { doing: `removing ${path} from ${bucket.name}`, action: 's3:DeleteObject', path }
    try {
      const input = { Bucket: bucket.location.bucket, Key: bucket.key(path) }
      await bucket.ask(errand, (s3, options) => s3.deleteObject(input, options))
    } catch (error) {
      if (!isS3Error(error, ...ABSENT)) {
        if (!isS3Error(error, 'AccessDenied')) throw error
        return [{ path, code: error.code, message: messageOf(error.cause) }]
      }
    }
    return []
  })
  return outcomes.flat()
}

async function refuseLocked(bucket: S3Bucket, paths: readonly string[]): Promise<void> {
  const now = await bucket.now()
  const manifests = paths.filter((path) => posix.basename(path) === SET.manifest)
  const locked = await inParallel(manifests, PARALLEL, async (path) => {
    const until = await lockedUntil(bucket, path)
    return until !== undefined && until > now ? [{ path, until }] : []
  })
  const [first] = locked.flat()
  if (first !== undefined) throw lockedError(bucket, first.path, first.until)
}

async function lockedUntil(bucket: S3Bucket, path: string): Promise<Date | undefined> {
  return (await headObject(bucket, path))?.ObjectLockRetainUntilDate
}

async function notRemoved(bucket: S3Bucket, failures: readonly Failure[]): Promise<OperationError> {
  const [first] = failures
  if (first?.code === 'AccessDenied') {
    const until = await lockedUntil(bucket, first.path).catch(() => undefined)
    if (until !== undefined && until > (await bucket.now())) return lockedError(bucket, first.path, until)
  }
  const named = failures.slice(0, NAMED).map(({ path, code, message }) => `${path} (${code}: ${message})`)
  const more = failures.length > NAMED ? ` and ${failures.length - NAMED} more` : ''
  return new OperationError({
    doing: `removing files from ${bucket.name}`,
    problem: `${counted(failures.length, 'file')} could not be removed: ${named.join(', ')}${more}`,
    advice:
      first?.code === 'AccessDenied' ? 'Allow s3:DeleteObject in the policy of the credentials.' : 'Start it again.',
  })
}

function lockedError(bucket: S3Bucket, path: string, until: Date): OperationError {
  return new OperationError({
    doing: `removing files from ${bucket.name}`,
    problem: `${path} is locked until ${formatInstant(until)}`,
    advice:
      'It can be removed after that, and the next rotation will. Keep sets at least as long as object-lock-days locks them.',
  })
}
