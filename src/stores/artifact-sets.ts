import { OperationError } from '../errors.js'
import { statusOf } from '../platform/github-errors.js'
import type { ArtifactAccess, ArtifactStoreTools } from './artifact-access.js'
import { findSet, listedSets, partsOf, type FoundSet, type SetParts } from './artifact-listing.js'
import { seriesKey, seriesOfKey } from './artifact-names.js'
import type { ArtifactShelf } from './artifact-shelf.js'
import { alreadyThere, nameOfSet, newestFirst, noSuchSet } from './set-place.js'
import type { BrokenSet, Listing, SetPlace } from './store.js'

type When = 'now' | 'recently'

/** How often everything is listed anew when another run removes sets meanwhile. */
const TRIES = 3

/** GitHub deletes artifacts by itself; a set that has less than this left is told. */
const EXPIRES_SOON = 7 * 24 * 60 * 60 * 1000

/** The sets among the artifacts of a store. */
export class ArtifactSets {
  private toldOfExpiry = false

  constructor(
    private readonly shelf: ArtifactShelf,
    private readonly access: ArtifactAccess,
    private readonly tools: Pick<ArtifactStoreTools, 'logger' | 'clock'>,
  ) {}

  /** The newest set decides, whole or not. */
  async series(): Promise<string | null> {
    const committed = (await this.parts('recently')).filter(({ manifests }) => manifests.length > 0)
    const [newest] = committed.sort((a, b) => newestFirst(a.place, b.place))
    if (newest === undefined) return null
    const { series } = this.access
    if (series !== null) return series
    const told = seriesOfKey(newest.series)
    if (told !== undefined) return told
    const found = await findSet(newest, this.shelf, this.tell)
    return found !== null && 'record' in found ? found.record.manifest.series : newest.series
  }

  /** One repository may hold the artifacts of several series; those of the newest set are listed. */
  async list(): Promise<Listing> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.listOnce()
      } catch (error) {
        // What another run has just removed, or whose time is up, cannot be fetched, and is not listed any more either.
        const isGone = error instanceof OperationError && [404, 410].includes(statusOf(error.cause) ?? 0)
        if (!isGone || tries >= TRIES) throw error
      }
    }
  }

  /** The set that was committed at a place, whole or broken; null where there is none. */
  async lookFor(place: SetPlace, when: When): Promise<FoundSet | BrokenSet | null> {
    const parts = await this.partsAt(place, when)
    return parts === undefined ? null : findSet(parts, this.shelf, this.tell)
  }

  /** The same, for those who need one whose manifest can be read: throws `OperationError` where there is none. */
  async find(place: SetPlace, doing: string): Promise<FoundSet> {
    const found = (await this.lookFor(place, 'recently')) ?? (await this.lookFor(place, 'now'))
    if (found === null) throw noSuchSet(place, doing, this.access.name)
    if ('record' in found) return found
    throw new OperationError({
      doing: `${doing} the set ${nameOfSet(place)} in ${this.access.name}`,
      problem: `its manifest cannot be read: ${found.reason}`,
      advice: 'Without it nothing tells which files belong to the set. Use another set, or a copy in another store.',
    })
  }

  /** Of several series that have a set at the same place, the one of the store. */
  async partsAt(place: SetPlace, when: When): Promise<SetParts | undefined> {
    const here = (await this.parts(when)).filter((one) => nameOfSet(one.place) === nameOfSet(place))
    if (here.length < 2) return here[0]
    const series = seriesKey((await this.series()) ?? '')
    return here.find((one) => one.series === series)
  }

  async refuseExisting(place: SetPlace, doing: string, when: When): Promise<void> {
    const [manifest] = (await this.partsAt(place, when))?.manifests ?? []
    if (manifest !== undefined) throw alreadyThere(this.shelf.locationOf(manifest.artifact), doing)
  }

  private async listOnce(): Promise<Listing> {
    const all = await this.shelf.all('now')
    const series = await this.series()
    const ours = all.filter(({ name }) => series !== null && name.series === seriesKey(series))
    const found = await listedSets(ours, this.shelf, this.tell)
    const sets = found.filter((one) => 'manifest' in one).sort(newestFirst)
    this.tellOfExpiry(partsOf(ours), sets)
    return { sets, broken: found.filter((one) => 'reason' in one).sort(newestFirst) }
  }

  private async parts(when: When): Promise<SetParts[]> {
    return partsOf(await this.shelf.all(when))
  }

  private tellOfExpiry(parts: readonly SetParts[], sets: readonly SetPlace[]): void {
    const until = this.tools.clock.now().getTime() + EXPIRES_SOON
    const listed = new Set(sets.map(nameOfSet))
    const soon = parts
      .filter(({ place }) => listed.has(nameOfSet(place)))
      .filter(({ sets: files }) => files.some(({ artifact }) => (artifact.expiresAt?.getTime() ?? Infinity) < until))
    if (soon.length === 0 || this.toldOfExpiry) return
    this.toldOfExpiry = true
    const names = soon.map(({ place }) => nameOfSet(place)).sort()
    const shown = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`
    this.tell(
      `GitHub deletes ${soon.length} of the sets in ${this.access.name} within 7 days, whatever is to be kept: ${shown}. Raise artifact-retention-days, or copy them to another store.`,
    )
  }

  private readonly tell = (note: string): void => {
    this.tools.logger.warning(note)
  }
}
