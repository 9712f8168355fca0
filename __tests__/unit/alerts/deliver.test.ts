import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { deliver, retryAfter, within, type Bounds } from '../../../src/alerts/deliver.js'
import type { Http, HttpAnswer } from '../../../src/platform/http.js'
import { VirtualClock } from '../../support/virtual-clock.js'

const BOUNDS: Bounds = { attempt: 10_000, total: 45_000 }

type Step = number | 'cut' | 'hang' | { status: number; headers: Record<string, string> }

/** A server that does these things one after the other, and the last of them for ever. */
function server(...steps: Step[]): Http & { asked: number } {
  const http = (_request: unknown, signal: AbortSignal): Promise<HttpAnswer> => {
    const step = steps[Math.min(answering.asked, steps.length - 1)] ?? 200
    answering.asked += 1
    if (step === 'hang') {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'))
        })
      })
    }
    if (step === 'cut') return Promise.reject(new Error('connect ECONNRESET https://host/services/SECRET'))
    return Promise.resolve({ headers: {}, body: '', ...(typeof step === 'number' ? { status: step } : step) })
  }
  const answering = Object.assign(http, { asked: 0 })
  return answering
}

async function delivered(
  http: Http,
  { bounds = BOUNDS, accept }: { bounds?: Bounds; accept?: readonly number[] } = {},
) {
  const clock = new VirtualClock()
  const request = () => ({ method: 'POST' as const, url: 'https://host/services/SECRET', body: '{}' })
  const outcome = await clock.run(
    deliver(
      { doing: 'sending the alert to host', request, bounds, ...(accept !== undefined && { accept }) },
      { http, clock, signal: new AbortController().signal },
    ).then(
      ({ status }) => status,
      (error: unknown) => (error as Error).message,
    ),
  )
  return { outcome, elapsed: clock.monotonic() }
}

describe('deliver', () => {
  test('takes the first good answer, and asks no more', async () => {
    const http = server(204)
    expect(await delivered(http)).toEqual({ outcome: 204, elapsed: 0 })
    expect(http.asked).toBe(1)
  })

  test('asks again after 5xx, 408 and a cut connection, with growing pauses', async () => {
    const http = server(500, 'cut', 408, 200)
    expect(await delivered(http)).toEqual({ outcome: 200, elapsed: 1000 + 4000 + 16_000 })
    expect(http.asked).toBe(4)
  })

  test('gives up after four attempts', async () => {
    const http = server(503)
    const { outcome } = await delivered(http)
    expect(outcome).toMatch(/^The server answered 503 \(4 attempts\) \(while sending the alert to host\)\. /)
    expect(http.asked).toBe(4)
  })

  test.each([400, 401, 404, 302])(
    'does not ask again after %d, which another attempt would not change',
    async (status) => {
      const http = server(status)
      expect((await delivered(http)).outcome).toContain(`answered ${status}`)
      expect(http.asked).toBe(1)
    },
  )

  test('waits as long as Retry-After asks', async () => {
    const http = server({ status: 429, headers: { 'retry-after': '7' } }, 200)
    expect(await delivered(http)).toEqual({ outcome: 200, elapsed: 7000 })
  })

  test("waits as long as GitHub's own way of asking says, also where its status is accepted otherwise", async () => {
    const reset = String(new Date('2026-11-24T02:00:20Z').getTime() / 1000)
    const http = server({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } }, 200)
    expect(await delivered(http, { accept: [403] })).toEqual({ outcome: 200, elapsed: 20_000 })
    expect(await delivered(server(403), { accept: [403] })).toEqual({ outcome: 403, elapsed: 0 })
  })

  test('does not stay for a Retry-After that is longer than its bound', async () => {
    const { outcome, elapsed } = await delivered(server({ status: 429, headers: { 'retry-after': '3600' } }, 200))
    expect(outcome).toContain('the next attempt would be in 3600 s')
    expect(elapsed).toBe(0)
  })

  test('gives up an attempt that hangs, and takes the next', async () => {
    expect(await delivered(server('hang', 200))).toEqual({ outcome: 200, elapsed: 11_000 })
  })

  test('never takes longer than its bound, whatever the server does', async () => {
    const step = fc.oneof(
      fc.constantFrom<Step>(200, 500, 503, 429, 404, 'cut', 'hang'),
      fc.nat(100).map((seconds): Step => ({ status: 429, headers: { 'retry-after': String(seconds) } })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        expect((await delivered(server(...steps))).elapsed).toBeLessThanOrEqual(BOUNDS.total)
      }),
      { numRuns: 50 },
    )
  })

  test('tells nothing of the address but its host', async () => {
    const { outcome } = await delivered(server('cut'))
    expect(outcome).toContain('ECONNRESET')
    expect(outcome).not.toContain('SECRET')
  })
})

describe('within', () => {
  test('gives up work that does not listen to its signal', async () => {
    const clock = new VirtualClock()
    const deaf = within(5000, clock, () => new Promise(() => undefined))
    await expect(clock.run(deaf)).rejects.toThrow('no answer within 5 s')
    expect(clock.monotonic()).toBe(5000)
  })
})

describe('retryAfter', () => {
  const now = new Date('2026-11-24T02:00:00Z')

  test.each([
    ['30', 30_000],
    [' 0 ', 0],
    ['Tue, 24 Nov 2026 02:01:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 01:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %p', (header, milliseconds) => {
    expect(retryAfter(header, now)).toBe(milliseconds)
  })
})
