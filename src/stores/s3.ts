import type { FilePlace, PlacedFile, SentFile } from './file-place.js'
import { S3Bucket, type S3Tools } from './s3-bucket.js'
import { downloadFiles } from './s3-download.js'
import { parseS3Location, type S3Location } from './s3-location.js'
import { listObjects } from './s3-objects.js'
import { bodyOf, keepingSmall, putBody } from './s3-put.js'
import { readObject } from './s3-read.js'
import { removeObjects } from './s3-remove.js'
import { uploadFiles } from './s3-upload.js'
import { abortAbandoned } from './s3-uploads.js'
import type { ByteProgress } from './store.js'

/**
 * The place that `s3://bucket/prefix?…` names. Nothing is asked of it, and the SDK is not loaded, before it is used.
 *
 * Throws `UsageError` when the location cannot be used.
 */
export function openS3Place(location: string, tools: S3Tools): S3Place {
  return new S3Place(parseS3Location(location), tools)
}

/** Files as objects of S3, or of a service that speaks it. */
export class S3Place implements FilePlace {
  readonly name: string
  readonly limits: readonly string[]
  private readonly bucket: S3Bucket

  constructor(location: S3Location, tools: S3Tools) {
    this.bucket = new S3Bucket(location, tools)
    this.name = this.bucket.name
    this.limits = limitsOf(location)
  }

  list(folder: string): Promise<PlacedFile[]> {
    return listObjects(this.bucket, folder)
  }

  upload(from: string, files: readonly SentFile[], to: string, progress?: ByteProgress): Promise<void> {
    return uploadFiles(this.bucket, { from, files, to }, progress)
  }

  download(from: string, files: readonly PlacedFile[], to: string, progress?: ByteProgress): Promise<void> {
    return downloadFiles(this.bucket, { from, files, to }, progress)
  }

  read(path: string): Promise<string | undefined> {
    return readObject(this.bucket, path)
  }

  async write(path: string, text: string): Promise<void> {
    const body = bodyOf(Buffer.from(text))
    await putBody(this.bucket, { path, body, kept: keepingSmall(this.bucket.location, body) })
  }

  remove(paths: readonly string[]): Promise<void> {
    return removeObjects(this.bucket, paths)
  }

  freeBytes(): Promise<null> {
    return Promise.resolve(null)
  }

  /** Removes what interrupted uploads have left, which no listing shows and which is paid for. */
  sweep(): Promise<string[]> {
    return abortAbandoned(this.bucket, '')
  }

  close(): Promise<void> {
    return this.bucket.close()
  }
}

function limitsOf({ endpoint }: S3Location): string[] {
  if (endpoint?.startsWith('http:') !== true || LOOPBACK.test(new URL(endpoint).hostname)) return []
  return [`What goes to ${endpoint} is not encrypted on its way; https or encrypt-to would be`]
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/
