import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { DamagedError } from '../errors.js'

/** What the beginning of an age file says, without any key. */
export interface AgeHeader {
  /** Bytes of the header, to the newline at its end. */
  bytes: number
  /** The kinds of the stanzas, one for each recipient: `X25519`. */
  stanzas: string[]
}

const VERSION_LINE = 'age-encryption.org/v1'

/** A header of a hundred recipients has some 10 kB. */
const LARGEST_HEADER = 64 * 1024

/** age encrypts 64 KiB at a time, and adds a tag of 16 bytes to each piece; before them stand 16 bytes of nonce. */
const [PIECE, TAG, NONCE] = [64 * 1024, 16, 16]

/** What a file of so many bytes has once it is encrypted: age's format leaves no choice. An empty file is one empty piece. */
export function sealedSize(plainBytes: number, headerBytes: number): number {
  return headerBytes + NONCE + plainBytes + TAG * Math.max(1, Math.ceil(plainBytes / PIECE))
}

/**
 * Reads the header of an age file.
 *
 * Throws `DamagedError` when it is none.
 */
export async function readAgeHeader(file: string): Promise<AgeHeader> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const buffer = Buffer.alloc(LARGEST_HEADER)
    const { bytesRead } = await handle.read(buffer, 0, LARGEST_HEADER, 0)
    return parseAgeHeader(buffer.subarray(0, bytesRead), file)
  } finally {
    await handle.close()
  }
}

/** @param name how an error calls the file */
export function parseAgeHeader(beginning: Uint8Array, name: string): AgeHeader {
  const text = Buffer.from(beginning).toString('latin1')
  const end = /\n--- [A-Za-z0-9+/]{43}\n/.exec(text)
  if (!text.startsWith(`${VERSION_LINE}\n`) || end === null) {
    throw new DamagedError({
      doing: `reading the beginning of ${name}`,
      problem: 'it is not a file that age encrypted',
      advice: 'Use another set or another copy of this one.',
    })
  }
  const header = text.slice(0, end.index)
  const stanzas = header.split('\n').flatMap((line) => (line.startsWith('-> ') ? [line.split(' ')[1] ?? ''] : []))
  return { bytes: end.index + end[0].length, stanzas }
}
