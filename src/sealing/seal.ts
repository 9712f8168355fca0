import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Context, Progress } from '../context.js'
import { OperationError } from '../errors.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { entriesBelow } from '../platform/files.js'
import { inParallel } from '../platform/parallel.js'
import { fastestAge, type Age } from './age.js'
import { readAgeHeader, sealedSize } from './age-format.js'
import { sealedName } from './names.js'
import type { Recipient } from './recipients.js'

/** How many files are encrypted at a time. */
const WORKERS = 4

/**
 * Encrypts every file of a folder, one by one, into another: `dump/toc.dat` becomes `dump/toc.dat.age`. What was written
 * is looked at as far as that is possible without a private key: that each file is for all of these recipients and no
 * other, and has exactly the size that its content has once it is encrypted.
 *
 * Throws `OperationError`.
 */
export async function sealFolder(
  from: string,
  to: string,
  recipients: readonly Recipient[],
  context: Context,
  age: Age = fastestAge(context),
): Promise<void> {
  const entries = await orFileTrouble(`encrypting the files in ${from}`, () => entriesBelow(from))
  const files = entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path)
  const sizes = await inParallel(files, WORKERS, async (file) => (await stat(path.join(from, file))).size)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const tell = progressOf('encrypting', total, (progress) => {
    context.logger.progress(progress)
  })
  await inParallel(files, WORKERS, async (file, index) => {
    context.signal.throwIfAborted()
    const [plain, sealed] = [path.join(from, file), path.join(to, sealedName(file))]
    await mkdir(path.dirname(sealed), { recursive: true, mode: 0o700 })
    await age.encrypt(plain, sealed, recipients)
    await assertSealed(sealed, sizes[index] ?? 0, recipients)
    tell(sizes[index] ?? 0, file)
  })
}

/** Tells how many bytes are done, each time that a file is. */
export function progressOf(
  label: string,
  total: number,
  tell: (progress: Progress) => void,
): (bytes: number, current: string) => void {
  let done = 0
  return (bytes, current) => {
    done += bytes
    tell({ label, done, total, unit: 'bytes', current })
  }
}

/** Throws `OperationError` when an encrypted file is not what the plain one must have become. */
export async function assertSealed(file: string, plainBytes: number, recipients: readonly Recipient[]): Promise<void> {
  const { stanzas, bytes } = await readAgeHeader(file)
  const isForThem = stanzas.length === recipients.length && stanzas.every((kind) => kind === 'X25519')
  const { size } = await stat(file)
  const expected = sealedSize(plainBytes, bytes)
  if (isForThem && size === expected) return
  throw new OperationError({
    doing: `checking the encrypted file ${file}`,
    problem: isForThem
      ? `it has ${size} bytes, and its content makes ${expected}`
      : `it is encrypted to ${stanzas.join(', ') || 'nobody'}, and should be to ${recipients.length} key(s) of the kind X25519`,
    advice: 'Nothing was kept. Take the backup again, and report this if it comes back.',
  })
}
