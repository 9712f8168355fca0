import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { DamagedError, messageOf } from '../errors.js'

/**
 * Reads zip files by their directory at the end, as GitHub's artifacts are. What a reader that goes from the beginning
 * must guess, where an entry without compression ends, the directory says.
 */

/** Something that can be read from anywhere: a file, or bytes in memory. */
export interface ByteSource {
  readonly size: number
  read(at: number, length: number): Promise<Buffer>
}

export interface ZipEntry {
  /** As the file says it; nothing is promised about it, so never make a path of it without looking. */
  name: string
  /** Bytes of the content. */
  bytes: number
  /** Bytes that it takes in the zip file. */
  stored: number
  method: 'stored' | 'deflated'
  /** Where the entry begins. */
  at: number
}

const END = 0x06054b50
const END_BYTES = 22
const LOCATOR_64 = 0x07064b50
const END_64 = 0x06064b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_ENTRY = 0x04034b50

/** A directory of a hundred thousand files has some 10 MB; what is far above is none. */
const LARGEST_DIRECTORY = 256 * 1024 * 1024
const PIECE = 1024 * 1024

export function fileSource(handle: FileHandle, size: number): ByteSource {
  return {
    size,
    read: async (at, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
      return buffer.subarray(0, bytesRead)
    },
  }
}

export function bufferSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)) }
}

/**
 * What is in a zip file. Folders have entries too; their names end in `/`.
 *
 * Throws `DamagedError` when it is not a whole zip file.
 */
export async function zipEntries(source: ByteSource): Promise<ZipEntry[]> {
  const { count, at, bytes } = await directoryOf(source)
  if (bytes > LARGEST_DIRECTORY || count * 46 > bytes) throw notWhole('its directory is not one')
  const directory = await exactly(source, at, bytes)
  const entries: ZipEntry[] = []
  let position = 0
  for (let left = count; left > 0; left--) {
    const { entry, length } = entryAt(directory, position)
    entries.push(entry)
    position += length
  }
  return entries
}

/**
 * The content of an entry, in pieces.
 *
 * Throws `DamagedError` when it is not what the directory says.
 */
export async function* zipContent(source: ByteSource, entry: ZipEntry): AsyncGenerator<Buffer> {
  const head = await exactly(source, entry.at, 30)
  if (head.readUInt32LE(0) !== LOCAL_ENTRY) throw notWhole(`"${entry.name}" does not begin where its directory says`)
  const at = entry.at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28)
  const raw = Readable.from(pieces(source, at, entry.stored))
  let left = entry.bytes
  for await (const piece of entry.method === 'stored' ? raw : inflated(raw, entry.name)) {
    left -= (piece as Buffer).length
    if (left < 0) break
    yield piece as Buffer
  }
  if (left !== 0) throw notWhole(`"${entry.name}" has not the ${entry.bytes} bytes that its directory says`)
}

async function* pieces(source: ByteSource, from: number, length: number): AsyncGenerator<Buffer> {
  for (let at = from; at < from + length; at += PIECE) {
    yield await exactly(source, at, Math.min(PIECE, from + length - at))
  }
}

async function* inflated(raw: Readable, name: string): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw()
  // What fails here ends the iteration below, which tells it.
  pipeline(raw, inflate).catch(() => undefined)
  try {
    for await (const piece of inflate) yield piece as Buffer
  } catch (error) {
    throw error instanceof DamagedError ? error : notWhole(`"${name}" cannot be unpacked: ${messageOf(error)}`, error)
  }
}

/** Where the directory is, by the record at the end; a large file has a second one with larger numbers. */
async function directoryOf(source: ByteSource): Promise<{ count: number; at: number; bytes: number }> {
  const tailBytes = Math.min(source.size, END_BYTES + 0xffff)
  const tail = await exactly(source, source.size - tailBytes, tailBytes)
  let end = tail.length - END_BYTES
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) throw notWhole('the record at its end is missing')
  const [count, bytes, at] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (count !== 0xffff && bytes !== 0xffffffff && at !== 0xffffffff) return { count, at, bytes }
  const locator = await exactly(source, source.size - tailBytes + end - 20, 20)
  if (locator.readUInt32LE(0) !== LOCATOR_64) return { count, at, bytes }
  const large = await exactly(source, numberAt(locator, 8), 56)
  if (large.readUInt32LE(0) !== END_64) throw notWhole('the record at its end leads nowhere')
  return { count: numberAt(large, 32), bytes: numberAt(large, 40), at: numberAt(large, 48) }
}

function entryAt(directory: Buffer, at: number): { entry: ZipEntry; length: number } {
  if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
    throw notWhole('its directory is cut off')
  }
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset)) as [
    number,
    number,
    number,
  ]
  const name = directory.toString('utf8', at + 46, at + 46 + nameBytes)
  const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes)
  const [bytes, stored, start] = largeNumbers(extra, [
    directory.readUInt32LE(at + 24),
    directory.readUInt32LE(at + 20),
    directory.readUInt32LE(at + 42),
  ])
  const isEncrypted = (directory.readUInt16LE(at + 8) & 1) === 1
  const method = ({ 0: 'stored', 8: 'deflated' } as const)[directory.readUInt16LE(at + 10)]
  if (isEncrypted || method === undefined) throw notWhole(`"${name}" is packed in a way that artifacts are not`)
  return { entry: { name, bytes, stored, method, at: start }, length: 46 + nameBytes + extraBytes + commentBytes }
}

/** Size, packed size and position; those that do not fit 32 bits are in a field of the extra part, in this order. */
function largeNumbers(extra: Buffer, small: [number, number, number]): [number, number, number] {
  if (!small.includes(0xffffffff)) return small
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let next = at + 4
    return small.map((number) => {
      if (number !== 0xffffffff) return number
      if (next + 8 > extra.length) throw notWhole('its directory is cut off')
      next += 8
      return numberAt(extra, next - 8)
    }) as [number, number, number]
  }
  return small
}

function numberAt(bytes: Buffer, at: number): number {
  const number = Number(bytes.readBigUInt64LE(at))
  if (!Number.isSafeInteger(number)) throw notWhole('it tells of sizes that cannot be')
  return number
}

async function exactly(source: ByteSource, at: number, length: number): Promise<Buffer> {
  const bytes = at < 0 || at + length > source.size ? undefined : await source.read(at, length)
  if (bytes?.length !== length) throw notWhole('it is cut off')
  return bytes
}

function notWhole(problem: string, cause?: unknown): DamagedError {
  return new DamagedError({
    doing: 'reading a zip file',
    problem: `it is not a whole zip file: ${problem}`,
    advice:
      'Fetch it again; if it is the same then, it was damaged before: use another set or another copy of this one.',
    cause,
  })
}
