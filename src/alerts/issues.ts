import { OperationError } from '../errors.js'
import type { Announcement } from './announcement.js'
import type { Channel } from './channel.js'
import type { Bounds, DeliveryPorts } from './deliver.js'
import { GitHubIssues, LABEL, type Issue, type IssueAccess } from './github-issues.js'
import { kindOf, markerOf, readMarker, type Marker } from './issue-marker.js'
import { bodyOf, changeOf, endOf, returnOf, titleOf } from './issue-text.js'
import { pressing, type Problem } from './problems.js'

export const ISSUE_BOUNDS: Bounds = { attempt: 10_000, total: 30_000 }

/** A run with more problems than this has one cause; the heaviest of them tell it. */
export const MOST_ISSUES = 10

const MOST_TRIES = 3

const INTERRUPTED = 130

/**
 * One GitHub issue a problem: opened when it first shows, changed in place while it lasts, commented when it is not what
 * it was, and closed with a comment after a good run of the same kind. People who watch it hear only of changes.
 */
export function problemIssues(access: IssueAccess, ports: DeliveryPorts, bounds = ISSUE_BOUNDS): Channel {
  const issues = new GitHubIssues(access, ports, bounds)
  return {
    name: `the issues of ${access.repository}`,
    end: async (announcement) => {
      // Who stopped a run knows it, and a rehearsal has neither begun nor ended anything.
      if (announcement.exitCode === INTERRUPTED || announcement.report.dryRun === true) {
        return
      }
      await reconcile(issues, announcement)
    },
  }
}

async function reconcile(issues: GitHubIssues, announcement: Announcement): Promise<void> {
  const current = pressing(announcement.problems).map((problem) => ({
    problem,
    marker: markerOf(announcement.report, problem),
  }))
  const open = marked(await issues.open())
  for (const { problem, marker } of current.slice(0, MOST_ISSUES)) {
    const known = open.find((issue) => issue.marker.key === marker.key)
    await (known === undefined
      ? openOne(issues, announcement, problem, marker)
      : update(issues, known, announcement, problem, marker))
  }
  if (announcement.report.failure === undefined) {
    const ended = open.filter(({ marker }) => hasEnded(marker, announcement, current))
    for (const issue of ended) {
      await close(issues, issue, announcement)
    }
  }
}

/** An issue with what it remembers. */
type Marked = Issue & { marker: Marker }

function marked(issues: readonly Issue[]): Marked[] {
  return issues.flatMap((issue) => {
    const marker = readMarker(issue.body)
    return marker === undefined ? [] : [{ ...issue, marker }]
  })
}

/** Only a run of the same kind that came to its end can tell that a problem is gone. */
function hasEnded(marker: Marker, { report }: Announcement, current: readonly { marker: Marker }[]): boolean {
  return marker.kind === kindOf(report) && current.every((one) => one.marker.key !== marker.key)
}

/** A problem that comes back is the same issue, with all that was said there. */
async function openOne(
  issues: GitHubIssues,
  announcement: Announcement,
  problem: Problem,
  marker: Marker,
): Promise<void> {
  const body = bodyOf(announcement, problem, marker)
  const earlier = marked(await issues.lately()).find((issue) => issue.marker.key === marker.key)
  if (earlier === undefined) {
    await create(issues, titleOf(announcement, problem), body, marker)
    return
  }
  await issues.change(earlier.number, { state: 'open', body })
  await issues.comment(earlier.number, returnOf(announcement, problem))
}

async function create(issues: GitHubIssues, title: string, body: string, { key }: Marker): Promise<void> {
  await issues.ensureLabel()
  for (let attempt = 1; ; attempt++) {
    const created = await issues.create(title, body).catch(async (error: unknown) => {
      // The answer may be lost of what was done.
      const isThere = marked(await issues.open()).some(({ marker }) => marker.key === key)
      if (!isThere && attempt >= MOST_TRIES) throw error
      return isThere ? { hasLabel: true } : undefined
    })
    if (created?.hasLabel === false) throw unlabelled()
    if (created !== undefined) return
  }
}

function unlabelled(): OperationError {
  return new OperationError({
    doing: 'opening an issue',
    problem: `it was opened, but the token may not set the label "${LABEL}", by which it would be found again`,
    advice: 'Give a token that may write issues and labels ("permissions: issues: write").',
  })
}

/** The body always tells the last run, which notifies nobody; a comment, which does, only tells a change. */
async function update(
  issues: GitHubIssues,
  { number, marker: before }: Marked,
  announcement: Announcement,
  problem: Problem,
  marker: Marker,
): Promise<void> {
  await issues.change(number, { body: bodyOf(announcement, problem, marker) })
  if (before.state !== marker.state) {
    await issues.comment(number, changeOf(announcement, problem))
  }
}

async function close(issues: GitHubIssues, { number }: Issue, announcement: Announcement): Promise<void> {
  await issues.comment(number, endOf(announcement))
  await issues.change(number, { state: 'closed', state_reason: 'completed' })
}
