import type { Context } from '../context.js'
import { InterruptedError } from '../errors.js'
import type { RepositoryAccess } from './github-artifacts.js'
import { requestFailed, type Asked } from './github-errors.js'

/** What decides whether GitHub goes on starting the scheduled workflows of a repository. */
export interface ScheduleFacts {
  /** Only of public repositories are schedules disabled. */
  isPublic: boolean
  /** The newest commit of the default branch; null where there is none. */
  lastCommit: Date | null
  /** Workflows that were disabled because nothing was committed, by their files. */
  disabled: string[]
}

const PER_PAGE = 100

/**
 * Asks GitHub's REST API once for each; whoever watches asks again soon.
 *
 * Throws `OperationError` saying which permission is missing.
 */
export async function scheduleFacts(
  { repository, token, apiUrl }: RepositoryAccess,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<ScheduleFacts> {
  const { getOctokit } = await import('@actions/github')
  const { rest } = getOctokit(token, { baseUrl: apiUrl, userAgent: 'pg-lifeboat' })
  const [owner = '', repo = ''] = repository.split('/')
  const common = { owner, repo, request: { signal } }
  const ask = async <T>(asked: Asked, work: () => Promise<T>): Promise<T> => {
    try {
      signal.throwIfAborted()
      return await work()
    } catch (error) {
      throw signal.aborted ? new InterruptedError(asked.doing, error) : requestFailed(error, asked, clock.now())
    }
  }
  const about = await ask({ doing: `asking who can see ${repository}`, permission: 'metadata: read' }, () =>
    rest.repos.get(common),
  )
  const commits = await ask({ doing: `looking at the commits of ${repository}`, permission: 'contents: read' }, () =>
    rest.repos.listCommits({ ...common, per_page: 1 }),
  )
  const listed = await ask({ doing: `listing the workflows of ${repository}`, permission: 'actions: read' }, () =>
    rest.actions.listRepoWorkflows({ ...common, per_page: PER_PAGE }),
  )
  const date = commits.data[0]?.commit.committer?.date
  return {
    isPublic: !about.data.private,
    lastCommit: date === undefined ? null : new Date(date),
    disabled: listed.data.workflows.filter(({ state }) => state === 'disabled_inactivity').map(({ path }) => path),
  }
}
