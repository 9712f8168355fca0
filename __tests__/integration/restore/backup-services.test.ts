import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { readFile, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { compiledSource } from '../../support/compiled.js'
import { RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

let cluster: TestCluster
let bench: RecoveryBench

beforeAll(async () => {
  cluster = await startCluster()
  bench = await RecoveryBench.make(await temporaryFolder(), cluster)
  await cluster.createDatabase('app')
  await cluster.query('CREATE TABLE animals AS SELECT i FROM generate_series(1, 100) AS i', 'app')
})
afterEach(() => rm(path.join(bench.root, 'story'), { force: true }))
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})

const story = () => readFile(path.join(bench.root, 'story'), 'utf8').catch(() => '')
const say = (word: string) => `printf '${word} ' >>story`
const options = () => ({
  'database-url': cluster.url('app'),
  'stop-command': say('stopped'),
  'start-command': say('started'),
})
const sets = async () => (await readdir(path.join(bench.store, 'manual')).catch(() => [])).length

describe('a backup with services', () => {
  test('has them stopped while it dumps, and running while it proves', async () => {
    const ran = await bench.run('backup', options())
    expect(ran.exitCode).toBe(0)
    expect(await story()).toBe('stopped started ')
    const phases = ran.report.phases.map(({ name }) => name)
    const at = (name: string) => phases.indexOf(name)
    expect(at('Checking')).toBeLessThan(at('Stopping the services'))
    expect(at('Stopping the services')).toBeLessThan(at('Taking a snapshot'))
    expect(at('Dumping')).toBeLessThan(at('Starting the services'))
    expect(at('Starting the services')).toBeLessThan(at('Restoring the definitions'))
  })

  test('that its preflight refuses stops nothing', async () => {
    const ran = await bench.run('backup', { ...options(), tables: 'nothing_like_it' })
    expect(ran.exitCode).not.toBe(0)
    expect(await story()).toBe('')
  })

  test('that fails starts them', async () => {
    const before = await sets()
    const ran = await bench.run(
      'backup',
      { ...options(), verify: 'archive' },
      {
        onStep: async (title) => {
          if (title === 'Dumping') await cluster.query(`DROP TABLE animals`, 'app')
        },
      },
    )
    await cluster.query('CREATE TABLE animals AS SELECT i FROM generate_series(1, 100) AS i', 'app')
    expect(ran.exitCode).not.toBe(0)
    expect(await story()).toBe('stopped started ')
    expect(await sets()).toBe(before)
  })

  test('whose services cannot be stopped dumps nothing', async () => {
    const before = await sets()
    const ran = await bench.run('backup', { ...options(), 'stop-command': 'echo "no such unit" >&2; exit 5' })
    expect([ran.exitCode, ran.report.failure?.message]).toEqual([1, expect.stringContaining('no such unit')])
    expect(await story()).toBe('started ')
    expect(await sets()).toBe(before)
  })

  test('whose services cannot be started is in the store, and an error', async () => {
    const before = await sets()
    const ran = await bench.run('backup', { ...options(), 'start-command': 'false', verify: 'archive' })
    expect([ran.exitCode, ran.report.failure?.message]).toEqual([1, expect.stringContaining('The services do not run')])
    expect(await sets()).toBe(before + 1)
    await rm(path.join(bench.root, 'state'), { recursive: true })
  })

  test('that is killed leaves it to the next run, of whatever operation', async () => {
    const compiled = await compiledSource()
    try {
      const flags = Object.entries(bench.flags(options())).map(([name, value]) => `--${name}=${String(value)}`)
      const child = spawn(process.execPath, [path.join(compiled.folder, 'cli.js'), 'backup', ...flags], {
        cwd: bench.root,
        env: bench.environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('==> Taking a snapshot')) child.kill('SIGKILL')
      })
      await new Promise((resolve) => child.once('close', resolve))
      expect(await story()).toBe('stopped ')
      await bench.run('rotate', { 'dry-run': 'true', 'keep-last': '1' })
      expect(await story()).toBe('stopped started ')
    } finally {
      await compiled.remove()
    }
  })
})
