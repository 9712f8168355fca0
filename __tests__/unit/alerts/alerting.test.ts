import { describe, expect, test } from '@jest/globals'
import { LONGEST_DELIVERY, withAlerts } from '../../../src/alerts/alerting.js'
import type { Http, HttpRequest } from '../../../src/platform/http.js'
import { SLOW } from '../../support/announced.js'
import { memoryLogger } from '../../support/ports.js'
import { sampleReport } from '../../support/report.js'
import { VirtualClock } from '../../support/virtual-clock.js'

const OPTIONS = {
  webhookUrl: 'https://hooks.example.org/services/secret-of-the-webhook',
  webhookSecret: 'a-shared-secret',
  pingUrl: 'https://ping.example.org/uuid',
  problemIssues: false,
}

function setUp(answer: (request: HttpRequest) => number | 'hang') {
  const clock = new VirtualClock()
  const logger = memoryLogger()
  const requests: HttpRequest[] = []
  const http: Http = (request) => {
    requests.push(request)
    const status = answer(request)
    return status === 'hang' ? new Promise(() => undefined) : Promise.resolve({ status, headers: {}, body: '' })
  }
  const ports = { clock, logger, signal: new AbortController().signal, environment: {} }
  const run = (options: Partial<typeof OPTIONS>, work: () => Promise<{ report: ReturnType<typeof sampleReport> }>) =>
    clock.run(withAlerts({ operation: 'backup', options: { ...OPTIONS, ...options } }, ports, work, http))
  return { clock, logger, requests, run, urls: () => requests.map(({ url }) => url) }
}

describe('withAlerts', () => {
  test('tells the start, then success; a good run is no alert', async () => {
    const { run, urls } = setUp(() => 200)
    const { report } = await run({}, () => Promise.resolve({ report: sampleReport() }))
    expect(urls()).toEqual(['https://ping.example.org/uuid/start', 'https://ping.example.org/uuid'])
    expect(report.findings).toEqual([])
  })

  test('an alert is sent, signed, and holds no secret', async () => {
    const { run, requests } = setUp(() => 200)
    await run({}, () => Promise.resolve({ report: sampleReport({ alerts: [SLOW] }) }))
    const sent = requests.find(({ url }) => url.includes('hooks'))
    expect(sent?.headers?.['x-lifeboat-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/)
    expect(sent?.body).not.toMatch(/a-shared-secret|secret-of-the-webhook/)
  })

  test('a server that hangs holds a run no longer than the bound, and is reported', async () => {
    const { run, clock, logger } = setUp(() => 'hang')
    const { report } = await run({}, () => Promise.resolve({ report: sampleReport({ alerts: [SLOW] }) }))
    expect(clock.monotonic()).toBeLessThanOrEqual(LONGEST_DELIVERY)
    expect(new Set(report.findings.map(({ code }) => code))).toEqual(new Set(['ALERT_NOT_DELIVERED']))
    expect(report.findings.map(({ on }) => on)).toContain('the webhook hooks.example.org')
    expect(logger.said.filter(({ level }) => level === 'warning').length).toBe(report.findings.length)
    expect(JSON.stringify(report.findings)).not.toContain('secret-of')
  })

  test('the work does not wait for the ping of its start', async () => {
    const { run, clock } = setUp(({ url }) => (url.endsWith('/start') ? 'hang' : 200))
    let beganAt = -1
    await run({}, () => {
      beganAt = clock.monotonic()
      return Promise.resolve({ report: sampleReport() })
    })
    expect(beganAt).toBe(0)
  })

  test('what the work throws is told as a failure and thrown on', async () => {
    const { run, urls } = setUp(() => 200)
    await expect(run({}, () => Promise.reject(new Error('no such store')))).rejects.toThrow('no such store')
    expect(urls()).toContain('https://ping.example.org/uuid/fail')
    expect(urls()).toContain(OPTIONS.webhookUrl)
  })

  test('issues without a token are reported and stop nothing', async () => {
    const { run } = setUp(() => 200)
    const { report } = await run({ problemIssues: true }, () => Promise.resolve({ report: sampleReport() }))
    expect(report.findings).toMatchObject([{ code: 'ALERT_NOT_DELIVERED', severity: 'warning' }])
  })
})
