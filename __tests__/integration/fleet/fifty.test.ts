import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'

import { freePort, startCluster, type TestCluster } from '../../support/cluster.js'
import { commandLine, processesWith, type CommandLineResult } from '../../support/command-line.js'
import { compiledSource, removeCompiledSources } from '../../support/compiled.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(300_000)

/** What the mission asks for is 50; the suite tries fewer, which are as different from each other. */
const DATABASES = Number(process.env.FLEET_DATABASES ?? 8)

/** They come first, so that all others come after them. */
const [UNREACHABLE, LOCKED, FORBIDDEN] = ['shop01', 'shop02', 'shop03']
const NAMES = Array.from({ length: DATABASES }, (_, index) => `shop${String(index + 1).padStart(2, '0')}`)

interface Line {
  database: string
  ended: string
  exit_code: number
  cause?: string
  peak_memory_bytes: number
  outputs: Record<string, unknown>
}

let cluster: TestCluster
let scratch: TestCluster
let folder: string
let locker: pg.Client
let program: string
let run: CommandLineResult
let lines: Line[]

beforeAll(async () => {
  ;[cluster, scratch, folder] = await Promise.all([startCluster(), startCluster(), temporaryFolder()])
  program = path.join((await compiledSource()).folder, 'cli.js')
  await cluster.createDatabase('tiny')
  await cluster.psql(
    `CREATE ROLE backup LOGIN;
     CREATE TABLE animals (id int PRIMARY KEY, name text NOT NULL);
     INSERT INTO animals SELECT i, 'animal ' || i FROM generate_series(1, 100) i;
     CREATE TABLE secrets (id int);
     GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup;`,
    'tiny',
  )
  await cluster.psql(NAMES.map((name) => `CREATE DATABASE ${name} TEMPLATE tiny;`).join('\n'))
  await cluster.psql('REVOKE SELECT ON secrets FROM backup', FORBIDDEN)
  locker = await cluster.connect(LOCKED)
  await locker.query('BEGIN; LOCK TABLE animals IN ACCESS EXCLUSIVE MODE')
  await writeFile(path.join(folder, 'lifeboat.yml'), await configuration())
  run = await commandLine(['backup', '--all', '--parallel', '3', '--json'], {
    program,
    cwd: folder,
    env: { TMPDIR: folder, SCRATCH_URL: scratch.url() },
    timeout: 280_000,
  })
  lines = (run.outputs.databases ?? []) as Line[]
})

afterAll(async () => {
  await locker.end()
  await Promise.all([cluster.remove(), scratch.remove()])
  await Promise.all([removeTemporaryFolders(), removeCompiledSources()])
})

/** Every database as the backup role, one at a port where nobody listens, one that may not take longer than a few seconds. */
async function configuration(): Promise<string> {
  const closed = await freePort()
  const url = (name: string) =>
    name === UNREACHABLE
      ? `postgresql://backup@127.0.0.1:${closed}/${name}?connect_timeout=8`
      : `postgresql://backup@127.0.0.1:${cluster.port}/${name}`
  return [
    'store: stores/{database}',
    'scratch-url: ${SCRATCH_URL}',
    `postgres-bin: [${cluster.clientBin}]`,
    'types: { daily: {} }',
    'databases:',
    ...NAMES.map((name) => `  ${name}: { database-url: "${url(name)}"${name === LOCKED ? ', time-limit: 8s' : ''} }`),
  ].join('\n')
}

const lineOf = (name: string): Line | undefined => lines.find(({ database }) => database === name)

/** Where a run's last line stands in the log, which tells what came of it. */
const endOf = (name: string): number =>
  run.stderr.search(new RegExp(`^\\[${name} daily\\] \\w+.*, in .* of \\d+\\)$`, 'm'))

test('all but three are proven, and the run ends with 1', () => {
  expect(run.stderr).toContain(`${DATABASES - 3} of ${DATABASES} runs good, in `)
  expect(lines.map(({ database }) => database)).toEqual(NAMES)
  const good = lines.filter(({ exit_code }) => exit_code === 0)
  expect(good.map(({ outputs }) => [outputs.proof, outputs['proof-tier'], outputs.records])).toEqual(
    Array(DATABASES - 3).fill(['proven', 'full', 100]),
  )
  expect(run.outputs.totals).toMatchObject({ runs: DATABASES, good: DATABASES - 3, bad: 3, proven: DATABASES - 3 })
  expect(run.exitCode).toBe(1)
})

test.each([
  [UNREACHABLE, /No PostgreSQL server answers on 127\.0\.0\.1 port \d+/],
  [LOCKED, /The run took longer than its time-limit of 8 s and was ended/],
  [FORBIDDEN, /TABLE_UNREADABLE public\.secrets/],
])('%s is named with its cause, in the JSON and in the table', (name, cause) => {
  expect(lineOf(name)).toMatchObject({ ended: 'failed', exit_code: 1, cause: expect.stringMatching(cause) })
  const row = run.stderr.split('\n').find((line) => line.startsWith(`${name}  `))
  expect(row).toMatch(cause)
  expect(run.stderr).toMatch(new RegExp(`^Not good: .*${name} daily \\(failed\\)`, 'm'))
})

test('no run waits for one that hangs or fails: the next began before they ended', () => {
  const next = run.stderr.indexOf('[shop04 daily]')
  expect(next).toBeGreaterThan(0)
  expect(next).toBeLessThan(endOf(LOCKED))
  expect(next).toBeLessThan(endOf(UNREACHABLE))
})

test('nothing is left behind: no process, no scratch database; and each run knows its memory', async () => {
  expect(processesWith(folder)).toEqual([])
  const left = await scratch.query("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")
  expect(left).toEqual([])
  expect(lines.filter(({ peak_memory_bytes }) => peak_memory_bytes < 10_000_000)).toEqual([])
  if (process.env.FLEET_DATABASES !== undefined) {
    process.stderr.write(`${DATABASES} databases in ${(run.duration / 1000).toFixed(1)} s\n${run.stderr.slice(-9000)}`)
  }
})
