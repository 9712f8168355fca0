import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { writeFile } from 'node:fs/promises'
import { openArtifactStore, type ArtifactStoreTools } from '../../src/stores/artifact.js'
import { parseName } from '../../src/stores/artifact-names.js'
import type { Store } from '../../src/stores/store.js'
import { REST_TOKEN } from './github-rest.js'
import { captureStdout, GitHubServices, sha256, type StoredArtifact } from './github-services.js'
import { realContext, type RealContext } from './real-context.js'
import type { StoreFixture } from './store-contract.js'
import { packed, unpacked } from './zip.js'

/** What a store of artifacts is set up with, changed for one test. */
export interface Setting {
  location?: string
  settings?: Partial<ArtifactStoreTools['settings']>
  environment?: Readonly<Record<string, string | undefined>>
  tools?: Partial<ArtifactStoreTools>
}

/** A store of artifacts in front of local services, as a job of `owner/name` sees it. */
export class ArtifactFixture implements StoreFixture {
  readonly withoutManifest = 'invisible'
  readonly listsFiles = false
  readonly locks = false
  readonly store: Store

  private constructor(
    readonly services: GitHubServices,
    readonly context: RealContext,
    private readonly folder: string,
    private readonly restore: () => void,
  ) {
    this.store = this.again()
  }

  static async make(): Promise<ArtifactFixture> {
    const services = await GitHubServices.start()
    const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-artifacts-'))
    const event = path.join(folder, 'event.json')
    await writeFile(event, JSON.stringify({ repository: { visibility: 'private' } }))
    const before = process.env
    const stdout = captureStdout()
    const environment = {
      ...services.environment(),
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'owner/name',
      GITHUB_RUN_ID: '77',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_EVENT_PATH: event,
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: folder,
    }
    // The libraries read it there.
    process.env = { ...before, ...environment }
    return new ArtifactFixture(services, await realContext(environment), folder, () => {
      process.env = before
      stdout.release()
    })
  }

  again(setting: Setting = {}): Store {
    return openArtifactStore(setting.location ?? 'artifact:', {
      ...this.context,
      environment: { ...this.context.environment, ...setting.environment },
      settings: { githubToken: REST_TOKEN, ...setting.settings },
      ...setting.tools,
    })
  }

  /** The artifacts of a part of a set: `daily/20261124T020000Z`. */
  artifactsOf(part: 'set' | 'manifest' | 'proof' | 'log', place?: string): StoredArtifact[] {
    return this.services.artifacts.filter(({ name }) => {
      const parsed = parseName(name)
      if (parsed?.part !== part) return false
      return place === undefined || (parsed.part !== 'log' && `${parsed.place.type}/${parsed.place.id}` === place)
    })
  }

  async plant(file: string, content: string): Promise<void> {
    const [type = '', id = '', ...rest] = file.split('/')
    const name = rest.join('/')
    if (name.startsWith('proofs/')) {
      const instant = path.basename(name, '.json')
      const zip = await packed({ [name]: Buffer.from(content) })
      this.services.addArtifact(`pg-lifeboat.masclet_imperi.${type}.${id}.proof.${instant}`, zip)
    } else {
      await this.change(type, id, name, Buffer.from(content))
    }
  }

  async erase(file: string): Promise<void> {
    const [type = '', id = '', ...rest] = file.split('/')
    if (rest.join('/') !== 'manifest.json') return this.change(type, id, rest.join('/'), undefined)
    for (const artifact of this.artifactsOf('manifest', `${type}/${id}`)) {
      this.services.artifacts.splice(this.services.artifacts.indexOf(artifact), 1)
    }
  }

  async dispose(): Promise<void> {
    await this.context.workspace.clean()
    this.restore()
    await this.services.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Changes a file of a set in its artifact; the manifest in both, with the record that goes with it. */
  private async change(type: string, id: string, name: string, content: Buffer | undefined): Promise<void> {
    const set = await this.artifact('set', type, id)
    const files = { ...(await unpacked(this.services.contentOf(set))) }
    if (content === undefined) Reflect.deleteProperty(files, name)
    else files[name] = content
    this.services.replaceContent(set, await packed(files))
    if (name !== 'manifest.json' || content === undefined) return
    const manifest = await this.artifact('manifest', type, id)
    const record = { 'artifact.json': Buffer.from(JSON.stringify(recordOf(set))) }
    const zip = await packed({ ...record, ...(await unpacked(this.services.contentOf(manifest))), [name]: content })
    this.services.replaceContent(manifest, zip, `sha256:${sha256(zip)}`)
  }

  private async artifact(part: 'set' | 'manifest', type: string, id: string): Promise<StoredArtifact> {
    const [there] = this.artifactsOf(part, `${type}/${id}`)
    return there ?? this.services.addArtifact(`pg-lifeboat.masclet_imperi.${type}.${id}.${part}`, await packed({}))
  }
}

function recordOf({ id, name, digest }: StoredArtifact): object {
  return { schema: 'pg-lifeboat/artifact-set/1', id: Number(id), name, bytes: 0, digest }
}
