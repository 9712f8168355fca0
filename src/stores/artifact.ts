import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Proof } from '../backup/manifest.js'
import { ifThere, orFileTrouble } from '../platform/file-errors.js'
import { artifactsOf } from '../platform/github-artifacts.js'
import type { LogLine } from '../records/log.js'
import { artifactAccess, type ArtifactAccess, type ArtifactStoreTools } from './artifact-access.js'
import { fetchSet } from './artifact-fetch.js'
import { refuseExposed } from './artifact-guard.js'
import { IncomingArtifact, manifestDigest } from './artifact-incoming.js'
import { readLines, uploadLine, uploadWithout } from './artifact-log.js'
import { nameOfProof } from './artifact-names.js'
import { ArtifactSender } from './artifact-send.js'
import { ArtifactSets } from './artifact-sets.js'
import { ArtifactShelf } from './artifact-shelf.js'
import { abandonedArtifacts, sweepArtifacts } from './artifact-sweep.js'
import { uploaderOf, uploadParcel } from './artifact-upload.js'
import { FetchedFolders } from './fetched-folders.js'
import { writeProof } from './proofs.js'
import { freeInWorkspace } from './scratch-folder.js'
import { compareFiles, setToCopy, type LocalSet } from './set-files.js'
import { checkedPlace, nameOfSet, noSuchSet, takenByAnother } from './set-place.js'
import type { ByteProgress, IncomingSet, Leftover, Listing, OldLog, SetPlace, Store, Unlock } from './store.js'

export type { ArtifactStoreTools } from './artifact-access.js'

/**
 * The store of a location `artifact:`, `artifact:owner/name`, or either with `#series`.
 *
 * Throws `UsageError` for another form, or without a token.
 */
export function openArtifactStore(location: string, tools: ArtifactStoreTools): Store {
  const access = artifactAccess(location, tools)
  tools.logger.hide(access.token)
  return new ArtifactStore(access, new ArtifactShelf(artifactsOf(access, tools), access, tools), tools)
}

/**
 * A store in the artifacts of a GitHub repository. A set is one artifact with its files, and a second, small one with
 * its manifest, whose upload makes it visible. Both never change; GitHub deletes them when their time is up.
 */
class ArtifactStore implements Store {
  readonly name: string
  private readonly sets: ArtifactSets
  private readonly sender: ArtifactSender
  private readonly fetched: FetchedFolders
  /** The folders of sets that were committed in this run. */
  private readonly staged = new Map<string, string>()

  constructor(
    private readonly access: ArtifactAccess,
    private readonly shelf: ArtifactShelf,
    private readonly tools: ArtifactStoreTools,
  ) {
    this.name = access.name
    this.sets = new ArtifactSets(shelf, access, tools)
    this.sender = new ArtifactSender(this.sets, shelf, access, tools)
    this.fetched = new FetchedFolders(async (set, progress) =>
      fetchSet(await this.sets.find(set, 'opening'), shelf, tools, progress),
    )
  }

  async checkWritable(): Promise<void> {
    uploaderOf(this.access, `writing to the store ${this.name}`)
    const { encryptTo } = this.tools.settings
    if (encryptTo?.length === 0) await refuseExposed({}, this.access, this.shelf.repository, this.tools)
    await this.shelf.all('now')
  }

  /** Of the folder where sets are made ready; how much GitHub still takes cannot be asked. */
  freeBytes(): Promise<number> {
    return freeInWorkspace(this.tools.workspace)
  }

  series(): Promise<string | null> {
    return this.sets.series()
  }

  list(): Promise<Listing> {
    return this.sets.list()
  }

  async begin(id: string, type: string): Promise<IncomingSet> {
    const place = checkedPlace({ id, type })
    const doing = `beginning the set ${nameOfSet(place)} in ${this.name}`
    uploaderOf(this.access, doing)
    await this.sets.refuseExisting(place, doing, 'recently')
    const folder = await this.tools.workspace.folder(`set-${type}-${id}`)
    return new IncomingArtifact(place, folder, this.sender, () => this.staged.set(nameOfSet(place), folder))
  }

  async open(set: SetPlace, progress?: ByteProgress): Promise<string> {
    return this.fetched.open(checkedPlace(set), progress)
  }

  /** A set is one archive, so only of one that was fetched already. */
  async readText(set: SetPlace, file: string): Promise<string | undefined> {
    const folder = await this.fetched.folderOf(checkedPlace(set))
    if (folder === undefined) return undefined
    const doing = `reading ${file} of the set ${nameOfSet(set)}`
    return orFileTrouble(doing, () => ifThere(readFile(path.join(folder, file), 'utf8')))
  }

  /** Removes what was fetched; what was written here in this run, when it was not fetched. */
  async letGo(set: SetPlace): Promise<void> {
    const name = nameOfSet(set)
    await orFileTrouble(`removing the local copy of ${name}`, async () => {
      const staged = this.staged.get(name)
      if ((await this.fetched.letGo(set)) || staged === undefined) return
      this.staged.delete(name)
      await rm(staged, { recursive: true, force: true })
    })
  }

  async put(folder: string, set: SetPlace, progress?: ByteProgress): Promise<void> {
    const place = checkedPlace(set)
    const doing = `copying the set ${nameOfSet(place)} to ${this.name}`
    uploaderOf(this.access, doing)
    const local = await setToCopy(folder, place)
    if (await this.isThere(place, local, doing)) return
    await compareFiles(folder, local.files, doing, { signal: this.tools.signal })
    await this.sender.show(await this.sender.send(folder, local, place, progress))
  }

  /** Outside of a job the outcome cannot be recorded; then it is told, and whoever validated has seen it. */
  async addProof(set: SetPlace, proof: Proof): Promise<void> {
    const place = checkedPlace(set)
    if (this.tellUnlessUploader(`That ${nameOfSet(place)} is ${proof.outcome} was not recorded`)) return
    const { record } = await this.sets.find(place, 'recording an outcome of')
    const room = await this.tools.workspace.folder(`proof-${place.type}-${place.id}`)
    const [root, workshop] = [path.join(room, 'root'), path.join(room, 'workshop')]
    await orFileTrouble(`recording an outcome of ${nameOfSet(place)}`, async () => {
      await mkdir(root)
      await mkdir(workshop)
      await writeProof(root, proof, workshop)
    })
    const name = nameOfProof(record.manifest.series, place, new Date(proof.at))
    await uploadParcel({ name, root, bytes: 0, compressed: false }, this.shelf, this.access, this.tools)
    // Whoever copies the set from where it was fetched to takes the outcome along.
    const local = await this.fetched.folderOf(place)
    if (local !== undefined)
      await orFileTrouble(`recording an outcome in ${local}`, () => writeProof(local, proof, workshop))
  }

  async remove(set: SetPlace): Promise<void> {
    const place = checkedPlace(set)
    const parts = await this.sets.partsAt(place, 'now')
    if (parts === undefined || parts.manifests.length === 0) throw noSuchSet(place, 'removing', this.name)
    await this.removeParts(place)
  }

  async sweep(): Promise<string[]> {
    return sweepArtifacts(this.shelf, this.tools)
  }

  leftovers(): Promise<Leftover[]> {
    return abandonedArtifacts(this.shelf, this.tools)
  }

  /**
   * Artifacts cannot be locked, so nobody waits here. Nothing that two runs do at once damages a set: each is an artifact
   * of its own that never changes. That they do not rotate at once is for the workflow's `concurrency` group.
   */
  lock(): Promise<Unlock> {
    return Promise.resolve(() => Promise.resolve())
  }

  /** Outside of a job there is nowhere to put a line; then it is told and left out, for no log is part of a set. */
  async appendLog(line: LogLine): Promise<void> {
    if (this.tellUnlessUploader('The log was not written')) return
    const { series: told } = line.details
    const series = this.access.series ?? (typeof told === 'string' ? told : await this.series())
    await uploadLine(line, series ?? '', { shelf: this.shelf, access: this.access, tools: this.tools })
  }

  async readLog(since: Date): Promise<{ lines: LogLine[]; unreadable: number }> {
    return readLines(this.shelf, since)
  }

  async removeLogsBefore(day: string, { dryRun = false } = {}): Promise<OldLog[]> {
    if (!dryRun && this.tellUnlessUploader('Old lines of the log were not removed')) return []
    const series = this.access.series ?? (await this.series()) ?? ''
    return uploadWithout(day, series, dryRun, { shelf: this.shelf, access: this.access, tools: this.tools })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** True, with a warning, where nothing can be uploaded. */
  private tellUnlessUploader(what: string): boolean {
    const { uploader } = this.access
    if (typeof uploader !== 'string') return false
    this.tools.logger.warning(`${what} in ${this.name}: ${uploader}.`)
    return true
  }

  /** Whether the very set is there. A broken copy of it makes room; throws when another set has its place. */
  private async isThere(place: SetPlace, local: LocalSet, doing: string): Promise<boolean> {
    const found = await this.sets.lookFor(place, 'now')
    if (found === null) return false
    if (!('record' in found) || found.record.manifestDigest !== manifestDigest(local)) {
      throw takenByAnother(`${this.name} (${nameOfSet(place)})`, doing)
    }
    if (found.reason === null) return true
    this.tools.logger.info(
      `The copy of ${nameOfSet(place)} in ${this.name} is damaged (${found.reason}); replacing it.`,
    )
    await this.removeParts(place)
    return false
  }

  /** The manifest goes first: a set of which only files are left is not seen, and swept. */
  private async removeParts(place: SetPlace): Promise<void> {
    const parts = await this.sets.partsAt(place, 'recently')
    if (parts === undefined) return
    for (const { artifact } of [...parts.manifests, ...parts.proofs, ...parts.sets]) await this.shelf.remove(artifact)
  }
}
