import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { ConnectionError, InterruptedError, type ConnectionProblem } from '../../../src/errors.js'
import { parseConnection, type ConnectionSettings } from '../../../src/postgres/connection.js'
import { assertDirect } from '../../../src/postgres/pooler.js'
import { QueryError } from '../../../src/postgres/query-error.js'
import { connect, withSession } from '../../../src/postgres/session.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { startTransactionPooler } from '../../support/transaction-pooler.js'

jest.setTimeout(120_000)

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster({ auth: 'scram', settings: { max_connections: 12, superuser_reserved_connections: 2 } })
})
afterAll(() => cluster.remove())

const settingsOf = (databaseUrl: string): ConnectionSettings =>
  parseConnection({ databaseUrl, environment: { HOME: '/nonexistent' } })

async function problemOf(settings: ConnectionSettings): Promise<ConnectionError> {
  const error: unknown = await connect(settings).then(
    (session) => session.end(),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConnectionError)
  return error as ConnectionError
}

describe('connect', () => {
  test.each(['tcp', 'socket'] as const)('over %s, with the session pinned for long work', async (via) => {
    await cluster.query("ALTER ROLE postgres SET statement_timeout = '5s'")
    const session = await connect(settingsOf(cluster.url('postgres', { via })))
    expect(session.major).toBe(cluster.major)
    expect(session.serverVersion).toMatch(new RegExp(`^${cluster.major}\\.\\d+$`))
    const rows = await session.query(
      `SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle,
              current_setting('client_encoding') AS encoding, current_setting('application_name') AS name, pg_backend_pid() AS pid`,
    )
    expect(rows).toEqual([
      { statement: '0', idle: '0', encoding: 'UTF8', name: 'pg-lifeboat', pid: session.backendPid },
    ])
    await session.end()
    await cluster.query('ALTER ROLE postgres RESET statement_timeout')
  })

  test('a password with every kind of sign works', async () => {
    const password = 'p@ss:w/ord%\\"\' ?#é'
    await cluster.query(`CREATE ROLE signs LOGIN PASSWORD '${password.replaceAll("'", "''")}'`)
    const url = `postgresql://signs:${encodeURIComponent(password)}@127.0.0.1:${cluster.port}/postgres`
    await withSession(settingsOf(url), {}, async (session) => {
      expect(await session.query('SELECT current_user AS role')).toEqual([{ role: 'signs' }])
    })
  })

  test.each<[ConnectionProblem, string, RegExp, RegExp]>([
    [
      'wrong-password',
      'postgresql://postgres:wrong-secret@127.0.0.1:PORT/postgres',
      /"postgres" was rejected/,
      /PGPASSWORD/,
    ],
    [
      'wrong-password',
      'postgresql://postgres@127.0.0.1:PORT/postgres',
      /asks for the password .* none is given/,
      /pgpass/,
    ],
    ['wrong-password', 'postgresql://nobody:wrong-secret@127.0.0.1:PORT/postgres', /"nobody" was rejected/, /./],
    ['unreachable', 'postgresql://postgres:wrong-secret@127.0.0.1:1/postgres', /port 1 .*ECONNREFUSED/, /firewall/],
    ['unreachable', 'postgresql://postgres:wrong-secret@%2Fnonexistent/postgres', /socket \/nonexistent/, /PGHOST/],
    ['unknown-host', 'postgresql://postgres:wrong-secret@no-such-host.invalid/postgres', /cannot be resolved/, /DNS/],
    [
      'tls',
      'postgresql://postgres:wrong-secret@127.0.0.1:PORT/postgres?sslmode=require',
      /does not speak TLS/,
      /disable/,
    ],
  ])('%s is told from %s', async (kind, url, problem, advice) => {
    const error = await problemOf(settingsOf(url.replace('PORT', String(cluster.port))))
    expect(error.kind).toBe(kind)
    expect(error.problem).toMatch(problem)
    expect(error.advice).toMatch(advice)
    expect(error.message).not.toContain('wrong-secret')
  })

  test('no such database, a role that may not log in, an address that pg_hba.conf rejects', async () => {
    expect(await problemOf(settingsOf(cluster.url('nonesuch')))).toMatchObject({
      kind: 'no-such-database',
      problem: 'there is no database "nonesuch"',
    })
    await cluster.query("CREATE ROLE idle NOLOGIN PASSWORD 'pw'")
    expect(await problemOf(settingsOf(cluster.url('postgres', { user: 'idle', password: 'pw' })))).toMatchObject({
      kind: 'no-such-role',
    })
    await cluster.query('CREATE DATABASE closed')
    const hba = (await cluster.query('SHOW hba_file'))[0]?.hba_file as string
    await writeFile(
      hba,
      'host closed all 127.0.0.1/32 reject\nlocal all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
    )
    await cluster.query('SELECT pg_reload_conf()')
    const rejected = await eventually(() => problemOf(settingsOf(cluster.url('closed'))))
    expect(rejected).toMatchObject({ kind: 'rejected-by-hba' })
    expect(rejected.advice).toContain('pg_hba.conf')
  })

  test('too many connections', async () => {
    await cluster.query("CREATE ROLE crowd LOGIN PASSWORD 'pw' CONNECTION LIMIT 1")
    const settings = settingsOf(cluster.url('postgres', { user: 'crowd', password: 'pw' }))
    const first = await connect(settings)
    expect(await problemOf(settings)).toMatchObject({ kind: 'too-many-connections' })
    await first.end()
  })

  test('a server that is down is waited for when asked', async () => {
    await cluster.stop()
    const settings = settingsOf(cluster.url())
    expect(await problemOf(settings)).toMatchObject({ kind: 'unreachable' })
    const reasons: string[] = []
    const waiting = connect(settings, { patience: 30_000, onRetry: ({ kind }) => reasons.push(kind) })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await cluster.start()
    await (await waiting).end()
    expect(reasons).toContain('unreachable')
  })

  test('an interruption ends the waiting', async () => {
    const controller = new AbortController()
    const settings = settingsOf('postgresql://postgres@127.0.0.1:1/postgres')
    const waiting = connect(settings, { patience: 30_000, signal: controller.signal })
    setTimeout(() => {
      controller.abort()
    }, 100)
    await expect(waiting).rejects.toThrow(InterruptedError)
  })

  test('an interruption ends an attempt that nobody answers', async () => {
    const silent = net.createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as net.AddressInfo
    const controller = new AbortController()
    const waiting = connect(settingsOf(`postgresql://postgres@127.0.0.1:${port}/x`), { signal: controller.signal })
    setTimeout(() => {
      controller.abort()
    }, 100)
    await expect(waiting).rejects.toThrow(InterruptedError)
    silent.close()
  })

  test('a server that does not answer in time', async () => {
    const silent = net.createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as net.AddressInfo
    const url = `postgresql://postgres@127.0.0.1:${port}/x?connect_timeout=1&sslmode=disable`
    expect(await problemOf(settingsOf(url))).toMatchObject({ kind: 'unreachable' })
    silent.close()
  })

  test('PGOPTIONS of this process are not meant for a server that we name', async () => {
    process.env.PGOPTIONS = '-c role=nonesuch'
    try {
      await withSession(settingsOf(cluster.url()), {}, async (session) => {
        expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
      })
    } finally {
      delete process.env.PGOPTIONS
    }
  })

  test('options of the settings are used', async () => {
    const settings = settingsOf(`${cluster.url()}?options=${encodeURIComponent('-c work_mem=5MB')}`)
    await withSession(settings, {}, async (session) => {
      expect(await session.query('SHOW work_mem')).toEqual([{ work_mem: '5MB' }])
    })
  })
})

async function eventually(attempt: () => Promise<ConnectionError>): Promise<ConnectionError> {
  for (let tries = 0; tries < 50; tries++) {
    const error = await attempt().catch(() => undefined)
    if (error !== undefined) return error
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return attempt()
}

describe('what a server says, from one that says only that', () => {
  const cases: [string, string, ConnectionProblem][] = [
    ['57P03', 'the database system is starting up', 'starting'],
    ['53300', 'sorry, too many clients already', 'too-many-connections'],
    ['28000', 'no pg_hba.conf entry for host "1.2.3.4", user "u", database "d", no encryption', 'tls'],
    ['28000', 'role "u" does not exist', 'no-such-role'],
    ['28000', 'Peer authentication failed for user "u"', 'rejected-by-hba'],
    ['08P01', 'unsupported startup parameter: options', 'pooler'],
    ['08P01', 'no more connections allowed (max_client_conn)', 'too-many-connections'],
    ['XX000', 'Tenant or user not found', 'no-such-role'],
    ['XX000', 'MaxClientsInSessionMode: max clients reached', 'too-many-connections'],
    ['57P01', 'terminating connection due to administrator command', 'lost'],
    ['XX999', 'something new', 'other'],
  ]
  test.each(cases)('%s %s', async (code, text, kind) => {
    const fields = `SFATAL\0C${code}\0M${text}\0\0`
    const server = net.createServer((client) => {
      client.on('error', () => undefined)
      client.once('data', () => {
        const header = Buffer.from('E\0\0\0\0', 'latin1')
        header.writeInt32BE(fields.length + 4, 1)
        client.end(Buffer.concat([header, Buffer.from(fields)]))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    const error = await problemOf(settingsOf(`postgresql://u@127.0.0.1:${port}/d?sslmode=disable`))
    expect(error.kind).toBe(kind)
    expect(error.advice.length).toBeGreaterThan(20)
    server.close()
  })
})

describe('query', () => {
  test('gives rows, 64-bit integers and numerics as text, and the last of several statements', async () => {
    await withSession(settingsOf(cluster.url()), {}, async (session) => {
      expect(await session.query('SELECT $1::int8 AS a, 1.10::numeric AS b', ['9007199254740993'])).toEqual([
        { a: '9007199254740993', b: '1.10' },
      ])
      expect(await session.query('SELECT 1 AS a; SELECT 2 AS b')).toEqual([{ b: 2 }])
      expect(await session.query('SET lock_timeout = 0')).toEqual([])
    })
  })

  test('a refusal has its SQLSTATE, and the session goes on', async () => {
    await withSession(settingsOf(cluster.url()), {}, async (session) => {
      const refused = session.query('SELECT nonesuch')
      await expect(refused).rejects.toThrow(QueryError)
      await expect(refused).rejects.toMatchObject({ code: '42703', problem: 'column "nonesuch" does not exist' })
      expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    })
  })

  test('a connection that breaks while nobody asks is told at the next question', async () => {
    const session = await connect(settingsOf(cluster.url()))
    await cluster.query('SELECT pg_terminate_backend($1)', 'postgres', [session.backendPid])
    await new Promise((resolve) => setTimeout(resolve, 200))
    const asking = session.query('SELECT 1')
    await expect(asking).rejects.toThrow(ConnectionError)
    await expect(asking).rejects.toMatchObject({ kind: 'lost' })
    await session.end()
    await session.end()
  })

  test('a connection that breaks during a question is told too', async () => {
    const session = await connect(settingsOf(cluster.url()))
    const asking = session.query('SELECT pg_sleep(30)')
    const settled = expect(asking).rejects.toMatchObject({ kind: 'lost' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await cluster.query('SELECT pg_terminate_backend($1)', 'postgres', [session.backendPid])
    await settled
    await session.end()
  })

  test('an interruption stops the statement at the server', async () => {
    const controller = new AbortController()
    const session = await connect(settingsOf(cluster.url()), { signal: controller.signal })
    const asking = session.query('SELECT pg_sleep(30)')
    setTimeout(() => {
      controller.abort()
    }, 100)
    await expect(asking).rejects.toThrow(InterruptedError)
    const [row] = await cluster.query(
      "SELECT count(*)::int AS running FROM pg_stat_activity WHERE pid = $1 AND state = 'active'",
      'postgres',
      [session.backendPid],
    )
    expect(row).toEqual({ running: 0 })
    await expect(session.query('SELECT 1')).rejects.toThrow(InterruptedError)
    await session.end()
  })

  test('end gives up waiting for a server that has stopped moving', async () => {
    const session = await connect(settingsOf(cluster.url()))
    process.kill(session.backendPid, 'SIGSTOP')
    const started = performance.now()
    await session.end()
    process.kill(session.backendPid, 'SIGCONT')
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})

describe('assertDirect', () => {
  test('is content with a direct connection', async () => {
    await withSession(settingsOf(cluster.url()), {}, (session) => assertDirect(session))
  })

  test.each([1, 2, 5])('finds a transaction pooler with %i server connections', async (size) => {
    const trusting = await startCluster()
    const socket = path.join(trusting.host, `.s.PGSQL.${trusting.port}`)
    const pooler = await startTransactionPooler({ socket, user: 'postgres', database: 'postgres', size })
    try {
      const session = await connect(
        settingsOf(`postgresql://postgres@127.0.0.1:${pooler.port}/postgres?sslmode=disable`),
      )
      const asserting = assertDirect(session)
      await expect(asserting).rejects.toMatchObject({ kind: 'pooler' })
      await expect(asserting).rejects.toThrow(/session pooler/)
      await session.end()
    } finally {
      await pooler.close()
      await trusting.remove()
    }
  })
})
