import { randomBytes } from 'node:crypto'
import type { Clock } from '../context.js'
import { lifeOf, ownerHere } from '../platform/owner.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import { hasManifest, placedSets, type PlacedSet } from './remote-sets.js'
import { UNFINISHED, claimFolder, removeSetFiles } from './remote-transfer.js'
import { INCOMING, nameOfSet } from './set-place.js'
import type { Leftover } from './store.js'
import { ownerOf } from './waiting.js'

/** A mark is written anew twice a minute; after so long without, its run has died elsewhere. */
const SILENT_MS = 60 * 60 * 1000

/** A copy that broke off is gone on with by the next run; so long it is kept for that one. */
const UNFINISHED_MS = 36 * 60 * 60 * 1000

/**
 * Removes what killed runs left: marks of the dead, and files of sets that have no manifest and that nobody sends. Ages
 * are by the place's own clock, which is read off a file that is written for that.
 *
 * @param locks folder of the locks
 * @param clock only for notes that are shown; no age is taken from it
 */
export async function sweepPlace(place: FilePlace, locks: string, clock: Pick<Clock, 'now'>): Promise<string[]> {
  const { half, dead } = await abandoned(place, locks, clock)
  const swept: string[] = []
  for (const { set, files } of half) {
    await removeSetFiles(place, set, files)
    swept.push(nameOfSet(set))
  }
  if (dead.length > 0) await place.remove(dead.map((file) => file.path))
  const unseen = (await place.sweep?.()) ?? []
  return [...swept, ...dead.map((file) => file.path), ...unseen]
}

/** What `sweepPlace` would remove, but for what the place shows in no list. */
export async function abandonedAt(place: FilePlace, locks: string, clock: Pick<Clock, 'now'>): Promise<Leftover[]> {
  const { half, dead } = await abandoned(place, locks, clock)
  return [
    ...half.map(({ set, files }) => ({
      name: nameOfSet(set),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    })),
    ...dead.map(({ path: name, bytes }) => ({ name, bytes })),
  ]
}

async function abandoned(
  place: FilePlace,
  locks: string,
  clock: Pick<Clock, 'now'>,
): Promise<{ half: PlacedSet[]; dead: PlacedFile[] }> {
  const all = await place.list('')
  const placed = placedSets(all)
  const half = placed.filter((one) => !hasManifest(one))
  const marks = [...(await claimsBeside(place, all, half)), ...below(all, locks)]
  const dead = await deadAmong(place, marks, placed, clock)
  const kept = marks.filter((file) => !dead.includes(file))
  return { half: half.filter((one) => !isClaimed(one, kept)), dead }
}

/** A claim is there before the first file of its set, so it is surely in a list that begins after that file was seen. */
async function claimsBeside(
  place: FilePlace,
  all: readonly PlacedFile[],
  half: readonly PlacedSet[],
): Promise<PlacedFile[]> {
  if (half.length === 0) return below(all, INCOMING)
  return (await place.list(INCOMING)).map((file) => ({ ...file, path: `${INCOMING}/${file.path}` }))
}

function below(all: readonly PlacedFile[], folder: string): PlacedFile[] {
  return all.filter((file) => file.path.startsWith(`${folder}/`))
}

/** Whether somebody sends this set, or the next run is to go on with it. */
function isClaimed({ set }: PlacedSet, marks: readonly PlacedFile[]): boolean {
  return marks.some((file) => file.path.startsWith(`${claimFolder(set)}/`))
}

async function deadAmong(
  place: FilePlace,
  marks: readonly PlacedFile[],
  placed: readonly PlacedSet[],
  clock: Pick<Clock, 'now'>,
): Promise<PlacedFile[]> {
  const whole = new Set(placed.filter(hasManifest).map(({ set }) => `${claimFolder(set)}/${UNFINISHED}`))
  let time: Promise<number> | undefined
  const ageOf = async (file: PlacedFile): Promise<number> =>
    (await (time ??= clockOf(place, clock.now()))) - file.changed.getTime()
  const dead: PlacedFile[] = []
  for (const file of marks) {
    const isDead = file.path.endsWith(`/${UNFINISHED}`)
      ? whole.has(file.path) || (await ageOf(file)) > UNFINISHED_MS
      : await isOfTheDead(place, file, ageOf)
    if (isDead) dead.push(file)
  }
  return dead
}

async function isOfTheDead(
  place: FilePlace,
  file: PlacedFile,
  ageOf: (file: PlacedFile) => Promise<number>,
): Promise<boolean> {
  const note = await place.read(file.path)
  const owner = note === undefined ? null : ownerOf(note)
  const life = owner === null ? 'elsewhere' : lifeOf(owner)
  return life === 'dead' || (life === 'elsewhere' && (await ageOf(file)) > SILENT_MS)
}

/** What time it is at the place. */
async function clockOf(place: FilePlace, now: Date): Promise<number> {
  const name = `clock-${randomBytes(6).toString('hex')}`
  const owner = ownerHere('reading the clock of the place', now)
  await place.write(`${INCOMING}/${name}`, JSON.stringify(owner))
  const written = (await place.list(INCOMING)).find((file) => file.path === name)
  await place.remove([`${INCOMING}/${name}`])
  // Without it, nothing is so old that it could be removed.
  return written?.changed.getTime() ?? -Infinity
}
