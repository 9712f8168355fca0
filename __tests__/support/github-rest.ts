import type http from 'node:http'
import type { GitHubServices, StoredArtifact } from './github-services.js'

type Json = Record<string, unknown>

interface Answer {
  status: number
  body?: Json
  headers?: Readonly<Record<string, string>>
}

/** What a token of the REST API must be. */
export const REST_TOKEN = 'ghs_a-token-that-nobody-may-see'

const DAY = 86_400_000
const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found' } }

/** What a request asks for: `rest:list`, `rest:get`, `rest:download`, `rest:delete`, `rest:repository`. */
export function restName({ method }: Pick<http.IncomingMessage, 'method'>, url: URL): string {
  const { artifacts, id, zip } = partsOf(url)
  if (artifacts === undefined) return 'rest:repository'
  if (zip !== undefined) return 'rest:download'
  return method === 'DELETE' ? 'rest:delete' : id === undefined ? 'rest:list' : 'rest:get'
}

/** GitHub's REST API as far as artifacts need it, for the repository `owner/name`. */
export function answerRest(services: GitHubServices, request: http.IncomingMessage, url: URL): Answer {
  const name = restName(request, url)
  const { repository } = partsOf(url)
  if (request.headers.authorization !== `token ${REST_TOKEN}`) {
    return { status: 401, body: { message: 'Bad credentials' } }
  }
  if (repository !== 'owner/name') return NOT_FOUND
  if (name === 'rest:repository') {
    return { status: 200, body: { visibility: services.visibility, private: services.visibility !== 'public' } }
  }
  const isAllowed = services.permission === 'write' || (services.permission === 'read' && name !== 'rest:delete')
  if (!isAllowed) return { status: 403, body: { message: 'Resource not accessible by integration' } }
  return name === 'rest:list' ? { status: 200, body: page(services, url.searchParams) } : one(services, name, url)
}

function one(services: GitHubServices, name: string, url: URL): Answer {
  const { id } = partsOf(url)
  const artifact = services.artifacts.find((each) => each.finalized && each.id === id)
  if (artifact === undefined) return NOT_FOUND
  if (name === 'rest:get') return { status: 200, body: described(services, artifact) }
  if (name === 'rest:delete') {
    services.artifacts.splice(services.artifacts.indexOf(artifact), 1)
    return { status: 204 }
  }
  if (artifact.expired === true) return { status: 410, body: { message: 'Artifact has expired' } }
  return { status: 302, headers: { location: services.signed(artifact.blob) } }
}

/** The newest first, a page at a time, as GitHub lists them. */
function page(services: GitHubServices, query: URLSearchParams): Json {
  const size = Number(query.get('per_page') ?? 30)
  const from = (Number(query.get('page') ?? 1) - 1) * size
  const newestFirst = services.artifacts.filter(({ finalized }) => finalized).reverse()
  const artifacts = newestFirst.slice(from, from + size).map((artifact) => described(services, artifact))
  return { total_count: newestFirst.length, artifacts }
}

function described(services: GitHubServices, artifact: StoredArtifact): Json {
  const { createdAt, expired = false, fromFork = false, digest } = artifact
  return {
    id: Number(artifact.id),
    name: artifact.name,
    size_in_bytes: services.contentOf(artifact).length,
    expired,
    created_at: createdAt.toISOString(),
    expires_at: artifact.expiresAt ?? new Date(createdAt.getTime() + 90 * DAY).toISOString(),
    digest: digest === '' ? null : digest,
    workflow_run: { id: 77, repository_id: 1, head_repository_id: fromFork ? 2 : 1 },
  }
}

/** `/api/repos/owner/name/actions/artifacts/1001/zip` */
function partsOf(url: URL): { repository: string; artifacts?: string; id?: string; zip?: string } {
  const [, , , owner = '', name = '', , artifacts, id, zip] = url.pathname.split('/')
  return {
    repository: `${owner}/${name}`,
    ...(artifacts !== undefined && { artifacts }),
    ...(id !== undefined && { id }),
    ...(zip !== undefined && { zip }),
  }
}
