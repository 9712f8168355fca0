import { appendFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { ConnectionError } from '../../../src/errors.js'
import { parseConnection } from '../../../src/postgres/connection.js'
import { libpqEnvironment } from '../../../src/postgres/libpq-environment.js'
import { connect } from '../../../src/postgres/session.js'
import { makeCertificates, type Certificates } from '../../support/certificates.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

let cluster: TestCluster
let files: Certificates
let context: RealContext

beforeAll(async () => {
  cluster = await startCluster()
  context = await realContext()
  files = await makeCertificates(await temporaryFolder(), await stat(cluster.dataDirectory))
  await cluster.query('CREATE ROLE ann LOGIN SUPERUSER')
  await appendFile(
    path.join(cluster.dataDirectory, 'postgresql.conf'),
    `ssl = on\nssl_cert_file = '${files.serverCertificate}'\nssl_key_file = '${files.serverKey}'\nssl_ca_file = '${files.authority}'\n`,
  )
  await writeFile(
    path.join(cluster.dataDirectory, 'pg_hba.conf'),
    [
      'local all all trust',
      'hostssl tlsonly all 127.0.0.1/32 trust',
      'hostnossl plainonly all 127.0.0.1/32 trust',
      'hostssl certified all 127.0.0.1/32 cert',
      'host postgres all 127.0.0.1/32 trust\n',
    ].join('\n'),
  )
  for (const name of ['tlsonly', 'plainonly', 'certified']) await cluster.createDatabase(name)
  await cluster.query('SELECT pg_reload_conf()')
  await new Promise((resolve) => setTimeout(resolve, 500))
})
afterAll(async () => {
  await cluster.remove()
  await context.workspace.clean()
  await removeTemporaryFolders()
})

/** `tls` or `plain`, or the kind of problem: `problem: tls`. */
async function outcomeOf(host: string, database: string, parameters: string, user = 'postgres'): Promise<string> {
  const databaseUrl = `postgresql://${user}@${host}:${cluster.port}/${database}?${parameters}`
  const settings = parseConnection({ databaseUrl, environment: { HOME: '/nonexistent' } })
  try {
    const session = await connect(settings)
    const [row] = await session.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
    await session.end()
    return row?.ssl === true ? 'tls' : 'plain'
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectionError)
    return `problem: ${(error as ConnectionError).kind}`
  }
}

/** What libpq itself makes of the same settings, through the environment that we give to PostgreSQL's programs. */
async function libpqsOutcome(host: string, database: string, parameters: string, user = 'postgres'): Promise<string> {
  const databaseUrl = `postgresql://${user}@${host}:${cluster.port}/${database}?${parameters}`
  const environment = { ...process.env, HOME: '/nonexistent' }
  const settings = parseConnection({ databaseUrl, environment: { HOME: '/nonexistent' } })
  const finished = await context.processes.run({
    program: path.join(cluster.clientBin, 'psql'),
    args: ['--no-psqlrc', '--no-password', '-Atc', 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'],
    doing: 'asking libpq',
    env: await libpqEnvironment(settings, { workspace: context.workspace, environment }),
    stdout: 'collect',
    accept: [0, 2],
  })
  if (finished.code === 2) return 'refused'
  return finished.stdout.trim() === 't' ? 'tls' : 'plain'
}

describe('every sslmode means what it means to libpq', () => {
  const cases: [string, string, string, string][] = [
    ['localhost', 'postgres', 'sslmode=disable', 'plain'],
    ['localhost', 'postgres', 'sslmode=allow', 'plain'],
    ['localhost', 'postgres', 'sslmode=prefer', 'tls'],
    ['localhost', 'postgres', 'sslmode=require', 'tls'],
    ['localhost', 'tlsonly', 'sslmode=disable', 'problem: tls'],
    ['localhost', 'tlsonly', 'sslmode=allow', 'tls'],
    ['localhost', 'tlsonly', 'sslmode=prefer', 'tls'],
    ['localhost', 'plainonly', 'sslmode=allow', 'plain'],
    ['localhost', 'plainonly', 'sslmode=prefer', 'plain'],
    ['localhost', 'plainonly', 'sslmode=require', 'problem: rejected-by-hba'],
    ['localhost', 'postgres', 'sslmode=require&sslrootcert=AUTHORITY', 'tls'],
    ['127.0.0.1', 'postgres', 'sslmode=require&sslrootcert=AUTHORITY', 'tls'],
    ['localhost', 'postgres', 'sslmode=require&sslrootcert=STRANGER', 'problem: tls'],
    ['localhost', 'postgres', 'sslmode=prefer&sslrootcert=STRANGER', 'plain'],
    ['localhost', 'tlsonly', 'sslmode=prefer&sslrootcert=AUTHORITY', 'tls'],
    ['localhost', 'tlsonly', 'sslmode=allow&sslrootcert=STRANGER', 'problem: tls'],
    ['localhost', 'postgres', 'sslmode=verify-ca&sslrootcert=AUTHORITY', 'tls'],
    ['127.0.0.1', 'postgres', 'sslmode=verify-ca&sslrootcert=AUTHORITY', 'tls'],
    ['localhost', 'postgres', 'sslmode=verify-ca&sslrootcert=STRANGER', 'problem: tls'],
    ['localhost', 'postgres', 'sslmode=verify-ca', 'problem: tls'],
    ['localhost', 'postgres', 'sslmode=verify-full&sslrootcert=AUTHORITY', 'tls'],
    ['127.0.0.1', 'postgres', 'sslmode=verify-full&sslrootcert=AUTHORITY', 'problem: tls'],
    ['localhost', 'postgres', 'sslmode=verify-full&sslrootcert=AUTHORITY&hostaddr=127.0.0.1', 'tls'],
    ['localhost', 'postgres', 'sslmode=verify-full&sslrootcert=/nonexistent', 'problem: tls'],
  ]
  test.each(cases)('%s/%s?%s: %s', async (host, database, parameters, expected) => {
    const real = parameters.replace('AUTHORITY', files.authority).replace('STRANGER', files.stranger)
    expect(await outcomeOf(host, database, real)).toBe(expected)
    expect(await libpqsOutcome(host, database, real)).toBe(expected.startsWith('problem') ? 'refused' : expected)
  })
})

test('a client certificate is presented', async () => {
  const parameters = `sslmode=verify-full&sslrootcert=${files.authority}&sslcert=${files.clientCertificate}&sslkey=${files.clientKey}`
  expect(await outcomeOf('localhost', 'certified', parameters, 'ann')).toBe('tls')
  expect(await libpqsOutcome('localhost', 'certified', parameters, 'ann')).toBe('tls')
  expect(await libpqsOutcome('localhost', 'certified', 'sslmode=require', 'ann')).toBe('refused')
  const error = await connect(
    parseConnection({
      databaseUrl: `postgresql://ann@localhost:${cluster.port}/certified?sslmode=require`,
      environment: { HOME: '/nonexistent' },
    }),
  ).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ kind: 'tls', advice: expect.stringContaining('sslcert') as unknown })
})

test('what is wrong with a certificate is said', async () => {
  const problemOf = async (host: string, parameters: string): Promise<string> => {
    const databaseUrl = `postgresql://postgres@${host}:${cluster.port}/postgres?${parameters}`
    const error = await connect(parseConnection({ databaseUrl, environment: { HOME: '/nonexistent' } })).catch(
      (reason: unknown) => reason,
    )
    return (error as ConnectionError).message
  }
  expect(await problemOf('127.0.0.1', `sslmode=verify-full&sslrootcert=${files.authority}`)).toMatch(
    /certificate is not for "127.0.0.1".*verify-ca/,
  )
  expect(await problemOf('localhost', `sslmode=verify-full&sslrootcert=${files.stranger}`)).toMatch(/sslrootcert/)
  expect(await problemOf('localhost', 'sslmode=verify-full')).toMatch(/needs the root certificate.*sslrootcert=system/)
  expect(await problemOf('localhost', 'sslmode=verify-full&sslrootcert=/nonexistent')).toMatch(
    /\/nonexistent cannot be read/,
  )
})
