import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { checksumsText } from '../backup/checksums.js'
import type { FileEntry, Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { sha256OfFile } from '../backup/sha256.js'
import type { Logger, Workspace } from '../context.js'
import { ifThere } from '../platform/file-errors.js'
import { inParallel } from '../platform/parallel.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import { manifestOrWhy } from './measure-set.js'
import { hasManifest } from './remote-sets.js'
import { OTHER_CHECKSUMS, difference } from './set-files.js'
import { nameOfSet, noSuchSet } from './set-place.js'
import type { ByteProgress, SetPlace } from './store.js'

/** How many files are read at a time. */
const READERS = 4

interface WrongFile {
  path: string
  why: string
}

/** Fetches sets from a place, and once more what did not come as it should be. */
export class SetFetcher {
  constructor(
    private readonly place: FilePlace,
    private readonly tools: {
      logger: Pick<Logger, 'warning'>
      workspace: Pick<Workspace, 'folder'>
      signal?: AbortSignal
    },
  ) {}

  /** Into a folder of its own, in another of its own. */
  async fetch(set: SetPlace, progress?: ByteProgress): Promise<string> {
    const files = (await this.place.list(nameOfSet(set))).filter((file) => this.isInside(set, file))
    if (!hasManifest({ files })) throw noSuchSet(set, 'opening', this.place.name)
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
    const mended = new Set<string>()
    for (;;) {
      const wrong = await this.wrongFiles(folder)
      if (wrong.length === 0) return
      const names = new Set(wrong.map((one) => one.path).filter((file) => !mended.has(file)))
      const again = files.filter((file) => names.has(file.path))
      if (again.length === 0) {
        this.tellDamage(set, wrong)
        return
      }
      for (const { path: file } of again) {
        mended.add(file)
        await rm(path.join(folder, file), { recursive: true, force: true })
      }
      await this.place.download(nameOfSet(set), again, folder)
    }
  }

  private tellDamage(set: SetPlace, [first, ...others]: readonly WrongFile[]): void {
    const more = others.length > 0 ? ` (and ${others.length} more)` : ''
    this.tools.logger.warning(
      `The set ${nameOfSet(set)} is damaged in ${this.place.name}: ${first?.why ?? ''}${more}. It was fetched as it is.`,
    )
  }

  /** While the manifest is in doubt, nothing else can be judged by it. */
  private async wrongFiles(folder: string): Promise<WrongFile[]> {
    const manifest = await manifestOrWhy(folder)
    const why = typeof manifest === 'string' ? manifest : await wrongChecksums(folder, manifest)
    if (typeof manifest === 'string' || why !== null) {
      return [SET.manifest, SET.checksums].map((file) => ({ path: file, why: why ?? '' }))
    }
    const looks = await inParallel(manifest.files, READERS, (file) => this.wrongIn(folder, file))
    return looks.filter((look) => look !== null)
  }

  private async wrongIn(folder: string, file: FileEntry): Promise<WrongFile | null> {
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

async function wrongChecksums(folder: string, manifest: Manifest): Promise<string | null> {
  const text = await ifThere(readFile(path.join(folder, SET.checksums), 'utf8'))
  const own = { path: SET.manifest, ...(await sha256OfFile(path.join(folder, SET.manifest))) }
  return text === checksumsText([...manifest.files, own]) ? null : OTHER_CHECKSUMS
}
