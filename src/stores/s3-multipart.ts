import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { DamagedError, OperationError } from '../errors.js'
import { inParallel } from '../platform/parallel.js'
import type { ByteBudget } from './byte-budget.js'
import type { SentFile } from './file-place.js'
import type { S3Bucket } from './s3-bucket.js'
import { isS3Error } from './s3-errors.js'
import { hasContent, headObject } from './s3-objects.js'
import { planParts, type Part } from './s3-parts.js'
import {
  bodyOf,
  checksumsOf,
  compareAnswer,
  discardObject,
  ifNew,
  keeping,
  md5Of,
  otherwiseArrived,
  type Body,
} from './s3-put.js'
import { abortUpload, findUpload, type ArrivedPart } from './s3-uploads.js'

/** How many parts of one file go at a time. */
const PARTS = 4

/** A file that is read while it is sent. */
export interface OpenFile extends SentFile {
  handle: FileHandle
  /** The path in the store. */
  target: string
  /** Never over an object that is there. */
  onlyNew: boolean
}

interface Upload {
  id: string
  /** What an interrupted run has sent of it. */
  arrived: ReadonlyMap<number, ArrivedPart>
}

/**
 * Sends a large file in parts. What an interrupted run has sent of it and is equal is not sent again; when this run is
 * interrupted, what it has sent stays for the next one. What cannot become right is removed.
 */
export async function sendInParts(
  bucket: S3Bucket,
  file: OpenFile,
  budget: ByteBudget,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const parts = planParts(file.size, bucket.location.mostParts)
  const upload = (await resumed(bucket, file, parts)) ?? (await begun(bucket, file))
  try {
    const sent = await sendParts(bucket, file, { upload, parts, budget, onBytes })
    await complete(bucket, file, upload, sent)
  } catch (error) {
    if (isS3Error(error, 'NoSuchUpload') && (await arrivedWhole(bucket, file))) return
    if (error instanceof DamagedError || isS3Error(error, ...NEVER_RIGHT))
      await abortUpload(bucket, file.target, upload.id)
    throw error
  }
  if (await arrivedWhole(bucket, file)) return
  throw otherwiseArrived(`sending ${file.target} to ${bucket.name}`, 'its size or its recorded SHA-256 is another')
}

/** What S3 says of an upload that no further try can complete. */
const NEVER_RIGHT = [
  'InvalidPart',
  'InvalidPartOrder',
  'InvalidRequest',
  'EntityTooSmall',
  'BadDigest',
  'PreconditionFailed',
]

/** The upload of an interrupted run, if its beginning is the one of this file. Another is removed. */
async function resumed(bucket: S3Bucket, file: OpenFile, parts: readonly Part[]): Promise<Upload | undefined> {
  const upload = await findUpload(bucket, file.target)
  if (upload === undefined) return undefined
  const first = parts[0]
  const begin = upload.arrived.get(1)
  if (first !== undefined && begin !== undefined && isEqual(begin, bodyOf(await readPart(file, first)))) {
    bucket.logger.debug(`Going on with ${file.target}: ${upload.arrived.size} of ${parts.length} parts are there.`)
    return upload
  }
  await abortUpload(bucket, file.target, upload.id)
  return undefined
}

async function begun(bucket: S3Bucket, file: OpenFile): Promise<Upload> {
  const { location, clock } = bucket
  const errand = {
    doing: `beginning to send ${file.target} to ${bucket.name}`,
    action: 's3:PutObject',
    path: file.target,
  }
  const { UploadId: id } = await bucket.ask(errand, (s3, options) =>
    s3.createMultipartUpload(
      {
        ...keeping(location, file.sha256, clock.now()),
        ...(location.checksums === 'sha256' ? { ChecksumAlgorithm: 'SHA256' as const } : {}),
        Bucket: location.bucket,
        Key: bucket.key(file.target),
      },
      options,
    ),
  )
  if (id !== undefined) return { id, arrived: new Map() }
  throw new OperationError({
    doing: errand.doing,
    problem: 'the server gave no id for the upload',
    advice: 'Start it again.',
  })
}

interface Sending {
  upload: Upload
  parts: readonly Part[]
  budget: ByteBudget
  onBytes: (bytes: number) => void
}

/** Reads the parts one after another, which gives the digest of the whole, and sends some of them at a time. */
async function sendParts(bucket: S3Bucket, file: OpenFile, sending: Sending): Promise<CompletedPart[]> {
  const { upload, parts, budget, onBytes } = sending
  const whole = createHash('sha256')
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (part: Part): Promise<{ body: Body; release: () => void }> => {
    const mine = turn.then(async () => {
      const release = await budget.take(part.bytes)
      const bytes = await readPart(file, part)
      whole.update(bytes)
      return { body: bodyOf(bytes), release }
    })
    turn = mine
    return mine
  }
  const sent = await inParallel(parts, PARTS, async (part) => {
    const { body, release } = await inTurn(part)
    try {
      return await sendPart(bucket, file, { upload, part, body })
    } finally {
      release()
      onBytes(part.bytes)
    }
  })
  refuseChanged(file, whole.digest('hex'))
  return sent
}

async function sendPart(
  bucket: S3Bucket,
  file: OpenFile,
  { upload, part, body }: { upload: Upload; part: Part; body: Body },
): Promise<CompletedPart> {
  const checksum = bucket.location.checksums === 'sha256' ? { ChecksumSHA256: body.sha256 } : {}
  const arrived = upload.arrived.get(part.number)
  if (arrived !== undefined && isEqual(arrived, body)) {
    return { PartNumber: part.number, ETag: arrived.etag, ...checksum }
  }
  const doing = `sending part ${part.number} of ${file.target} to ${bucket.name}`
  const answer = await bucket.ask({ doing, action: 's3:PutObject', path: file.target }, (s3, options) =>
    s3.uploadPart(
      {
        ...checksumsOf(body, bucket.location),
        Bucket: bucket.location.bucket,
        Key: bucket.key(file.target),
        UploadId: upload.id,
        PartNumber: part.number,
        Body: body.bytes,
        ContentLength: part.bytes,
      },
      options,
    ),
  )
  compareAnswer(body, answer, doing)
  return { PartNumber: part.number, ETag: answer.ETag, ...checksum }
}

async function complete(bucket: S3Bucket, file: OpenFile, upload: Upload, parts: CompletedPart[]): Promise<void> {
  const doing = `completing ${file.target} in ${bucket.name}`
  const completeWith = (Parts: CompletedPart[]) =>
    ifNew(file.onlyNew, (condition) =>
      bucket.ask({ doing, action: 's3:PutObject', path: file.target }, (s3, options) =>
        s3.completeMultipartUpload(
          {
            ...condition,
            Bucket: bucket.location.bucket,
            Key: bucket.key(file.target),
            UploadId: upload.id,
            MultipartUpload: { Parts },
          },
          options,
        ),
      ),
    )
  const answer = await completeWith(parts).catch((error: unknown) => {
    // OpenStack Swift does not know checksums of parts; it compared each part with its signature when it came.
    if (!isS3Error(error, 'MalformedXML')) throw error
    return completeWith(parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })))
  })
  const expected = compositeOf(parts)
  const told = answer.ChecksumSHA256
  if (told?.includes('-') === true && expected !== undefined && told !== expected) {
    await discardObject(bucket, file.target)
    throw otherwiseArrived(doing, `the SHA-256 of its parts is ${told} instead of ${expected}`)
  }
}

/** The checksum of the checksums of the parts, as S3 makes it. */
function compositeOf(parts: readonly CompletedPart[]): string | undefined {
  const hash = createHash('sha256')
  for (const { ChecksumSHA256 } of parts) {
    if (ChecksumSHA256 === undefined) return undefined
    hash.update(Buffer.from(ChecksumSHA256, 'base64'))
  }
  return `${hash.digest('base64')}-${parts.length}`
}

/** Whether the object is there with the size and the recorded digest of the file. */
async function arrivedWhole(bucket: S3Bucket, file: OpenFile): Promise<boolean> {
  const head = await headObject(bucket, file.target)
  return head !== undefined && hasContent(head, file)
}

function isEqual(arrived: ArrivedPart, body: Body): boolean {
  if (arrived.bytes !== body.bytes.length) return false
  if (arrived.sha256 !== undefined) return arrived.sha256 === body.sha256
  return arrived.etag.replaceAll('"', '') === md5Of(body.bytes).toString('hex')
}

/** Reads a part, whole. */
export async function readPart(file: OpenFile, { offset, bytes }: Pick<Part, 'offset' | 'bytes'>): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes)
  let filled = 0
  while (filled < bytes) {
    const { bytesRead } = await file.handle.read(buffer, filled, bytes - filled, offset + filled)
    if (bytesRead === 0) throw changed(file, 'it is shorter now')
    filled += bytesRead
  }
  return buffer
}

/** What was read must be what the set says of the file, else what was sent is not that either. */
export function refuseChanged(file: SentFile, sha256: string): void {
  if (sha256 !== file.sha256) throw changed(file, `its SHA-256 is ${sha256} instead of ${file.sha256}`)
}

export function changed(file: SentFile, how: string): DamagedError {
  return new DamagedError({
    doing: `reading ${file.path} to send it`,
    problem: `the file is not what it was when it was described: ${how}`,
    advice: 'Nothing was kept of it. Validate the set that it belongs to, and see what else writes there.',
  })
}
