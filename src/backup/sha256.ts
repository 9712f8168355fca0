import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { InterruptedError } from '../errors.js'

/** Large enough that the hash, not the system call, takes the time; small enough that memory stays flat. */
const CHUNK = 1024 * 1024

export interface Hashed {
  /** Bytes that were read. */
  size: number
  /** SHA-256 in small hexadecimal digits. */
  sha256: string
}

/**
 * Hashes a file in pieces; while one piece is hashed the next is read. A symbolic link is refused (`ELOOP`).
 *
 * @param onBytes called with the size of each piece that is done
 */
export async function sha256OfFile(
  file: string,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: ((bytes: number) => void) | undefined } = {},
): Promise<Hashed> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const hash = createHash('sha256')
    const room = Math.min(CHUNK, (await handle.stat()).size + 1)
    let [buffer, spare] = [Buffer.allocUnsafe(room), Buffer.allocUnsafe(room)]
    let size = 0
    let pending = handle.read(buffer, 0, room, null)
    for (;;) {
      const { bytesRead } = await pending
      if (bytesRead === 0) return { size, sha256: hash.digest('hex') }
      if (signal?.aborted === true) throw new InterruptedError(`reading ${file}`, signal.reason)
      pending = handle.read(spare, 0, room, null)
      hash.update(buffer.subarray(0, bytesRead))
      ;[buffer, spare] = [spare, buffer]
      size += bytesRead
      onBytes?.(bytesRead)
    }
  } finally {
    await handle.close()
  }
}

/** SHA-256 of a text, small hexadecimal digits. */
export function sha256OfText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
