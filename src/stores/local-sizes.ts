import { lstat } from 'node:fs/promises'
import path from 'node:path'

import { OperationError } from '../errors.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import { inParallel } from '../platform/parallel.js'

const LOOKERS = 4

/**
 * Throws `OperationError` unless every file is in the local folder with just its size: what is short must not be taken
 * for whole, neither before it is sent nor after it was fetched.
 */
export async function requireSizes(
  folder: string,
  files: readonly { path: string; size: number }[],
  doing: string,
): Promise<void> {
  await inParallel(files, LOOKERS, async ({ path: file, size }) => {
    const facts = await orFileTrouble(doing, () => ifThere(lstat(path.join(folder, file))))
    if (facts?.isFile() === true && facts.size === size) return
    const found = facts?.isFile() === true ? `has ${facts.size} bytes` : 'is not there'
    throw new OperationError({
      doing,
      problem: `${file} ${found}, and should have ${size}`,
      advice: 'It was changed or removed meanwhile; see that nothing else writes there, then start again.',
    })
  })
}
