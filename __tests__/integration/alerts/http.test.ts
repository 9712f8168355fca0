import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Bounds } from '../../../src/alerts/deliver.js'
import { signatureOf } from '../../../src/alerts/signature.js'
import { webhook } from '../../../src/alerts/webhook.js'
import { systemClock } from '../../../src/platform/clock.js'
import { httpByToolkit } from '../../../src/platform/http.js'
import { SLOW, announced } from '../../support/announced.js'

jest.setTimeout(60_000)

type Answer = (response: http.ServerResponse, request: http.IncomingMessage) => void

const SECRET = 'a-shared-secret'
const QUICK: Bounds = { attempt: 400, total: 20_000 }

const status =
  (code: number, headers: http.OutgoingHttpHeaders = {}): Answer =>
  (response) => {
    response.writeHead(code, headers).end('{}')
  }
const hang: Answer = () => undefined
const cut: Answer = (response) => response.destroy()
const halfAnAnswer: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{')
}

describe('a webhook over a real connection', () => {
  let server: http.Server
  let answers: Answer[] = []
  let came: { body: string; headers: http.IncomingHttpHeaders }[] = []

  beforeEach(async () => {
    came = []
    server = http.createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        came.push({ body: Buffer.concat(pieces).toString(), headers: request.headers })
        const answer = answers[Math.min(came.length, answers.length) - 1] ?? status(200)
        answer(response, request)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })

  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  async function send(...given: Answer[]): Promise<void> {
    answers = given
    const { port } = server.address() as AddressInfo
    const ports = { http: httpByToolkit, clock: systemClock, signal: new AbortController().signal }
    const url = `http://127.0.0.1:${port}/services/secret-path`
    await webhook({ url, secret: SECRET }, ports, QUICK).end(announced({ alerts: [SLOW] }))
  }

  test('arrives whole, signed over the bytes that came', async () => {
    await send(status(204))
    const [{ body, headers }] = came as [(typeof came)[0]]
    const signature = String(headers['x-lifeboat-signature'])
    const at = new Date(Number(/^t=(\d+)/.exec(signature)?.[1]) * 1000)
    expect(signature).toBe(signatureOf(body, SECRET, at))
    expect(JSON.parse(body)).toMatchObject({ schema: 'pg-lifeboat/alert/1', level: 'critical' })
    expect(body).not.toContain(SECRET)
    expect(headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/)
  })

  test.each<[string, Answer]>([
    ['500', status(500)],
    ['429', status(429, { 'retry-after': '1' })],
    ['a cut connection', cut],
    ['a hanging server', hang],
    ['half an answer', halfAnAnswer],
  ])('after %s it is sent again, under the same key', async (_, fault) => {
    await send(fault, status(200))
    expect(came).toHaveLength(2)
    expect(came[0]?.headers['idempotency-key']).toBe(came[1]?.headers['idempotency-key'])
    expect(came[0]?.body).toBe(came[1]?.body)
  })

  test('a redirection is not followed', async () => {
    await expect(send(status(307, { location: 'http://127.0.0.1:9/elsewhere' }))).rejects.toThrow(
      /answered 307.*Redirections are not followed/,
    )
    expect(came).toHaveLength(1)
  })

  test('no connection is left to a server that hangs', async () => {
    answers = [hang]
    const { port } = server.address() as AddressInfo
    const giveUp = new AbortController()
    const asked = httpByToolkit({ method: 'GET', url: `http://127.0.0.1:${port}/` }, giveUp.signal)
    const arrived = new Promise((resolve) => server.once('request', resolve))
    await arrived
    const closed = new Promise((resolve) => server.once('connection', resolve).on('close', resolve))
    giveUp.abort()
    await expect(asked).rejects.toThrow()
    server.close()
    // Would never come while a connection is open.
    await closed
  })
})
