import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { InterruptedError } from '../errors.js'
import type { S3Bucket } from './s3-bucket.js'
import { isCut } from './s3-cuts.js'
import { ABSENT, isS3Error, s3Error } from './s3-errors.js'
import { DIGEST } from './s3-objects.js'

/** How often a small file is read before it is believed to be as it comes, or its failure is told. */
const TRIES = 4
const FIRST_PAUSE_MS = 200

/**
 * The text of a small object, undefined where there is none. One that breaks off, or is not what was put there, is read
 * again; what stays so is given as it is, because whoever reads it tells best what is wrong with it.
 */
export async function readObject(bucket: S3Bucket, path: string): Promise<string | undefined> {
  const errand = { doing: `reading ${path} in ${bucket.name}`, action: 's3:GetObject', path }
  for (let tries = 1; ; tries++) {
    try {
      const { bytes, isWhole } = await readOnce(bucket, errand)
      if (isWhole || tries >= TRIES) return bytes.toString()
    } catch (error) {
      if (isS3Error(error, ...ABSENT)) return undefined
      if (bucket.signal?.aborted === true) throw new InterruptedError(errand.doing, error)
      if (!isCut(error, bucket.signal)) throw error
      if (tries >= TRIES) throw s3Error(error, { ...errand, bucket: bucket.location.bucket, key: bucket.key(path) })
    }
    await bucket.clock.sleep(FIRST_PAUSE_MS * 2 ** tries, bucket.signal).catch((reason: unknown) => {
      throw new InterruptedError(errand.doing, reason)
    })
  }
}

async function readOnce(
  bucket: S3Bucket,
  errand: { doing: string; action: string; path: string },
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const input = { Bucket: bucket.location.bucket, Key: bucket.key(errand.path) }
  const { Body, Metadata } = await bucket.ask(errand, (s3, options) => s3.getObject(input, options))
  const bytes = await buffer(Body as Readable)
  const recorded = Metadata?.[DIGEST]
  const isWhole = recorded === undefined || recorded === createHash('sha256').update(bytes).digest('hex')
  return { bytes, isWhole }
}
