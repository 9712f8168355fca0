import type { Context } from '../context.js'
import { UsageError } from '../errors.js'
import { jobOf, missingArtifactService, type Job } from '../platform/github.js'
import type { RepositoryAccess } from '../platform/github-artifacts.js'
import type { StoreTools } from './settings.js'

/** What an artifact store needs of the outside, and how it is set up. */
export type ArtifactStoreTools = Pick<
  StoreTools,
  'logger' | 'clock' | 'workspace' | 'environment' | 'signal' | 'listingCache'
> & {
  settings: Omit<StoreTools['settings'], 'sshKey' | 'sshKnownHosts' | 'rsyncPassword'>
}

/** What a location of an artifact store says, with what the environment adds. */
export interface ArtifactAccess extends RepositoryAccess {
  /** `artifact:owner/name`, `artifact:owner/name#app` */
  name: string
  /** The series that the store is for, where the location names one; another repository's are not looked at. */
  series: string | null
  /** The job that uploads, or why nothing can be uploaded from here. */
  uploader: Job | string
}

const FORM = /^artifact:(?:([A-Za-z0-9](?:[A-Za-z0-9-]*)\/[A-Za-z0-9._-]+))?(?:#(.+))?$/i

/**
 * Reads `artifact:` (this repository), `artifact:owner/name` and either of them with `#series`, which lets one
 * repository keep several series.
 *
 * Throws `UsageError` for another form, outside of a job without a repository, and without a token.
 */
export function artifactAccess(
  location: string,
  { environment, settings }: Pick<ArtifactStoreTools, 'environment' | 'settings'>,
): ArtifactAccess {
  const doing = `opening the store "${location}"`
  const read = FORM.exec(location)
  if (read === null) {
    throw new UsageError({
      doing,
      problem: 'this is no store of artifacts',
      advice:
        'Write artifact: for this repository, artifact:owner/name for another, and #series after it to keep several series apart.',
    })
  }
  const repository = read[1] ?? given(environment.GITHUB_REPOSITORY)
  if (repository === undefined) {
    throw new UsageError({
      doing,
      problem: 'it does not name a repository, and this is no job of GitHub Actions, which would tell',
      advice: 'Write artifact:owner/name.',
    })
  }
  const series = read[2] ?? null
  return {
    name: `artifact:${repository}${series === null ? '' : `#${series}`}`,
    repository,
    series,
    token: tokenOf(doing, settings.githubToken ?? given(environment.GITHUB_TOKEN)),
    apiUrl: given(environment.GITHUB_API_URL) ?? 'https://api.github.com',
    uploader: uploaderOf(repository, environment),
  }
}

function tokenOf(doing: string, token: string | undefined): string {
  if (token !== undefined) return token
  throw new UsageError({
    doing,
    problem: 'there is no token to read artifacts with',
    advice:
      'In a job, give github-token: ${{ github.token }} and the permission "actions: read" ("actions: write" to remove old sets). Elsewhere, give a token that may read the artifacts of the repository.',
  })
}

/** Only a job can upload, and only to its own repository. */
function uploaderOf(repository: string, environment: Context['environment']): Job | string {
  const job = jobOf(environment)
  if (job === null) return 'artifacts can only be uploaded by a job of GitHub Actions'
  if (job.repository.toLowerCase() !== repository.toLowerCase()) {
    return `a job of ${job.repository} can only upload artifacts to ${job.repository}`
  }
  return missingArtifactService(environment) ?? job
}

/** An empty variable is as good as none. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
