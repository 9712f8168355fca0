import { SET } from '../backup/set.js'
import { OperationError } from '../errors.js'
import type { RemoteArtifact } from '../platform/github-artifacts.js'
import type { ArtifactAccess, ArtifactStoreTools } from './artifact-access.js'
import { refuseExposed } from './artifact-guard.js'
import { nameOfPart } from './artifact-names.js'
import { writeRecord } from './artifact-record.js'
import type { ArtifactSets } from './artifact-sets.js'
import type { ArtifactShelf } from './artifact-shelf.js'
import { uploadParcel } from './artifact-upload.js'
import type { LocalSet } from './set-files.js'
import { nameOfSet, refuseForeign } from './set-place.js'
import type { ByteProgress, SetPlace } from './store.js'

/** A set whose files are there and that nobody sees yet. */
export interface SentSet {
  folder: string
  place: SetPlace
  set: LocalSet
  files: RemoteArtifact
}

/** Brings sets from a local folder among the artifacts. */
export class ArtifactSender {
  constructor(
    private readonly sets: ArtifactSets,
    private readonly shelf: ArtifactShelf,
    private readonly access: ArtifactAccess,
    private readonly tools: ArtifactStoreTools,
  ) {}

  /** As a person finds it in the list of artifacts. */
  locationOf({ files }: SentSet): string {
    return this.shelf.locationOf(files)
  }

  /**
   * Uploads the files of a set, its manifest among them, as one artifact. The library does not tell how far it is, so
   * the progress has a beginning and an end.
   *
   * Throws `GuardError` for what everybody could read, and for another series; `OperationError` when there is a set.
   */
  async send(folder: string, set: LocalSet, place: SetPlace, progress?: ByteProgress): Promise<SentSet> {
    const doing = `sending the set ${nameOfSet(place)} to ${this.access.name}`
    const { manifest } = set
    await refuseExposed(manifest, this.access, this.shelf.repository, this.tools)
    refuseForeign(this.access.series ?? (await this.sets.series()), manifest.series, doing)
    await this.sets.refuseExisting(place, doing, 'now')
    // Outcomes go with the manifest, where the listing reads them.
    const sent = set.files.filter(({ path }) => !path.startsWith(`${SET.proofs}/`))
    const bytes = sent.reduce((sum, { size }) => sum + size, 0)
    progress?.(0, bytes)
    const parcel = {
      name: nameOfPart('set', manifest.series, place),
      root: folder,
      files: sent.map(({ path }) => path),
      bytes,
      // The zip file is only a way to carry what is compressed, or encrypted, already.
      compressed: manifest.options.compression !== 'none' || manifest.encryption !== undefined,
    }
    const files = await uploadParcel(parcel, this.shelf, this.access, this.tools)
    progress?.(bytes, bytes)
    return { folder, place, set, files }
  }

  /** Uploads the record of a set that was sent: from then on it is there. */
  async show({ folder, place, set, files }: SentSet): Promise<void> {
    await this.sets.refuseExisting(place, `committing the set ${nameOfSet(place)} to ${this.access.name}`, 'now')
    const root = await this.tools.workspace.folder(`record-${place.type}-${place.id}`)
    await writeRecord(root, folder, files)
    const name = nameOfPart('manifest', set.manifest.series, place)
    await uploadParcel({ name, root, bytes: 0, compressed: false }, this.shelf, this.access, this.tools)
  }

  /** Removes what was sent and will not be committed; what cannot be removed now is swept by a later run. */
  async takeBack({ files, place }: SentSet): Promise<void> {
    try {
      await this.shelf.remove(files)
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      this.tools.logger.warning(`What was sent of ${nameOfSet(place)} is left to a later run: ${error.message}`)
    }
  }
}
