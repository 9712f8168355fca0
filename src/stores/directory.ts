import { lstat, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { SetId, SetType, type Manifest, type Proof } from '../backup/manifest.js'
import { SET, incompleteness, isListed, readManifest } from '../backup/set.js'
import type { Clock, Logger } from '../context.js'
import { DamagedError, GuardError, OperationError, UsageError, messageOf } from '../errors.js'
import { codeOf, ifThere, orFileTrouble } from '../platform/file-errors.js'
import { entriesBelow, makeFolder, syncPath, syncTree } from '../platform/files.js'
import { inParallel } from '../platform/parallel.js'
import type { LogLine } from '../records/log.js'
import { takeLock } from './directory-lock.js'
import { appendToLog, readLogSince } from './directory-log.js'
import { CONTENT, deleteEntry, makeEntry, sweepEntries, takeAwayAndDelete } from './incoming.js'
import { standingProof, readProofs, writeProof } from './proofs.js'
import type { BrokenSet, IncomingSet, Listing, Store, StoredSet, Unlock } from './store.js'

type Place = Pick<StoredSet, 'id' | 'type'>

/** How many sets are looked at at a time. */
const LOOKERS = 4

/** How long to wait for another run on the same store: longer than a rotation or a commit ever takes. */
const PATIENCE_MS = 10 * 60 * 1000

/** The folder of the log, and so no name for a type. */
const LOG = 'log'

export interface DirectoryStoreTools {
  clock: Clock
  logger: Logger
  signal?: AbortSignal
  /** Milliseconds to wait for the lock; ten minutes by default. */
  patience?: number
}

/** A store in a local folder, laid out as design section 3 says. */
export class DirectoryStore implements Store {
  readonly name: string
  private readonly root: string
  private readonly incoming: string

  /**
   * @param root an absolute path; made when it is first written to
   * @param name how the user wrote it
   */
  constructor(
    root: string,
    private readonly tools: DirectoryStoreTools,
    name = root,
  ) {
    this.root = path.resolve(root)
    this.name = name
    this.incoming = path.join(this.root, '.incoming')
  }

  async checkWritable(): Promise<void> {
    const probe = path.join(this.incoming, `probe-${randomBytes(6).toString('hex')}`)
    await orFileTrouble(`writing to the store ${this.name}`, async () => {
      await this.prepare()
      try {
        const handle = await open(probe, 'wx', 0o600)
        try {
          await handle.writeFile('Written to see that it can be.\n')
          await handle.sync()
        } finally {
          await handle.close()
        }
      } finally {
        await rm(probe, { force: true })
      }
    })
  }

  async freeBytes(): Promise<number> {
    return orFileTrouble(`asking for the free space of the store ${this.name}`, async () => {
      let folder = this.root
      while ((await ifThere(stat(folder))) === undefined) folder = path.dirname(folder)
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    })
  }

  /** The newest set decides whose manifest can be read, whole or not: a damaged set is still of its series. */
  async series(): Promise<string | null> {
    const newestFirst = (await this.places()).sort((a, b) => (a.id < b.id ? 1 : -1))
    for (const place of newestFirst) {
      const manifest = await this.manifestOf(place)
      if (typeof manifest === 'object') return manifest.series
    }
    return null
  }

  async list(): Promise<Listing> {
    const looks = await inParallel(await this.places(), LOOKERS, (place) => this.look(place))
    const found = looks.filter((look) => look !== null)
    const newestFirst = (a: Place, b: Place): number =>
      a.id === b.id ? (a.type < b.type ? -1 : 1) : a.id < b.id ? 1 : -1
    return {
      sets: found.filter((look) => 'manifest' in look).sort(newestFirst),
      broken: found.filter((look) => 'reason' in look).sort(newestFirst),
    }
  }

  async begin(id: string, type: string): Promise<IncomingSet> {
    const place = checkedPlace({ id, type })
    const doing = `beginning the set ${type}/${id} in ${this.name}`
    return orFileTrouble(doing, async () => {
      await this.refuseExisting(place, doing)
      await this.prepare()
      const entry = await makeEntry(this.incoming, `${type}-${id}`, `writing ${type}/${id}`, this.tools.clock.now())
      const folder = path.join(entry, CONTENT)
      await mkdir(folder, { mode: 0o700 })
      let done = false
      return {
        folder,
        commit: async () => {
          const committed = await this.commit(place, entry)
          done = true
          return { path: committed }
        },
        discard: async () => {
          if (!done) await orFileTrouble(`discarding the set ${type}/${id}`, () => deleteEntry(entry))
        },
      }
    })
  }

  async open(set: Place): Promise<string> {
    const folder = this.folderOf(set)
    const there = await orFileTrouble(`opening the set ${set.type}/${set.id} in ${this.name}`, () =>
      ifThere(lstat(folder)),
    )
    if (there?.isDirectory() !== true) throw this.noSuchSet(set, 'opening')
    return folder
  }

  async addProof(set: Place, proof: Proof): Promise<void> {
    const folder = await this.open(set)
    await orFileTrouble(`recording an outcome in ${folder}`, async () => {
      await this.prepare()
      const now = this.tools.clock.now()
      const entry = await makeEntry(
        this.incoming,
        `proof-${set.type}-${set.id}`,
        `recording an outcome of ${folder}`,
        now,
      )
      await writeProof(folder, proof, entry)
      await deleteEntry(entry)
    })
  }

  async remove(set: Place): Promise<void> {
    const folder = await this.open(set)
    await orFileTrouble(`removing the set ${set.type}/${set.id} from ${this.name}`, async () => {
      await this.prepare()
      const purpose = `removed-${set.type}-${set.id}`
      const entry = await makeEntry(this.incoming, purpose, `removing ${set.type}/${set.id}`, this.tools.clock.now())
      await takeAwayAndDelete(folder, entry)
    })
  }

  async sweep(): Promise<string[]> {
    return orFileTrouble(`removing what killed runs left in ${this.name}`, () =>
      sweepEntries(this.incoming, this.tools.clock.now()),
    )
  }

  async lock(doing: string): Promise<Unlock> {
    await orFileTrouble(`locking the store ${this.name}`, () => this.prepare())
    const place = { lock: path.join(this.root, '.lock'), workshop: this.incoming }
    return takeLock(place, doing, { patience: PATIENCE_MS, ...this.tools })
  }

  async appendLog(line: LogLine): Promise<void> {
    await orFileTrouble(`writing to the log of ${this.name}`, async () => {
      await this.prepare()
      await appendToLog(path.join(this.root, LOG), line)
    })
  }

  async readLog(since: Date): Promise<{ lines: LogLine[]; unreadable: number }> {
    return orFileTrouble(`reading the log of ${this.name}`, () => readLogSince(path.join(this.root, LOG), since))
  }

  private async prepare(): Promise<void> {
    await makeFolder(this.incoming)
  }

  private folderOf(place: Place): string {
    const { id, type } = checkedPlace(place)
    return path.join(this.root, type, id)
  }

  /** Every folder that has the place of a set. */
  private async places(): Promise<Place[]> {
    return orFileTrouble(`listing the store ${this.name}`, async () => {
      const places: Place[] = []
      for (const type of (await ifThere(readdir(this.root))) ?? []) {
        if (type === LOG || !SetType.safeParse(type).success) continue
        const ids = (await ifThere(readdir(path.join(this.root, type)))) ?? []
        places.push(...ids.filter((id) => SetId.safeParse(id).success).map((id) => ({ id, type })))
      }
      return places
    })
  }

  /** What is at a place: a set, something broken, or nothing any more because another run has removed it. */
  private async look(place: Place): Promise<StoredSet | BrokenSet | null> {
    const manifest = await this.manifestOf(place)
    const set = typeof manifest === 'object' ? await this.measured(place, manifest) : manifest
    if (typeof set === 'object') return set
    return (await ifThere(lstat(path.join(this.root, place.type, place.id)))) === undefined
      ? null
      : { ...place, reason: set }
  }

  /** The manifest at a place, or why there is none. */
  private async manifestOf({ id, type }: Place): Promise<Manifest | string> {
    const folder = path.join(this.root, type, id)
    if ((await ifThere(lstat(folder)))?.isDirectory() !== true) return 'it is not a folder'
    try {
      return await readManifest(folder)
    } catch (error) {
      return error instanceof DamagedError ? error.problem : messageOf(error)
    }
  }

  private async measured(place: Place, manifest: Manifest): Promise<StoredSet | string> {
    const folder = path.join(this.root, place.type, place.id)
    const files = [...manifest.files.map((file) => file.path), SET.manifest, SET.checksums]
    const sizes = new Map<string, number>()
    for (const file of files) {
      const there = await ifThere(lstat(path.join(folder, file)))
      if (there?.isFile() === true) sizes.set(file, there.size)
    }
    const reason = incompleteness(manifest, place, (file) => sizes.get(file))
    if (reason !== null) return reason
    const later = await readProofs(folder, (note) => {
      this.tools.logger.warning(note)
    })
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    return { ...place, manifest, proof: standingProof(manifest, later), bytes }
  }

  private async commit(place: Place, entry: string): Promise<string> {
    const target = this.folderOf(place)
    const doing = `committing the set ${place.type}/${place.id} to ${this.name}`
    return orFileTrouble(doing, async () => {
      const written = path.join(entry, CONTENT)
      await this.checkWritten(place, written, doing)
      await syncTree(written)
      await this.refuseExisting(place, doing)
      await makeFolder(path.dirname(target))
      await this.renameIntoPlace(written, target, doing)
      await deleteEntry(entry)
      return target
    })
  }

  /** The one step that makes a set visible. When it cannot be made to last, it is taken back. */
  private async renameIntoPlace(written: string, target: string, doing: string): Promise<void> {
    try {
      await rename(written, target)
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw alreadyThere(target, doing)
      throw error
    }
    try {
      await syncPath(path.dirname(target))
      await syncPath(path.dirname(written))
    } catch (error) {
      await rename(target, written)
      throw error
    }
  }

  /** What is committed is what `list` will count, nothing less and nothing besides. */
  private async checkWritten(place: Place, folder: string, doing: string): Promise<void> {
    const manifest = await readManifest(folder).catch((error: unknown) => {
      throw error instanceof DamagedError ? notWhole(error.problem, doing, error) : error
    })
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
    if (wrong !== null) throw notWhole(wrong, doing)
    await this.refuseForeign(manifest, doing)
  }

  private async refuseForeign(manifest: Manifest, doing: string): Promise<void> {
    const series = await this.series()
    if (series !== null && series !== manifest.series) {
      throw new GuardError({
        doing,
        problem: `the store holds the series "${series}", and this set is of "${manifest.series}"`,
        advice: 'Give each database a store of its own, or set series to the name that the store has.',
      })
    }
  }

  private async refuseExisting(place: Place, doing: string): Promise<void> {
    const target = this.folderOf(place)
    if ((await ifThere(lstat(target))) !== undefined) throw alreadyThere(target, doing)
  }

  private noSuchSet({ id, type }: Place, doing: string): OperationError {
    return new OperationError({
      doing: `${doing} the set ${type}/${id} in ${this.name}`,
      problem: 'there is no such set',
      advice: 'List the store to see what is there; another run may have removed it.',
    })
  }
}

function notWhole(wrong: string, doing: string, cause?: unknown): OperationError {
  return new OperationError({
    doing,
    problem: `what was written is not the set it should be: ${wrong}`,
    advice: 'Nothing was kept. Take the backup again, and report this if it comes back.',
    cause,
  })
}

function alreadyThere(target: string, doing: string): OperationError {
  return new OperationError({
    doing,
    problem: `there is already a set at ${target}`,
    advice: 'Sets are never overwritten. Start the backup again: its id is the second in which it begins.',
  })
}

/** A type and an id are parts of a path, so nothing else than their own form gets through. */
function checkedPlace(place: Place): Place {
  if (SetType.safeParse(place.type).success && SetId.safeParse(place.id).success && place.type !== LOG) return place
  throw new UsageError({
    doing: `looking for the set "${place.type}/${place.id}"`,
    problem:
      place.type === LOG
        ? `"${LOG}" cannot be a type, because it is the folder of the log`
        : 'this cannot be a type and id of a set',
    advice: 'A type is a word of small letters, digits and hyphens; an id is an instant like 20261124T020000Z.',
  })
}
