import { randomUUID } from 'node:crypto'
import { lstat, mkdir, rename, rmdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../context.js'
import { OperationError } from '../errors.js'
import { codeOf, fileTrouble, ifThere } from '../platform/file-errors.js'
import { readSmallFile, removeTree } from '../platform/no-follow.js'
import { lifeOf, ownerHere, type Owner } from '../platform/owner.js'
import type { Unlock } from './store.js'
import { Silence, ownerOf, waitForTurn, type Turn, type WaitTools } from './waiting.js'

/** The note that says who writes a folder or holds a lock. */
export const OWNER_FILE = 'owner.json'

/** A longer note is not one of ours. */
const LARGEST_NOTE = 64 * 1024

/** How often the holder shows that it lives, for those who cannot ask its kernel. */
const BEAT_MS = 10_000

/** Without a sign of life for so long, a holder that runs elsewhere counts as dead. */
const SILENCE_MS = 120_000

/** How long taking over a dead lock may take before the one who took it over is taken for dead too. */
const TAKEOVER_MS = 30_000

const POLL_MS = 100
const RETRY_MS = 20

export interface LockPlace {
  /** The folder that is the lock: it exists while somebody holds it. */
  lock: string
  /** A folder on the same file system, where the lock is made ready and taken apart. */
  workshop: string
}

/**
 * Takes an exclusive lock. It is a folder with a note in it, made aside and renamed into place: the rename fails while
 * another one is there, and no reader ever sees a lock without its note.
 */
export async function takeLock(place: LockPlace, doing: string, tools: WaitTools): Promise<Unlock> {
  const mine = ownerHere(doing, tools.clock.now())
  const ready = path.join(place.workshop, `lock-${mine.token}`)
  try {
    await mkdir(ready, { mode: 0o700 })
    await writeFile(path.join(ready, OWNER_FILE), JSON.stringify(mine), { mode: 0o600 })
    const watch = new Watch(place, tools.clock)
    const look = async (): Promise<Turn> => ((await renamedInto(ready, place.lock)) ? 'ours' : watch.look())
    const pace = (holder: Owner | null): number => (holder === null ? RETRY_MS : POLL_MS)
    await waitForTurn({ what: "the store's lock", look, pace }, doing, tools)
  } catch (error) {
    await removeTree(ready)
    throw fileTrouble(error, `locking the store for ${doing}`)
  }
  return holding(place, mine)
}

/** The note in a folder; undefined where there is none, or something that is none: a link, a pipe, a huge file. */
export async function readNote(folder: string): Promise<string | undefined> {
  try {
    return await readSmallFile(path.join(folder, OWNER_FILE), LARGEST_NOTE)
  } catch (error) {
    if (error instanceof OperationError || ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(codeOf(error) ?? '')) {
      return undefined
    }
    throw error
  }
}

async function renamedInto(ready: string, lock: string): Promise<boolean> {
  try {
    await rename(ready, lock)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) return false
    throw error
  }
}

/** Looks at a lock that somebody else holds, and removes it when its holder is dead. */
class Watch {
  private readonly silence: Silence

  constructor(
    private readonly place: LockPlace,
    private readonly clock: Clock,
  ) {
    this.silence = new Silence(clock)
  }

  /** Who holds the lock, or null when it is about to be free. */
  async look(): Promise<Owner | null> {
    const note = await readNote(this.place.lock)
    const holder = note === undefined ? null : ownerOf(note)
    if (holder !== null && !(await this.isDead(holder))) return holder
    await takeApart(this.place, note, this.clock)
    return null
  }

  private async isDead(holder: Owner): Promise<boolean> {
    const life = lifeOf(holder)
    if (life !== 'elsewhere') return life === 'dead'
    const beat = (await ifThere(lstat(path.join(this.place.lock, OWNER_FILE))))?.mtimeMs
    return this.silence.of('lock', `${holder.token} ${beat}`) > SILENCE_MS
  }
}

/**
 * Removes a dead holder's lock. Of several who found it dead only one may do so, and only while the lock is still that
 * one: so first a marker in it, then a second look.
 */
async function takeApart({ lock, workshop }: LockPlace, note: string | undefined, clock: Clock): Promise<void> {
  const marker = path.join(lock, 'taken-over')
  try {
    await mkdir(marker)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    if (codeOf(error) !== 'EEXIST') throw error
    const since = (await ifThere(lstat(marker)))?.mtimeMs
    if (since !== undefined && clock.now().getTime() - since > TAKEOVER_MS) await ifThere(rmdir(marker))
    return
  }
  if ((await readNote(lock)) !== note) {
    await ifThere(rmdir(marker))
    return
  }
  await removeLock(lock, workshop)
}

/** Away in one step, so that nobody sees a lock in parts; then deleted. */
async function removeLock(lock: string, workshop: string): Promise<void> {
  const away = path.join(workshop, `unlock-${randomUUID()}`)
  await ifThere(rename(lock, away))
  await removeTree(away)
}

function holding({ lock, workshop }: LockPlace, mine: Owner): Unlock {
  const note = path.join(lock, OWNER_FILE)
  const beat = setInterval(() => {
    const now = new Date()
    utimes(note, now, now).catch(() => undefined) // a missed beat is no harm, and the next one comes
  }, BEAT_MS)
  beat.unref()
  let held = true
  return async () => {
    if (!held) return
    held = false
    clearInterval(beat)
    const there = await readNote(lock)
    if (there !== undefined && ownerOf(there)?.token === mine.token) await removeLock(lock, workshop)
  }
}
