import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock, Logger } from '../context.js'
import { OperationError } from '../errors.js'
import { codeOf, fileTrouble, ifThere } from '../platform/file-errors.js'
import { Owner, describeOwner, lifeOf, ownerHere } from '../platform/owner.js'
import type { Unlock } from './store.js'

/** The note that says who writes a folder or holds a lock. */
export const OWNER_FILE = 'owner.json'

/** How often the holder shows that it lives, for those who cannot ask its kernel. */
const BEAT_MS = 10_000

/** Without a sign of life for so long, a holder that runs elsewhere counts as dead. */
const SILENCE_MS = 120_000

/** How long taking over a dead lock may take before the one who took it over is taken for dead too. */
const TAKEOVER_MS = 30_000

const POLL_MS = 100
const RETRY_MS = 20
const MESSAGE_EVERY_MS = 30_000

export interface LockPlace {
  /** The folder that is the lock: it exists while somebody holds it. */
  lock: string
  /** A folder on the same file system, where the lock is made ready and taken apart. */
  workshop: string
}

export interface LockTools {
  clock: Clock
  logger: Logger
  signal?: AbortSignal
  /** How long to wait for another run. */
  patience: number
}

/**
 * Takes an exclusive lock. It is a folder with a note in it, made aside and renamed into place: the rename fails while
 * another one is there, and no reader ever sees a lock without its note.
 */
export async function takeLock(place: LockPlace, doing: string, tools: LockTools): Promise<Unlock> {
  const mine = ownerHere(doing, tools.clock.now())
  const ready = path.join(place.workshop, `lock-${mine.token}`)
  try {
    await mkdir(ready, { mode: 0o700 })
    await writeFile(path.join(ready, OWNER_FILE), JSON.stringify(mine), { mode: 0o600 })
    await waitUntil(() => renamedInto(ready, place.lock), place, doing, tools)
  } catch (error) {
    await rm(ready, { recursive: true, force: true })
    throw fileTrouble(error, `locking the store for ${doing}`)
  }
  return holding(place, mine)
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

async function waitUntil(
  attempt: () => Promise<boolean>,
  place: LockPlace,
  doing: string,
  { clock, logger, signal, patience }: LockTools,
): Promise<void> {
  const began = clock.monotonic()
  const watch = new Watch(place, clock)
  let told = -Infinity
  while (!(await attempt())) {
    const holder = await watch.look()
    const waited = clock.monotonic() - began
    if (waited >= patience) throw tooLong(holder, doing, waited)
    if (holder !== null && waited - told >= MESSAGE_EVERY_MS) {
      logger.info(`Another run is busy with this store, waiting for it: ${describeOwner(holder)}.`)
      told = waited
    }
    await clock.sleep(holder === null ? RETRY_MS : POLL_MS, signal)
  }
}

function tooLong(holder: Owner | null, doing: string, waited: number): OperationError {
  return new OperationError({
    doing,
    problem: `another run holds the store's lock, after ${Math.round(waited / 1000)} seconds of waiting: ${holder === null ? 'one that has just come' : describeOwner(holder)}`,
    advice: 'Wait until that run is done, or end it, then start this one again.',
  })
}

/** Looks at a lock that somebody else holds, and removes it when its holder is dead. */
class Watch {
  private seen = { sign: '', at: 0 }

  constructor(
    private readonly place: LockPlace,
    private readonly clock: Clock,
  ) {}

  /** Who holds the lock, or null when it is about to be free. */
  async look(): Promise<Owner | null> {
    const note = await ifThere(readFile(path.join(this.place.lock, OWNER_FILE), 'utf8'))
    const holder = note === undefined ? null : ownerOf(note)
    if (holder !== null && !(await this.isDead(holder))) return holder
    await takeApart(this.place, note, this.clock)
    return null
  }

  private async isDead(holder: Owner): Promise<boolean> {
    const life = lifeOf(holder)
    if (life !== 'elsewhere') return life === 'dead'
    // Only changes that are seen from here count: the clocks of two machines need not agree.
    const beat = (await ifThere(stat(path.join(this.place.lock, OWNER_FILE))))?.mtimeMs
    const sign = `${holder.token} ${beat}`
    if (sign !== this.seen.sign) this.seen = { sign, at: this.clock.monotonic() }
    return this.clock.monotonic() - this.seen.at > SILENCE_MS
  }
}

/** An owner's note, or null when a power failure left it empty or in parts. */
export function ownerOf(note: string): Owner | null {
  try {
    return Owner.parse(JSON.parse(note))
  } catch {
    return null
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
    const since = (await ifThere(stat(marker)))?.mtimeMs
    if (since !== undefined && clock.now().getTime() - since > TAKEOVER_MS) await ifThere(rmdir(marker))
    return
  }
  if ((await ifThere(readFile(path.join(lock, OWNER_FILE), 'utf8'))) !== note) {
    await ifThere(rmdir(marker))
    return
  }
  await removeLock(lock, workshop)
}

/** Away in one step, so that nobody sees a lock in parts; then deleted. */
async function removeLock(lock: string, workshop: string): Promise<void> {
  const away = path.join(workshop, `unlock-${randomUUID()}`)
  await ifThere(rename(lock, away))
  await rm(away, { recursive: true, force: true })
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
    const there = await ifThere(readFile(note, 'utf8'))
    if (there !== undefined && ownerOf(there)?.token === mine.token) await removeLock(lock, workshop)
  }
}
