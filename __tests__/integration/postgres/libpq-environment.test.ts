import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { parseConnection, type ConnectionSettings } from '../../../src/postgres/connection.js'
import { libpqEnvironment } from '../../../src/postgres/libpq-environment.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { realContext, type RealContext } from '../../support/real-context.js'

jest.setTimeout(60_000)

let cluster: TestCluster
let context: RealContext
const caller = { PATH: process.env.PATH, HOME: '/nonexistent', SECRET_OF_THE_JOB: 'x', PGSERVICE: 'x', LC_ALL: 'es_ES' }

beforeAll(async () => {
  cluster = await startCluster({ auth: 'scram' })
  context = await realContext()
})
afterAll(async () => {
  await cluster.remove()
  await context.workspace.clean()
})

const environmentOf = (settings: ConnectionSettings): Promise<Record<string, string>> =>
  libpqEnvironment(settings, { workspace: context.workspace, environment: caller })

async function psql(settings: ConnectionSettings, sql: string): Promise<string> {
  const finished = await context.processes.run({
    program: path.join(cluster.clientBin, 'psql'),
    args: ['--no-psqlrc', '--no-password', '-AtX', '-c', sql],
    doing: 'asking psql',
    env: await environmentOf(settings),
    stdout: 'collect',
  })
  return finished.stdout.trim()
}

test.each([
  'simple-secret',
  'p@ss:w/ord%\\"\' ?#é $HOME',
  '\\:\\\\::',
  ' leading and trailing ',
  '#hash',
  'x'.repeat(900),
  'two\nlines',
])('libpq connects with the password %j', async (password) => {
  const role = `role_${Math.random().toString(36).slice(2)}`
  await cluster.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password.replaceAll("'", "''")}'`)
  const settings = parseConnection({
    databaseUrl: `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${cluster.port}/postgres`,
    environment: { HOME: '/nonexistent' },
  })
  expect(await psql(settings, 'SELECT current_user')).toBe(role)
})

test('it holds what is needed, in English, and nothing of the caller besides', async () => {
  const settings = parseConnection({ databaseUrl: cluster.url('postgres', { via: 'socket' }), environment: {} })
  const environment = await environmentOf(settings)
  expect(environment).toMatchObject({
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    LC_MESSAGES: 'C',
    PGHOST: cluster.host,
    PGPORT: String(cluster.port),
    PGUSER: 'postgres',
    PGDATABASE: 'postgres',
    PGAPPNAME: 'pg-lifeboat',
    PGCONNECT_TIMEOUT: '30',
  })
  for (const name of ['PGPASSWORD', 'SECRET_OF_THE_JOB', 'PGSERVICE', 'LC_ALL']) {
    expect(environment).not.toHaveProperty(name)
  }
  const passfile = environment.PGPASSFILE ?? ''
  expect((await stat(passfile)).mode & 0o777).toBe(0o600)
  expect(await readFile(passfile, 'utf8')).toBe(`*:*:*:*:${cluster.password ?? ''}\n`)
})

test('further parameters reach libpq, those without a variable too', async () => {
  const settings = parseConnection({
    databaseUrl: `${cluster.url()}?options=${encodeURIComponent('-c work_mem=5MB')}&keepalives_idle=33&connect_timeout=7`,
    environment: {},
  })
  expect(await psql(settings, 'SHOW work_mem')).toBe('5MB')
  const environment = await environmentOf(settings)
  expect(environment.PGCONNECT_TIMEOUT).toBe('7')
  expect(await readFile(environment.PGSERVICEFILE ?? '', 'utf8')).toBe('[pg-lifeboat]\nkeepalives_idle=33\n')
  expect(environment.PGSERVICE).toBe('pg-lifeboat')
})
