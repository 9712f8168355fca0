import { constants } from 'node:fs'
import { copyFile, link, mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { codeOf, orFileTrouble } from '../platform/file-errors.js'
import { entriesBelow } from '../platform/files.js'

/**
 * Makes a copy of a set to be damaged. Its files are hard links where that is possible, so it costs nothing: who changes
 * one must cut the link first, with `cutLink`.
 */
export async function linkSet(from: string, to: string): Promise<void> {
  await orFileTrouble(`copying the set ${from} for a drill`, async () => {
    await mkdir(to, { recursive: true, mode: 0o700 })
    for (const { path: inside, kind } of await entriesBelow(from)) {
      if (kind === 'folder') {
        await mkdir(path.join(to, inside), { mode: 0o700 })
      } else if (kind === 'file') {
        await linkOrCopy(path.join(from, inside), path.join(to, inside))
      }
    }
  })
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    // Another file system, one without links, or one with too many to this file.
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes(codeOf(error) ?? '')) throw error
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  }
}

/** Makes a file of a copy its own: what is written to it afterwards never reaches the set that it was copied from. */
export async function cutLink(file: string): Promise<void> {
  const own = `${file}.own`
  await copyFile(file, own, constants.COPYFILE_FICLONE)
  await rename(own, file)
}
