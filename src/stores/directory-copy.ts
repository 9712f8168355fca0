import { constants, copyFile } from 'node:fs/promises'
import path from 'node:path'
import type { FileEntry } from '../backup/manifest.js'
import { InterruptedError } from '../errors.js'
import { makeFolder } from '../platform/files.js'
import { inParallel } from '../platform/parallel.js'
import { compareFiles } from './set-files.js'
import type { ByteProgress } from './store.js'

/** How many files are copied at a time. */
const COPIERS = 2

/**
 * Copies files into another folder, without moving their bytes where the file system can share them, then reads what
 * arrived and compares it with what it must be.
 *
 * Throws `DamagedError` naming the first that differs.
 */
export async function copyFiles(
  from: string,
  files: readonly FileEntry[],
  to: string,
  { signal, progress, doing }: { signal?: AbortSignal | undefined; progress?: ByteProgress | undefined; doing: string },
): Promise<void> {
  // Each byte counts twice: when it is copied and when it is compared.
  const total = 2 * files.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const onBytes = (bytes: number): void => progress?.((done += bytes), total)
  for (const folder of new Set(files.map((file) => path.dirname(path.join(to, file.path))))) await makeFolder(folder)
  await inParallel(files, COPIERS, async ({ path: file, size }) => {
    if (signal?.aborted === true) throw new InterruptedError(doing, signal.reason)
    await copyFile(path.join(from, file), path.join(to, file), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    onBytes(size)
  })
  await compareFiles(to, files, doing, { signal, onBytes })
}
