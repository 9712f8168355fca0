import { rm } from 'node:fs/promises'
import path from 'node:path'
import { SET } from '../backup/set.js'
import { orFileTrouble } from '../platform/file-errors.js'
import type { FilePlace } from './file-place.js'
import { filesAt, seriesOf, type RemoteSets } from './remote-sets.js'
import type { Transfer } from './remote-transfer.js'
import { wholeSet } from './set-files.js'
import { alreadyThere, nameOfSet, refuseForeign } from './set-place.js'
import type { ByteProgress, IncomingSet, SetPlace } from './store.js'

/** A set that is written in a local folder and sent from there. */
export class RemoteIncoming implements IncomingSet {
  private isCommitted = false

  /** @param onCommit called once the set is visible; the folder is kept then */
  constructor(
    private readonly set: SetPlace,
    readonly folder: string,
    private readonly parts: { transfer: Transfer; sets: RemoteSets },
    private readonly onCommit: () => void,
  ) {}

  /** Nobody should write a set for long that cannot be committed then. */
  async refuseExisting(place: FilePlace): Promise<void> {
    const there = await place.read(`${nameOfSet(this.set)}/${SET.manifest}`)
    if (there !== undefined)
      throw alreadyThere(this.parts.transfer.location, `beginning the set ${nameOfSet(this.set)}`)
  }

  async send(progress?: ByteProgress): Promise<void> {
    const doing = `sending the set ${nameOfSet(this.set)}`
    await orFileTrouble(doing, async () => {
      await this.parts.transfer.send(await wholeSet(this.folder, this.set, doing), progress)
    })
  }

  async commit(): Promise<{ folder: string; location: string }> {
    const { transfer, sets } = this.parts
    const doing = `committing the set ${nameOfSet(this.set)} to ${transfer.location}`
    await orFileTrouble(doing, async () => {
      const local = await wholeSet(this.folder, this.set, doing)
      await transfer.send(local)
      const survey = await sets.survey()
      refuseForeign(seriesOf(survey.read), local.manifest.series, doing)
      await transfer.show(local, filesAt(survey, this.set))
    })
    this.isCommitted = true
    this.onCommit()
    return { folder: this.folder, location: transfer.location }
  }

  async discard(): Promise<void> {
    if (this.isCommitted) return
    await this.parts.transfer.withdraw()
    await orFileTrouble(`discarding the set ${nameOfSet(this.set)}`, () =>
      rm(path.dirname(this.folder), { recursive: true, force: true }),
    )
  }
}
