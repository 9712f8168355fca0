import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import path from 'node:path'
import { checksumLine, checksumsText, parseChecksums } from '../backup/checksums.js'
import type { FileEntry, Manifest } from '../backup/manifest.js'
import { SET, isListed, readManifest } from '../backup/set.js'
import { sha256OfFile } from '../backup/sha256.js'
import { DamagedError, LifeboatError, messageOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { codeOf, ifThere, orFileTrouble } from '../platform/file-errors.js'
import { entriesBelow, type FoundEntry } from '../platform/files.js'
import { inParallel } from '../platform/parallel.js'

/** How many files are read at a time. */
const READERS = 4

export interface FilesOptions {
  signal?: AbortSignal
  /** Called with the size of each piece that was read. */
  onBytes?: (bytes: number) => void
}

/**
 * Checks every byte of a set against its manifest, and the manifest against `SHA256SUMS`. Returns all that is wrong.
 *
 * @param place the id and type under which the set lies; without it, that is not checked
 * Throws `OperationError` when the folder itself cannot be read.
 */
export async function verifyFiles(
  folder: string,
  place: { id: string; type: string } | null,
  options: FilesOptions = {},
): Promise<Finding[]> {
  const found = await orFileTrouble(`reading the set in ${folder}`, () => entriesBelow(folder))
  const manifest = await manifestOrFinding(folder, found)
  if ('code' in manifest) return [manifest]
  const listed = await inParallel(manifest.files, READERS, (file) => checkFile(folder, file, options))
  return [
    ...(place === null ? [] : misplaced(manifest, place)),
    ...unexpected(manifest, found),
    ...listed.filter((one) => one !== null),
    ...(await checkChecksums(folder, manifest)),
  ]
}

async function manifestOrFinding(folder: string, found: readonly FoundEntry[]): Promise<Manifest | Finding> {
  if (!found.some(({ path: file }) => file === SET.manifest)) {
    return finding('FILE_MISSING', SET.manifest, 'the set has no manifest')
  }
  try {
    return await readManifest(folder)
  } catch (error) {
    if (error instanceof DamagedError) return finding('MANIFEST_INVALID', SET.manifest, error.problem)
    if (error instanceof LifeboatError) return finding('FILE_UNREADABLE', SET.manifest, error.problem)
    throw error
  }
}

function misplaced(manifest: Manifest, { id, type }: { id: string; type: string }): Finding[] {
  if (manifest.id === id && manifest.type === type) return []
  return [finding('SET_MISPLACED', `${type}/${id}`, `its manifest is of ${manifest.type}/${manifest.id}`)]
}

/** What lies in the folder of a set and does not belong to it. */
export async function unexpectedFiles(folder: string, manifest: Manifest): Promise<Finding[]> {
  return unexpected(manifest, await orFileTrouble(`reading the set in ${folder}`, () => entriesBelow(folder)))
}

function unexpected(manifest: Manifest, found: readonly FoundEntry[]): Finding[] {
  const listed = new Set(manifest.files.map(({ path: file }) => file))
  return found
    .filter(({ path: file, kind }) => kind !== 'folder' && !isExpected(file, kind, listed))
    .map(({ path: file, kind }) => {
      const what = kind === 'file' ? 'a file that the manifest does not list' : `a ${kind}, and a set has none`
      return finding('FILE_UNEXPECTED', file, what)
    })
}

function isExpected(file: string, kind: FoundEntry['kind'], listed: ReadonlySet<string>): boolean {
  // A link in the place of one of these is told by those who read it.
  if (listed.has(file) || file === SET.manifest || file === SET.checksums) return true
  if (kind !== 'file') return false
  return isListed(file) ? false : !file.startsWith(`${SET.proofs}/`) || isProof(file)
}

function isProof(file: string): boolean {
  return /^proofs\/\d{8}T\d{6}Z(-\d+)?\.json$/.test(file)
}

async function checkFile(
  folder: string,
  { path: file, size, sha256 }: FileEntry,
  options: FilesOptions,
): Promise<Finding | null> {
  try {
    const there = await ifThere(lstat(path.join(folder, file)))
    if (there === undefined) return finding('FILE_MISSING', file, `it is not there, the manifest says ${size} bytes`)
    if (!there.isFile()) return finding('FILE_UNEXPECTED', file, 'it is not a file but a link, folder or device')
    if (there.size !== size) return finding('FILE_SIZE', file, `it has ${there.size} bytes, the manifest says ${size}`)
    const hashed = await sha256OfFile(path.join(folder, file), options)
    if (hashed.sha256 === sha256) return null
    return finding('FILE_CHECKSUM', file, `its SHA-256 is ${hashed.sha256}, the manifest says ${sha256}`)
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return finding('FILE_UNREADABLE', file, messageOf(error))
  }
}

/** `SHA256SUMS` is a function of the manifest, so it must be, byte for byte, what would be written today. */
async function checkChecksums(folder: string, manifest: Manifest): Promise<Finding[]> {
  const { sha256 } = await sha256OfFile(path.join(folder, SET.manifest))
  const expected = checksumsText([...manifest.files, { path: SET.manifest, sha256 }])
  const actual = await checksumsIn(folder, expected.length)
  if (typeof actual !== 'string') return [actual]
  if (actual === expected) return []
  const recorded = parseChecksums(actual).get(SET.manifest)
  if (recorded === undefined || recorded === sha256) {
    return [finding('FILE_CHECKSUM', SET.checksums, 'it is not the list that belongs to the manifest')]
  }
  const changed = finding(
    'MANIFEST_CHANGED',
    SET.manifest,
    `its SHA-256 is ${sha256}, ${SET.checksums} says ${recorded}`,
  )
  const mended = actual.replace(
    checksumLine({ path: SET.manifest, sha256: recorded }),
    checksumLine({ path: SET.manifest, sha256 }),
  )
  if (mended === expected) return [changed]
  return [changed, finding('FILE_CHECKSUM', SET.checksums, 'it differs from the manifest in other lines too')]
}

async function checksumsIn(folder: string, expectedLength: number): Promise<string | Finding> {
  try {
    const handle = await open(
      path.join(folder, SET.checksums),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
    try {
      const buffer = Buffer.alloc(4 * expectedLength + 1024)
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return finding('FILE_MISSING', SET.checksums, 'the set has no list of checksums')
    if (codeOf(error) === 'ELOOP') return finding('FILE_UNEXPECTED', SET.checksums, 'it is a symbolic link')
    if (codeOf(error) === undefined) throw error
    return finding('FILE_UNREADABLE', SET.checksums, messageOf(error))
  }
}
