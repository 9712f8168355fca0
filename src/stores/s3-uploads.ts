import type { ListMultipartUploadsCommandOutput, MultipartUpload } from '@aws-sdk/client-s3'
import { messageOf } from '../errors.js'
import type { S3Bucket } from './s3-bucket.js'
import { UNKNOWN_TO_IT, isS3Error } from './s3-errors.js'

/** A part that an upload in progress holds already. */
export interface ArrivedPart {
  bytes: number
  etag: string
  /** Base64; undefined where the service keeps none. */
  sha256?: string
}

/** An upload that has begun and is neither complete nor aborted. */
interface UnfinishedUpload {
  key: string
  id: string
  begun: Date
  algorithm: string | undefined
}

/** How long nothing must have arrived before an upload counts as abandoned: the run of the next day goes on with it. */
const ABANDONED_MS = 36 * 60 * 60 * 1000

/** What says that a service or a policy does not let us look at unfinished uploads: then there are none for us. */
const UNKNOWABLE = ['AccessDenied', 'NoSuchUpload', ...UNKNOWN_TO_IT]

/** The newest unfinished upload of a file, with what has arrived of it. */
export async function findUpload(
  bucket: S3Bucket,
  path: string,
): Promise<{ id: string; arrived: ReadonlyMap<number, ArrivedPart> } | undefined> {
  const key = bucket.key(path)
  const wanted = bucket.location.checksums === 'sha256' ? 'SHA256' : undefined
  const uploads = (await unlessUnknowable(bucket, unfinishedUploads(bucket, key))) ?? []
  const [newest] = uploads
    .filter((upload) => upload.key === key && (upload.algorithm ?? wanted) === wanted)
    .sort((a, b) => b.begun.getTime() - a.begun.getTime())
  if (newest === undefined) return undefined
  const arrived = await unlessUnknowable(bucket, arrivedParts(bucket, newest))
  return arrived && { id: newest.id, arrived: new Map(arrived.map((part) => [part.number, part])) }
}

/** Removes what has arrived of an upload. One that is gone already is no error. */
export async function abortUpload(bucket: S3Bucket, path: string, id: string): Promise<void> {
  const errand = {
    doing: `removing the unfinished upload of ${path} in ${bucket.name}`,
    action: 's3:AbortMultipartUpload',
    path,
  }
  const input = { Bucket: bucket.location.bucket, Key: bucket.key(path), UploadId: id }
  const abort = bucket.ask(errand, (s3, options) => s3.abortMultipartUpload(input, options))
  await abort.catch((error: unknown) => {
    if (!isS3Error(error, 'NoSuchUpload')) bucket.logger.warning(messageOf(error))
  })
}

/**
 * Removes unfinished uploads of files of sets below a folder, to which nothing has been added for a day and a half.
 *
 * @returns the paths of their files
 */
export async function abortAbandoned(bucket: S3Bucket, folder: string): Promise<string[]> {
  const below = bucket.keysBelow('')
  const inFolder = bucket.keysBelow(folder)
  const uploads = (await unlessUnknowable(bucket, unfinishedUploads(bucket, inFolder))) ?? []
  const removed: string[] = []
  for (const upload of uploads) {
    const path = upload.key.slice(below.length)
    if (!upload.key.startsWith(inFolder) || !OURS.test(path) || !(await isAbandoned(bucket, upload))) continue
    await abortUpload(bucket, path, upload.id)
    removed.push(path)
  }
  return removed
}

/** A file of a set: `daily/20261124T020000Z/dump/3.dat`. Uploads of others below our prefix are left alone. */
const OURS = /^[a-z0-9][a-z0-9-]*\/\d{8}T\d{6}Z\/./

async function isAbandoned(bucket: S3Bucket, upload: UnfinishedUpload): Promise<boolean> {
  const since = (await bucket.now()).getTime() - ABANDONED_MS
  if (upload.begun.getTime() > since) return false
  const parts = await unlessUnknowable(bucket, arrivedParts(bucket, upload))
  return parts?.every(({ changed }) => changed.getTime() <= since) ?? false
}

async function unfinishedUploads(bucket: S3Bucket, prefix: string): Promise<UnfinishedUpload[]> {
  const errand = { doing: `looking for unfinished uploads in ${bucket.name}`, action: 's3:ListBucketMultipartUploads' }
  const found: UnfinishedUpload[] = []
  let marker: Marker | undefined = {}
  while (marker !== undefined) {
    const input = { Bucket: bucket.location.bucket, Prefix: prefix, ...marker }
    const page: ListMultipartUploadsCommandOutput = await bucket.ask(errand, (s3, options) =>
      s3.listMultipartUploads(input, options),
    )
    found.push(...(page.Uploads ?? []).flatMap(unfinished))
    marker = nextOf(page)
  }
  return found
}

interface Marker {
  KeyMarker?: string
  UploadIdMarker?: string
}

function nextOf({
  IsTruncated,
  NextKeyMarker,
  NextUploadIdMarker,
}: ListMultipartUploadsCommandOutput): Marker | undefined {
  if (IsTruncated !== true || NextKeyMarker === undefined) return undefined
  return {
    KeyMarker: NextKeyMarker,
    ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
  }
}

function unfinished({ Key, UploadId, Initiated, ChecksumAlgorithm }: MultipartUpload): UnfinishedUpload[] {
  if (Key === undefined || UploadId === undefined || Initiated === undefined) return []
  return [{ key: Key, id: UploadId, begun: Initiated, algorithm: ChecksumAlgorithm }]
}

async function arrivedParts(
  bucket: S3Bucket,
  { key, id }: UnfinishedUpload,
): Promise<(ArrivedPart & { number: number; changed: Date })[]> {
  const errand = { doing: `looking at an unfinished upload in ${bucket.name}`, action: 's3:ListMultipartUploadParts' }
  const found: (ArrivedPart & { number: number; changed: Date })[] = []
  let marker: string | undefined
  do {
    const input = { Bucket: bucket.location.bucket, Key: key, UploadId: id, PartNumberMarker: marker }
    const page = await bucket.ask(errand, (s3, options) => s3.listParts(input, options))
    for (const { PartNumber, Size = 0, ETag, ChecksumSHA256, LastModified = new Date(0) } of page.Parts ?? []) {
      if (PartNumber === undefined || ETag === undefined) continue
      const sha256 = ChecksumSHA256 === undefined ? {} : { sha256: ChecksumSHA256 }
      found.push({ number: PartNumber, bytes: Size, etag: ETag, changed: LastModified, ...sha256 })
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return found
}

async function unlessUnknowable<T>(bucket: S3Bucket, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (!isS3Error(error, ...UNKNOWABLE)) throw error
    bucket.logger.debug(messageOf(error))
    return undefined
  }
}
