import { chmod, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { inParallel } from '../platform/parallel.js'
import { fastestAge, type Age } from './age.js'
import type { Identity } from './identities.js'
import { plainName, sealedName } from './names.js'
import { progressOf } from './seal.js'

/** How many files are decrypted at a time. */
const WORKERS = 4

/** A folder of plaintext, for as long as it is needed. */
export interface Unsealed {
  folder: string
  /** Removes it. Safe to call twice. */
  remove(): Promise<void>
}

/**
 * Decrypts an encrypted set into a folder of the workspace that nobody else can read, and which the end of the run
 * removes at the latest. Nothing of it stays when it cannot be done.
 *
 * @param manifest the readable manifest: it names the files to decrypt
 * Throws `WrongKeyError` and `DamagedError`.
 */
export async function unsealFolder(
  sealed: string,
  manifest: Pick<Manifest, 'files'>,
  identities: readonly Identity[],
  context: Context,
  age: Age = fastestAge(context),
): Promise<Unsealed> {
  const folder = await context.workspace.folder('plain-set')
  const remove = () => orFileTrouble(`removing ${folder}`, () => rm(folder, { recursive: true, force: true }))
  try {
    await unseal({ sealed, folder }, manifest, identities, age, context)
    return { folder, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function unseal(
  { sealed, folder }: { sealed: string; folder: string },
  { files }: Pick<Manifest, 'files'>,
  identities: readonly Identity[],
  age: Age,
  { logger, signal }: Context,
): Promise<void> {
  const encrypted = files.flatMap((file) => {
    const plain = plainName(file.path)
    return plain === null ? [] : [{ ...file, plain }]
  })
  const total = encrypted.reduce((sum, { size }) => sum + size, 0)
  const tell = progressOf('decrypting', total, (progress) => {
    logger.progress(progress)
  })
  const open = async ({ path: file, size, plain }: (typeof encrypted)[number]): Promise<void> => {
    signal.throwIfAborted()
    const target = path.join(folder, plain)
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 })
    await age.decrypt(path.join(sealed, file), target, identities)
    if (plain === SET.script) await chmod(target, 0o700)
    tell(size, plain)
  }
  // A small file first: a wrong key should not cost the reading of a large one.
  const [first, others] = [
    encrypted.filter((file) => file.path === sealedName(SET.manifest)),
    encrypted.filter((file) => file.path !== sealedName(SET.manifest)),
  ]
  await inParallel(first, 1, open)
  await inParallel(others, WORKERS, open)
}
