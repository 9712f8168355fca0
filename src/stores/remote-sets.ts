import path from 'node:path'
import type { Manifest, Proof } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { ListingCache, Logger, Workspace } from '../context.js'
import { withScratchFolder } from './scratch-folder.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import { isSet, manifestOrWhy, measuredSet } from './measure-set.js'
import { readProofs } from './proofs.js'
import { fetchTold } from './remote-told.js'
import { isSetId, isTypeName, nameOfSet, newestFirst } from './set-place.js'
import type { BrokenSet, Listing, SetPlace, StoredSet } from './store.js'

/** How often everything is listed anew when another run removes sets meanwhile. */
const TRIES = 3

/** The files at the place of a set, relative to it. */
export interface PlacedSet {
  set: SetPlace
  files: PlacedFile[]
}

/** The same with what its manifest and later outcomes say. */
export interface ReadSet extends PlacedSet {
  /** Or why it cannot be read. */
  manifest: Manifest | string
  later: Proof[]
}

/** What is at a place, the newest sets first. */
export interface Survey {
  /** Each place of a set, whatever is there. */
  placed: PlacedSet[]
  /** Those with a manifest. */
  read: ReadSet[]
}

/** The files that a survey has found at the place of a set. */
export function filesAt({ placed }: Survey, { id, type }: SetPlace): PlacedFile[] {
  return placed.find(({ set }) => set.id === id && set.type === type)?.files ?? []
}

/**
 * Each place of a set with its files, of all that a place holds; whether they are a set or only the beginning or the end
 * of one.
 */
export function placedSets(all: readonly PlacedFile[]): PlacedSet[] {
  const found = new Map<string, PlacedSet>()
  for (const file of all) {
    const [type = '', id = '', ...rest] = file.path.split('/')
    if (rest.length === 0 || !isTypeName(type) || !isSetId(id)) continue
    const name = `${type}/${id}`
    const placed = found.get(name) ?? { set: { id, type }, files: [] }
    found.set(name, placed)
    placed.files.push({ ...file, path: rest.join('/') })
  }
  return [...found.values()].sort((a, b) => newestFirst(a.set, b.set))
}

/** Without a manifest it is not a set yet, or no more. */
export function hasManifest({ files }: Pick<PlacedSet, 'files'>): boolean {
  return files.some((file) => file.path === SET.manifest)
}

/** Reads what sets say of themselves. Manifests and outcomes never change, so each is fetched once in a run. */
export class RemoteSets {
  private readonly manifests = new Map<string, Manifest | string>()
  private readonly outcomes = new Map<string, Proof[]>()

  constructor(
    private readonly place: FilePlace,
    private readonly tools: {
      logger: Pick<Logger, 'warning'>
      workspace: Pick<Workspace, 'folder'>
      listingCache?: ListingCache
    },
  ) {}

  async list(): Promise<Listing> {
    const found: (StoredSet | BrokenSet)[] = []
    for (const read of (await this.survey()).read) {
      const measured = await this.measured(read)
      if (measured !== null) found.push(measured)
    }
    return { sets: found.filter(isSet), broken: found.filter((one): one is BrokenSet => !isSet(one)) }
  }

  /** The newest set decides whose manifest can be read, whole or not: a damaged set is still of its series. */
  async series(): Promise<string | null> {
    return seriesOf((await this.survey()).read)
  }

  /** Everything that is there, by one list. */
  async survey(): Promise<Survey> {
    for (let tries = 1; ; tries++) {
      const placed = placedSets(await this.place.list(''))
      const visible = placed.filter(hasManifest)
      try {
        await this.fetch(visible)
        return { placed, read: visible.map((one) => this.remembered(one)) }
      } catch (error) {
        // What another run has just removed cannot be fetched; then it is not listed any more either.
        if (tries >= TRIES) throw error
      }
    }
  }

  /**
   * A list is no instant's picture: of a set that is committed or removed meanwhile it may show the manifest and miss
   * files. So what looks broken is looked at once more.
   */
  private async measured(read: ReadSet): Promise<StoredSet | BrokenSet | null> {
    const first = measure(read)
    if (isSet(first) || typeof read.manifest === 'string') return first
    const files = await this.place.list(nameOfSet(read.set))
    return hasManifest({ ...read, files }) ? measure({ ...read, files }) : null
  }

  private async fetch(placed: readonly PlacedSet[]): Promise<void> {
    const unread = placed.filter((one) => !this.isRemembered(one))
    if (unread.length === 0) return
    const wanted = unread.flatMap(({ set, files }) =>
      files.filter(isTold).map((file) => ({ ...file, path: `${nameOfSet(set)}/${file.path}` })),
    )
    await withScratchFolder(this.tools.workspace, 'listing', async (folder) => {
      await fetchTold(this.place, wanted, folder, this.tools.listingCache)
      for (const one of unread) await this.remember(one, path.join(folder, one.set.type, one.set.id))
    })
  }

  private isRemembered(placed: PlacedSet): boolean {
    return this.manifests.has(manifestKey(placed)) && this.outcomes.has(outcomesKey(placed))
  }

  private async remember(placed: PlacedSet, folder: string): Promise<void> {
    this.manifests.set(manifestKey(placed), await manifestOrWhy(folder))
    const tell = (note: string): void => {
      this.tools.logger.warning(note.replaceAll(folder, `${this.place.name}/${nameOfSet(placed.set)}`))
    }
    this.outcomes.set(outcomesKey(placed), await readProofs(folder, tell))
  }

  private remembered(placed: PlacedSet): ReadSet {
    const manifest = this.manifests.get(manifestKey(placed)) ?? 'its manifest was not fetched'
    return { ...placed, manifest, later: this.outcomes.get(outcomesKey(placed)) ?? [] }
  }
}

/** The series that sets are of, newest first: of the first one that tells. */
export function seriesOf(sets: readonly ReadSet[]): string | null {
  const told = sets.map(({ manifest }) => manifest).find((manifest) => typeof manifest === 'object')
  return told?.series ?? null
}

function measure({ set, files, manifest, later }: ReadSet): StoredSet | BrokenSet {
  return measuredSet(set, manifest, new Map(files.map((file) => [file.path, file.bytes])), later)
}

/** What is read to list a set. */
function isTold({ path: file }: PlacedFile): boolean {
  return file === SET.manifest || /^proofs\/[^/]+\.json$/.test(file)
}

function manifestKey({ set, files }: PlacedSet): string {
  return keyOf(
    set,
    files.filter((file) => file.path === SET.manifest),
  )
}

function outcomesKey({ set, files }: PlacedSet): string {
  return keyOf(
    set,
    files.filter((file) => isTold(file) && file.path !== SET.manifest),
  )
}

function keyOf(set: SetPlace, files: readonly PlacedFile[]): string {
  const told = files.map(({ path: file, bytes, changed, version }) => [file, bytes, changed.getTime(), version ?? null])
  return JSON.stringify([nameOfSet(set), told.sort()])
}
