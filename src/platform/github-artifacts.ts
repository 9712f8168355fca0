import type { Context } from '../context.js'
import { InterruptedError, OperationError, messageOf } from '../errors.js'
import type { Visibility } from './github.js'
import { requestFailed, statusOf, waitBefore, type Asked } from './github-errors.js'
import { downloadFile } from './resumed-download.js'

/** An artifact as GitHub lists it. */
export interface RemoteArtifact {
  id: number
  name: string
  /** Bytes of its zip file. */
  bytes: number
  /** `sha256:…` of its zip file; null where GitHub does not tell. */
  digest: string | null
  createdAt: Date
  /** When GitHub deletes it. */
  expiresAt: Date | null
  /** Its content is gone already. */
  expired: boolean
  /** Whether a run for a fork made it, which anybody can start who may open a pull request. */
  fromFork: boolean
}

/** The artifacts of a repository, over all its runs: what GitHub's REST API can do with them. */
export interface ArtifactRepository {
  /** `owner/name` */
  readonly name: string
  /** Every artifact, however many there are. */
  list(): Promise<RemoteArtifact[]>
  /** One artifact; undefined where there is none. */
  find(id: number): Promise<RemoteArtifact | undefined>
  /**
   * Downloads the zip file of an artifact, with as many bytes as were listed.
   *
   * @returns its digest, as `sha256:…`
   */
  download(artifact: RemoteArtifact, file: string, progress?: (done: number, total: number) => void): Promise<string>
  /** Removes an artifact; one that is gone already is no error. */
  remove(artifact: Pick<RemoteArtifact, 'id' | 'name'>): Promise<void>
  visibility(): Promise<Visibility>
}

export interface RepositoryAccess {
  /** `owner/name` */
  repository: string
  token: string
  /** `https://api.github.com`, or that of another server. */
  apiUrl: string
}

type Ports = Pick<Context, 'logger' | 'clock' | 'signal'>
type Octokit = Awaited<ReturnType<typeof connect>>
type ListedArtifact = Awaited<ReturnType<Octokit['rest']['actions']['getArtifact']>>['data']

const PER_PAGE = 100
const MAX_ATTEMPTS = 4

/** A longer wait is for another run. */
const LONGEST_WAIT = 90_000

/** The artifacts of a repository by GitHub's REST API. Nothing is asked before it is needed. */
export function artifactsOf(access: RepositoryAccess, ports: Ports): ArtifactRepository {
  return new RestRepository(access, ports)
}

class RestRepository implements ArtifactRepository {
  readonly name: string
  private readonly place: { owner: string; repo: string }
  private connection: Promise<Octokit> | undefined

  constructor(
    private readonly access: RepositoryAccess,
    private readonly ports: Ports,
  ) {
    this.name = access.repository
    const [owner = '', repo = ''] = access.repository.split('/')
    this.place = { owner, repo }
  }

  /** What is removed while pages are read moves the rest up, over the edge of a page: then it is read once more. */
  async list(): Promise<RemoteArtifact[]> {
    const first = await this.readPages()
    return first.moved ? (await this.readPages()).found : first.found
  }

  async find(id: number): Promise<RemoteArtifact | undefined> {
    const asked: Asked = { doing: `looking for artifact ${id} of ${this.name}`, permission: 'actions: read' }
    return this.ask(asked, async ({ rest }, request) => {
      try {
        return toArtifact((await rest.actions.getArtifact({ ...this.place, artifact_id: id, request })).data)
      } catch (error) {
        if (statusOf(error) === 404) return undefined
        throw error
      }
    })
  }

  async download(
    artifact: RemoteArtifact,
    file: string,
    progress?: (done: number, total: number) => void,
  ): Promise<string> {
    const asked: Asked = { doing: `fetching the artifact "${artifact.name}"`, permission: 'actions: read' }
    const address = (): Promise<string> =>
      this.ask(asked, async ({ rest }, request) => {
        const answer = await rest.actions.downloadArtifact({
          ...this.place,
          artifact_id: artifact.id,
          archive_format: 'zip',
          request: { ...request, redirect: 'manual' },
        })
        return this.hidden(answer.headers.location, asked)
      })
    const { doing } = asked
    return `sha256:${await downloadFile({ doing, address, file, bytes: artifact.bytes, progress }, this.ports)}`
  }

  async remove({ id, name }: Pick<RemoteArtifact, 'id' | 'name'>): Promise<void> {
    const asked: Asked = { doing: `removing the artifact "${name}" of ${this.name}`, permission: 'actions: write' }
    await this.ask(asked, async ({ rest }, request) => {
      try {
        await rest.actions.deleteArtifact({ ...this.place, artifact_id: id, request })
      } catch (error) {
        if (statusOf(error) !== 404) throw error
      }
    })
  }

  async visibility(): Promise<Visibility> {
    const asked: Asked = { doing: `asking who can see ${this.name}`, permission: 'metadata: read' }
    const { visibility, private: isPrivate } = await this.ask(
      asked,
      async ({ rest }, request) => (await rest.repos.get({ ...this.place, request })).data,
    )
    if (visibility === 'public' || visibility === 'private' || visibility === 'internal') return visibility
    return isPrivate ? 'private' : 'public'
  }

  private async readPages(): Promise<{ found: RemoteArtifact[]; moved: boolean }> {
    const asked: Asked = { doing: `listing the artifacts of ${this.name}`, permission: 'actions: read' }
    const found = new Map<number, RemoteArtifact>()
    const totals: number[] = []
    for (let page = 1; ; page++) {
      const { artifacts, total_count: total } = await this.ask(asked, async ({ rest }, request) => {
        const which = { ...this.place, per_page: PER_PAGE, page, request }
        return (await rest.actions.listArtifactsForRepo(which)).data
      })
      for (const artifact of artifacts) found.set(artifact.id, toArtifact(artifact))
      totals.push(total)
      const moved = totals.some((each, index) => each < (totals[index - 1] ?? 0))
      if (artifacts.length < PER_PAGE) return { found: [...found.values()], moved }
    }
  }

  /** Asks, again where that may help, and tells in words what went wrong. */
  private async ask<T>(
    asked: Asked,
    work: (octokit: Octokit, request: { signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { logger, clock, signal } = this.ports
    for (let attempt = 1; ; attempt++) {
      try {
        if (signal.aborted) throw new InterruptedError(asked.doing, signal.reason)
        this.connection ??= connect(this.access)
        return await work(await this.connection, { signal })
      } catch (error) {
        if (signal.aborted) throw new InterruptedError(asked.doing, error)
        const wait = waitBefore(error, attempt, clock.now())
        if (wait === undefined || wait > LONGEST_WAIT || attempt >= MAX_ATTEMPTS) {
          throw requestFailed(error, asked, clock.now())
        }
        logger.info(`GitHub did not answer as it should (${messageOf(error)}); asking again in ${wait / 1000} s.`)
        await clock.sleep(wait, signal).catch((reason: unknown) => {
          throw new InterruptedError(asked.doing, reason)
        })
      }
    }
  }

  /** The address of the content; whoever knows it can download for some minutes. */
  private hidden(address: string | undefined, { doing }: Asked): string {
    if (address === undefined) {
      throw new OperationError({
        doing,
        problem: 'GitHub did not say where the content is',
        advice: 'Run it again; githubstatus.com tells whether GitHub works.',
      })
    }
    const signature = new URL(address).searchParams.get('sig')
    for (const text of signature === null ? [] : [signature, encodeURIComponent(signature)])
      this.ports.logger.hide(text)
    return address
  }
}

/** The library is large and most operations do not need it. */
async function connect({ token, apiUrl }: RepositoryAccess) {
  const { getOctokit } = await import('@actions/github')
  return getOctokit(token, { baseUrl: apiUrl, userAgent: 'pg-lifeboat' })
}

function toArtifact(listed: ListedArtifact): RemoteArtifact {
  const { repository_id: here, head_repository_id: head } = listed.workflow_run ?? {}
  return {
    id: listed.id,
    name: listed.name,
    bytes: listed.size_in_bytes,
    digest: listed.digest ?? null,
    createdAt: new Date(listed.created_at ?? 0),
    expiresAt: listed.expires_at === null ? null : new Date(listed.expires_at),
    expired: listed.expired,
    fromFork: here !== undefined && head !== undefined && here !== head,
  }
}
