import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ifThere } from '../platform/file-errors.js'
import { bytesBelow, entriesBelow, syncPath } from '../platform/files.js'
import { inFolder, removeTree } from '../platform/no-follow.js'
import { lifeOf, ownerHere } from '../platform/owner.js'
import { OWNER_FILE, readNote } from './directory-lock.js'
import type { Leftover } from './store.js'
import { ownerOf } from './waiting.js'

/**
 * The folder `.incoming` of a store: what is being written, removed or made ready. Each entry is a folder with a note of
 * its owner, so that what a killed run leaves behind can be told from what a living one is at.
 */

/** A note is written at once after its folder is made; without one for so long, its writer was killed in between. */
const WITHOUT_NOTE_MS = 60_000

/** Whether an owner on another machine lives cannot be asked; untouched for so long, it does not. */
const ELSEWHERE_MS = 24 * 60 * 60 * 1000

/** The part of an entry that is, or was, a set. */
export const CONTENT = 'set'

/** Makes an entry, durable enough to be found by a sweep, and returns its path. */
export async function makeEntry(incoming: string, purpose: string, doing: string, now: Date): Promise<string> {
  const entry = path.join(incoming, `${purpose}-${randomBytes(4).toString('hex')}`)
  await mkdir(entry, { mode: 0o700 })
  await writeFile(path.join(entry, OWNER_FILE), JSON.stringify(ownerHere(doing, now)), { mode: 0o600 })
  return entry
}

/** Deletes an entry. Links in it are deleted, never followed. */
export async function deleteEntry(entry: string): Promise<void> {
  await removeTree(entry)
}

/**
 * Takes a set out of sight in one step and then deletes it. The step is on the disk before the first file is deleted: a
 * power failure meanwhile brings back the whole set or none of it.
 */
export async function takeAwayAndDelete(folder: string, entry: string): Promise<void> {
  await rename(folder, path.join(entry, CONTENT))
  await syncPath(entry)
  await syncPath(path.dirname(folder))
  await deleteEntry(entry)
}

/** What this version and those before it call an entry, a lock that is made ready or taken apart, or a probe. */
const OUR_NAME = /^([a-z0-9-]+-\d{8}T\d{6}Z-[0-9a-f]{8}|(un)?lock-[0-9a-f-]{36}|probe-[0-9a-f]{12})$/

/** Deletes the entries whose owner is dead, and returns their names. What has no name of ours stays. */
export async function sweepEntries(incoming: string, now: Date): Promise<string[]> {
  return ofAbandoned(incoming, now, async (entry, name) => {
    await deleteEntry(entry)
    return name
  })
}

/** The entries that `sweepEntries` would delete, with what they weigh. */
export async function abandonedEntries(incoming: string, now: Date): Promise<Leftover[]> {
  return ofAbandoned(incoming, now, async (entry, name) => ({ name, bytes: await bytesBelow(entry) }))
}

/** Does work with each abandoned entry. Throws where `.incoming` is a link: what is behind it is not ours. */
async function ofAbandoned<T>(
  incoming: string,
  now: Date,
  work: (entry: string, name: string) => Promise<T>,
): Promise<T[]> {
  const done = await ifThere(
    inFolder(incoming, async (here) => {
      const results: T[] = []
      for (const name of (await readdir(here)).filter((each) => OUR_NAME.test(each))) {
        const entry = path.join(here, name)
        if (await isAbandoned(entry, now)) results.push(await work(entry, name))
      }
      return results
    }),
  )
  return done ?? []
}

async function isAbandoned(entry: string, now: Date): Promise<boolean> {
  const isFolder = (await ifThere(lstat(entry)))?.isDirectory() === true
  const note = isFolder ? await inFolder(entry, (here) => readNote(here)) : undefined
  const owner = note === undefined ? null : ownerOf(note)
  if (owner === null) return (await untouchedFor(entry, now)) > WITHOUT_NOTE_MS
  const life = lifeOf(owner)
  return life === 'dead' || (life === 'elsewhere' && (await untouchedFor(entry, now)) > ELSEWHERE_MS)
}

/** Milliseconds since anything in the entry was changed; 0 when it has gone meanwhile. */
async function untouchedFor(entry: string, now: Date): Promise<number> {
  const top = await ifThere(lstat(entry))
  if (top === undefined) return 0
  const inside = top.isDirectory() ? ((await ifThere(entriesBelow(entry))) ?? []) : []
  let newest = top.mtimeMs
  for (const { path: file } of inside) {
    newest = Math.max(newest, (await ifThere(lstat(path.join(entry, file))))?.mtimeMs ?? 0)
  }
  return now.getTime() - newest
}
