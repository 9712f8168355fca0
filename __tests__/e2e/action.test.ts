import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { access, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { startCluster, type TestCluster } from '../support/cluster.js'
import { GitHubServices, zipEntries } from '../support/github-services.js'
import { leaksOf, RunnerJob, type StepOptions } from '../support/runner.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(180_000)

let cluster: TestCluster
let services: GitHubServices
let job: RunnerJob

beforeAll(async () => {
  cluster = await startCluster({ auth: 'scram' })
  await cluster.createDatabase('app')
  await cluster.psql(
    `CREATE TABLE animals (id bigint PRIMARY KEY, name text NOT NULL);
     INSERT INTO animals SELECT i, 'cow ' || i FROM generate_series(1, 5000) AS i;
     CREATE TABLE parts (id bigint PRIMARY KEY, animal bigint REFERENCES animals);
     INSERT INTO parts SELECT i, i FROM generate_series(1, 1000) AS i;
     CREATE TABLE "a|b <script>" (x int);
     CREATE TABLE big AS SELECT i, repeat(md5(i::text), 20) AS t FROM generate_series(1, 60000) AS i;`,
    'app',
  )
})
afterAll(() => cluster.remove())

beforeEach(async () => {
  services = await GitHubServices.start()
  job = await RunnerJob.begin(await temporaryFolder())
})
afterEach(async () => {
  await services.stop()
  await removeTemporaryFolders()
})

/** A step of this job with the database as input, and GitHub's services in reach. */
function step({ inputs, env, ...options }: StepOptions = {}) {
  return job.main({
    inputs: { 'database-url': cluster.url('app'), 'postgres-bin': cluster.clientBin, ...inputs },
    env: { ...services.environment(), ...env },
    ...options,
  })
}

describe('the bundled action, started as the runner starts it', () => {
  test('backs up, proves, uploads, reports and ends', async () => {
    const main = await step({ inputs: { type: 'daily', tables: 'animals, parts' } })
    expect({ exitCode: main.exitCode, log: main.exitCode === 0 ? '' : main.stdout }).toEqual({ exitCode: 0, log: '' })
    expect(main.outputs).toMatchObject({ proof: 'proven', 'proof-tier': 'full', records: '6000' })
    expect(JSON.parse(main.outputs.metrics ?? '')).toHaveProperty('records.by_table.animals', 5000)
    expect(JSON.parse(await readFile(main.outputs['manifest-path']!, 'utf8'))).toMatchObject({
      type: 'daily',
      series: 'app',
    })
    expect(main.summary).toContain('This backup was restored and is equal to the database')

    const set = services.artifacts.find(({ id }) => id === main.outputs['artifact-id'])
    const files = zipEntries(services.contentOf(set!)).map(({ name }) => name)
    expect(files).toEqual(expect.arrayContaining(['manifest.json', 'SHA256SUMS', 'dump/toc.dat']))
    expect(services.artifacts).toHaveLength(2)
    expect(services.caches).toHaveLength(1)

    const post = await job.post(main)
    expect(post).toMatchObject({ exitCode: 0, outputs: {}, state: {} })
    expect((await readdir(job.temp)).filter((name) => /^pg-lifeboat-\d/.test(name))).toEqual([])
  })

  test('drills what it backed up, and keeps the report where people look', async () => {
    expect((await step({ inputs: { type: 'weekly' } })).exitCode).toBe(0)
    const uploaded = services.artifacts.length
    const drill = await step({
      inputs: { operation: 'drill', scenario: 'latest, fallback, clean-room', 'drill-report': 'drills/2026-Q4.md' },
    })
    expect({ exitCode: drill.exitCode, log: drill.exitCode === 4 ? '' : drill.stdout }).toEqual({
      exitCode: 4,
      log: '',
    })
    // There is no older set to fall back to, and that is told, not passed over.
    expect(drill.summary).toContain('fallback could not run')
    expect(drill.summary).toContain('Passed: latest, clean-room')
    expect(await readFile(path.join(job.workspace, 'drills', '2026-Q4.md'), 'utf8')).toMatch(/RTO/)
    const artifact = services.artifacts[uploaded]
    const files = zipEntries(services.contentOf(artifact!)).map(({ name }) => name)
    expect(files.filter((name) => /\.(md|json|xml)$/.test(name)).length).toBeGreaterThanOrEqual(3)
  })

  test('the password is nowhere but in the mask', async () => {
    const main = await step({ inputs: { type: 'weekly' } })
    expect(main.exitCode).toBe(0)
    const uploads = services.artifacts.map((each) => [each.name, services.contentOf(each).toString('latin1')] as const)
    const places = new Map([...(await job.everything()), ...uploads, ['stdout', main.stdout], ['stderr', main.stderr]])
    expect(places.size).toBeGreaterThan(10)
    expect(leaksOf(cluster.password!, places)).toEqual([])
  })

  test('a wrong password is an error that says so, without a stack trace', async () => {
    const url = new URL(cluster.url('app'))
    url.password = 'not-the-password-at-all'
    const main = await step({ inputs: { 'database-url': url.href } })
    expect(main.exitCode).toBe(1)
    expect(main.stdout).toMatch(/^::error::.*password/m)
    expect(main.stdout.replaceAll(/^::debug::.*$/gm, '')).not.toMatch(/\bat .*index\.js/)
    expect(main.summary).toContain('No backup was made')
    expect(
      leaksOf(
        'not-the-password-at-all',
        new Map([
          ['stdout', main.stdout],
          ['summary', main.summary],
        ]),
      ),
    ).toEqual([])
  })

  test('a public repository is refused before anything is dumped', async () => {
    const main = await step({ event: { repository: { visibility: 'public' } } })
    expect(main.exitCode).toBe(5)
    await expect(access(path.join(job.workspace, 'backups'))).rejects.toThrow('ENOENT')
    expect(services.requests).toEqual([])
  })

  test('a quick operation is quick: nothing that it does not need is loaded', async () => {
    const main = await job.main({ inputs: { operation: 'bakcup' } })
    expect(main.exitCode).toBe(2)
    expect(main.stdout).toContain('Did you mean "backup"?')
    expect(main.duration).toBeLessThan(20_000)
  })

  test('cancelled while it works, it says so, leaves no set and no folder', async () => {
    const main = await step({
      inputs: { 'upload-artifact': 'none', 'history-cache': 'false' },
      signalAt: { output: 'Taking a snapshot', signal: 'SIGINT' },
    })
    expect(main.exitCode).toBe(130)
    const left = await readdir(path.join(job.workspace, 'backups', 'manual')).catch(() => [])
    expect(left).toEqual([])
    expect((await readdir(job.temp)).filter((name) => name.startsWith('pg-lifeboat-'))).toEqual([])
  })

  test('killed while it restores, no set appears, and the post step removes what was left', async () => {
    const main = await step({
      inputs: { 'upload-artifact': 'none', 'history-cache': 'false' },
      signalAt: { output: 'Restoring the definitions', signal: 'SIGKILL' },
    })
    expect(main.exitCode).toBeNull()
    expect(await readdir(path.join(job.workspace, 'backups', 'manual')).catch(() => [])).toEqual([])
    expect(await readdir(job.temp)).toHaveLength(1)
    expect((await job.post(main)).exitCode).toBe(0)
    expect(await readdir(job.temp)).toEqual([])
    expect((await step({ inputs: { 'upload-artifact': 'none', 'history-cache': 'false' } })).outputs.proof).toBe(
      'proven',
    )
  })

  test('a backup that is there and cannot be uploaded fails the step and stays', async () => {
    services.misbehave({
      on: 'CreateArtifact',
      status: 403,
      message: 'insufficient usage to create artifact',
      times: 9,
    })
    const main = await step({ inputs: { verify: 'archive' } })
    expect(main.exitCode).toBe(1)
    expect(main.outputs['backup-path']).toBeDefined()
    expect(main.stdout).toContain('::error::The storage for artifacts is used up')
    await expect(access(main.outputs['manifest-path']!)).resolves.toBeUndefined()
  })
})
