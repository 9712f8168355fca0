import { open, type FileHandle } from 'node:fs/promises'
import { DamagedError } from '../errors.js'
import { orFileTrouble } from '../platform/file-errors.js'

/** Bytes that a member with a name may have; no system has longer paths. */
const LONGEST_NAME = 8192

/** Everything in a tar archive is a multiple of this; a header is one block. */
const BLOCK = 512

/** Where the parts of a header are. https://www.gnu.org/software/tar/manual/html_node/Standard.html */
const NAME = { at: 0, length: 100 }
const SIZE = { at: 124, length: 12 }
const CHECKSUM = { at: 148, length: 8 }
const TYPE = { at: 156, length: 1 }
const PREFIX = { at: 345, length: 155 }

/** Something in a tar archive. */
export interface TarMember {
  name: string
  /** Whether it is a file; a folder, a link or a device is not. */
  isFile: boolean
  /** Where its content begins. */
  at: number
  size: number
}

/**
 * The members of a tar archive, in their order.
 *
 * Throws `DamagedError` where it is cut off or damaged.
 */
export async function tarMembers(handle: FileHandle, doing: string): Promise<TarMember[]> {
  const members: TarMember[] = []
  let longName: string | null = null
  const problem = await walk(handle, async (header, at, size) => {
    const type = part(header, TYPE)
    if (type === 'L' || type === 'x') {
      longName = nameIn(await contentAt(handle, at, Math.min(size, LONGEST_NAME)), type) ?? longName
    } else if (type !== 'g') {
      const isFile = type === '0' || type === '' || type === '7'
      members.push({ name: longName ?? ownName(header), isFile, at, size })
      longName = null
    }
  })
  if (problem !== null) {
    throw new DamagedError({ doing, problem, advice: 'It is cut off or damaged. Use another dump.' })
  }
  return members
}

/** A member of type L holds the name of the next one, one of type x the line `20 path=name`. */
function nameIn(content: string, type: string): string | null {
  return type === 'L' ? content.replace(/\0.*$/s, '') : (/^\d+ path=(.*)$/m.exec(content)?.[1] ?? null)
}

function ownName(header: Buffer): string {
  const [prefix, name] = [part(header, PREFIX), part(header, NAME)]
  const isStandard = header.toString('latin1', 257, 263) === 'ustar\0'
  return isStandard && prefix !== '' ? `${prefix}/${name}` : name
}

function part(header: Buffer, { at, length }: { at: number; length: number }): string {
  return header.toString('utf8', at, at + length).replace(/\0.*$/s, '')
}

async function contentAt(handle: FileHandle, at: number, size: number): Promise<string> {
  const buffer = Buffer.alloc(size)
  await handle.read(buffer, 0, size, at)
  return buffer.toString('utf8')
}

/**
 * Walks over the members of a tar archive from header to header, to the mark at its end. pg_restore must not be given one
 * that is cut off or damaged there: it would look for the rest for ever.
 *
 * Throws `DamagedError`.
 */
export async function assertWholeTar(file: string): Promise<void> {
  const doing = `looking through the tar archive ${file}`
  await orFileTrouble(doing, async () => {
    const handle = await open(file)
    try {
      const problem = await walk(handle, () => undefined)
      if (problem !== null) {
        throw new DamagedError({ doing, problem, advice: 'It is cut off or damaged. Use another dump.' })
      }
    } finally {
      await handle.close()
    }
  })
}

/** Calls with each header, where its content begins and its size. Returns what is wrong with the archive, or null. */
async function walk(
  handle: FileHandle,
  visit: (header: Buffer, at: number, size: number) => Promise<void> | void,
): Promise<string | null> {
  const { size: end } = await handle.stat()
  const header = Buffer.alloc(BLOCK)
  let last = ''
  for (let at = 0; at + BLOCK <= end;) {
    await handle.read(header, 0, BLOCK, at)
    if (header.every((byte) => byte === 0)) {
      return null
    }
    if (!isHeader(header)) {
      return `there is no header of a member at byte ${at}${after(last)}`
    }
    last = part(header, NAME)
    const [content, size] = [at + BLOCK, sizeIn(header)]
    at = content + Math.ceil(size / BLOCK) * BLOCK
    if (!(at <= end)) {
      return `it ends in the middle of its member ${last}`
    }
    await visit(header, content, size)
  }
  return `it ends without the mark of its end${after(last)}`
}

function after(member: string): string {
  return member === '' ? '' : `, after ${member}`
}

/** The checksum is the sum of the header's bytes with blanks in its own place. */
function isHeader(header: Buffer): boolean {
  const own = header.subarray(CHECKSUM.at, CHECKSUM.at + CHECKSUM.length)
  const sum = header.reduce((total, byte) => total + byte, 0) - own.reduce((total, byte) => total + byte, 0)
  return octal(own) === sum + CHECKSUM.length * 0x20
}

/** Octal digits, or for what these cannot hold (8 GB and more) a big-endian number behind a first bit that is set. */
function sizeIn(header: Buffer): number {
  const field = header.subarray(SIZE.at, SIZE.at + SIZE.length)
  const isBinary = ((field[0] ?? 0) & 0x80) !== 0
  return isBinary ? Number(field.readBigUInt64BE(SIZE.length - 8)) : octal(field)
}

function octal(field: Buffer): number {
  return Number.parseInt(field.toString('latin1').replace(/\0.*$/s, '').trim(), 8)
}
