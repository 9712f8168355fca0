import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { lstat, open, readdir, rmdir, unlink, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { OperationError } from '../errors.js'
import { codeOf, ifThere } from './file-errors.js'
import { makeFolder } from './files.js'

/**
 * Working in folders that others can write to: nothing here goes through a symbolic link, waits for a pipe, or opens a
 * device. A look before the use is not enough, because what is there can be exchanged in between; so a folder is opened
 * once, and what is in it is named through its descriptor.
 *
 * https://man7.org/linux/man-pages/man7/symlink.7.html, https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */

/** How often a folder is emptied again into which something is written meanwhile. */
const TRIES = 3

/**
 * Opens a folder, does work in it and closes it. The work gets a path that leads to this very folder, whatever its name
 * leads to by then; joined with one name it is as safe as the folder's descriptor. Without /proc it is the folder's own
 * path, which only this look vouches for.
 *
 * Throws `OperationError` for a link or anything else that is no folder, the system's error where nothing is there.
 */
export async function inFolder<T>(folder: string, work: (here: string, facts: Stats) => Promise<T>): Promise<T> {
  const handle = await openFolder(folder)
  try {
    const descriptor = `/proc/self/fd/${handle.fd}`
    const here = (await ifThere(lstat(descriptor))) === undefined ? folder : descriptor
    return await work(here, await handle.stat())
  } finally {
    await handle.close()
  }
}

async function openFolder(folder: string): Promise<FileHandle> {
  try {
    return await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (error) {
    const isSomethingElse = ['ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')
    throw isSomethingElse && (await ifThere(lstat(folder))) !== undefined ? noFolder(folder, error) : error
  }
}

function noFolder(folder: string, cause?: unknown): OperationError {
  return new OperationError({
    doing: `using the folder ${folder}`,
    problem: 'it is a symbolic link or something else than a folder; nothing is read, written or deleted through one',
    advice: 'Find out who put it there, and put a folder in its place. To keep a store elsewhere, give its own path.',
    cause,
  })
}

/** Removes a file, a link, or a folder with all that is in it. Links are removed, never followed. */
export async function removeTree(target: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await removeOnce(target)
      return
    } catch (error) {
      const mayPass =
        error instanceof OperationError || ['ENOTEMPTY', 'EEXIST', 'EBUSY', 'EISDIR'].includes(codeOf(error) ?? '')
      if (!mayPass || attempt === TRIES) throw error
    }
  }
}

async function removeOnce(target: string): Promise<void> {
  const facts = await ifThere(lstat(target))
  if (facts === undefined) return
  if (!facts.isDirectory()) {
    await ifThere(unlink(target))
    return
  }
  await inFolder(target, async (here) => {
    for (const name of await readdir(here)) await removeOnce(path.join(here, name))
  })
  await ifThere(rmdir(target))
}

/** A folder that is one itself: throws `OperationError` where something else, or a link to one, has its name. */
export async function makeRealFolder(folder: string): Promise<void> {
  await makeFolder(folder)
  if (!(await isRealFolder(folder))) throw noFolder(folder)
}

/** Whether a path is a folder itself and no link to one. */
export async function isRealFolder(folder: string): Promise<boolean> {
  return (await ifThere(lstat(folder)))?.isDirectory() === true
}

/**
 * Opens a file that is one: no link, no folder, no pipe, no device.
 *
 * @param flags `O_RDONLY` and the like; what keeps from following and waiting is added
 * Throws the system's error, or `OperationError` for what is not a file.
 */
export async function openFile(file: string, flags: number = constants.O_RDONLY, mode = 0o600): Promise<FileHandle> {
  const handle = await open(file, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode)
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw new OperationError({
    doing: `opening ${file}`,
    problem: 'it is not a file but a folder, pipe or device',
    advice: 'Find out who put it there, and remove it.',
  })
}

/** The text of a file of at most so many bytes. Throws as `openFile` does, and `OperationError` for a larger one. */
export async function readSmallFile(file: string, limit: number): Promise<string> {
  const handle = await openFile(file)
  try {
    const { size } = await handle.stat()
    if (size > limit) {
      throw new OperationError({
        doing: `reading ${file}`,
        problem: `it has ${size} bytes, and at most ${limit} are expected`,
        advice: 'Find out who wrote it. pg-lifeboat does not write such a file.',
      })
    }
    const buffer = Buffer.alloc(size)
    const { bytesRead } = await handle.read(buffer, 0, size, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
