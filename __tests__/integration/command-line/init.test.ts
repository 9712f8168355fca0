import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { commandLineHere } from '../../support/command-line-here.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

let cluster: TestCluster
let folder: string

beforeAll(async () => {
  cluster = await startCluster({ auth: 'scram' })
  await cluster.createDatabase('farm')
  await cluster.psql(
    `CREATE TABLE animals AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 2000) g; ANALYZE animals;
     CREATE TABLE "Odd: #name" (id int); CREATE EXTENSION pgcrypto;
     CREATE ROLE reader LOGIN PASSWORD 'p@ss/word%'; GRANT SELECT ON animals TO reader`,
    'farm',
  )
})
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})
beforeEach(async () => {
  folder = await temporaryFolder()
})

const urlOf = (user: string, password = cluster.password ?? ''): string =>
  `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${cluster.port}/farm`

const init = (args: readonly string[], env: Record<string, string> = {}) =>
  commandLineHere(['init', ...args], { cwd: folder, env })

const written = (name = 'lifeboat.yml'): Promise<string> => readFile(path.join(folder, name), 'utf8')

describe('looking at a database', () => {
  test('writes a file with the facts, by which a first backup is proven as it stands', async () => {
    const done = await init(['--database-url', urlOf('postgres')])
    expect({ ...done, stderr: '' }).toMatchObject({ exitCode: 0, stdout: '' })
    expect(done.stderr).toContain('Wrote lifeboat.yml. Next:')
    const text = await written()
    expect(text).toContain(`# What was seen of the database "farm":\n#   PostgreSQL ${cluster.major}.`)
    expect(text).toMatch(/^# {5}public\.animals +\d+ kB {2}2,000 rows$/m)
    expect(text).toContain('public."Odd: #name"')
    expect(text).toContain('pgcrypto')
    expect(text + done.stderr).not.toContain(cluster.password)

    const env = { FARM_PASSWORD: encodeURIComponent(cluster.password ?? '') }
    const backup = await commandLineHere(['backup', '--type', 'daily', '--json'], { cwd: folder, env })
    expect({ exitCode: backup.exitCode, proof: backup.outputs.proof, tier: backup.outputs['proof-tier'] }).toEqual({
      exitCode: 0,
      proof: 'proven',
      tier: 'full',
    })
    expect(await readdir(path.join(folder, 'backups', 'farm', 'daily'))).toEqual([backup.outputs['backup-id']])
  })

  test('takes the PG* variables, and then leaves the password to them', async () => {
    const env = {
      PGHOST: cluster.host,
      PGPORT: String(cluster.port),
      PGUSER: 'postgres',
      PGPASSWORD: cluster.password ?? '',
      PGDATABASE: 'farm',
    }
    expect(await init([], env)).toMatchObject({ exitCode: 0 })
    expect(await written()).toContain('# The password comes from PGPASSWORD')
    const done = await commandLineHere(['doctor', '--type', 'daily', '--verify', 'archive'], {
      cwd: folder,
      env: { PGPASSWORD: cluster.password ?? '' },
    })
    expect(done.stdout).toMatch(/^ {2}ok +connection +postgres@\S+farm, PostgreSQL/m)
  })

  test('says what the role may not read', async () => {
    const done = await init(['--database-url', urlOf('reader', 'p@ss/word%'), '--output', '-'])
    expect(done.stdout).toContain('that the role may not read whole, such as public.Odd: #name')
    expect(done.stderr).toContain('The role may not read everything')
    expect(done.stdout + done.stderr).not.toMatch(/p@ss|p%40ss/)
    expect(await readdir(folder)).toEqual([])
  })
})

test('never writes over a file, and does not even look at the database first', async () => {
  await writeFile(path.join(folder, 'lifeboat.yml'), 'store: /mine\n')
  const done = await init(['--database-url', urlOf('postgres')])
  expect(done).toMatchObject({ exitCode: 5, stdout: '' })
  expect(done.stderr).toContain('lifeboat.yml is there already')
  expect(done.stderr).not.toContain('Looking at the database')
  expect(await written()).toBe('store: /mine\n')
})

test('writes a template where there is no database, saying what it could not see', async () => {
  const url = 'postgresql://backup:secret@127.0.0.1:1/farm?connect_timeout=1'
  const done = await init(['--database-url', url, '--output', 'new.yml', '--store', 's3://bucket/farm'])
  expect(done.exitCode).toBe(0)
  expect(done.stderr).toContain('no PostgreSQL server answers on 127.0.0.1 port 1')
  expect(done.stderr).toContain('pg-lifeboat backup --type daily --config new.yml')
  const text = await written('new.yml')
  expect(text).toContain('# The database could not be looked at: no PostgreSQL server answers')
  expect(text).toContain(`store: "s3://bucket/farm"`)
  expect(text).not.toContain('secret')
})
