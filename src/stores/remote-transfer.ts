import type { FileEntry } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { OperationError, messageOf } from '../errors.js'
import { inParallel } from '../platform/parallel.js'
import type { FilePlace, PlacedFile } from './file-place.js'
import { hasManifest } from './remote-sets.js'
import { takeRemoteLock } from './remote-lock.js'
import { compareFiles, type LocalSet } from './set-files.js'
import { INCOMING, alreadyThere, locationOfSet, nameOfSet } from './set-place.js'
import type { ByteProgress, SetPlace, Unlock } from './store.js'
import { TakenError } from './taken-error.js'
import type { WaitTools } from './waiting.js'

/** A note that a set is half there and that the next run goes on with it; it has no meaning but its age. */
export const UNFINISHED = 'unfinished.json'

/** Where the marks are of those who send a set. */
export function claimFolder(set: SetPlace): string {
  return `${INCOMING}/${set.type}-${set.id}`
}

/** A set to send. */
export interface Errand {
  set: SetPlace
  /** The local folder that it is in. */
  from: string
  doing: string
  /**
   * Of a new set nothing is worth keeping when it breaks off; a copy is gone on with by the next run; in mending, the set
   * is there already with the same manifest, and lacks files.
   */
  kind: 'new' | 'copy' | 'mending'
}

/**
 * Sends one set to a place: all of it but the manifest, then, when somebody says so, the manifest, which makes it visible.
 * While it is sent, a claim keeps other runs from sending the same one.
 */
export class Transfer {
  private unclaim: Unlock | undefined
  /** SHA-256 by path of what was sent and compared. */
  private readonly sent = new Map<string, string>()
  /** Whether a manifest that is there may be ours. One of another run makes a set of what is there, not ours to remove. */
  private mayBeShown = false
  private readonly set: SetPlace

  constructor(
    private readonly place: FilePlace,
    private readonly errand: Errand,
    private readonly tools: WaitTools,
  ) {
    this.set = errand.set
  }

  /** Where the set is going to be, as a person would write it. */
  get location(): string {
    return locationOfSet(this.place.name, this.set)
  }

  /**
   * Sends what was not sent yet, all but the manifest, and meanwhile reads it and compares it with what it must be.
   *
   * Throws `OperationError` when another run is sending this set, or a set is there already.
   */
  async send({ files }: LocalSet, progress?: ByteProgress): Promise<void> {
    await this.claim(files)
    const left = files.filter(({ path: file, sha256 }) => file !== SET.manifest && this.sent.get(file) !== sha256)
    if (left.length === 0) return
    await inParallel(
      [
        () => this.place.upload(this.errand.from, left, nameOfSet(this.set), progress),
        () => compareFiles(this.errand.from, left, this.errand.doing, { signal: this.tools.signal }),
      ],
      2,
      (work) => work(),
    )
    for (const { path: file, sha256 } of left) this.sent.set(file, sha256)
  }

  /**
   * Makes the set visible, if all of it is there. The caller holds the store's lock.
   *
   * @param there what was listed for it since everything was sent
   */
  async show({ files }: LocalSet, there: readonly PlacedFile[]): Promise<void> {
    const sizes = new Map(there.map((file) => [file.path, file.bytes]))
    if (sizes.has(SET.manifest) && this.errand.kind !== 'mending') throw alreadyThere(this.location, this.errand.doing)
    const manifest = files.filter(({ path: file }) => file === SET.manifest)
    const missing = files.find((file) => !manifest.includes(file) && sizes.get(file.path) !== file.size)
    if (missing !== undefined) throw notArrived(missing, sizes.get(missing.path), this.location, this.errand.doing)
    this.mayBeShown = true
    try {
      await this.place.upload(this.errand.from, manifest, nameOfSet(this.set))
    } catch (error) {
      this.mayBeShown = !(error instanceof TakenError)
      await this.hide()
      throw error
    }
    await this.removeNote()
    await this.release()
  }

  /** Removes what was sent. Does nothing once it is shown, or when nothing was. */
  async withdraw(): Promise<void> {
    if (this.unclaim === undefined) return
    try {
      const files = await this.place.list(nameOfSet(this.set))
      if (this.mayBeShown || !hasManifest({ files })) await removeSetFiles(this.place, this.set, files)
    } catch (error) {
      this.tools.logger.warning(
        `What was sent of ${this.location} could not be removed, and is swept by a later run: ${messageOf(error)}`,
      )
    }
    await this.release()
  }

  /** Lets other runs send this set; what was sent stays. */
  async release(): Promise<void> {
    const { unclaim } = this
    this.unclaim = undefined
    await unclaim?.()
  }

  private async claim(files: readonly FileEntry[]): Promise<void> {
    if (this.unclaim !== undefined) return
    const name = nameOfSet(this.set)
    const claim = { place: this.place, folder: claimFolder(this.set), what: `the place of the set ${name}` }
    const unclaim = await takeRemoteLock(claim, this.errand.doing, this.tools)
    try {
      await this.makeRoom(files)
      await this.writeNote()
    } catch (error) {
      await unclaim()
      throw error
    }
    this.unclaim = unclaim
  }

  private get note(): string {
    return `${claimFolder(this.set)}/${UNFINISHED}`
  }

  private async writeNote(): Promise<void> {
    const { kind, doing } = this.errand
    if (kind !== 'new') await this.place.write(this.note, `${JSON.stringify({ doing })}\n`)
  }

  /** The note is of no use any more; where it stays, a later run sweeps it. */
  private async removeNote(): Promise<void> {
    if (this.errand.kind === 'new') return
    await this.place.remove([this.note]).catch((error: unknown) => {
      this.tools.logger.debug(`${this.note} could not be removed from ${this.place.name}: ${messageOf(error)}`)
    })
  }

  /** Removes what half a set of the same name has left that is not of this one. A whole one is not touched. */
  private async makeRoom(files: readonly FileEntry[]): Promise<void> {
    if (this.errand.kind === 'mending') return
    const there = await this.place.list(nameOfSet(this.set))
    if (hasManifest({ files: there })) throw alreadyThere(this.location, this.errand.doing)
    const wanted = new Set(files.map((file) => file.path))
    const others = there.filter((file) => !wanted.has(file.path))
    await removeSetFiles(this.place, this.set, others)
  }

  /** After a manifest that did not arrive, or of which that is not known. */
  private async hide(): Promise<void> {
    if (!this.mayBeShown || this.errand.kind === 'mending') return
    try {
      await this.place.remove([`${nameOfSet(this.set)}/${SET.manifest}`])
    } catch (error) {
      this.tools.logger.warning(`Whether ${this.location} became visible is not known: ${messageOf(error)}`)
    }
  }
}

/** Removes files of a set, the manifest first, so that a reader sees the whole set or none. */
export async function removeSetFiles(place: FilePlace, set: SetPlace, files: readonly PlacedFile[]): Promise<void> {
  const paths = files.map((file) => `${nameOfSet(set)}/${file.path}`)
  const manifest = `${nameOfSet(set)}/${SET.manifest}`
  if (paths.includes(manifest)) await place.remove([manifest])
  const rest = paths.filter((file) => file !== manifest)
  if (rest.length > 0) await place.remove(rest)
}

function notArrived(file: FileEntry, bytes: number | undefined, location: string, doing: string): OperationError {
  const found = bytes === undefined ? 'is not there' : `has ${bytes} bytes there`
  return new OperationError({
    doing,
    problem: `${file.path} was sent with ${file.size} bytes and ${found}`,
    advice: `The set was not made visible. See whether something else removes files from ${location}, and start again.`,
  })
}
