import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DamagedError } from '../errors.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { makeFolder } from '../platform/files.js'
import type { ArtifactRepository, RemoteArtifact } from '../platform/github-artifacts.js'
import { unpackZip } from '../platform/zip-unpack.js'
import type { ArtifactAccess, ArtifactStoreTools } from './artifact-access.js'
import { parseName, seriesKey, type ArtifactName } from './artifact-names.js'

/** An artifact of the store, with what its name says. */
export interface Shelved {
  artifact: RemoteArtifact
  name: ArtifactName
}

/** What was listed so long ago, in milliseconds, is still used where a newer state would change nothing. */
const RECENT = 60_000

/** Manifests, outcomes and lines of the log are small; what is larger is none of them. */
const LARGEST_SMALL = 256 * 1024 * 1024

/**
 * The artifacts of a store: what the repository lists, less what is not of the store or is gone, with what this run has
 * added and removed, which GitHub may list a little later.
 */
export class ArtifactShelf {
  private readonly added = new Map<number, RemoteArtifact>()
  private readonly removed = new Set<number>()
  private readonly folders = new Map<number, Promise<string>>()
  private listed: { at: number; artifacts: RemoteArtifact[] } | undefined
  private toldOfForks = false

  constructor(
    readonly repository: ArtifactRepository,
    private readonly access: ArtifactAccess,
    private readonly tools: ArtifactStoreTools,
  ) {}

  /** The artifacts as they are now, or as they were a short while ago; the oldest first. */
  async all(when: 'now' | 'recently'): Promise<Shelved[]> {
    const listed = await this.list(when)
    const known = new Map([...listed, ...this.added.values()].map((artifact) => [artifact.id, artifact]))
    const shelved = [...known.values()]
      .filter(({ id, expired }) => !expired && !this.removed.has(id))
      .sort((a, b) => a.id - b.id)
      .flatMap((artifact) => {
        const name = parseName(artifact.name)
        return name === undefined || !this.isOurs(name) ? [] : [{ artifact, name }]
      })
    this.tellOfForks(shelved)
    return shelved.filter(({ artifact }) => !artifact.fromFork)
  }

  /** Whether the content of an artifact is gone because its time was up. */
  hasExpired(id: number): boolean {
    return this.listed?.artifacts.some((artifact) => artifact.id === id && artifact.expired) === true
  }

  /** This run has uploaded it. */
  add(artifact: RemoteArtifact): void {
    this.added.set(artifact.id, artifact)
  }

  async remove(artifact: Pick<RemoteArtifact, 'id' | 'name'>): Promise<void> {
    await this.repository.remove(artifact)
    this.removed.add(artifact.id)
  }

  /**
   * A folder with the files of a small artifact, fetched once. It stays until the end of the run.
   *
   * Throws `DamagedError` when what came is not what GitHub lists.
   */
  async contentOf({ artifact }: Shelved): Promise<string> {
    const known = this.folders.get(artifact.id) ?? this.fetchSmall(artifact)
    this.folders.set(artifact.id, known)
    known.catch(() => this.folders.delete(artifact.id))
    return known
  }

  /** Where an artifact is found in a browser's list, and by what name. */
  locationOf({ name }: Pick<RemoteArtifact, 'name'>): string {
    return `artifact "${name}" of ${this.repository.name}`
  }

  private async list(when: 'now' | 'recently'): Promise<RemoteArtifact[]> {
    const now = this.tools.clock.monotonic()
    if (when === 'recently' && this.listed !== undefined && now - this.listed.at < RECENT) return this.listed.artifacts
    const artifacts = await this.repository.list()
    this.listed = { at: now, artifacts }
    return artifacts
  }

  private isOurs({ series }: ArtifactName): boolean {
    return this.access.series === null || series === seriesKey(this.access.series)
  }

  /** Anybody can have a run for a fork make an artifact of any name, so none of them is believed. */
  private tellOfForks(shelved: readonly Shelved[]): void {
    const [first, ...more] = shelved.filter(({ artifact }) => artifact.fromFork)
    if (first === undefined || this.toldOfForks) return
    this.toldOfForks = true
    this.tools.logger.warning(
      `${more.length + 1} artifacts that look like backups were made by runs for forks of ${this.repository.name} and are not counted, such as "${first.artifact.name}".`,
    )
  }

  private async fetchSmall(artifact: RemoteArtifact): Promise<string> {
    const doing = `reading the artifact "${artifact.name}"`
    if (artifact.bytes > LARGEST_SMALL) {
      throw damaged(doing, `it has ${artifact.bytes} bytes, which is no ${String(parseName(artifact.name)?.part)}`)
    }
    const folder = await this.tools.workspace.folder(`artifact-${artifact.id}`)
    return orFileTrouble(doing, async () => {
      const zip = path.join(folder, 'artifact.zip')
      if (!(await this.remembered(artifact, zip))) await this.fetch(artifact, zip, doing)
      const content = path.join(folder, 'content')
      await makeFolder(content)
      await unpackZip(zip, content, { signal: this.tools.signal })
      await rm(zip)
      return content
    })
  }

  private async fetch(artifact: RemoteArtifact, zip: string, doing: string): Promise<void> {
    const digest = await this.repository.download(artifact, zip)
    if (artifact.digest !== null && digest !== artifact.digest) {
      throw damaged(doing, `its digest is ${digest}, and GitHub lists ${artifact.digest}`)
    }
    await this.tools.listingCache?.put(this.keyOf(artifact), (await readFile(zip)).toString('base64'))
  }

  /** What is remembered is used only when it has the digest that GitHub lists now: whatever lies there, nothing changes. */
  private async remembered(artifact: RemoteArtifact, zip: string): Promise<boolean> {
    if (artifact.digest === null) return false
    const text = await this.tools.listingCache?.get(this.keyOf(artifact))
    const bytes = Buffer.from(text ?? '', 'base64')
    if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== artifact.digest) return false
    await writeFile(zip, bytes, { mode: 0o600 })
    return true
  }

  private keyOf({ id, digest }: RemoteArtifact): string {
    return `artifact:${this.repository.name}/${id}@${digest ?? ''}`
  }
}

function damaged(doing: string, problem: string): DamagedError {
  const advice = 'Run it again; if it is the same then, remove that artifact by hand.'
  return new DamagedError({ doing, problem, advice })
}
