import { createHash } from 'node:crypto'
import type { CreateMultipartUploadCommandInput, PutObjectCommandInput } from '@aws-sdk/client-s3'
import { messageOf } from '../errors.js'
import type { S3Bucket } from './s3-bucket.js'
import { S3Error, isUnknownHeader } from './s3-errors.js'
import type { S3Location } from './s3-location.js'
import { DIGEST } from './s3-objects.js'

const DAY_MS = 24 * 60 * 60 * 1000

/** A body in memory with its digest. */
export interface Body {
  bytes: Uint8Array
  /** Base64, as S3 writes it. */
  sha256: string
}

export function bodyOf(bytes: Uint8Array): Body {
  return { bytes, sha256: createHash('sha256').update(bytes).digest('base64') }
}

/** The digests to send with a body. */
export function checksumsOf(body: Body, location: S3Location): Pick<PutObjectCommandInput, 'ContentMD5'> & Checksum {
  return location.checksums === 'sha256'
    ? { ChecksumAlgorithm: 'SHA256', ChecksumSHA256: body.sha256 }
    : { ContentMD5: md5Of(body.bytes).toString('base64') }
}

interface Checksum {
  ChecksumAlgorithm?: 'SHA256'
  ChecksumSHA256?: string
}

/** How a file of a set is kept: its digest, and what the location asks for. */
export function keeping(
  { encryption, storageClass, objectLock }: S3Location,
  sha256: string,
  now: Date,
): Omit<CreateMultipartUploadCommandInput, 'Bucket' | 'Key'> {
  return {
    ContentType: 'application/octet-stream',
    Metadata: { [DIGEST]: sha256 },
    ...encrypted(encryption),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
    ...(objectLock === undefined
      ? {}
      : {
          ObjectLockMode: objectLock.mode,
          ObjectLockRetainUntilDate: new Date(now.getTime() + objectLock.days * DAY_MS),
        }),
  }
}

/** How a small file is kept that is written over and removed again: not locked, and in the usual class. */
export function keepingSmall(
  { encryption }: S3Location,
  { sha256 }: Body,
): Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'> {
  return {
    ContentType: 'text/plain; charset=utf-8',
    Metadata: { [DIGEST]: Buffer.from(sha256, 'base64').toString('hex') },
    ...encrypted(encryption),
  }
}

function encrypted(
  encryption: S3Location['encryption'],
): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
  if (encryption === undefined) return {}
  const { mode, keyId } = encryption
  return { ServerSideEncryption: mode, ...(keyId === undefined ? {} : { SSEKMSKeyId: keyId }) }
}

/**
 * Compares what the server says it got with what was sent: by SHA-256, else by the MD5 that is the ETag where nothing
 * is encrypted with a key. A server that tells neither has compared the signed digest itself.
 *
 * Throws `S3Error` when they differ.
 */
export function compareAnswer(
  body: Body,
  answer: { ChecksumSHA256?: string | undefined; ETag?: string | undefined; ServerSideEncryption?: string | undefined },
  doing: string,
): void {
  if (answer.ChecksumSHA256 !== undefined) {
    if (answer.ChecksumSHA256 === body.sha256) return
    throw otherwiseArrived(doing, `SHA-256 ${answer.ChecksumSHA256} instead of ${body.sha256}`)
  }
  const told = /^"?([0-9a-f]{32})"?$/.exec(answer.ETag ?? '')?.[1]
  if (told === undefined || answer.ServerSideEncryption?.startsWith('aws:kms') === true) return
  const md5 = md5Of(body.bytes).toString('hex')
  if (told !== md5) throw otherwiseArrived(doing, `MD5 ${told} instead of ${md5}`)
}

export function md5Of(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest()
}

export function otherwiseArrived(doing: string, difference: string): S3Error {
  return new S3Error('BadDigest', undefined, {
    doing,
    problem: `what arrived is not what was sent: ${difference}`,
    advice: 'Start it again; if it comes back, the network or a proxy changes what passes.',
  })
}

/**
 * Puts a body in one request.
 *
 * @param onlyNew refuses to overwrite: throws `S3Error` with a code of `TAKEN` when there is an object. A service that
 *   does not know such conditions is asked without; the caller has looked before.
 */
export async function putBody(
  bucket: S3Bucket,
  {
    path,
    body,
    kept,
    onlyNew = false,
  }: {
    path: string
    body: Body
    kept: Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'>
    onlyNew?: boolean
  },
): Promise<void> {
  const errand = { doing: `sending ${path} to ${bucket.name}`, action: 's3:PutObject', path }
  const input: PutObjectCommandInput = {
    ...kept,
    ...checksumsOf(body, bucket.location),
    Bucket: bucket.location.bucket,
    Key: bucket.key(path),
    Body: body.bytes,
    ContentLength: body.bytes.length,
  }
  const answer = await ifNew(onlyNew, (condition) =>
    bucket.ask(errand, (s3, options) => s3.putObject({ ...input, ...condition }, options)),
  )
  try {
    compareAnswer(body, answer, errand.doing)
  } catch (error) {
    await discardObject(bucket, path)
    throw error
  }
}

/** Removes what arrived otherwise than it was sent: it carries the digest of what it should have been. */
export async function discardObject(bucket: S3Bucket, path: string): Promise<void> {
  const errand = { doing: `removing the damaged ${path} from ${bucket.name}`, action: 's3:DeleteObject', path }
  const input = { Bucket: bucket.location.bucket, Key: bucket.key(path) }
  await bucket
    .ask(errand, (s3, options) => s3.deleteObject(input, options))
    .catch((error: unknown) => {
      bucket.logger.warning(messageOf(error))
    })
}

/** Sends a request on the condition that there is no such object, or without it where the service knows none. */
export async function ifNew<T>(onlyNew: boolean, send: (condition: { IfNoneMatch?: '*' }) => Promise<T>): Promise<T> {
  if (!onlyNew) return send({})
  try {
    return await send({ IfNoneMatch: '*' })
  } catch (error) {
    if (isUnknownHeader(error, /if-none-match/i)) return send({})
    throw error
  }
}
