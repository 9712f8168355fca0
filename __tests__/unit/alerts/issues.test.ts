import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { printMarker, readMarker } from '../../../src/alerts/issue-marker.js'
import { MOST_ISSUES, problemIssues } from '../../../src/alerts/issues.js'
import { FINDINGS, finding, type FindingCode } from '../../../src/findings.js'
import type { Report } from '../../../src/report/report.js'
import { SLOW, announced } from '../../support/announced.js'
import { IssueTracker } from '../../support/issue-tracker.js'
import { VirtualClock } from '../../support/virtual-clock.js'

const FULL = { level: 'warning', measure: 'disk_space', message: 'The store has 0.9 GB left, less than 1 GB.' } as const

async function run(tracker: IssueTracker, overrides: Partial<Report> = {}, token = 'token'): Promise<void> {
  const clock = new VirtualClock()
  const access = { repository: 'owner/name', token, apiUrl: 'https://api.github.example/' }
  const channel = problemIssues(access, { http: tracker.http, clock, signal: new AbortController().signal })
  tracker.requests.length = 0
  await clock.run(channel.end(announced(overrides)))
}

function states(tracker: IssueTracker): string[] {
  return tracker.issues.map(({ title, state, comments }) => `${title} | ${state} | ${comments.length}`)
}

const DURATION = 'Backup daily of masclet_imperi: duration'

describe('the issues of problems', () => {
  test('a good run opens none, and asks once', async () => {
    const tracker = new IssueTracker()
    await run(tracker)
    expect(states(tracker)).toEqual([])
    expect(tracker.asked()).toEqual(['GET issues'])
  })

  test('a problem has one issue: opened, silent while it lasts, commented when it changes, closed when it ends', async () => {
    const tracker = new IssueTracker()
    await run(tracker, { alerts: [SLOW] })
    expect(states(tracker)).toEqual([`${DURATION} | open | 0`])

    await run(tracker, { alerts: [{ ...SLOW, message: 'The backup took 41 min, more than 30 min.' }] })
    expect(states(tracker)).toEqual([`${DURATION} | open | 0`])
    expect(tracker.issues[0]?.body).toContain('41 min')

    await run(tracker, { alerts: [{ ...SLOW, level: 'warning' }] })
    expect(states(tracker)).toEqual([`${DURATION} | open | 1`])
    expect(tracker.issues[0]?.comments[0]).toContain('This has changed')

    await run(tracker)
    expect(states(tracker)).toEqual([`${DURATION} | closed | 2`])
    expect(tracker.issues[0]?.comments[1]).toContain('This problem has ended')
  })

  test('a problem that comes back is the same issue again', async () => {
    const tracker = new IssueTracker()
    await run(tracker, { alerts: [SLOW] })
    await run(tracker)
    await run(tracker, { alerts: [SLOW] })
    expect(states(tracker)).toEqual([`${DURATION} | open | 2`])
    expect(tracker.issues[0]?.comments[1]).toContain('It is back')
  })

  test('each problem has its own, and only those are closed that ended', async () => {
    const tracker = new IssueTracker()
    await run(tracker, { alerts: [SLOW, FULL] })
    await run(tracker, { alerts: [FULL] })
    expect(states(tracker)).toEqual([
      `${DURATION} | closed | 1`,
      'Backup daily of masclet_imperi: disk_space | open | 0',
    ])
  })

  test.each([
    ['another type', { type: 'weekly' }],
    ['another series', { series: 'other' }],
    ['another operation', { operation: 'validate' }],
    ['a run that failed', { failure: { message: 'No backup', causes: [], exitCode: 1 } }],
    ['a rehearsal', { dryRun: true }],
  ] as [string, Partial<Report>][])('%s closes nothing', async (_, overrides) => {
    const tracker = new IssueTracker()
    await run(tracker, { alerts: [SLOW] })
    await run(tracker, overrides)
    expect(tracker.issues[0]?.state).toBe('open')
  })

  test('the same trouble of another type is another problem', async () => {
    const tracker = new IssueTracker()
    await run(tracker, { alerts: [SLOW] })
    await run(tracker, { alerts: [SLOW], type: 'weekly' })
    expect(states(tracker)).toEqual([`${DURATION} | open | 0`, `${DURATION.replace('daily', 'weekly')} | open | 0`])
  })

  test('who stopped a run is told nothing', async () => {
    const tracker = new IssueTracker()
    await run(tracker, { failure: { message: 'Interrupted', causes: [], exitCode: 130 } })
    expect(tracker.asked()).toEqual([])
  })

  test('info opens none', async () => {
    const tracker = new IssueTracker()
    await run(tracker, { alerts: [{ ...SLOW, level: 'info' }] })
    expect(tracker.issues).toEqual([])
  })

  test('no more issues than somebody can read, whatever is found', async () => {
    const tracker = new IssueTracker()
    const codes = (Object.keys(FINDINGS) as FindingCode[]).filter((code) => FINDINGS[code].severity === 'error')
    const findings = codes.map((code) => finding(code, 'x', 'y'))
    await run(tracker, { findings })
    expect(tracker.issues).toHaveLength(MOST_ISSUES)
    await run(tracker, { findings })
    expect(tracker.issues.filter(({ state }) => state === 'open')).toHaveLength(MOST_ISSUES)
  })

  test('finds its issue among hundreds, and never takes a pull request or an issue without its marker', async () => {
    const tracker = new IssueTracker()
    await run(tracker, { alerts: [SLOW] })
    const body = tracker.issues[0]?.body ?? ''
    tracker.issues[0]!.body = `${body}\nedited by somebody`
    for (let number = 2; number <= 250; number++) {
      const other = {
        number,
        title: 'x',
        body: 'no marker',
        state: 'open' as const,
        labels: ['pg-lifeboat'],
        comments: [],
      }
      tracker.issues.push(
        number === 100 ? { ...other, body, pull_request: {} } : number === 3 ? { ...other, body } : other,
      )
    }
    await run(tracker, { alerts: [{ ...SLOW, level: 'warning' }] })
    expect(tracker.issues.filter(({ comments }) => comments.length > 0).map(({ number }) => number)).toEqual([3])
    expect(tracker.issues).toHaveLength(250)
  })

  test('asks again where GitHub stumbles', async () => {
    const tracker = new IssueTracker()
    tracker.fault = (_, asked) => (asked % 3 === 1 ? { status: 502, headers: {}, body: '' } : undefined)
    await run(tracker, { alerts: [SLOW] })
    expect(states(tracker)).toEqual([`${DURATION} | open | 0`])
  })

  test('an issue that was opened though the answer was lost is not opened twice', async () => {
    const tracker = new IssueTracker()
    let cuts = 0
    tracker.fault = ({ method, url }) =>
      method === 'POST' && url.endsWith('/issues') && cuts++ === 0 ? 'cut after' : undefined
    await run(tracker, { alerts: [SLOW] })
    expect(states(tracker)).toEqual([`${DURATION} | open | 0`])
  })

  test.each([
    [401, /token was not accepted/],
    [403, /needs the permission "issues: write"/],
    [404, /no such repository/],
    [410, /issues are turned off/i],
  ])('says what %d means', async (status, words) => {
    const tracker = new IssueTracker()
    tracker.fault = () => ({ status, headers: {}, body: '{}' })
    await expect(run(tracker, { alerts: [SLOW] })).rejects.toThrow(words)
  })

  test('the label is there before the issue, or the issue would never be found again', async () => {
    const tracker = new IssueTracker()
    tracker.fault = ({ url }) => (url.endsWith('/labels') ? { status: 422, headers: {}, body: '{}' } : undefined)
    await expect(run(tracker, { alerts: [SLOW] })).rejects.toThrow(/may not set the label/)
  })
})

describe('what stands in an issue', () => {
  const hostile = '--> <script>alert(1)</script> @octocat #1 | `x` \n\n# head <!-- '

  test('mentions nobody, links to nothing and ends no comment', async () => {
    const tracker = new IssueTracker()
    await run(tracker, {
      series: hostile,
      findings: [finding('TABLE_MISSING', hostile, hostile), finding('TABLE_MISSING', `${hostile}2`, hostile)],
    })
    const { title = '', body = '' } = tracker.issues[0] ?? {}
    for (const text of [title, body]) {
      // Within code, GitHub makes nothing of anything.
      expect(text.replaceAll(/<code.*?<\/code>/g, '')).not.toMatch(/@octocat|#1\b/)
    }
    expect(body).not.toContain('<script>')
    expect(body.match(/<!--/g)).toHaveLength(1)
    expect(body).not.toMatch(/\n# head/)
    expect(title.length).toBeLessThanOrEqual(256)
    await run(tracker, { series: hostile })
    expect(tracker.issues[0]?.state).toBe('closed')
  })

  test('a marker is read as it was printed, and only at the end', () => {
    const digest = fc
      .array(fc.constantFrom(...'0123456789abcdef'.split('')), { minLength: 32, maxLength: 32 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(fc.record({ key: digest, kind: digest, state: digest }), fc.string(), (marker, text) => {
        expect(readMarker(`${text}\n${printMarker(marker)}`)).toEqual(marker)
        expect(readMarker(`${printMarker(marker)}\n${text}x`)).toBeUndefined()
      }),
    )
  })
})
