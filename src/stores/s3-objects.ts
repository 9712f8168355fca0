import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { PlacedFile } from './file-place.js'
import { ABSENT, isS3Error } from './s3-errors.js'
import type { S3Bucket } from './s3-bucket.js'

/** The metadata that keeps the SHA-256 of a whole file, in hexadecimal digits. */
export const DIGEST = 'sha256'

/** Every object below a folder, by its path relative to that folder. */
export async function listObjects(bucket: S3Bucket, folder: string): Promise<PlacedFile[]> {
  const below = bucket.keysBelow(folder)
  const errand = { doing: `listing ${bucket.name}`, action: 's3:ListBucket' }
  const found: PlacedFile[] = []
  let token: string | undefined
  do {
    const page = await bucket.ask(errand, (s3, options) =>
      s3.listObjectsV2({ Bucket: bucket.location.bucket, Prefix: below, ContinuationToken: token }, options),
    )
    for (const { Key = '', Size = 0, LastModified = new Date(0), ETag } of page.Contents ?? []) {
      const path = Key.slice(below.length)
      if (!isPath(path)) continue
      found.push({ path, bytes: Size, changed: LastModified, ...(ETag === undefined ? {} : { version: ETag }) })
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
  return found
}

/** Keys can be anything; what no file can be called was not put there by us. "Folders" of consoles end with a slash. */
function isPath(path: string): boolean {
  return !path.split('/').some((part) => part === '' || part === '.' || part === '..') && !path.includes('\0')
}

/** What is known of an object, undefined where there is none. */
export async function headObject(bucket: S3Bucket, path: string): Promise<HeadObjectCommandOutput | undefined> {
  const errand = { doing: `looking at ${path} in ${bucket.name}`, action: 's3:GetObject', path }
  try {
    return await bucket.ask(errand, (s3, options) =>
      s3.headObject({ Bucket: bucket.location.bucket, Key: bucket.key(path) }, options),
    )
  } catch (error) {
    if (isS3Error(error, ...ABSENT)) return undefined
    throw error
  }
}

/** Whether an object has this content, as it was told when it was put there. */
export function hasContent(head: HeadObjectCommandOutput, { size, sha256 }: { size: number; sha256: string }): boolean {
  return head.ContentLength === size && head.Metadata?.[DIGEST] === sha256
}
