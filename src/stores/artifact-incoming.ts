import { rm } from 'node:fs/promises'
import { SET } from '../backup/set.js'
import { orFileTrouble } from '../platform/file-errors.js'
import type { ArtifactSender, SentSet } from './artifact-send.js'
import { wholeSet, type LocalSet } from './set-files.js'
import { nameOfSet } from './set-place.js'
import type { ByteProgress, IncomingSet, SetPlace } from './store.js'

/** A set that is written in a folder of the workspace and becomes artifacts from there. */
export class IncomingArtifact implements IncomingSet {
  private sent: SentSet | undefined
  private isCommitted = false

  /** @param onCommit called once the set is visible; the folder is kept then */
  constructor(
    private readonly place: SetPlace,
    readonly folder: string,
    private readonly sender: ArtifactSender,
    private readonly onCommit: () => void,
  ) {}

  async send(progress?: ByteProgress): Promise<void> {
    await this.sendNow(progress)
  }

  async commit(): Promise<{ folder: string; location: string }> {
    const sent = await this.sendNow()
    await this.sender.show(sent)
    this.isCommitted = true
    this.onCommit()
    return { folder: this.folder, location: this.sender.locationOf(sent) }
  }

  async discard(): Promise<void> {
    if (this.isCommitted) return
    if (this.sent !== undefined) await this.sender.takeBack(this.sent)
    this.sent = undefined
    await orFileTrouble(`discarding the set ${nameOfSet(this.place)}`, () =>
      rm(this.folder, { recursive: true, force: true }),
    )
  }

  /** An artifact never changes: a set that was changed after it had been sent is sent anew. */
  private async sendNow(progress?: ByteProgress): Promise<SentSet> {
    const set = await wholeSet(this.folder, this.place, `sending the set ${nameOfSet(this.place)}`)
    if (this.sent !== undefined && manifestDigest(this.sent.set) === manifestDigest(set)) return this.sent
    if (this.sent !== undefined) await this.sender.takeBack(this.sent)
    this.sent = undefined
    return (this.sent = await this.sender.send(this.folder, set, this.place, progress))
  }
}

/** What the SHA-256 of the manifest of a local set is; it tells every other file by its own. */
export function manifestDigest({ files }: LocalSet): string | undefined {
  return files.find(({ path }) => path === SET.manifest)?.sha256
}
