import { createHash, randomBytes, type Hash } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { InterruptedError, OperationError, UsageError, messageOf } from '../errors.js'
import { fileTrouble, orFileTrouble } from '../platform/file-errors.js'
import { makeFolder } from '../platform/files.js'
import { inParallel } from '../platform/parallel.js'
import type { PlacedFile } from './file-place.js'
import type { S3Bucket } from './s3-bucket.js'
import { Cut, isCut } from './s3-cuts.js'
import { isS3Error } from './s3-errors.js'
import { DIGEST } from './s3-objects.js'
import type { ByteProgress } from './store.js'
import { Pace } from './transfer-pace.js'

/** How many files come at a time. */
const FILES = 4

/** How often a transfer may be cut without a single byte in between. */
const CUTS = 5
const FIRST_PAUSE_MS = 200

/** Fetches files of a folder of the store into a local folder, each with the bytes that were listed. */
export async function downloadFiles(
  bucket: S3Bucket,
  { from, files, to }: { from: string; files: readonly PlacedFile[]; to: string },
  progress?: ByteProgress,
): Promise<void> {
  const pace = new Pace(
    files.map(({ bytes }) => ({ size: bytes })),
    bucket.clock,
    progress,
  )
  const targets = files.map((file) => localPath(to, file.path))
  await orFileTrouble(`making folders in ${to}`, async () => {
    for (const folder of new Set(targets.map((target) => path.dirname(target)))) await makeFolder(folder)
  })
  await inParallel(files, FILES, async (file, index) => {
    const source = from === '' ? file.path : `${from}/${file.path}`
    await bucket.lookAhead(pace.remaining(), `fetching ${source} from ${bucket.name}`)
    await fetchFile(bucket, { file, source, target: targets[index] ?? to, pace })
  })
}

/** A key can be anything, so nothing is written but below the folder. */
function localPath(to: string, file: string): string {
  const target = path.join(to, file)
  if (target.startsWith(path.join(to, path.sep))) return target
  throw new UsageError({
    doing: `fetching files into ${to}`,
    problem: `"${file}" is not a path below a folder`,
    advice: 'Look at who has written to the bucket.',
  })
}

interface Errand {
  file: PlacedFile
  source: string
  target: string
  pace: Pace
}

/** Under another name until it is whole, so that a short file never looks like it. */
async function fetchFile(bucket: S3Bucket, errand: Errand): Promise<void> {
  const { target, source } = errand
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.part`
  const doing = `fetching ${source} from ${bucket.name} to ${target}`
  const handle = await orFileTrouble(doing, () => open(unfinished, 'wx', 0o600))
  try {
    await fetchInto(bucket, errand, handle, doing)
    await handle.close()
    await rename(unfinished, target)
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(unfinished, { force: true })
    throw fileTrouble(error, doing)
  }
}

/** What has been written so far, and of which version of the object. */
interface State {
  written: number
  hash: Hash
  version: string | undefined
  /** The digest that was recorded when the object was put there. */
  recorded?: string | undefined
}

async function fetchInto(bucket: S3Bucket, errand: Errand, handle: FileHandle, doing: string): Promise<void> {
  const { file, pace } = errand
  const state: State = { written: 0, hash: createHash('sha256'), version: file.version }
  for (let cuts = 0; state.written < file.bytes;) {
    const before = state.written
    try {
      await fetchRest(bucket, errand, handle, state)
    } catch (error) {
      if (!isCut(error, bucket.signal)) throw asInterruption(error, bucket.signal, doing)
      cuts = state.written > before ? 1 : cuts + 1
      if (cuts > CUTS) throw cutTooOften(doing, state.written, file.bytes, error)
      bucket.logger.debug(`The transfer of ${errand.source} was cut at byte ${state.written}: ${messageOf(error)}`)
      await bucket.clock.sleep(FIRST_PAUSE_MS * 2 ** cuts, bucket.signal).catch((reason: unknown) => {
        throw asInterruption(reason, bucket.signal, doing)
      })
    } finally {
      pace.moved(state.written - before)
    }
  }
  warnOfDamage(bucket, errand, state)
}

/** Asks for what is missing and writes what comes, however far it gets. */
async function fetchRest(bucket: S3Bucket, { file, source }: Errand, handle: FileHandle, state: State): Promise<void> {
  const doing = `fetching ${source} from ${bucket.name}`
  const answer = await bucket
    .ask({ doing, action: 's3:GetObject', path: source }, (s3, options) =>
      s3.getObject(
        {
          Bucket: bucket.location.bucket,
          Key: bucket.key(source),
          ...(state.written === 0 ? {} : { Range: `bytes=${state.written}-` }),
          ...(state.version === undefined ? {} : { IfMatch: state.version }),
        },
        options,
      ),
    )
    .catch((error: unknown) => {
      throw isS3Error(error, 'PreconditionFailed', 'InvalidRange') ? changedMeanwhile(doing, error) : error
    })
  const left = file.bytes - state.written
  const body = answer.Body as Readable
  if (state.version !== undefined && answer.ETag !== undefined && answer.ETag !== state.version) {
    body.destroy()
    throw changedMeanwhile(doing)
  }
  if ((state.written > 0 && answer.ContentRange === undefined) || (answer.ContentLength ?? left) > left) {
    body.destroy()
    throw changedMeanwhile(doing)
  }
  state.version ??= answer.ETag
  state.recorded = answer.Metadata?.[DIGEST]
  await write(body, handle, state, file.bytes, doing)
}

async function write(body: Readable, handle: FileHandle, state: State, bytes: number, doing: string): Promise<void> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (chunk.length > bytes - state.written) throw changedMeanwhile(doing)
    await writeAll(handle, chunk)
    state.hash.update(chunk)
    state.written += chunk.length
  }
  if (state.written < bytes) throw new Cut(`${bytes - state.written} bytes are missing`)
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let begin = 0; begin < chunk.length;) {
    begin += (await handle.write(chunk, begin)).bytesWritten
  }
}

function asInterruption(error: unknown, signal: AbortSignal | undefined, doing: string): unknown {
  return signal?.aborted === true && !(error instanceof InterruptedError) ? new InterruptedError(doing, error) : error
}

/** What is damaged in the store is fetched as it is, so that it can be examined; but it is said at once. */
function warnOfDamage(bucket: S3Bucket, { source }: Errand, { recorded, hash }: State): void {
  const digest = hash.digest('hex')
  if (recorded === undefined || recorded === digest) return
  bucket.logger.warning(
    `${source} in ${bucket.name} is not what was put there: its SHA-256 is ${digest} instead of ${recorded}.`,
  )
}

function changedMeanwhile(doing: string, cause?: unknown): OperationError {
  return new OperationError({
    doing,
    problem: 'the object is not the one that was listed: it was replaced or cut meanwhile',
    advice: 'Start it again. If nobody should have written there, look at who can.',
    cause,
  })
}

function cutTooOften(doing: string, written: number, bytes: number, cause: unknown): OperationError {
  return new OperationError({
    doing,
    problem: `the transfer was cut ${CUTS} times in a row, after ${written} of ${bytes} bytes`,
    advice: 'Check the network, then start it again.',
    cause,
  })
}
