import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** What GitHub's REST API says of the repository `owner/name`, for tests of its schedules. */
export interface RepositoryApi {
  /** By path; others are not found. */
  readonly answers: Record<string, { status?: number; body: unknown }>
  /** What requests were authorized with. */
  readonly authorizations: ReadonlySet<string>
  /** A job there: its variables, without a token. */
  readonly environment: Readonly<Record<string, string>>
  /** Sets when the last commit was. */
  committed(at: Date): void
  /** Sets the workflows, each with its state, such as `active` or `disabled_inactivity`. */
  workflows(states: Readonly<Record<string, string>>): void
  stop(): Promise<void>
}

/** A public repository with a commit of yesterday and one active workflow, until a test says otherwise. */
export async function startRepositoryApi(): Promise<RepositoryApi> {
  const answers: RepositoryApi['answers'] = { '/repos/owner/name': { body: { private: false } } }
  const authorizations = new Set<string>()
  const server = http.createServer((request, response) => {
    authorizations.add(request.headers.authorization ?? '')
    const { pathname } = new URL(request.url ?? '', 'http://x')
    const { status = 200, body } = answers[pathname] ?? { status: 404, body: {} }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const api: RepositoryApi = {
    answers,
    authorizations,
    environment: {
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'owner/name',
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    committed: (at) => {
      answers['/repos/owner/name/commits'] = { body: [{ commit: { committer: { date: at.toISOString() } } }] }
    },
    workflows: (states) => {
      const workflows = Object.entries(states).map(([name, state]) => ({ path: `.github/workflows/${name}`, state }))
      answers['/repos/owner/name/actions/workflows'] = { body: { total_count: workflows.length, workflows } }
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  api.committed(new Date(Date.now() - 24 * 3_600_000))
  api.workflows({ 'backup.yml': 'active' })
  return api
}
