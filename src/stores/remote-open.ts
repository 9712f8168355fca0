import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { parseChecksums } from '../backup/checksums.js'
import type { FileEntry } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { sha256OfFile } from '../backup/sha256.js'
import type { Logger, Workspace } from '../context.js'
import { ifThere } from '../platform/file-errors.js'
import { inParallel } from '../platform/parallel.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import { manifestOrWhy } from './measure-set.js'
import { hasManifest } from './remote-sets.js'
import { difference } from './set-files.js'
import { nameOfSet, noSuchSet } from './set-place.js'
import type { ByteProgress, SetPlace } from './store.js'

/** How many files are read at a time. */
const READERS = 4

interface Opened {
  folder: Promise<string>
  users: number
}

/** Sets that were fetched from a place into folders of this run, each once however many ask for it. */
export class FetchedSets {
  private readonly opened = new Map<string, Opened>()

  constructor(
    private readonly place: FilePlace,
    private readonly tools: {
      logger: Pick<Logger, 'warning'>
      workspace: Pick<Workspace, 'folder'>
      signal?: AbortSignal
    },
  ) {}

  async open(set: SetPlace, progress?: ByteProgress): Promise<string> {
    const name = nameOfSet(set)
    const opened = this.opened.get(name) ?? { folder: this.fetch(set, progress), users: 0 }
    this.opened.set(name, opened)
    opened.users++
    try {
      return await opened.folder
    } catch (error) {
      this.opened.delete(name)
      throw error
    }
  }

  /** Removes the folder once everybody who opened it has let it go. False where it was not opened. */
  async letGo(set: SetPlace): Promise<boolean> {
    const name = nameOfSet(set)
    const opened = this.opened.get(name)
    if (opened === undefined) return false
    opened.users--
    if (opened.users === 0) {
      this.opened.delete(name)
      await rm(path.dirname(await opened.folder), { recursive: true, force: true })
    }
    return true
  }

  /** The folder of a set that is open; undefined where it is not. */
  async folderOf(set: SetPlace): Promise<string | undefined> {
    return this.opened.get(nameOfSet(set))?.folder
  }

  private async fetch(set: SetPlace, progress?: ByteProgress): Promise<string> {
    const files = (await this.place.list(nameOfSet(set))).filter((file) => this.isInside(set, file))
    if (!hasManifest({ set, files })) throw noSuchSet(set, 'opening', this.place.name)
    const above = await this.tools.workspace.folder(`${set.type}-${set.id}`)
    const folder = path.join(above, 'set')
    try {
      await this.place.download(nameOfSet(set), files, folder, progress)
      await this.mend(set, files, folder)
      return folder
    } catch (error) {
      await rm(above, { recursive: true, force: true })
      throw error
    }
  }

  /** Fetches once more what is not as it should be. What still is not was damaged there, and stays to be examined. */
  private async mend(set: SetPlace, files: readonly PlacedFile[], folder: string): Promise<void> {
    let wrong = await this.wrongFiles(folder)
    const again = files.filter((file) => wrong.some((one) => one.path === file.path))
    if (again.length > 0) {
      for (const file of again) await rm(path.join(folder, file.path), { recursive: true, force: true })
      await this.place.download(nameOfSet(set), again, folder)
      wrong = await this.wrongFiles(folder)
    }
    if (wrong.length === 0) return
    const [first] = wrong
    const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : ''
    this.tools.logger.warning(
      `The set ${nameOfSet(set)} is damaged in ${this.place.name}: ${first?.why ?? ''}${more}. It was fetched as it is.`,
    )
  }

  private async wrongFiles(folder: string): Promise<{ path: string; why: string }[]> {
    const sums = parseChecksums((await ifThere(readFile(path.join(folder, SET.checksums), 'utf8'))) ?? '')
    const manifest = await manifestOrWhy(folder)
    const sealed = { path: SET.manifest, ...(await sha256OfFile(path.join(folder, SET.manifest))) }
    if (typeof manifest === 'string' || sums.get(SET.manifest) !== sealed.sha256) {
      const why =
        typeof manifest === 'string' ? manifest : `${SET.checksums} does not say of ${SET.manifest} what it should`
      return [SET.manifest, SET.checksums].map((file) => ({ path: file, why }))
    }
    const looks = await inParallel(manifest.files, READERS, (file) => this.wrongIn(folder, file))
    return looks.filter((look) => look !== null)
  }

  private async wrongIn(folder: string, file: FileEntry): Promise<{ path: string; why: string } | null> {
    const { signal } = this.tools
    const found = await ifThere(sha256OfFile(path.join(folder, file.path), { signal }))
    const why = difference(file, found)
    return why === null ? null : { path: file.path, why }
  }

  /** A place that is not a file system may hold names that lead out of the folder that they are fetched into. */
  private isInside(set: SetPlace, file: PlacedFile): boolean {
    const isOutside = file.path.split('/').some((part) => part === '' || part === '.' || part === '..')
    if (isOutside) {
      this.tools.logger.warning(
        `"${file.path}" in ${this.place.name}/${nameOfSet(set)} is no path inside the set and is not fetched.`,
      )
    }
    return !isOutside
  }
}
