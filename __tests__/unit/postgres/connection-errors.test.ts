import { describe, expect, test } from '@jest/globals'

import { ConnectionError } from '../../../src/errors.js'
import { connectionTrouble } from '../../../src/postgres/connection-errors.js'
import type { ConnectionSettings } from '../../../src/postgres/connection.js'
import { isKnownPooler } from '../../../src/postgres/pooler.js'

const settings: ConnectionSettings = {
  host: 'db.project.supabase.co',
  port: 5432,
  user: 'postgres',
  password: 'a-secret',
  database: 'app',
  sslMode: 'prefer',
  parameters: {},
}

/** As Node's network functions throw it. */
const network = (code: string, address?: string): Error =>
  Object.assign(new Error(`connect ${code} ${address ?? ''}`), { code, ...(address === undefined ? {} : { address }) })

describe('connectionTrouble', () => {
  test('a host that has only an IPv6 address, on a machine without a route', () => {
    for (const code of ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL']) {
      const trouble = connectionTrouble(network(code, '2a05:d014::1'), settings)
      expect(trouble).toMatchObject({ kind: 'ipv6-only', advice: expect.stringMatching(/session pooler/) as unknown })
      expect(trouble.message).not.toContain('a-secret')
    }
  })

  test('with an IPv4 address among them, it is not for want of IPv6', () => {
    const both = new AggregateError([network('ECONNREFUSED', '192.0.2.1'), network('ENETUNREACH', '2a05:d014::1')])
    expect(connectionTrouble(both, settings)).toMatchObject({ kind: 'unreachable' })
    const onlyIpv6 = new AggregateError([
      network('ENETUNREACH', '2a05:d014::1'),
      network('ENETUNREACH', '2a05:d014::2'),
    ])
    expect(connectionTrouble(onlyIpv6, settings)).toMatchObject({ kind: 'ipv6-only' })
    expect(connectionTrouble(network('ECONNREFUSED', '2a05:d014::1'), settings)).toMatchObject({ kind: 'unreachable' })
  })

  test('what is a ConnectionError already stays as it is', () => {
    const known = new ConnectionError('pooler', { doing: 'x', problem: 'y', advice: 'z' })
    expect(connectionTrouble(known, settings)).toBe(known)
  })

  test('the cause is kept, and where it happened is named', () => {
    const cause = network('ETIMEDOUT', '192.0.2.1')
    const trouble = connectionTrouble(cause, settings)
    expect(trouble.cause).toBe(cause)
    expect(trouble.doing).toBe('connecting to postgres@db.project.supabase.co:5432/app')
  })
})

describe('isKnownPooler', () => {
  test.each([
    ['ep-cool-darkness-123456-pooler.eu-central-1.aws.neon.tech', 5432, true],
    ['ep-cool-darkness-123456.eu-central-1.aws.neon.tech', 5432, false],
    ['aws-0-eu-central-1.pooler.supabase.com', 6543, true],
    ['aws-0-eu-central-1.pooler.supabase.com', 5432, false],
    ['db.project.supabase.co', 6543, true],
    ['db.example.org', 6543, false],
  ])('%s:%i is %s', (host, port, expected) => {
    expect(isKnownPooler({ host, port })).toBe(expected)
  })
})
