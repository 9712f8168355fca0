import { open, type FileHandle } from 'node:fs/promises'
import { DamagedError } from '../errors.js'
import { orFileTrouble } from '../platform/file-errors.js'

/** Everything in a tar archive is a multiple of this; a header is one block. */
const BLOCK = 512

/** Where the parts of a header are: name, size, checksum. https://www.gnu.org/software/tar/manual/html_node/Standard.html */
const [NAME, SIZE, CHECKSUM] = [
  { at: 0, length: 100 },
  { at: 124, length: 12 },
  { at: 148, length: 8 },
]

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
      const problem = await whatIsWrong(handle)
      if (problem !== null) {
        throw new DamagedError({ doing, problem, advice: 'It is cut off or damaged. Use another dump.' })
      }
    } finally {
      await handle.close()
    }
  })
}

async function whatIsWrong(handle: FileHandle): Promise<string | null> {
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
    last = header.toString('utf8', NAME.at, NAME.at + NAME.length).replace(/\0.*$/s, '')
    at += BLOCK + Math.ceil(sizeIn(header) / BLOCK) * BLOCK
    if (at > end) {
      return `it ends in the middle of its member ${last}`
    }
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
