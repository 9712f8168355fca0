import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { bytesBelow } from '../../src/platform/files.js'
import { startCluster, type TestCluster } from '../support/cluster.js'
import {
  commandLine,
  eventually,
  processesWith,
  type CommandLineOptions,
  type CommandLineResult,
} from '../support/command-line.js'
import { createFarm } from '../support/databases/index.js'
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(240_000)

/** Every phase of a backup, by the line that announces it. */
const PHASES = [
  'Checking',
  'Getting scratch ready',
  'Taking a snapshot',
  'Dumping',
  'Checksumming',
  'Restoring the definitions',
  'Restoring the data',
  'Comparing the data',
  'Restoring indexes and constraints',
  'Comparing the schema',
  'Committing',
  'Rotating',
] as const

/** From here on the set may be in the store already. */
const LATE = new Set(['Committing', 'Rotating'])

let source: TestCluster
let scratch: TestCluster
/** A store with one proven set, made once and copied for each test. */
let prepared: string
let first: string
/** Of one test: its store, and where its runs put what is temporary. */
let store: string
let temporary: string

beforeAll(async () => {
  ;[source, scratch] = await Promise.all([startCluster(), startCluster()])
  await createFarm(source)
  // What is worth interrupting: half a second of dumping, and some of restoring.
  await source.psql(
    'CREATE TABLE big AS SELECT i, md5(i::text) || md5((-i)::text) AS t FROM generate_series(1, 150000) AS i; ALTER TABLE big ADD PRIMARY KEY (i)',
    'farm',
  )
  prepared = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-faults-'))
  await makeRoom(prepared)
  await backUpFirst()
})
afterAll(async () => {
  await Promise.all([source.remove(), scratch.remove()])
  await rm(prepared, { recursive: true, force: true })
})

async function makeRoom(folder: string): Promise<void> {
  // The server of a throw-away cluster may run as another user.
  await chmod(folder, 0o755)
  store = path.join(folder, 'store')
  temporary = path.join(folder, 'tmp')
  await mkdir(temporary)
}

beforeEach(async () => {
  await makeRoom(await temporaryFolder())
})
afterEach(async () => {
  expect(processesWith(temporary)).toEqual([])
  await removeTemporaryFolders()
})

function backUp(options: CommandLineOptions = {}, ...more: string[]): Promise<CommandLineResult> {
  const given = ['--database-url', source.url('farm'), '--store', store, '--type', 'daily', '--compression', 'gzip:1']
  return commandLine(['backup', ...given, '--json', ...more], {
    ...options,
    env: { TMPDIR: temporary, ...options.env },
  })
}

const viaService = () => ['--scratch-url', scratch.url()]

async function backUpFirst(): Promise<void> {
  const result = await backUp({}, ...viaService())
  expect({ ...result.outputs, log: result.exitCode === 0 ? '' : result.stderr }).toMatchObject({
    proof: 'proven',
    log: '',
  })
  first = String(result.outputs['backup-id'])
}

const takePrepared = () => cp(path.join(prepared, 'store'), store, { recursive: true, preserveTimestamps: true })

const setsIn = () => readdir(path.join(store, 'daily')).catch(() => [])

/** Every set that there is can be believed: all its files are what they were when it was committed. */
async function expectWholeSets(): Promise<void> {
  for (const id of await setsIn()) {
    const folder = path.join(store, 'daily', id)
    await promisify(execFile)('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: folder })
  }
}

/** What a run leaves that is neither a set nor the log. */
async function remains(): Promise<string[]> {
  const entries = await readdir(path.join(store, '.incoming')).catch(() => [])
  // A folder whose owner was killed while noting itself is left for a minute: it may be a living one's.
  const weights = await Promise.all(entries.map((name) => bytesBelow(path.join(store, '.incoming', name))))
  const incoming = entries.filter((_, index) => weights[index] !== 0)
  const locks = (await readdir(store)).filter((name) => name.startsWith('.lock'))
  const databases = await scratch.query("SELECT datname FROM pg_database WHERE datname LIKE 'lifeboat%'")
  const sessions = await source.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg-lifeboat'")
  return [
    ...incoming,
    ...locks,
    ...(await readdir(temporary)),
    ...databases.map(({ datname }) => String(datname)),
    ...sessions.map(() => 'a session at the source'),
  ]
}

/** What a run that was killed has left is a few minutes old when the next run comes. */
async function letTimePass(): Promise<void> {
  const incoming = path.join(store, '.incoming')
  const then = new Date(Date.now() - 5 * 60_000)
  for (const name of await readdir(incoming, { recursive: true }).catch(() => [])) {
    await utimes(path.join(incoming, name), then, then)
  }
}

/** The next run puts in order whatever was left, works, and is proven. */
async function expectNextRunToWork(...more: string[]): Promise<void> {
  await letTimePass()
  const next = await backUp({}, ...more)
  expect({ ...next.outputs, log: next.exitCode === 0 ? '' : next.stderr }).toMatchObject({ proof: 'proven', log: '' })
  await eventually('no process of ours is left', () => processesWith(temporary).length === 0)
  expect(await remains()).toEqual([])
  expect(await setsIn()).toEqual(expect.arrayContaining([first, next.outputs['backup-id']]))
  await expectWholeSets()
}

describe('killed', () => {
  test.each([
    ['service', PHASES],
    // Where the throw-away cluster is begun, there, at work and stopped.
    ['cluster', ['Getting scratch ready', 'Dumping', 'Restoring the data', 'Comparing the data', 'Committing']],
  ] as const)('by SIGKILL in any phase, with scratch %s', async (kind, phases) => {
    const more = kind === 'service' ? viaService() : ['--scratch', 'cluster']
    await takePrepared()
    for (const phase of phases) {
      const before = await setsIn()
      const killed = await backUp({ at: { output: `==> ${phase}`, act: 'SIGKILL' } }, ...more)
      // What was started does not go on without us, and gives the source its locks and its snapshot back.
      await eventually(`after ${phase} nothing runs any more`, () => processesWith(temporary).length === 0)
      const now = await setsIn()
      if (!LATE.has(phase)) {
        expect({ phase, exitCode: killed.exitCode, sets: now }).toEqual({ phase, exitCode: null, sets: before })
      }
      await expectWholeSets()
    }
    await expectNextRunToWork(...more)
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s in any phase: it puts things in order itself',
    async (signal) => {
      await takePrepared()
      // Each signal at other phases, so that all three together meet all of them.
      const offset = ['SIGTERM', 'SIGINT', 'SIGHUP'].indexOf(signal)
      for (const [index, phase] of PHASES.entries()) {
        if (index % 3 !== offset) {
          continue
        }
        const more = index % 2 === 0 ? viaService() : ['--scratch', 'cluster']
        const before = await setsIn()
        const stopped = await backUp({ at: { output: `==> ${phase}`, act: signal } }, ...more)
        await eventually(`after ${phase} nothing runs any more`, () => processesWith(temporary).length === 0)
        if (!LATE.has(phase)) {
          expect({ phase, exitCode: stopped.exitCode, log: stopped.stderr }).toEqual({
            phase,
            exitCode: 130,
            log: expect.stringMatching(/interrupted before it was done/i),
          })
          expect(await setsIn()).toEqual(before)
        }
        // Not even the next run is needed.
        expect({ phase, remains: await remains() }).toEqual({ phase, remains: [] })
        await expectWholeSets()
      }
      await expectNextRunToWork(...viaService())
    },
  )
})

describe('the source fails', () => {
  test('stopped at once in the middle of the dump', async () => {
    await takePrepared()
    const failed = await backUp({ at: { output: '==> Dumping', act: () => source.stop('immediate') } }, ...viaService())
    await source.start()
    expect(failed).toMatchObject({ exitCode: 1, outputs: expect.not.objectContaining({ proof: expect.anything() }) })
    expect(failed.stderr).toMatch(/connection|terminat/i)
    expect(await setsIn()).toEqual([first])
    await expectNextRunToWork(...viaService())
  })

  test('pg_dump is killed', async () => {
    await takePrepared()
    const failed = await backUp(
      {
        at: {
          output: '==> Dumping',
          act: async () => {
            const isDump = ({ argv }: { argv: string[] }) => argv[0]?.endsWith('/pg_dump') === true
            await eventually('pg_dump runs', () => processesWith(temporary).some(isDump))
            processesWith(temporary)
              .filter(isDump)
              .forEach(({ pid }) => process.kill(pid, 'SIGKILL'))
          },
        },
      },
      ...viaService(),
    )
    expect({ exitCode: failed.exitCode, log: failed.stderr }).toEqual({
      exitCode: 1,
      log: expect.stringMatching(/pg_dump.*SIGKILL.*dumping the database "farm"/s),
    })
    expect(await setsIn()).toEqual([first])
    await expectNextRunToWork(...viaService())
  })
})

describe('a disk is full', () => {
  let disk: SmallDisk
  afterEach(() => disk.remove())

  test('that of the store, in the middle of the dump', async () => {
    await mkdir(store)
    disk = await mountSmallDisk(store, 40)
    await takePrepared()
    const failed = await backUp({ at: { output: '==> Dumping', act: () => disk.fill() } }, ...viaService())
    expect({ exitCode: failed.exitCode, log: failed.stderr }).toEqual({
      exitCode: 1,
      log: expect.stringMatching(/no space left on device/i),
    })
    expect(await setsIn()).toEqual([first])
    await expectWholeSets()
    await disk.empty()
    await expectNextRunToWork(...viaService())
  })

  test('that of the store, before it begins: refused', async () => {
    await mkdir(store)
    disk = await mountSmallDisk(store, 1)
    const refused = await backUp({}, ...viaService())
    expect({ exitCode: refused.exitCode, log: refused.stderr }).toEqual({
      exitCode: 1,
      log: expect.stringMatching(/DISK_SPACE_LOW .*Nothing was written/s),
    })
    expect(await setsIn()).toEqual([])
  })

  test('that of scratch: the backup is kept, and never called proven nor failed', async () => {
    disk = await mountSmallDisk(temporary, 120)
    await chmod(temporary, 0o755)
    await takePrepared()
    const given = ['--scratch', 'cluster', '--jobs', '1']
    const doubtful = await backUp({ at: { output: '==> Restoring the definitions', act: () => disk.fill() } }, ...given)
    expect({ exitCode: doubtful.exitCode, proof: doubtful.outputs.proof, log: doubtful.stderr }).toEqual({
      exitCode: 4,
      proof: 'not-verified',
      log: expect.stringMatching(/SCRATCH_FAILED/),
    })
    expect(await setsIn()).toEqual([first, doubtful.outputs['backup-id']])
    expect(doubtful.outputs.removed).toEqual([])
    await disk.empty()
    await expectNextRunToWork(...given)
  })
})

describe('scratch dies while the set is restored', () => {
  test('a service', async () => {
    await takePrepared()
    const doubtful = await backUp(
      { at: { output: '==> Restoring the data', act: () => scratch.stop('immediate') } },
      ...viaService(),
    )
    await scratch.start()
    expect({ exitCode: doubtful.exitCode, proof: doubtful.outputs.proof, log: doubtful.stderr }).toEqual({
      exitCode: 4,
      proof: 'not-verified',
      log: expect.stringMatching(/SCRATCH_FAILED/),
    })
    await expectNextRunToWork(...viaService())
  })

  test('a throw-away cluster', async () => {
    await takePrepared()
    const doubtful = await backUp(
      {
        at: {
          output: '==> Restoring the data',
          act: () => {
            processesWith(temporary)
              .filter(({ argv }) => argv[0]?.endsWith('/postgres') === true)
              .forEach(({ pid }) => process.kill(pid, 'SIGKILL'))
          },
        },
      },
      '--scratch',
      'cluster',
    )
    expect({ exitCode: doubtful.exitCode, proof: doubtful.outputs.proof, log: doubtful.stderr }).toEqual({
      exitCode: 4,
      proof: 'not-verified',
      log: expect.stringMatching(/SCRATCH_FAILED/),
    })
    await expectNextRunToWork('--scratch', 'cluster')
  })
})
