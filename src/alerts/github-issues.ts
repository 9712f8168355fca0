import { z } from 'zod'
import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import { OperationError } from '../errors.js'
import { deliver, type Bounds, type DeliveryPorts } from './deliver.js'

/** The label by which issues are found again; nobody without rights in the repository can set it. */
export const LABEL = 'pg-lifeboat'

export interface IssueAccess {
  /** `owner/name` */
  repository: string
  token: string
  /** `https://api.github.com`, or that of another server. */
  apiUrl: string
}

export interface Issue {
  number: number
  body: string
}

const Listed = z.array(
  z.object({ number: z.number(), body: z.string().nullish(), pull_request: z.unknown().optional() }),
)
const Created = z.object({ number: z.number(), labels: z.array(z.union([z.string(), z.object({ name: z.string() })])) })

const PER_PAGE = 100

/** Issues of one label in one repository are not more than this, unless something is very wrong. */
const MOST_PAGES = 10

/** The issues of a repository that have our label, by GitHub's REST API. Throws `OperationError`. */
export class GitHubIssues {
  constructor(
    private readonly access: IssueAccess,
    private readonly ports: DeliveryPorts,
    private readonly bounds: Bounds,
  ) {}

  /** The open issues, the oldest first. */
  async open(): Promise<Issue[]> {
    const issues: Issue[] = []
    for (let page = 1; page <= MOST_PAGES; page++) {
      const listed = await this.page('open', page)
      issues.push(...listed.issues)
      if (listed.isLast) break
    }
    return issues.sort((a, b) => a.number - b.number)
  }

  /** The issues that were closed last. */
  async lately(): Promise<Issue[]> {
    return (await this.page('closed', 1)).issues
  }

  /**
   * Opens an issue under our label, in one attempt: where no answer comes, it may be there all the same, and a second one
   * would be too much. Tells whether it has its label, without which it cannot be found again.
   */
  async create(title: string, body: string): Promise<{ hasLabel: boolean }> {
    const given = { title, body, labels: [LABEL] }
    const { labels } = await this.ask('opening an issue', 'POST', 'issues', { body: given, attempts: 1 }, Created)
    return { hasLabel: labels.some((label) => (typeof label === 'string' ? label : label.name) === LABEL) }
  }

  /** Makes our label where it is not there yet. */
  async ensureLabel(): Promise<void> {
    const label = { name: LABEL, color: 'b60205', description: 'A problem with backups, kept by pg-lifeboat' }
    // 422: it is there.
    await this.ask('making the label', 'POST', 'labels', { body: label, accept: [422] }, z.unknown())
  }

  /** Changes the body or the state of an issue. */
  async change(number: number, change: Readonly<Record<string, string>>): Promise<void> {
    await this.ask(`changing issue ${number}`, 'PATCH', `issues/${number}`, { body: change }, z.unknown())
  }

  async comment(number: number, body: string): Promise<void> {
    await this.ask(
      `commenting on issue ${number}`,
      'POST',
      `issues/${number}/comments`,
      { body: { body } },
      z.unknown(),
    )
  }

  private async page(state: 'open' | 'closed', page: number): Promise<{ issues: Issue[]; isLast: boolean }> {
    const query = new URLSearchParams({
      state,
      labels: LABEL,
      sort: 'updated',
      per_page: String(PER_PAGE),
      page: String(page),
    })
    const listed = await this.ask('listing issues', 'GET', `issues?${query.toString()}`, {}, Listed)
    const issues = listed.filter((one) => one.pull_request === undefined)
    return {
      issues: issues.map(({ number, body }) => ({ number, body: body ?? '' })),
      isLast: listed.length < PER_PAGE,
    }
  }

  private async ask<T>(
    what: string,
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    { body, accept = [], attempts }: { body?: object; accept?: readonly number[]; attempts?: number },
    shape: z.ZodType<T>,
  ): Promise<T> {
    const { apiUrl, repository, token } = this.access
    const doing = `${what} in ${repository}`
    const request = () => ({
      method,
      url: `${apiUrl.replace(/\/+$/, '')}/repos/${repository}/${path}`,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'x-github-api-version': '2022-11-28',
        ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const refusals = Object.keys(REFUSALS).map(Number)
    const answer = await deliver(
      {
        doing,
        request,
        bounds: this.bounds,
        accept: [...accept, ...refusals],
        ...(attempts !== undefined && { attempts }),
      },
      this.ports,
    )
    const refused = accept.includes(answer.status) ? undefined : REFUSALS[answer.status]
    if (refused !== undefined) {
      throw new OperationError({ doing, ...refused })
    }
    return shape.parse(fromJson(answer.body))
  }
}

/** What GitHub means by refusing; a 403 that says when to come again never gets here. */
const REFUSALS: Readonly<Record<number, { problem: string; advice: string }>> = {
  401: {
    problem: 'the token was not accepted',
    advice: 'Check github-token: it may have expired, or be of another server.',
  },
  403: {
    problem: 'the token may not do this; it needs the permission "issues: write"',
    advice: 'Add "permissions: issues: write" to the job (with it, every other permission that the job needs).',
  },
  404: {
    problem: 'there is no such repository, or the token may not see it',
    advice: 'Check that the token has the permission "issues: write" there.',
  },
  410: {
    problem: 'issues are turned off in this repository',
    advice: 'Turn them on in the settings of the repository, or leave out problem-issues.',
  },
}

function fromJson(text: string): unknown {
  try {
    return parseBoundedJson(text, SMALL_JSON)
  } catch {
    return undefined
  }
}
