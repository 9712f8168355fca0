import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DamagedError, InterruptedError } from '../errors.js'
import { codeOf } from './file-errors.js'
import { inParallel } from './parallel.js'
import { fileSource, zipContent, zipEntries, type ByteSource, type ZipEntry } from './zip-file.js'

/** A file that came out of a zip file. */
export interface UnpackedFile {
  /** Relative to the folder, with `/`. */
  path: string
  size: number
  /** Small hexadecimal digits. */
  sha256: string
}

/** How many files are written at a time. */
const WRITERS = 2

/**
 * Unpacks a zip file into a folder. Nothing is written outside of it, over anything, or as anything else than a plain
 * file, whatever the zip file says.
 *
 * Throws `DamagedError` for what is not a whole zip file, or wants to be elsewhere; of a damaged one, what can be had is
 * there then. Throws `InterruptedError` when we are asked to stop.
 */
export async function unpackZip(
  file: string,
  folder: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<UnpackedFile[]> {
  const handle = await open(file)
  try {
    const source = fileSource(handle, (await handle.stat()).size)
    const entries = (await zipEntries(source)).filter(({ name }) => !name.endsWith('/'))
    const outside = entries.find(({ name }) => !staysInside(name))
    if (outside !== undefined) throw strange(file, `it holds "${outside.name}", which is no path inside of it`)
    const damage: DamagedError[] = []
    const files = await inParallel(entries, WRITERS, async (entry) => {
      try {
        return await unpackEntry(source, entry, folder, file, signal)
      } catch (error) {
        if (!(error instanceof DamagedError)) throw error
        damage.push(error)
        return null
      }
    })
    if (damage[0] !== undefined) throw damage[0]
    return files.filter((one) => one !== null)
  } finally {
    await handle.close()
  }
}

async function unpackEntry(
  source: ByteSource,
  entry: ZipEntry,
  folder: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<UnpackedFile> {
  const target = path.join(folder, entry.name)
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece)
      done(null, piece)
    },
  })
  try {
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
    const out = createWriteStream(target, { flags: 'wx', mode: 0o600 })
    await pipeline(zipContent(source, entry), hashing, out, { ...(signal !== undefined && { signal }) })
  } catch (error) {
    if (signal?.aborted === true) throw new InterruptedError(`unpacking ${path.basename(file)}`, signal.reason)
    const isInTheWay = ['EEXIST', 'ENOTDIR', 'EISDIR'].includes(codeOf(error) ?? '')
    throw isInTheWay ? strange(file, `it holds "${entry.name}" twice, or as a file and a folder`, error) : error
  }
  return { path: entry.name, size: entry.bytes, sha256: hash.digest('hex') }
}

function staysInside(name: string): boolean {
  return !/[\0\\]/.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function strange(file: string, problem: string, cause?: unknown): DamagedError {
  const advice = 'pg-lifeboat makes no such file. Do not trust it, and find out who made it.'
  return new DamagedError({ doing: `unpacking ${path.basename(file)}`, problem, advice, cause })
}
