import type { Http, HttpAnswer, HttpRequest } from '../../src/platform/http.js'

export interface TrackedIssue {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  labels: string[]
  comments: string[]
  pull_request?: object
}

/** What a request may be answered with instead of what it asks for; undefined lets it pass. */
type Fault = (request: HttpRequest, asked: number) => HttpAnswer | 'cut after' | undefined

/** The issues of `owner/name` as GitHub's REST API has them, in memory. */
export class IssueTracker {
  readonly issues: TrackedIssue[] = []
  readonly requests: HttpRequest[] = []
  labels: string[] = []
  fault: Fault = () => undefined

  readonly http: Http = async (request) => {
    await Promise.resolve()
    this.requests.push(request)
    const fault = this.fault(request, this.requests.length)
    if (fault !== undefined && fault !== 'cut after') return fault
    const [status, body] = this.answer(request)
    if (fault === 'cut after') throw new Error('socket hang up')
    return { status, headers: {}, body: JSON.stringify(body) }
  }

  /** What was asked for, as `POST issues/1/comments`. */
  asked(): string[] {
    return this.requests.map(({ method, url }) => `${method} ${new URL(url).pathname.split('/').slice(4).join('/')}`)
  }

  private answer({ method, url, body, headers }: HttpRequest): [status: number, body: unknown] {
    const { pathname, searchParams } = new URL(url)
    const [, , owner, name, what, number, comments] = pathname.split('/')
    const given = JSON.parse(body ?? '{}') as {
      title?: string
      name?: string
      labels?: string[]
    } & Partial<TrackedIssue>
    if (headers?.authorization !== 'Bearer token') return [401, {}]
    if (`${owner ?? ''}/${name ?? ''}` !== 'owner/name') return [404, {}]
    if (what === 'labels') return this.label(given.name ?? '')
    if (number === undefined) return method === 'GET' ? [200, this.page(searchParams)] : this.create(given)
    return this.change(Number(number), given, comments !== undefined)
  }

  private change(number: number, given: Partial<TrackedIssue>, isComment: boolean): [number, unknown] {
    const issue = this.issues.find((one) => one.number === number)
    if (issue === undefined) return [404, {}]
    if (isComment) issue.comments.push(given.body ?? '')
    else Object.assign(issue, given)
    return [isComment ? 201 : 200, issue]
  }

  private label(name: string): [number, unknown] {
    if (this.labels.includes(name)) return [422, { message: 'Validation Failed' }]
    this.labels.push(name)
    return [201, { name }]
  }

  private create({ title = '', body = '', labels = [] }: Partial<TrackedIssue>): [number, unknown] {
    // GitHub leaves out a label without a word that is not there and may not be made.
    const known = labels.filter((label) => this.labels.includes(label))
    const issue: TrackedIssue = {
      number: this.issues.length + 1,
      title,
      body,
      state: 'open',
      labels: known,
      comments: [],
    }
    this.issues.push(issue)
    return [201, { ...issue, labels: known.map((label) => ({ name: label })) }]
  }

  private page(query: URLSearchParams): unknown[] {
    const size = Number(query.get('per_page') ?? 30)
    const from = (Number(query.get('page') ?? 1) - 1) * size
    const label = query.get('labels') ?? ''
    return [...this.issues]
      .reverse()
      .filter(({ state, labels }) => state === query.get('state') && labels.includes(label))
      .slice(from, from + size)
  }
}
