import { lstat, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { FileEntry, Manifest, Proof } from '../backup/manifest.js'
import { SET, readManifest } from '../backup/set.js'
import { sha256OfFile } from '../backup/sha256.js'
import type { Clock, Logger } from '../context.js'
import { DamagedError, messageOf } from '../errors.js'
import { codeOf, ifThere, orFileTrouble } from '../platform/file-errors.js'
import { syncPath, syncTree } from '../platform/files.js'
import { isRealFolder, makeRealFolder, readSmallFile } from '../platform/no-follow.js'
import { inParallel } from '../platform/parallel.js'
import type { LogLine } from '../records/log.js'
import { copyFiles } from './directory-copy.js'
import { takeLock } from './directory-lock.js'
import { appendToLog, readLogSince, removeOldLogs } from './directory-log.js'
import { CONTENT, abandonedEntries, deleteEntry, makeEntry, sweepEntries, takeAwayAndDelete } from './incoming.js'
import { filesThatCount, isSet, measuredSet } from './measure-set.js'
import { readProofs, writeProof } from './proofs.js'
import { difference, setToCopy, wholeSet } from './set-files.js'
import {
  INCOMING,
  LOG,
  alreadyThere,
  checkedPlace,
  isSetId,
  isTypeName,
  nameOfSet,
  newestFirst,
  noSuchSet,
  refuseForeign,
  takenByAnother,
} from './set-place.js'
import { withLock } from './store.js'
import type {
  BrokenSet,
  ByteProgress,
  IncomingSet,
  Leftover,
  Listing,
  OldLog,
  SetPlace,
  Store,
  StoredSet,
  Unlock,
} from './store.js'

/** Bytes; the catalog of a hundred thousand tables is far below. */
const LARGEST_TEXT = 512 * 1024 * 1024

/** How many sets are looked at at a time. */
const LOOKERS = 4

/** How long to wait for another run on the same store: longer than a rotation or a commit ever takes. */
const PATIENCE_MS = 10 * 60 * 1000

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
    this.incoming = path.join(this.root, INCOMING)
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
    for (const place of (await this.places()).sort(newestFirst)) {
      const manifest = await this.manifestOf(place)
      if (typeof manifest === 'object') return manifest.series
    }
    return null
  }

  async list(): Promise<Listing> {
    const looks = await inParallel(await this.places(), LOOKERS, (place) => this.look(place))
    const found = looks.filter((look) => look !== null)
    return {
      sets: found.filter(isSet).sort(newestFirst),
      broken: found.filter((look): look is BrokenSet => !isSet(look)).sort(newestFirst),
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
        send: () => Promise.resolve(),
        commit: async () => {
          const committed = await this.commit(place, entry)
          done = true
          return { folder: committed, location: committed }
        },
        discard: async () => {
          if (!done) await orFileTrouble(`discarding the set ${type}/${id}`, () => deleteEntry(entry))
        },
      }
    })
  }

  async open(set: SetPlace): Promise<string> {
    const folder = this.folderOf(set)
    const isThere = await orFileTrouble(`opening the set ${set.type}/${set.id} in ${this.name}`, async () =>
      (await isRealFolder(path.dirname(folder))) ? isRealFolder(folder) : false,
    )
    if (!isThere) throw noSuchSet(set, 'opening', this.name)
    return folder
  }

  async readText(set: SetPlace, file: string): Promise<string | undefined> {
    const doing = `reading ${file} of the set ${set.type}/${set.id} in ${this.name}`
    return orFileTrouble(doing, () => ifThere(readSmallFile(path.join(this.folderOf(set), file), LARGEST_TEXT)))
  }

  letGo(): Promise<void> {
    return Promise.resolve()
  }

  async put(folder: string, set: SetPlace, progress?: ByteProgress): Promise<void> {
    const place = checkedPlace(set)
    const doing = `copying the set ${nameOfSet(place)} to ${this.name}`
    await orFileTrouble(doing, async () => {
      const { manifest, files } = await setToCopy(folder, place)
      const text = files.find((file) => file.path === SET.manifest)
      if (text === undefined || (await this.isThere(place, text, doing)) === 'whole') return
      refuseForeign(await this.series(), manifest.series, doing)
      await this.prepare()
      const entry = await makeEntry(this.incoming, `copy-${place.type}-${place.id}`, doing, this.tools.clock.now())
      try {
        const copy = path.join(entry, CONTENT)
        await copyFiles(folder, files, copy, { signal: this.tools.signal, progress, doing })
        await syncTree(copy)
        await withLock(this, doing, () => this.putIntoPlace(entry, place, text, doing))
      } finally {
        await deleteEntry(entry)
      }
    })
  }

  async addProof(set: SetPlace, proof: Proof): Promise<void> {
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

  async remove(set: SetPlace): Promise<void> {
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

  async leftovers(): Promise<Leftover[]> {
    return orFileTrouble(`looking for what killed runs left in ${this.name}`, () =>
      abandonedEntries(this.incoming, this.tools.clock.now()),
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

  async removeLogsBefore(day: string, { dryRun = false } = {}): Promise<OldLog[]> {
    return orFileTrouble(`removing old logs of ${this.name}`, () =>
      removeOldLogs(path.join(this.root, LOG), day, dryRun),
    )
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  private async prepare(): Promise<void> {
    await makeRealFolder(this.incoming)
  }

  private folderOf(place: SetPlace): string {
    const { id, type } = checkedPlace(place)
    return path.join(this.root, type, id)
  }

  /** Every folder that has the place of a set. */
  private async places(): Promise<SetPlace[]> {
    return orFileTrouble(`listing the store ${this.name}`, async () => {
      const places: SetPlace[] = []
      for (const type of (await ifThere(readdir(this.root))) ?? []) {
        if (!isTypeName(type)) continue
        const ids = await this.idsOf(type)
        places.push(...ids.filter(isSetId).map((id) => ({ id, type })))
      }
      return places
    })
  }

  /** Nothing is read or deleted through a link: sets behind one may be another store's. */
  private async idsOf(type: string): Promise<string[]> {
    const folder = path.join(this.root, type)
    const there = await ifThere(lstat(folder))
    if (there?.isSymbolicLink() === true) {
      this.tools.logger.warning(`${folder} is a symbolic link, so the sets behind it are left out of the store.`)
    }
    return there?.isDirectory() === true ? ((await ifThere(readdir(folder))) ?? []) : []
  }

  /** What is at a place: a set, something broken, or nothing any more because another run has removed it. */
  private async look(place: SetPlace): Promise<StoredSet | BrokenSet | null> {
    const manifest = await this.manifestOf(place)
    const found = await this.measured(place, manifest)
    if (isSet(found) || typeof manifest === 'object') return found
    const there = await ifThere(lstat(path.join(this.root, place.type, place.id)))
    return there === undefined ? null : found
  }

  /** The manifest at a place, or why there is none. */
  private async manifestOf({ id, type }: SetPlace): Promise<Manifest | string> {
    const folder = path.join(this.root, type, id)
    if ((await ifThere(lstat(folder)))?.isDirectory() !== true) return 'it is not a folder'
    try {
      return await readManifest(folder)
    } catch (error) {
      return error instanceof DamagedError ? error.problem : messageOf(error)
    }
  }

  private async measured(place: SetPlace, manifest: Manifest | string): Promise<StoredSet | BrokenSet> {
    if (typeof manifest === 'string') return measuredSet(place, manifest, new Map(), [])
    const folder = path.join(this.root, place.type, place.id)
    const sizes = new Map<string, number>()
    for (const file of filesThatCount(manifest)) {
      const there = await ifThere(lstat(path.join(folder, file)))
      if (there?.isFile() === true) sizes.set(file, there.size)
    }
    const later = await readProofs(folder, (note) => {
      this.tools.logger.warning(note)
    })
    return measuredSet(place, manifest, sizes, later)
  }

  private async commit(place: SetPlace, entry: string): Promise<string> {
    const doing = `committing the set ${nameOfSet(place)} to ${this.name}`
    return orFileTrouble(doing, async () => {
      const written = path.join(entry, CONTENT)
      const { manifest } = await wholeSet(written, place, doing)
      refuseForeign(await this.series(), manifest.series, doing)
      await syncTree(written)
      await this.refuseExisting(place, doing)
      const target = await this.moveIntoPlace(written, place, doing)
      await deleteEntry(entry)
      return target
    })
  }

  private async moveIntoPlace(written: string, place: SetPlace, doing: string): Promise<string> {
    const target = this.folderOf(place)
    await makeRealFolder(path.dirname(target))
    await this.renameIntoPlace(written, target, doing)
    return target
  }

  /** Whether this very set is at its place already, whole or broken. Throws when another one is. */
  private async isThere(place: SetPlace, manifest: FileEntry, doing: string): Promise<'no' | 'whole' | 'broken'> {
    const target = this.folderOf(place)
    if ((await ifThere(lstat(target))) === undefined) return 'no'
    const there = await ifThere(sha256OfFile(path.join(target, SET.manifest)))
    if (difference(manifest, there) !== null) throw takenByAnother(target, doing)
    const look = await this.look(place)
    return look !== null && isSet(look) ? 'whole' : 'broken'
  }

  /** The last step of `put`, with the lock: what is broken there gives way. */
  private async putIntoPlace(entry: string, place: SetPlace, manifest: FileEntry, doing: string): Promise<void> {
    const there = await this.isThere(place, manifest, doing)
    if (there === 'whole') return
    if (there === 'broken') await rename(this.folderOf(place), path.join(entry, 'broken'))
    await this.moveIntoPlace(path.join(entry, CONTENT), place, doing)
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

  private async refuseExisting(place: SetPlace, doing: string): Promise<void> {
    const target = this.folderOf(place)
    if ((await ifThere(lstat(target))) !== undefined) throw alreadyThere(target, doing)
  }
}
