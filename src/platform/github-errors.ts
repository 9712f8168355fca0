import type { LifeboatError } from '../errors.js'
import { InterruptedError, OperationError, messageOf } from '../errors.js'

/** What a request to GitHub's API was for, for its errors. */
export interface Asked {
  /** `listing the artifacts of owner/name` */
  doing: string
  /** What the token must be allowed to do. */
  permission: 'actions: read' | 'actions: write' | 'contents: read' | 'metadata: read'
}

/** The status of an answer that is an error; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return has(error, 'status') && typeof error.status === 'number' ? error.status : undefined
}

/**
 * How long to wait before asking again, in milliseconds; undefined where asking again is of no use.
 *
 * @param attempt 1 for the first one that failed
 */
export function waitBefore(error: unknown, attempt: number, now: Date): number | undefined {
  const status = statusOf(error)
  const backoff = 1000 * 4 ** (attempt - 1)
  if (status === undefined) return isNoAnswer(error) ? backoff : undefined
  if (status >= 500) return backoff
  const limited = limitedUntil(error, now)
  return limited === undefined ? undefined : Math.max(backoff, limited.getTime() - now.getTime())
}

/** What a person reads when a request failed for good. */
export function requestFailed(error: unknown, { doing, permission }: Asked, now: Date): LifeboatError {
  const limited = limitedUntil(error, now)
  if (limited !== undefined) {
    return new OperationError({
      doing,
      problem: `GitHub takes no more requests from this token until ${limited.toISOString()}`,
      advice: 'A job has 1,000 requests an hour. Run it again later, or have fewer jobs at the same time.',
      cause: error,
    })
  }
  const [problem, advice] = meaningOf(error, permission)
  return new OperationError({ doing, problem, advice, cause: error })
}

function meaningOf(error: unknown, permission: string): [problem: string, advice: string] {
  switch (statusOf(error)) {
    case 401:
      return ['the token was not accepted', 'Check github-token: it may have expired, or be of another server.']
    case 403:
      return [
        `the token may not do this; it needs the permission "${permission}"`,
        `Add "permissions: ${permission}" to the job (with it, every other permission that the job needs), or use a token that has it.`,
      ]
    case 404:
      return [
        'there is no such repository or artifact, or the token may not see it',
        `Check the name of the repository, and that the token has the permission "${permission}" there.`,
      ]
    case 410:
      return ['the artifact has expired', 'Use another set, or a copy of this one in another store.']
    case undefined:
      return [`GitHub could not be reached: ${messageOf(error)}`, 'Check the network and the proxy, then run it again.']
    default:
      return [`GitHub answered: ${messageOf(error)}`, 'Run it again; githubstatus.com tells whether GitHub works.']
  }
}

/** When requests are taken again, where this is what the answer says. */
function limitedUntil(error: unknown, now: Date): Date | undefined {
  const status = statusOf(error)
  if (status !== 429 && status !== 403) return undefined
  const wait = Number(header(error, 'retry-after'))
  if (Number.isFinite(wait) && wait > 0) return new Date(now.getTime() + wait * 1000)
  const reset = Number(header(error, 'x-ratelimit-reset'))
  if (header(error, 'x-ratelimit-remaining') === '0' && reset > 0) return new Date(reset * 1000)
  return status === 429 ? new Date(now.getTime() + 1000) : undefined
}

function header(error: unknown, name: string): string | undefined {
  const response = has(error, 'response') ? error.response : undefined
  const headers = has(response, 'headers') ? response.headers : undefined
  const value = has(headers, name) ? headers[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** Whether the connection failed, and not our own doing. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof Error && !(error instanceof InterruptedError)
}

function has<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value
}
