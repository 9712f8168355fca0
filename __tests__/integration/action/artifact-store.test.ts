import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { bufferSource, zipEntries } from '../../../src/platform/zip-file.js'
import { parseName } from '../../../src/stores/artifact-names.js'
import { commandLine } from '../../support/command-line.js'
import { compiledSource, removeCompiledSources, type CompiledSource } from '../../support/compiled.js'
import { REST_TOKEN } from '../../support/github-rest.js'
import { GitHubServices } from '../../support/github-services.js'
import { leaksOf, RunnerJob, type StepOptions, type StepResult } from '../../support/runner.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(240_000)

let cluster: TestCluster
let source: CompiledSource
let services: GitHubServices
let root: string
let runs: number

beforeAll(async () => {
  cluster = await startCluster({ auth: 'scram' })
  await cluster.createDatabase('app')
  await cluster.psql(
    `CREATE TABLE animals (id bigint PRIMARY KEY, name text NOT NULL);
     INSERT INTO animals SELECT i, 'cow ' || i FROM generate_series(1, 2000) AS i;`,
    'app',
  )
  source = await compiledSource()
})
afterAll(async () => {
  await cluster.remove()
  await removeCompiledSources()
})

beforeEach(async () => {
  services = await GitHubServices.start()
  root = path.join(await temporaryFolder(), 'runner')
  runs = 0
})
afterEach(async () => {
  await services.stop()
  await removeTemporaryFolders()
})

/** A step of a job of its own, on a new runner that has nothing but the repository's artifacts and caches. */
async function job({ inputs, env, ...options }: StepOptions = {}): Promise<
  StepResult & { places: Map<string, string> }
> {
  // The folders of GitHub's runners are always the same, which the cache counts on.
  await rm(root, { recursive: true, force: true })
  const runner = await RunnerJob.begin(root, path.join(source.folder, 'index.js'))
  const main = await runner.main({
    inputs: {
      'database-url': cluster.url('app'),
      'postgres-bin': cluster.clientBin,
      store: 'artifact:',
      type: 'daily',
      'github-token': REST_TOKEN,
      ...inputs,
    },
    env: { ...services.environment(), GITHUB_RUN_ID: String(100 + (runs += 1)), ...env },
    ...options,
  })
  const places = await runner.everything()
  places.set('stdout', main.stdout).set('stderr', main.stderr)
  return { ...main, places }
}

const succeeded = ({ exitCode, stdout }: StepResult) => ({ exitCode, log: exitCode === 0 ? '' : stdout })

/** What the artifacts are: parts of sets, logs, or a report. */
const kinds = () =>
  services.artifacts.map(({ name }) => {
    const parsed = parseName(name)
    return parsed === undefined ? name.replace(/^.*-/, '') : parsed.part
  })

describe('a job with a store of artifacts', () => {
  test('backs up, and another job on another machine validates what is there', async () => {
    const backup = await job()
    expect(succeeded(backup)).toEqual({ exitCode: 0, log: '' })
    expect(backup.outputs).toMatchObject({ proof: 'proven', records: '2000' })
    // The set once, and the report beside it.
    expect(kinds()).toEqual(['set', 'manifest', 'log', 'report'])
    expect(backup.summary).toContain('This backup was restored and is equal to the database')

    const validated = await job({ inputs: { operation: 'validate', 'database-url': '' } })
    expect(succeeded(validated)).toEqual({ exitCode: 0, log: '' })
    expect(validated.outputs).toMatchObject({ proof: 'proven', 'backup-id': backup.outputs['backup-id'] })
    expect(kinds()).toContain('proof')

    for (const places of [backup.places, validated.places]) expect(leaksOf(REST_TOKEN, places)).toEqual([])
  })

  test('keeps what the command line validates and restores anywhere, with a token', async () => {
    const backup = await job()
    const run = (...args: string[]) =>
      commandLine([...args, '--store', 'artifact:owner/name', '--postgres-bin', cluster.clientBin, '--json'], {
        env: { GITHUB_TOKEN: REST_TOKEN, GITHUB_API_URL: services.apiUrl, TMPDIR: root },
        program: path.join(source.folder, 'cli.js'),
      })
    const validated = await run('validate')
    expect({ exitCode: validated.exitCode, log: validated.exitCode === 0 ? '' : validated.stderr }).toEqual({
      exitCode: 0,
      log: '',
    })
    // Results alone are on standard output, whatever libraries like to print there.
    expect(validated.outputs).toMatchObject({ proof: 'proven', 'backup-id': backup.outputs['backup-id'] })
    expect(validated.stderr).toContain('was not recorded in artifact:owner/name')
    const restored = await run('restore', '--target-url', cluster.url('restored'), '--confirm', 'restored')
    expect({ exitCode: restored.exitCode, log: restored.exitCode === 0 ? '' : restored.stderr }).toEqual({
      exitCode: 0,
      log: '',
    })
    expect(await cluster.psql('SELECT count(*) FROM animals', 'restored')).toContain('2000')
    const refused = await run('backup', '--database-url', cluster.url('app'))
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('can only be uploaded by a job of GitHub Actions')
    expect(leaksOf(REST_TOKEN, new Map([['log', validated.stderr + restored.stderr + refused.stderr]]))).toEqual([])
  })

  test('says so when what is there was damaged', async () => {
    await job()
    const set = services.artifacts.find(({ name }) => name.endsWith('.set'))!
    const content = services.contentOf(set)
    const [largest] = (await zipEntries(bufferSource(content))).sort((a, b) => b.stored - a.stored)
    content[largest!.at + 200 + Math.floor(largest!.stored / 2)]! ^= 1
    const validated = await job({ inputs: { operation: 'validate', 'database-url': '' } })
    expect(validated.exitCode).toBe(3)
    expect(validated.outputs.proof).toBe('failed')
  })

  test('rotates what is there, and is quicker by a cache that may vanish', async () => {
    for (let backups = 0; backups < 4; backups++) {
      const done = await job({ inputs: { verify: 'archive', 'keep-last': '3' } })
      expect(succeeded(done)).toEqual({ exitCode: 0, log: '' })
      expect(JSON.parse(done.outputs.removed ?? '[]')).toHaveLength(backups < 3 ? 0 : 1)
    }
    expect(kinds().filter((part) => part === 'set' || part === 'manifest')).toHaveLength(6)
    const downloads = async () => {
      const before = services.requests.filter((name) => name === 'rest:download').length
      const done = await job({ inputs: { operation: 'rotate', 'dry-run': 'true', 'keep-last': '3' } })
      expect(succeeded(done)).toEqual({ exitCode: 0, log: '' })
      return services.requests.filter((name) => name === 'rest:download').length - before
    }
    const warm = await downloads()
    services.caches.length = 0
    expect(await downloads()).toBeGreaterThan(warm)
  })

  test('refuses to put an unencrypted set into a public repository, before it is taken', async () => {
    const event = { repository: { visibility: 'public', private: false } }
    const refused = await job({ event, inputs: { 'upload-artifact': 'none' } })
    expect(refused.exitCode).toBe(5)
    expect(refused.stdout).toMatch(/::error::The repository is public.*encrypt-to/)
    expect(kinds()).not.toContain('set')
  })

  test('names the permission that the job lacks', async () => {
    services.permission = 'none'
    const refused = await job()
    expect(refused.exitCode).toBe(1)
    expect(refused.stdout).toContain('actions: read')
  })
})
