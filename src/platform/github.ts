import { readFileSync } from 'node:fs'
import { LARGE_JSON, parseBoundedJson } from '../bounded-json.js'

/** Who can see the repository, and so download its artifacts. What cannot be told counts as public. */
export type Visibility = 'public' | 'private' | 'internal' | 'unknown'

/** The job of GitHub Actions that we run in. */
export interface Job {
  /** `owner/name` */
  repository: string
  runId: string
  /** 1 for the first attempt, 2 when the job was run again, … */
  runAttempt: number
  /** The folder of the checkout; it ends with the job on hosted runners. */
  workspace: string
  /** The runner's folder for temporary files; emptied before and after each job. */
  runnerTemp: string
  eventName: string
  /** `https://github.com` */
  serverUrl: string
  visibility: Visibility
}

type Environment = Readonly<Record<string, string | undefined>>

/** The job that the environment describes, or null where there is none. */
export function jobOf(environment: Environment): Job | null {
  if (environment.GITHUB_ACTIONS !== 'true') {
    return null
  }
  return {
    repository: environment.GITHUB_REPOSITORY ?? '',
    runId: environment.GITHUB_RUN_ID ?? '',
    runAttempt: Number(environment.GITHUB_RUN_ATTEMPT ?? 1) || 1,
    workspace: environment.GITHUB_WORKSPACE ?? '',
    runnerTemp: environment.RUNNER_TEMP ?? '',
    eventName: environment.GITHUB_EVENT_NAME ?? '',
    serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
    visibility: visibilityOf(environment.GITHUB_EVENT_PATH),
  }
}

/**
 * Why an unencrypted dump must not become an artifact of the repository, or null where only those can download it who
 * can read the repository anyway.
 */
export function exposure(visibility: Visibility): string | null {
  switch (visibility) {
    case 'public':
      return 'the repository is public, and everybody could download the unencrypted dump'
    case 'unknown':
      return 'it cannot be told whether the repository is public, where everybody could download the unencrypted dump'
    case 'private':
    case 'internal':
      return null
  }
}

/** Why nothing can be uploaded from here, or null where the runner offers its artifact service. */
export function missingArtifactService(environment: Environment): string | null {
  const missing = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'].find((name) => !environment[name])
  return missing === undefined ? null : `this runner offers no artifact service (${missing} is not set)`
}

/** The visibility that the event's payload tells; every event of a repository carries it, the scheduled ones too. */
function visibilityOf(eventPath: string | undefined): Visibility {
  const repository = repositoryIn(eventPath)
  switch (repository?.visibility) {
    case 'public':
    case 'private':
    case 'internal':
      return repository.visibility
    default:
      return repository?.private === true ? 'private' : repository?.private === false ? 'public' : 'unknown'
  }
}

function repositoryIn(eventPath: string | undefined): { visibility?: unknown; private?: unknown } | undefined {
  if (eventPath === undefined || eventPath === '') {
    return undefined
  }
  try {
    const event = parseBoundedJson(readFileSync(eventPath, 'utf8'), LARGE_JSON) as {
      repository?: { visibility?: unknown; private?: unknown }
    } | null
    return event?.repository
  } catch {
    // A payload that cannot be read tells nothing, and then the guard is on the safe side.
    return undefined
  }
}
