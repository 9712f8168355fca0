import { constants } from 'node:fs'
import { copyFile, lstat, open } from 'node:fs/promises'
import { codeOf, ifThere } from './file-errors.js'

/** What is at a file's place is something else. */
export class NotAFileError extends Error {
  override readonly name = 'NotAFileError'

  constructor(cause?: unknown) {
    super('it is not a file but a link, folder or device', { cause })
  }
}

/**
 * Copies a file and nothing else that may lie at its place, through one descriptor, and without moving its bytes where the
 * file system can share them. The copy is new and only ours to read.
 *
 * @param isWanted says whether a file of that size is to be copied
 * @returns null, or the size of a file that was not wanted
 * Throws `NotAFileError`, or the system's error.
 */
export async function copyRegularFile(
  from: string,
  to: string,
  isWanted: (size: number) => boolean,
): Promise<number | null> {
  const handle = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw ['ELOOP', 'ENXIO'].includes(codeOf(error) ?? '') ? new NotAFileError(error) : error
    },
  )
  try {
    const facts = await handle.stat()
    if (!facts.isFile()) throw new NotAFileError()
    if (!isWanted(facts.size)) return facts.size
    const copy = await open(to, 'wx', 0o600)
    try {
      const descriptor = `/proc/self/fd/${handle.fd}`
      const hasDescriptors = (await ifThere(lstat(descriptor))) !== undefined
      if (hasDescriptors) await copyFile(descriptor, to, constants.COPYFILE_FICLONE)
      else await copy.writeFile(handle.createReadStream({ autoClose: false }))
      await copy.chmod(0o600)
    } finally {
      await copy.close()
    }
    return null
  } finally {
    await handle.close()
  }
}
