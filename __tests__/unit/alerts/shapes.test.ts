import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { payloadOf } from '../../../src/alerts/payload.js'
import { pingAddress, pingTextOf } from '../../../src/alerts/ping.js'
import { signatureOf } from '../../../src/alerts/signature.js'
import { escapeSlack, isSlack, slackMessageOf } from '../../../src/alerts/slack.js'
import { finding } from '../../../src/findings.js'
import { SLOW, announced } from '../../support/announced.js'

const HOSTILE = '<!channel> <https://evil.example|ok> *bold* _it_ `code` & \u202e\n@here #1'

describe('signatureOf', () => {
  test('a known answer, computed with openssl', () => {
    // printf '1763950323.{"a":"é"}' | openssl dgst -sha256 -hmac known-secret
    expect(signatureOf('{"a":"é"}', 'known-secret', new Date('2025-11-24T02:12:03.900Z'))).toBe(
      't=1763950323,v1=a512c3df2b458f756984f923fc449db0b85a6fb3c4807c610226415034314ec5',
    )
  })

  test('another body, another time or another secret is another signature', () => {
    const at = new Date('2026-11-24T02:12:03Z')
    const one = signatureOf('{}', 'secret', at)
    expect(signatureOf('{} ', 'secret', at)).not.toBe(one)
    expect(signatureOf('{}', 'secret2', at)).not.toBe(one)
    expect(signatureOf('{}', 'secret', new Date(at.getTime() + 1000)).split('v1=')[1]).not.toBe(one.split('v1=')[1])
  })

  test('a receiver that follows the documentation agrees', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.date({ noInvalidDate: true }), (body, secret, at) => {
        const [, t = '', v1 = ''] = /^t=(-?\d+),v1=([0-9a-f]{64})$/.exec(signatureOf(body, secret, at)) ?? []
        expect(createHmac('sha256', secret).update(`${t}.`).update(Buffer.from(body)).digest('hex')).toBe(v1)
      }),
    )
  })
})

describe('payloadOf', () => {
  test('has the documented form', () => {
    expect(JSON.parse(JSON.stringify(payloadOf(announced({ alerts: [SLOW] }))))).toEqual({
      schema: 'pg-lifeboat/alert/1',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      sent_by: expect.stringMatching(/^pg-lifeboat \d/),
      operation: 'backup',
      series: 'masclet_imperi',
      type: 'daily',
      backup_id: '20261124T020003Z',
      level: 'critical',
      verdict: expect.stringContaining('is equal to the database'),
      exit_code: 0,
      proof: 'proven',
      proof_tier: 'full',
      started_at: '2026-11-24T02:00:00.000Z',
      ended_at: '2026-11-24T02:12:03.000Z',
      duration_seconds: 723.4,
      problems: [
        {
          level: 'critical',
          kind: 'alert',
          code: 'duration',
          on: [],
          on_left_out: 0,
          message: 'The backup took 35 min, more than 30 min.',
          advice: 'Look into it, or change the rule of `duration` in `alerts`.',
        },
      ],
      problems_left_out: 0,
      metrics: { total_bytes: 16_384_000, compressed_bytes: 7_300_000, compression_ratio: 0.55, records: 84_210 },
      run: { repository: 'owner/name', url: 'https://github.com/owner/name/actions/runs/77/attempts/1' },
    })
  })

  test('of the same run it has the same id, of another one another', () => {
    expect(payloadOf(announced()).id).toBe(payloadOf(announced({ alerts: [SLOW] })).id)
    expect(payloadOf(announced({ startedAt: new Date('2026-11-25T02:00:00Z') })).id).not.toBe(payloadOf(announced()).id)
  })

  test('stays small with 10,000 tables that differ', () => {
    const findings = Array.from({ length: 10_000 }, (_, index) =>
      finding('TABLE_ROWS_DIFFER', `public.${'t'.repeat(60)}${index}`, '1 row, the source had 2'),
    )
    const payload = payloadOf(announced({ findings }))
    expect(JSON.stringify(payload).length).toBeLessThan(20_000)
    expect(payload.problems).toMatchObject([{ code: 'TABLE_ROWS_DIFFER', on_left_out: 9980 }])
  })
})

describe('Slack', () => {
  test('is known by its host alone', () => {
    expect(isSlack(new URL('https://hooks.slack.com/services/T/B/x'))).toBe(true)
    expect(isSlack(new URL('https://hooks.slack.com.evil.example/services/T/B/x'))).toBe(false)
    expect(isSlack(new URL('https://example.org/hooks.slack.com'))).toBe(false)
  })

  test('gets the verdict first, then each problem, then the way to the run', () => {
    const { text, blocks } = slackMessageOf(announced({ alerts: [SLOW] })) as {
      text: string
      blocks: { type: string; text: { type: string; text: string } }[]
    }
    expect(text).toMatch(/^🔴 backup daily of masclet_imperi: This backup was restored/)
    expect(blocks.map((block) => block.text.text)).toEqual([
      '🔴 backup daily of masclet_imperi',
      expect.stringMatching(/^This backup was restored/),
      '🔴 *duration* The backup took 35 min, more than 30 min.',
      expect.stringMatching(/^Look into it/),
      '<https://github.com/owner/name/actions/runs/77/attempts/1|The run and its report>',
    ])
  })

  test('makes nothing of hostile names', () => {
    const message = slackMessageOf(
      announced({ series: HOSTILE, findings: [finding('TABLE_MISSING', HOSTILE, HOSTILE)] }, null),
    )
    // The title is plain text, of which Slack makes nothing.
    const { blocks } = message as { blocks: { type: string; text: { text: string } }[] }
    const marked = [String(message.text), ...blocks.slice(1).map((block) => block.text.text)].join('\n')
    expect(marked).not.toContain('<')
    expect(marked).not.toContain('\u202e')
    expect(marked).toContain('&lt;!channel&gt;')
    expect(marked).not.toMatch(/(^|\s)\*bold\*|(^|\s)_it_|(^|\s)`code`/)
  })

  test('names can be copied: what stands within a word stays', () => {
    expect(escapeSlack('public.audit_log_2026')).toBe('public.audit_log_2026')
  })

  test('no message is larger than Slack takes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('TABLE_MISSING', 'FILE_MISSING', 'OBJECT_MISSING'), { maxLength: 60 }),
        (codes) => {
          const findings = codes.map((code) => finding(code, '<'.repeat(5000), '&'.repeat(5000), '&'.repeat(5000)))
          const { blocks } = slackMessageOf(announced({ findings, failure: failure('<'.repeat(9000)) })) as {
            blocks: { type: string; text: { text: string } }[]
          }
          expect(blocks.length).toBeLessThanOrEqual(50)
          for (const { type, text } of blocks) {
            expect(text.text.length).toBeLessThanOrEqual(type === 'header' ? 150 : 3000)
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('ping', () => {
  test.each([
    ['https://hc-ping.com/abc', '', 'https://hc-ping.com/abc'],
    ['https://hc-ping.com/abc', '/fail', 'https://hc-ping.com/abc/fail'],
    ['https://hc-ping.com/key/slug?create=1', '/start', 'https://hc-ping.com/key/slug/start?create=1'],
    ['https://ping.example/abc/', '/start', 'https://ping.example/abc/start'],
  ])('%s with %p', (url, suffix, address) => {
    expect(pingAddress(url, suffix)).toBe(address)
  })

  test('says in plain lines what came of it, however much that is', () => {
    const text = pingTextOf(announced({ failure: failure('a\nb'), findings: [finding('TABLE_MISSING', HOSTILE, 'x')] }))
    expect(text.split('\n')[0]).toBe('backup daily of masclet_imperi: exit code 1')
    expect(text).toContain('critical FAILED: a⏎b')
    expect(text).toContain('actions/runs/77')
    expect(pingTextOf(announced({ failure: failure('x'.repeat(100_000)) })).length).toBeLessThan(5000)
  })
})

function failure(message: string) {
  return { message, causes: [], exitCode: 1 as const }
}
