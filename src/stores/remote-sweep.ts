import { randomBytes } from 'node:crypto'
import { lifeOf } from '../platform/owner.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import { markOf } from './remote-lock.js'
import { hasManifest, placedSets, type PlacedSet } from './remote-sets.js'
import { UNFINISHED, claimFolder, removeSetFiles } from './remote-transfer.js'
import { INCOMING, nameOfSet } from './set-place.js'
import { ownerOf } from './waiting.js'

/** A mark is written anew every few seconds; so long without, it is of a run that has died elsewhere. */
const SILENT_MS = 60 * 60 * 1000

/** A copy that broke off is gone on with by the next run; so long it is kept for that one. */
const UNFINISHED_MS = 36 * 60 * 60 * 1000

/**
 * Removes what killed runs left: marks of the dead, and files of sets that have no manifest and that nobody sends. Ages
 * are by the place's own clock, which is read off a file that is written for that.
 *
 * @param locks folder of the locks
 */
export async function sweepPlace(place: FilePlace, locks: string): Promise<string[]> {
  const half = (await placedSets(place)).filter((placed) => !hasManifest(placed))
  // Listed after the sets: a claim is there before the first file of its set.
  const incoming = await below(place, INCOMING)
  const marks = [...incoming, ...(await below(place, locks))]
  if (half.length === 0 && marks.length === 0) return []
  const now = await clockOf(place)
  const dead = await deadOf(place, marks, now)
  const kept = marks.filter((file) => !dead.includes(file))
  const swept: string[] = []
  for (const placed of half.filter((one) => !isClaimed(one, kept))) {
    await removeSetFiles(place, placed.set, placed.files)
    swept.push(nameOfSet(placed.set))
  }
  await place.remove(dead.map((file) => file.path))
  return [...swept, ...dead.map((file) => file.path)]
}

async function below(place: FilePlace, folder: string): Promise<PlacedFile[]> {
  return (await place.list(folder)).map((file) => ({ ...file, path: `${folder}/${file.path}` }))
}

/** Whether somebody sends this set, or the next run is to go on with it. */
function isClaimed({ set }: PlacedSet, marks: readonly PlacedFile[]): boolean {
  return marks.some((file) => file.path.startsWith(`${claimFolder(set)}/`))
}

/** What time it is at the place. */
async function clockOf(place: FilePlace): Promise<number> {
  const name = `clock-${randomBytes(6).toString('hex')}`
  await place.write(`${INCOMING}/${name}`, 'Written to see what time it is here.\n')
  const written = (await place.list(INCOMING)).find((file) => file.path === name)
  await place.remove([`${INCOMING}/${name}`])
  // Without it, nothing is so old that it could be removed.
  return written?.changed.getTime() ?? -Infinity
}

async function deadOf(place: FilePlace, marks: readonly PlacedFile[], now: number): Promise<PlacedFile[]> {
  const dead: PlacedFile[] = []
  for (const file of marks) if (await isDead(place, file, now)) dead.push(file)
  return dead
}

async function isDead(place: FilePlace, file: PlacedFile, now: number): Promise<boolean> {
  const age = now - file.changed.getTime()
  if (file.path.endsWith(`/${UNFINISHED}`)) return age > UNFINISHED_MS
  const cut = file.path.lastIndexOf('/')
  const mark = markOf(file.path.slice(0, cut), { ...file, path: file.path.slice(cut + 1) })
  const note = mark === undefined ? undefined : await place.read(file.path)
  const owner = note === undefined ? null : ownerOf(note)
  const life = owner === null ? 'elsewhere' : lifeOf(owner)
  return life === 'dead' || (life === 'elsewhere' && age > SILENT_MS)
}
