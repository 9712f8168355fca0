import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { FileEntry } from '../backup/manifest.js'
import { SET, readManifest } from '../backup/set.js'
import type { Context } from '../context.js'
import { LifeboatError, messageOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { codeOf, orFileTrouble } from '../platform/file-errors.js'
import { NotAFileError, copyRegularFile } from '../platform/copy-regular.js'
import { inParallel } from '../platform/parallel.js'
import { signatureFindings } from '../sealing/signature.js'
import type { SetPlace } from '../stores/store.js'
import { unexpectedFiles, verifyFiles } from '../verify/files.js'
import { telling } from './elsewhere.js'
import type { OpeningKeys } from './open-set.js'

/** How many files are copied at a time. */
const COPIERS = 2

/** Bytes of a manifest or a list of checksums; those of a hundred thousand tables are far below. */
const LARGEST_LIST = 1024 * 1024 * 1024

/** What vouches for everything else in a set. */
const VOUCHING = [SET.manifest, SET.checksums, SET.signature]

/** A set whose bytes only this run can write to. */
export interface OwnCopy {
  folder: string
  /** What is wrong with the set. Where that is an error, the copy is not whole and must not be used. */
  found: Finding[]
  /** Removes it. The end of the run does it at the latest. */
  remove(): Promise<void>
}

/**
 * Copies a set into the workspace and checks the copy, whose bytes are then the ones that are used: who can write to the
 * store cannot exchange a file between the look at its signature and its use. The manifest is copied and its signature
 * checked first, so that of other sets nothing more is copied.
 */
export async function copyToTrust(
  stored: string,
  { id, type }: SetPlace,
  { trusted }: Pick<OpeningKeys, 'trusted'>,
  context: Context,
): Promise<OwnCopy> {
  const folder = path.join(await context.workspace.folder(`${type}-${id}`), 'set')
  const doing = `copying the set ${type}/${id} from ${stored} to check it`
  const remove = (): Promise<void> =>
    orFileTrouble(`removing ${folder}`, () => rm(path.dirname(folder), { recursive: true, force: true }))
  try {
    const found = await orFileTrouble(doing, () => copied(stored, folder, { id, type }, trusted, context))
    return { folder, found, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function copied(
  stored: string,
  folder: string,
  place: SetPlace,
  trusted: OpeningKeys['trusted'],
  context: Context,
): Promise<Finding[]> {
  await mkdir(folder, { mode: 0o700 })
  for (const file of VOUCHING) {
    const wrong = await copyOne(stored, folder, { path: file, most: LARGEST_LIST })
    if (wrong !== null && wrong.code !== 'FILE_MISSING') return [wrong]
  }
  const manifest = await readManifest(folder).catch((error: unknown) => {
    if (error instanceof LifeboatError) return null
    throw error
  })
  if (manifest === null) return verifyFiles(folder, place, context)
  const untrusted = await signatureFindings(folder, trusted)
  const strange = await unexpectedFiles(stored, manifest)
  if (untrusted.length > 0) return [...untrusted, ...strange]
  const told = await copyAll(stored, folder, manifest.files, context)
  const verified = await verifyFiles(folder, place, context)
  // Of what could not be copied, the copy says only that it is not there.
  const unsaid = verified.filter(({ code, on }) => code !== 'FILE_MISSING' || !told.some((one) => one.on === on))
  return [...told, ...strange, ...unsaid]
}

async function copyAll(
  stored: string,
  folder: string,
  files: readonly FileEntry[],
  { logger, signal }: Context,
): Promise<Finding[]> {
  const folders = new Set(files.map((file) => path.dirname(path.join(folder, file.path))))
  for (const each of folders) await mkdir(each, { recursive: true, mode: 0o700 })
  const tell = telling('copying the set to check it', logger)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const told = await inParallel(files, COPIERS, async (file) => {
    signal.throwIfAborted()
    const wrong = await copyOne(stored, folder, { path: file.path, exactly: file.size })
    done += file.size
    tell(done, total)
    return wrong
  })
  return told.filter((wrong) => wrong !== null)
}

/** Copies a file of the wanted size; null where that went well. */
async function copyOne(
  stored: string,
  folder: string,
  wanted: { path: string } & ({ exactly: number } | { most: number }),
): Promise<Finding | null> {
  const file = wanted.path
  try {
    const size = await copyRegularFile(path.join(stored, file), path.join(folder, file), (there) =>
      'exactly' in wanted ? there === wanted.exactly : there <= wanted.most,
    )
    if (size === null) return null
    const said = 'exactly' in wanted ? `the manifest says ${wanted.exactly}` : `no set has more than ${wanted.most}`
    return finding('FILE_SIZE', file, `it has ${size} bytes, ${said}`)
  } catch (error) {
    if (error instanceof NotAFileError) return finding('FILE_UNEXPECTED', file, error.message)
    if (codeOf(error) === 'ENOENT') return finding('FILE_MISSING', file, 'it is not there')
    if (['EACCES', 'EIO', 'EPERM'].includes(codeOf(error) ?? '')) {
      return finding('FILE_UNREADABLE', file, messageOf(error))
    }
    throw error
  }
}
