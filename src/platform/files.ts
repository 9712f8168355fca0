import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import type { Dirent } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { codeOf, ifThere } from './file-errors.js'
import { inParallel } from './parallel.js'

/** Something in a folder, by its path relative to that folder, with `/`. */
export interface FoundEntry {
  path: string
  kind: 'file' | 'folder' | 'symbolic link' | 'special file'
}

/** How many fsyncs go on at a time: a disk merges what it is asked together, and libuv has four threads. */
const SYNCS = 4

/** Everything below a folder, sorted by path. Symbolic links are named, never followed. */
export async function entriesBelow(folder: string): Promise<FoundEntry[]> {
  const found: FoundEntry[] = []
  const waiting = ['']
  for (let inside = waiting.pop(); inside !== undefined; inside = waiting.pop()) {
    for (const entry of await readdir(path.join(folder, inside), { withFileTypes: true })) {
      const one = { path: inside === '' ? entry.name : `${inside}/${entry.name}`, kind: kindOf(entry) }
      found.push(one)
      if (one.kind === 'folder') waiting.push(one.path)
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Bytes of the files below a folder, or of a file; what goes away meanwhile counts nothing, links are not followed. */
export async function bytesBelow(folder: string): Promise<number> {
  const top = await ifThere(lstat(folder))
  if (top?.isDirectory() !== true) return top?.size ?? 0
  let bytes = 0
  for (const { path: file, kind } of (await ifThere(entriesBelow(folder))) ?? []) {
    if (kind === 'file') bytes += (await ifThere(lstat(path.join(folder, file))))?.size ?? 0
  }
  return bytes
}

function kindOf(entry: Dirent): FoundEntry['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  return entry.isSymbolicLink() ? 'symbolic link' : 'special file'
}

/**
 * Takes all rights from other users on everything below a folder, whatever the umask was when programs wrote it. The
 * folder itself must have kept others out until now.
 */
export async function makePrivate(folder: string): Promise<void> {
  for (const { path: file, kind } of await entriesBelow(folder)) {
    if (kind === 'file') await chmod(path.join(folder, file), 0o600)
    if (kind === 'folder') await chmod(path.join(folder, file), 0o700)
  }
}

/** Flushes a file's content, or a folder's list of names, to the disk. */
export async function syncPath(file: string): Promise<void> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    await handle.sync()
  } catch (error) {
    // Some network file systems cannot flush a folder; they have no list of names that we could lose.
    if (!['EINVAL', 'ENOTSUP', 'EISDIR'].includes(codeOf(error) ?? '') || !(await handle.stat()).isDirectory()) {
      throw error
    }
  } finally {
    await handle.close()
  }
}

/** Flushes everything below a folder, and the folder itself: afterwards a power failure cannot undo it. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await entriesBelow(folder)
  const paths = entries.filter(({ kind }) => kind === 'file' || kind === 'folder').map((entry) => entry.path)
  await inParallel(['', ...paths], SYNCS, (entry) => syncPath(path.join(folder, entry)))
}

/**
 * Makes a folder, and those above it that are missing, readable by nobody else, and flushes what it made.
 *
 * Node's own `recursive` never returns where the system takes no folder although the one above is there, as in /proc or
 * at an automounter's mount point.
 */
export async function makeFolder(folder: string): Promise<void> {
  if ((await ifThere(stat(folder)))?.isDirectory() === true) return
  const parent = path.dirname(folder)
  if (parent !== folder) await makeFolder(parent)
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return
    throw error
  }
  await syncPath(parent)
}

/**
 * Writes a file so that a reader, also after a crash, sees the old content or the new one, and never a part. What is
 * there and is no file, such as /dev/null or a pipe, is written into: a renaming would take it from everybody else.
 *
 * @param mode who may read it; nobody else by default
 */
export async function writeWhole(file: string, content: string, mode = 0o600): Promise<void> {
  const there = await ifThere(stat(file))
  if (there?.isFile() === false) {
    await writeFile(file, content)
    return
  }
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeNew(temporary, content)
    // Not by the open, where the umask would take from it.
    if (mode !== 0o600) await chmod(temporary, mode)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  // The dot is the folder itself, also where its name is a descriptor of it.
  await syncPath(`${path.dirname(file)}/.`)
}

async function writeNew(file: string, content: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
