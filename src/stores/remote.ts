import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FileEntry, Proof } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { sha256OfText } from '../backup/sha256.js'
import type { Clock, ListingCache, Logger, Workspace } from '../context.js'
import { OperationError } from '../errors.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { ownerHere } from '../platform/owner.js'
import type { LogLine } from '../records/log.js'
import { FetchedFolders } from './fetched-folders.js'
import type { FilePlace } from './file-place.js'
import { proofFileName, proofText } from './proofs.js'
import { RemoteIncoming } from './remote-incoming.js'
import { takeRemoteLock } from './remote-lock.js'
import { appendToRemoteLog, readRemoteLog, removeOldRemoteLogs } from './remote-log.js'
import { SetFetcher } from './remote-open.js'
import { RemoteSets, filesAt, hasManifest, seriesOf } from './remote-sets.js'
import { abandonedAt, sweepPlace } from './remote-sweep.js'
import { Transfer, removeSetFiles } from './remote-transfer.js'
import { freeInWorkspace } from './scratch-folder.js'
import { setToCopy } from './set-files.js'
import {
  INCOMING,
  checkedPlace,
  locationOfSet,
  nameOfSet,
  noSuchSet,
  refuseForeign,
  takenByAnother,
} from './set-place.js'
import {
  withLock,
  type ByteProgress,
  type IncomingSet,
  type Leftover,
  type Listing,
  type OldLog,
  type SetPlace,
  type Store,
  type Unlock,
} from './store.js'
import type { WaitTools } from './waiting.js'

/** How long to wait for another run on the same store: longer than a rotation or a commit ever takes. */
const PATIENCE_MS = 15 * 60 * 1000

/** How long to wait for another run that sends the same set: just long enough to see whether it lives. */
const CLAIM_PATIENCE_MS = 3 * 60 * 1000

/** The locks: one over which sets there are, and one over the log, which is held for a moment only. */
const LOCKS = { all: '.lock', store: '.lock/store', log: '.lock/log' }

export interface RemoteStoreTools {
  clock: Clock
  logger: Logger
  workspace: Pick<Workspace, 'folder'>
  /** What earlier runs have read of the place; without it a listing is slower and says the same. */
  listingCache?: ListingCache
  signal?: AbortSignal
  /** Milliseconds to wait for other runs. */
  patience?: number
}

/**
 * A store at a place off this machine, laid out as design section 3 says. Sets are written in a folder of the workspace
 * and sent file by file; what makes one visible is its manifest, which is sent last and removed first.
 */
export class RemoteStore implements Store {
  readonly name: string
  private readonly sets: RemoteSets
  private readonly fetched: FetchedFolders
  /** Folders of sets that were written in this run, by the names of the sets. */
  private readonly staged = new Map<string, string>()

  constructor(
    private readonly place: FilePlace,
    private readonly tools: RemoteStoreTools,
  ) {
    this.name = place.name
    this.sets = new RemoteSets(place, tools)
    const fetcher = new SetFetcher(place, tools)
    this.fetched = new FetchedFolders((set, progress) => fetcher.fetch(set, progress))
  }

  async checkWritable(): Promise<void> {
    for (const limit of this.place.limits ?? []) this.tools.logger.info(`${this.name}: ${limit.replace(/\.$/, '')}.`)
    const probe = `${INCOMING}/probe-${randomBytes(6).toString('hex')}`
    const text = JSON.stringify(ownerHere('seeing whether it can be written to', this.tools.clock.now()))
    try {
      await this.place.write(probe, text)
      const read = await this.place.read(probe)
      if (read !== text) throw unfaithful(this.name, read)
    } finally {
      await this.place.remove([probe])
    }
  }

  /** Of the place, and of the workspace, where sets are written before they are sent. */
  async freeBytes(): Promise<number | null> {
    const there = await this.place.freeBytes()
    return Math.min(there ?? Infinity, await freeInWorkspace(this.tools.workspace))
  }

  async series(): Promise<string | null> {
    return this.sets.series()
  }

  async list(): Promise<Listing> {
    return this.sets.list()
  }

  async begin(id: string, type: string): Promise<IncomingSet> {
    const set = checkedPlace({ id, type })
    const folder = path.join(await this.tools.workspace.folder(`${type}-${id}`), 'set')
    await orFileTrouble(`beginning the set ${nameOfSet(set)}`, () => mkdir(folder, { mode: 0o700 }))
    const doing = `sending the set ${nameOfSet(set)} to ${this.name}`
    const errand = { set, from: folder, doing, kind: 'new' as const }
    const transfer = new Transfer(this.place, errand, this.waiting(CLAIM_PATIENCE_MS))
    const incoming = new RemoteIncoming(set, folder, { transfer, sets: this.sets }, () => {
      this.staged.set(nameOfSet(set), folder)
    })
    await incoming.refuseExisting(this.place)
    return incoming
  }

  async open(set: SetPlace, progress?: ByteProgress): Promise<string> {
    return orFileTrouble(`opening the set ${set.type}/${set.id} in ${this.name}`, () =>
      this.fetched.open(checkedPlace(set), progress),
    )
  }

  async readText(set: SetPlace, file: string): Promise<string | undefined> {
    return this.place.read(`${nameOfSet(checkedPlace(set))}/${file}`)
  }

  /** Removes what was fetched; what was written here in this run, when it was not fetched. */
  async letGo(set: SetPlace): Promise<void> {
    const name = nameOfSet(set)
    await orFileTrouble(`removing the local copy of ${name}`, async () => {
      const staged = this.staged.get(name)
      if ((await this.fetched.letGo(set)) || staged === undefined) return
      this.staged.delete(name)
      await rm(path.dirname(staged), { recursive: true, force: true })
    })
  }

  async put(folder: string, set: SetPlace, progress?: ByteProgress): Promise<void> {
    const place = checkedPlace(set)
    const doing = `copying the set ${nameOfSet(place)} to ${this.name}`
    const local = await orFileTrouble(doing, () => setToCopy(folder, place))
    const manifest = local.files.find((file) => file.path === SET.manifest)
    const there = await this.whatIsAt(place, manifest, doing)
    if (there === 'whole') return
    refuseForeign(await this.series(), local.manifest.series, doing)
    const errand = {
      set: place,
      from: folder,
      doing,
      kind: there === 'broken' ? ('mending' as const) : ('copy' as const),
    }
    const transfer = new Transfer(this.place, errand, this.waiting(CLAIM_PATIENCE_MS))
    try {
      await transfer.send(local, progress)
      await withLock(this, doing, async () => {
        const survey = await this.sets.survey()
        refuseForeign(seriesOf(survey.read), local.manifest.series, doing)
        await transfer.show(local, filesAt(survey, place))
      })
    } finally {
      await transfer.release()
    }
  }

  async addProof(set: SetPlace, proof: Proof): Promise<void> {
    const name = nameOfSet(checkedPlace(set))
    const files = await this.place.list(name)
    if (!hasManifest({ files })) throw noSuchSet(set, 'recording an outcome of', this.name)
    const taken = files.map((file) => file.path).filter((file) => file.startsWith(`${SET.proofs}/`))
    const file = proofFileName(
      proof,
      taken.map((each) => path.posix.basename(each)),
    )
    const text = proofText(proof)
    await this.place.write(`${name}/${SET.proofs}/${file}`, text)
    const local = await this.fetched.folderOf(set)
    if (local === undefined) return
    await orFileTrouble(`recording an outcome in ${local}`, async () => {
      await mkdir(path.join(local, SET.proofs), { recursive: true, mode: 0o700 })
      await writeFile(path.join(local, SET.proofs, file), text, { mode: 0o600 })
    })
  }

  async remove(set: SetPlace): Promise<void> {
    const name = nameOfSet(checkedPlace(set))
    const files = await this.place.list(name)
    if (!hasManifest({ files })) throw noSuchSet(set, 'removing', this.name)
    await removeSetFiles(this.place, set, files)
  }

  async sweep(): Promise<string[]> {
    return sweepPlace(this.place, LOCKS.all, this.tools.clock)
  }

  async leftovers(): Promise<Leftover[]> {
    return abandonedAt(this.place, LOCKS.all, this.tools.clock)
  }

  async lock(doing: string): Promise<Unlock> {
    const lock = { place: this.place, folder: LOCKS.store, what: "the store's lock" }
    return takeRemoteLock(lock, doing, this.waiting(PATIENCE_MS))
  }

  async appendLog(line: LogLine): Promise<void> {
    await this.withLogLock(`writing to the log of ${this.name}`, () => appendToRemoteLog(this.place, line))
  }

  async readLog(since: Date): Promise<{ lines: LogLine[]; unreadable: number }> {
    return orFileTrouble(`reading the log of ${this.name}`, () =>
      readRemoteLog(this.place, since, this.tools.workspace),
    )
  }

  async removeLogsBefore(day: string, { dryRun = false } = {}): Promise<OldLog[]> {
    const work = () => removeOldRemoteLogs(this.place, day, dryRun)
    return dryRun ? work() : this.withLogLock(`removing old logs of ${this.name}`, work)
  }

  async close(): Promise<void> {
    await this.place.close?.()
  }

  /** Whether this very set is at its place already, whole or broken. Throws when another one is. */
  private async whatIsAt(
    set: SetPlace,
    manifest: FileEntry | undefined,
    doing: string,
  ): Promise<'no' | 'whole' | 'broken'> {
    const text = await this.place.read(`${nameOfSet(set)}/${SET.manifest}`)
    if (text === undefined) return 'no'
    if (sha256OfText(text) !== manifest?.sha256) throw takenByAnother(locationOfSet(this.name, set), doing)
    const { sets } = await this.list()
    return sets.some((one) => one.id === set.id && one.type === set.type) ? 'whole' : 'broken'
  }

  /** Files of the log are written anew as a whole, so one run at a time does it. */
  private async withLogLock<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const lock = { place: this.place, folder: LOCKS.log, what: 'the lock of the log' }
    const unlock = await takeRemoteLock(lock, doing, this.waiting(PATIENCE_MS))
    try {
      return await work()
    } finally {
      await unlock()
    }
  }

  private waiting(patience: number): WaitTools {
    return { patience, ...this.tools }
  }
}

function unfaithful(store: string, read: string | undefined): OperationError {
  return new OperationError({
    doing: `writing to the store ${store}`,
    problem: `what was written there ${read === undefined ? 'is not there' : 'is read back as something else'}`,
    advice: 'Check that nothing else changes the files there, and that no cache stands between this machine and it.',
  })
}
