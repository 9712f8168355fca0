import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, rmdir, symlink } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { compiledSource, type CompiledSource } from '../../support/compiled.js'
import { createSampleDatabase } from '../../support/databases/index.js'
import { RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(600_000)

const SOURCE = 'masclet_imperi'
let cluster: TestCluster
let bench: RecoveryBench
let compiled: CompiledSource
/** What the restored database holds, whole. */
let restored: string

beforeAll(async () => {
  cluster = await startCluster()
  bench = await RecoveryBench.make(await temporaryFolder(), cluster)
  compiled = await compiledSource()
  await createSampleDatabase(cluster, SOURCE, 2000)
  await bench.backUp(cluster.url(SOURCE))
  restored = await contentOf(SOURCE)
})
afterEach(async () => {
  for (const name of (await databases()).filter((each) => each !== SOURCE)) {
    await cluster.query(`DROP DATABASE "${name}" WITH (FORCE)`)
  }
  await rm(path.join(bench.root, 'service'), { force: true })
})
afterAll(async () => {
  await cluster.remove()
  await compiled.remove()
  await removeTemporaryFolders()
})

async function databases(): Promise<string[]> {
  const rows = await cluster.query(
    `SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1`,
  )
  return rows.map(({ datname }) => String(datname))
}

/** Every row and the number of indexes and constraints, as one text. */
async function contentOf(database: string): Promise<string> {
  const [row] = await cluster.query(
    `SELECT (SELECT count(*) || ' ' || sum(hashtextextended(t::text, 0)::numeric) FROM animals t) || ' | '
      || (SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM parts t) || ' | '
      || (SELECT count(*) || ' ' || sum(hashtextextended(t::text, 0)::numeric) FROM animal_history t) || ' | '
      || (SELECT count(*) FROM pg_index) || ' ' || (SELECT count(*) FROM pg_constraint WHERE convalidated) AS content`,
    database,
  )
  return String(row?.content)
}

const service = () => readFile(path.join(bench.root, 'service'), 'utf8').catch(() => '')

interface Trouble {
  /** The step in which it happens. */
  at: string
  /** Milliseconds into the step. */
  after: number
  happens: (child: ReturnType<typeof spawn>) => void | Promise<void>
}

/** Runs the command line in a process of its own. */
async function restore(
  mode: 'new' | 'replace' | 'add',
  trouble?: Trouble,
  { into = cluster, ...options }: { into?: TestCluster } & Record<string, unknown> = {},
): Promise<{ code: number | null; log: string }> {
  const flags = bench.flags({
    'target-url': into.url('live'),
    'restore-mode': mode,
    confirm: 'live',
    'stop-command': 'echo stopped >service',
    'start-command': 'echo started >service',
    ...options,
  })
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${String(value)}`)
  const child = spawn(process.execPath, [path.join(compiled.folder, 'cli.js'), 'restore', ...args], {
    cwd: bench.root,
    env: bench.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  let happened: Promise<void> | undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
    if (trouble !== undefined && happened === undefined && log.includes(`==> ${trouble.at}`)) {
      happened = new Promise((resolve) => setTimeout(resolve, trouble.after)).then(() => trouble.happens(child))
    }
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  await happened
  if (trouble !== undefined && happened === undefined)
    throw new Error(`The step "${trouble.at}" was never come to:\n${log}`)
  return { code, log }
}

/** Whatever happened: the live database is the old one or the new one, whole. */
async function expectWhole(mode: 'new' | 'replace', old: string): Promise<void> {
  const names = await databases()
  if (mode === 'new' && !names.includes('live')) return
  expect(names).toContain('live')
  expect([restored, ...(mode === 'new' ? [] : [old])]).toContain(await contentOf('live'))
}

/** The next run works, and puts everything in order: the services run, and nothing that was half done is left. */
async function expectNextRunWorks(mode: 'new' | 'replace'): Promise<void> {
  const isDone = mode === 'new' && (await databases()).includes('live')
  const next = await restore(mode)
  // A new database that was finished in spite of the trouble is not restored into once more.
  expect({ code: next.code, log: next.code === (isDone ? 5 : 0) ? '' : next.log }).toEqual({
    code: isDone ? 5 : 0,
    log: '',
  })
  expect(await contentOf('live')).toBe(restored)
  expect(await service()).toBe('started\n')
  expect((await databases()).filter((name) => name.includes('_lifeboat_'))).toEqual([])
}

async function makeLive(): Promise<string> {
  await cluster.query(`CREATE DATABASE live TEMPLATE ${SOURCE}`)
  await cluster.query('DELETE FROM parts', 'live')
  return contentOf('live')
}

const STEPS = [
  'Checking the set',
  'Checking the target',
  'Stopping the services',
  'Restoring the roles',
  'Restoring the definitions',
  'Restoring the data',
  'Restoring indexes and constraints',
  'Gathering statistics',
  'Comparing the data',
  'Comparing the schema',
]
const REPLACING = [...STEPS, 'Swapping the databases', 'Starting the services']
/** Until it gets its name, a new database is made as one that replaces another; with it, the next run refuses. */
const MAKING = [
  ['Stopping the services', 'Restoring the definitions', 'Restoring the data', 'Comparing the data'],
  ['Naming the database'],
  ['Starting the services'],
]

/** Steps in rows; in a row each run comes after one that came to a bad end, and gets further than that one. */
const rowsOf = (steps: readonly string[], rows: number) =>
  Array.from({ length: rows }, (_, row) => steps.filter((_step, index) => index % rows === row))
const CASES = [
  ...rowsOf(REPLACING, 3).map((steps) => ['replace', steps] as const),
  ...MAKING.map((steps) => ['new', steps] as const),
]

/** Somewhere in a step: at its very beginning in one run of the tests, well inside in another. */
const somewhere = () => Math.floor(Math.random() * 80)

describe('killed with SIGKILL', () => {
  test.each(CASES)('%s, at each of %j, one run after the other', async (mode, steps) => {
    const old = mode === 'replace' ? await makeLive() : ''
    for (const at of steps) {
      await restore(mode, { at, after: somewhere(), happens: (child) => void child.kill('SIGKILL') })
      await expectWhole(mode, old)
    }
    await expectNextRunWorks(mode)
  })
})

describe('a table is brought back', () => {
  const LEDGER_ROWS = 400_000
  const LEDGER = `SELECT i, md5(i::text) AS t FROM generate_series(1, ${LEDGER_ROWS}) AS i`
  let books: RecoveryBench
  beforeAll(async () => {
    books = await RecoveryBench.make(await temporaryFolder(), cluster)
    await cluster.query('CREATE DATABASE books')
    await cluster.query(`CREATE TABLE ledger AS ${LEDGER}`, 'books')
    await books.backUp(cluster.url('books'), { jobs: '1' })
    await cluster.query('DROP DATABASE books')
  })
  beforeEach(async () => {
    await cluster.query('CREATE DATABASE live')
    await cluster.query('CREATE TABLE other AS SELECT 1 AS x', 'live')
  })
  const bringBack = (trouble?: Trouble) => restore('add', trouble, { store: books.store, tables: 'ledger' })
  /** Rows of the table, or null where it is not there. */
  const rows = async () => {
    const [there] = await cluster.query(`SELECT to_regclass('ledger') IS NOT NULL AS yes`, 'live')
    if (there?.yes !== true) return null
    return (await cluster.query('SELECT count(*)::int AS n FROM ledger', 'live'))[0]?.n
  }

  /** Waits until the rows are on their way, then does something about it. */
  const midway = (then: Trouble['happens']): Trouble => ({
    at: 'Bringing the tables back',
    after: 0,
    happens: async (child) => {
      for (let tries = 0; tries < 500; tries++) {
        const writing = `SELECT FROM pg_stat_activity WHERE datname = 'live' AND state = 'active' AND query LIKE 'COPY public.ledger%'`
        if ((await cluster.query(writing)).length > 0) return then(child)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      throw new Error('The rows were never on their way.')
    },
  })

  const TROUBLES: [string, Trouble['happens']][] = [
    ['we are killed', (child) => void child.kill('SIGKILL')],
    ['we are asked to stop', (child) => void child.kill('SIGTERM')],
    [
      'what reads it is ended',
      () =>
        void cluster.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'live_lifeboat%'`,
        ),
    ],
    [
      'what writes it is ended',
      () => void cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'live'`),
    ],
  ]
  test.each(TROUBLES)('midway %s: nothing of it is there, and the next run works', async (_, happens) => {
    const ran = await bringBack(midway(happens))
    expect(ran.code).not.toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 500)) // a session whose client is gone still has to notice
    expect(await rows()).toBeNull()
    const next = await bringBack()
    expect({ code: next.code, log: next.code === 0 ? '' : next.log }).toEqual({ code: 0, log: '' })
    expect(await rows()).toBe(LEDGER_ROWS)
    expect(await service()).toBe('started\n')
    expect((await databases()).filter((name) => name.includes('_lifeboat_'))).toEqual([])
  })
})

describe('killed while stand-ins for mapped roles are there', () => {
  test('the next run drops them and works', async () => {
    const other = await startCluster()
    try {
      await other.query('CREATE ROLE owner_here')
      const options = { into: other, 'role-map': 'masclet=owner_here' }
      await restore(
        'new',
        { at: 'Restoring the data', after: 0, happens: (child) => void child.kill('SIGKILL') },
        options,
      )
      expect(await other.query(`SELECT FROM pg_roles WHERE rolname = 'masclet'`)).toHaveLength(1)
      const next = await restore('new', undefined, options)
      expect({ code: next.code, log: next.code === 0 ? '' : next.log }).toEqual({ code: 0, log: '' })
      expect(await other.query(`SELECT FROM pg_roles WHERE rolname = 'masclet'`)).toHaveLength(0)
    } finally {
      await other.remove()
    }
  })
})

describe('asked to stop with SIGTERM', () => {
  test.each(rowsOf(REPLACING, 3))('replace, at "%s", "%s", "%s" and "%s"', async (...steps) => {
    let old = await makeLive()
    for (const at of steps) {
      const ended = await restore('replace', { at, after: somewhere(), happens: (child) => void child.kill('SIGTERM') })
      expect([0, 130]).toContain(ended.code)
      if (ended.code === 0) old = restored
      expect(await contentOf('live')).toBe(old)
      // It had the time to put things in order, so nothing waits for the next run.
      expect(['', 'started\n']).toContain(await service())
      expect((await databases()).filter((name) => name.includes('_lifeboat_'))).toEqual([])
    }
    await expectNextRunWorks('replace')
  })
})

describe('the server crashes', () => {
  test.each(['Restoring the definitions', 'Restoring the data', 'Comparing the data', 'Swapping the databases'])(
    'replace, at "%s"',
    async (at) => {
      const old = await makeLive()
      const ended = await restore('replace', { at, after: somewhere() / 4, happens: () => cluster.kill() })
      await cluster.start()
      expect(await service()).toBe('started\n')
      await expectWhole('replace', old)
      if (ended.code !== 0) expect(ended.code).toBe(1)
      await expectNextRunWorks('replace')
    },
  )
})

describe('the disk of the server is full', () => {
  let small: TestCluster | undefined
  let bulk: RecoveryBench
  let mount: string

  beforeAll(async () => {
    // The server's user must get there, so it lies in no folder that is ours alone.
    mount = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-full-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', mount], { stdio: 'ignore' })
    } catch {
      process.stderr.write('Not tested: a full disk, because this machine lets us mount none.\n')
      return
    }
    small = await clusterOn(mount)
    await small.query('CREATE DATABASE live')
    await small.query('CREATE TABLE ledger AS SELECT i, md5(i::text) AS t FROM generate_series(1, 300000) AS i', 'live')
    bulk = await RecoveryBench.make(await temporaryFolder(), cluster)
    await bulk.backUp(small.url('live'))
    await small.query('DELETE FROM ledger WHERE i > 10', 'live')
    await small.query('VACUUM FULL ledger', 'live')
  })
  afterAll(async () => {
    await small?.remove()
    if (small !== undefined) execFileSync('umount', [mount])
    await rmdir(mount)
  })

  /** A cluster whose data lies in a folder. */
  async function clusterOn(folder: string): Promise<TestCluster> {
    const made = await startCluster({ settings: { max_wal_size: '32MB', min_wal_size: '32MB' } })
    await made.stop()
    execFileSync('cp', ['-a', made.dataDirectory, folder])
    await rm(made.dataDirectory, { recursive: true })
    await symlink(path.join(folder, 'data'), made.dataDirectory)
    await made.start()
    return made
  }

  /** A shell command that leaves so many bytes free. */
  const fill = (left: number) =>
    `head -c $(($(df --output=avail -B1 ${mount} | tail -n 1) - ${left})) /dev/zero >${mount}/filler`

  // The guard would see it before: so the room goes when the services are stopped.
  test.each([0, 10_000_000, 18_000_000])(
    'with %d bytes left, the restore fails and says so; the live database is what it was, and with room the next run works',
    async (left) => {
      if (small === undefined) return
      const options = { into: small, store: bulk.store, 'start-command': `rm ${mount}/filler; echo started >service` }
      const [before] = await small.query('SELECT count(*)::int AS n, sum(i)::text AS ids FROM ledger', 'live')
      const full = await restore('replace', undefined, { ...options, 'stop-command': fill(left) })
      expect({ code: full.code, log: full.log }).toMatchObject({ code: 1 })
      expect(full.log).toMatch(
        /No space left on device|the server failed|the connection to the server was lost|could not write/i,
      )
      // Without room for its log the server may have stopped.
      await small.stop('immediate').catch(() => undefined)
      await small.start()
      expect(await small.query('SELECT count(*)::int AS n, sum(i)::text AS ids FROM ledger', 'live')).toEqual([before])
      const next = await restore('replace', undefined, { ...options, 'stop-command': `touch ${mount}/filler` })
      expect({ code: next.code, log: next.code === 0 ? '' : next.log }).toEqual({ code: 0, log: '' })
      expect(await small.query(`SELECT datname FROM pg_database WHERE datname LIKE '%lifeboat%'`)).toEqual([])
      expect(await small.query('SELECT count(*)::int AS n FROM ledger', 'live')).toEqual([{ n: 300_000 }])
      await small.query('DELETE FROM ledger WHERE i > 10', 'live')
      for (const { datname } of await small.query(`SELECT datname FROM pg_database WHERE datname LIKE '%before%'`)) {
        await small.query(`DROP DATABASE "${String(datname)}"`)
      }
    },
  )

  test('the guard refuses when there is too little room from the beginning', async () => {
    if (small === undefined) return
    const filler = path.join(mount, 'filler')
    execFileSync('bash', ['-c', fill(600_000)])
    const ran = await bulk.run('restore', { 'target-url': small.url('other') })
    await rm(filler)
    expect(ran.exitCode).toBe(5)
    expect(ran.log).toContain('DISK_SPACE_LOW the target')
  })
})
