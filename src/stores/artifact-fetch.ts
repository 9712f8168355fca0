import { copyFile, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { SET } from '../backup/set.js'
import { sha256OfFile } from '../backup/sha256.js'
import { DamagedError } from '../errors.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import { unpackZip, type UnpackedFile } from '../platform/zip-unpack.js'
import type { ArtifactStoreTools } from './artifact-access.js'
import { laterProofs, type FoundSet } from './artifact-listing.js'
import type { ArtifactShelf, Shelved } from './artifact-shelf.js'
import { writeProof } from './proofs.js'
import { difference } from './set-files.js'
import { nameOfSet } from './set-place.js'
import type { ByteProgress } from './store.js'

/** What comes down otherwise than it went up is fetched once more: the transfer may be at fault. */
const FETCHES = 2

/**
 * Fetches a set into a folder of its own: its files from the one artifact, its manifest as the listing counts it, its
 * outcomes. What is damaged is told and left as it came, to be examined.
 */
export async function fetchSet(
  found: FoundSet,
  shelf: ArtifactShelf,
  tools: ArtifactStoreTools,
  progress?: ByteProgress,
): Promise<string> {
  const { parts, record, folder } = found
  const { place } = parts
  const tell = (note: string): void => {
    tools.logger.warning(`The set ${nameOfSet(place)} is damaged: ${note}.`)
  }
  const room = await tools.workspace.folder(`fetched-${place.type}-${place.id}`)
  return orFileTrouble(`fetching the set ${nameOfSet(place)}`, async () => {
    const set = await newFolder(room, 'set')
    if (found.files === undefined) tell(`its artifact "${record.artifact.name}" is not there`)
    else await fetchFiles(found, found.files, { set, room }, { shelf, tools, progress, tell })
    await judgeManifest(folder, set, tell)
    const workshop = await newFolder(room, 'workshop')
    for (const proof of [...record.proofs, ...(await laterProofs(parts, shelf, tell))]) {
      await writeProof(set, proof, workshop)
    }
    return set
  })
}

async function fetchFiles(
  { record }: FoundSet,
  files: Shelved,
  { set, room }: { set: string; room: string },
  means: {
    shelf: ArtifactShelf
    tools: ArtifactStoreTools
    progress: ByteProgress | undefined
    tell: (note: string) => void
  },
): Promise<void> {
  const { shelf, tools, progress, tell } = means
  const zip = path.join(room, 'artifact.zip')
  for (let fetch = 1; ; fetch++) {
    const digest = await shelf.repository.download(files.artifact, zip, progress)
    if (digest === record.artifact.digest || fetch === FETCHES) break
    tools.logger.info(`"${files.artifact.name}" came with the digest ${digest}; fetching it once more.`)
    await rm(zip)
  }
  try {
    const unpacked = await unpackZip(zip, set, { signal: tools.signal })
    const wrong = firstDifference(record.manifest.files, unpacked)
    if (wrong !== null) tell(wrong)
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error
    tell(error.problem)
  }
  await rm(zip)
}

function firstDifference(expected: FoundSet['record']['manifest']['files'], unpacked: UnpackedFile[]): string | null {
  const there = new Map(unpacked.map((file) => [file.path, file]))
  for (const file of expected) {
    const wrong = difference(file, there.get(file.path))
    if (wrong !== null) return wrong
  }
  return null
}

/** The manifest that made the set visible is the one that counts; the list of checksums tells when they are not the same. */
async function judgeManifest(record: string, set: string, tell: (note: string) => void): Promise<void> {
  const [counts, came] = [path.join(record, SET.manifest), path.join(set, SET.manifest)]
  const { sha256 } = await sha256OfFile(counts)
  if ((await ifThere(sha256OfFile(came)))?.sha256 === sha256) return
  tell('the manifest among its files is not the one that the listing counts')
  await copyFile(counts, came)
}

async function newFolder(room: string, name: string): Promise<string> {
  const folder = path.join(room, name)
  await mkdir(folder, { mode: 0o700 })
  return folder
}
