import { lstat, readFile } from 'node:fs/promises'
import path from 'node:path'
import { checksumsText } from '../backup/checksums.js'
import type { FileEntry, Manifest } from '../backup/manifest.js'
import { SET, incompleteness, isListed } from '../backup/set.js'
import { sha256OfFile } from '../backup/sha256.js'
import { DamagedError } from '../errors.js'
import { ifThere } from '../platform/file-errors.js'
import { entriesBelow } from '../platform/files.js'
import { inParallel } from '../platform/parallel.js'
import { manifestOrWhy } from './measure-set.js'
import { nameOfSet, notWhole } from './set-place.js'
import type { SetPlace } from './store.js'

/** How many files are read at a time. */
const READERS = 4

/** A whole set in a local folder, and what each of its files must be. */
export interface LocalSet {
  manifest: Manifest
  /** Every file of it: those that the manifest lists, then the manifest, the checksums and the outcomes. */
  files: FileEntry[]
}

/**
 * What is committed is what a listing will count, nothing less and nothing besides: throws `OperationError` when the
 * folder does not hold exactly the set that belongs to this place.
 */
export async function wholeSet(folder: string, place: SetPlace, doing: string): Promise<LocalSet> {
  const set = await setOrWhy(folder, place)
  if (typeof set === 'string') throw notWhole(set, doing)
  return set
}

/**
 * The set in a folder, to be copied from there. Its list of checksums must say what its manifest says.
 *
 * Throws `DamagedError` when the folder holds something else than the whole set of this place.
 */
export async function setToCopy(folder: string, place: SetPlace): Promise<LocalSet> {
  const doing = `copying the set ${nameOfSet(place)} from ${folder}`
  const set = await setOrWhy(folder, place)
  if (typeof set === 'string') throw damagedSource(set, doing)
  const sealed = set.files.filter(({ path: file }) => isListed(file) || file === SET.manifest)
  if ((await readFile(path.join(folder, SET.checksums), 'utf8')) === checksumsText(sealed)) return set
  throw damagedSource(OTHER_CHECKSUMS, doing)
}

/** The set in a folder, or what it lacks or has too much to be the one of this place. */
async function setOrWhy(folder: string, place: SetPlace): Promise<LocalSet | string> {
  const manifest = await manifestOrWhy(folder)
  if (typeof manifest === 'string') return manifest
  const entries = (await entriesBelow(folder)).filter(({ kind }) => kind !== 'folder')
  const sizes = new Map<string, number>()
  for (const { path: file } of entries.filter(({ kind }) => kind === 'file')) {
    sizes.set(file, (await lstat(path.join(folder, file))).size)
  }
  const listed = new Set(manifest.files.map((file) => file.path))
  const extra = entries.find(({ path: file, kind }) => kind !== 'file' || (isListed(file) && !listed.has(file)))
  const wrong =
    incompleteness(manifest, place, (file) => sizes.get(file)) ??
    (sizes.has(SET.checksums) ? null : `${SET.checksums} is missing`) ??
    (extra === undefined ? null : `${extra.path} is not in its manifest`)
  if (wrong !== null) return wrong
  const others = [...sizes.keys()].filter((file) => !isListed(file))
  const unlisted = await inParallel(others, READERS, async (file) => ({
    path: file,
    ...(await sha256OfFile(path.join(folder, file))),
  }))
  return { manifest, files: [...manifest.files, ...unlisted] }
}

/** `SHA256SUMS` is a function of the manifest; another text means that one of the two was changed. */
export const OTHER_CHECKSUMS = `${SET.checksums} is not the list that belongs to ${SET.manifest}`

/**
 * Reads files of a folder and compares them with what they must be.
 *
 * Throws `DamagedError` naming the first that differs.
 */
export async function compareFiles(
  folder: string,
  files: readonly FileEntry[],
  doing: string,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: (bytes: number) => void } = {},
): Promise<void> {
  await inParallel(files, READERS, async (expected) => {
    const found = await ifThere(sha256OfFile(path.join(folder, expected.path), { signal, onBytes }))
    const wrong = difference(expected, found)
    if (wrong !== null) throw damagedSource(wrong, doing)
  })
}

/** What is wrong with a file, in words; null when it is what it must be. */
export function difference(expected: FileEntry, found: { size: number; sha256: string } | undefined): string | null {
  if (found === undefined) return `${expected.path} is missing`
  if (found.size !== expected.size) return `${expected.path} has ${found.size} bytes and should have ${expected.size}`
  if (found.sha256 === expected.sha256) return null
  return `the SHA-256 of ${expected.path} is ${found.sha256} and should be ${expected.sha256}`
}

function damagedSource(problem: string, doing: string): DamagedError {
  const advice = 'The copy was not made. Validate the set to learn what is damaged, and keep the copies that are whole.'
  return new DamagedError({ doing, problem, advice })
}
