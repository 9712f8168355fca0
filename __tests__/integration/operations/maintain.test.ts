import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { ownerHere } from '../../../src/platform/owner.js'
import { formatLine, logLine } from '../../../src/records/log.js'
import { summaryOf } from '../../../src/report/summary.js'
import { DirectoryStore } from '../../../src/stores/directory.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, type Given, type Operated } from '../../support/operating.js'
import { clockAhead, memoryLogger } from '../../support/ports.js'
import { commitSample } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const DAY = 86_400_000

/** An owner that has died. */
const DEAD = JSON.stringify({ ...ownerHere('a test', new Date()), pid: 2 ** 22 + 1 })

const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY)
const dayOf = (date: Date): string => date.toISOString().slice(0, 10)

describe('maintaining', () => {
  let cluster: TestCluster
  let store: string
  beforeAll(async () => {
    cluster = await startCluster()
    await cluster.createDatabase('farm')
    await cluster.psql(
      'CREATE TABLE animals AS SELECT g AS id FROM generate_series(1, 1000) g; DELETE FROM animals',
      'farm',
    )
  })
  afterAll(() => cluster.remove())
  beforeEach(async () => {
    store = path.join(await temporaryFolder(), 'store')
    await commitSample(new DirectoryStore(store, { clock: clockAhead(0), logger: memoryLogger() }), {
      id: '20261124T020000Z',
    })
  })
  afterEach(removeTemporaryFolders)

  const maintain = (given: Given = {}): Promise<Operated> => operate('maintain', { store, ...given })

  const plantLog = async (days: number, operation: string): Promise<string> => {
    const at = daysAgo(days)
    const line = formatLine(logLine(at, operation, 'success', { duration: 1 }))
    await mkdir(path.join(store, 'log'), { recursive: true })
    await writeFile(path.join(store, 'log', `${dayOf(at)}.jsonl`), line)
    return line
  }

  /** What a backup that was killed leaves in the store. */
  async function plantUnfinished(): Promise<string> {
    const entry = path.join(store, '.incoming', 'daily-20261123T020000Z-0badc0de')
    await mkdir(path.join(entry, 'set'), { recursive: true })
    await writeFile(path.join(entry, 'owner.json'), DEAD)
    await writeFile(path.join(entry, 'set', 'dump'), 'x'.repeat(5000))
    return entry
  }

  const isThere = (file: string): Promise<boolean> =>
    stat(file).then(
      () => true,
      () => false,
    )

  test('removes logs older than ninety days and what killed runs left, and tells how much room that gave', async () => {
    await plantLog(91, 'backup')
    await plantLog(89, 'backup')
    const drill = await plantLog(200, 'drill')
    const entry = await plantUnfinished()
    const workspace = path.join(os.tmpdir(), 'pg-lifeboat-4194305-abcdef')
    await mkdir(workspace, { mode: 0o700 })
    await writeFile(path.join(workspace, 'owner.json'), DEAD)
    try {
      const dry = await maintain({ 'dry-run': 'true' })
      expect(dry.exitCode).toBe(0)
      expect(await isThere(entry)).toBe(true)
      expect(await isThere(workspace)).toBe(true)
      expect((await readdir(path.join(store, 'log'))).sort()).toEqual(
        [91, 89, 200].map((days) => `${dayOf(daysAgo(days))}.jsonl`).sort(),
      )

      const done = await maintain()
      expect(done.exitCode).toBe(0)
      const told = done.report.maintenance?.removed ?? []
      expect(told).toEqual(dry.report.maintenance?.removed)
      expect(told).toContainEqual({ kind: 'log', where: store, name: dayOf(daysAgo(91)), bytes: expect.any(Number) })
      expect(told).toContainEqual(expect.objectContaining({ kind: 'workspace', name: workspace }))
      const unfinished = told.find(({ kind }) => kind === 'unfinished')
      expect(unfinished).toMatchObject({ name: path.basename(entry) })
      expect(unfinished?.bytes).toBe(5000 + DEAD.length)
      expect(await isThere(entry)).toBe(false)
      expect(await isThere(workspace)).toBe(false)
      expect(await isThere(path.join(store, 'log', `${dayOf(daysAgo(91))}.jsonl`))).toBe(false)
      expect(await isThere(path.join(store, 'log', `${dayOf(daysAgo(89))}.jsonl`))).toBe(true)
      expect(await readFile(path.join(store, 'log', `${dayOf(daysAgo(200))}.jsonl`), 'utf8')).toBe(drill)
      expect(await isThere(path.join(store, 'daily', '20261124T020000Z', 'manifest.json'))).toBe(true)
      const today = await readFile(path.join(store, 'log', `${dayOf(new Date())}.jsonl`), 'utf8')
      expect(JSON.parse(today)).toMatchObject({
        operation: 'maintain',
        status: 'success',
        details: { removed: { log: 1, unfinished: 1 } },
      })
      expect(summaryOf(done.report)).toContain(dayOf(daysAgo(91)))
      expect((await maintain()).report.maintenance?.removed.filter(({ kind }) => kind !== 'workspace')).toEqual([])
    } finally {
      await rm(workspace, { recursive: true, force: true })
    }
  })

  test('vacuums and analyzes the database, and keeps what vacuumdb says in the log', async () => {
    const done = await maintain({ 'database-url': cluster.url('farm') })
    expect(done.exitCode).toBe(0)
    expect(done.report.maintenance?.vacuum).toMatchObject({
      output: [expect.stringContaining('vacuuming database "farm"')],
      leftOut: 0,
    })
    const stats = `SELECT vacuum_count > 0 AS vacuumed, analyze_count > 0 AS analyzed, n_dead_tup::int AS dead
                     FROM pg_stat_user_tables WHERE relname = 'animals'`
    let rows = await cluster.query(stats, 'farm')
    for (let tries = 0; tries < 50 && rows[0]?.vacuumed !== true; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      rows = await cluster.query(stats, 'farm')
    }
    expect(rows).toEqual([{ vacuumed: true, analyzed: true, dead: 0 }])
    expect(done.said.map(({ message }) => message)).toContainEqual(expect.stringContaining('vacuuming database "farm"'))
    const today = await readFile(path.join(store, 'log', `${dayOf(new Date())}.jsonl`), 'utf8')
    expect(today).toContain('vacuuming database')
  })

  test('tells of tables that the role may not vacuum', async () => {
    await cluster.psql(
      'CREATE ROLE guest LOGIN; CREATE TABLE plants (id int); ALTER TABLE plants OWNER TO guest',
      'farm',
    )
    const done = await maintain({ 'database-url': cluster.url('farm', { user: 'guest' }) })
    expect(done.found).toEqual([expect.stringMatching(/^VACUUM_SKIPPED guest@/)])
    expect(done.exitCode).toBe(0)
    const warnings = done.report.maintenance?.vacuum?.output.filter((line) => line.includes('WARNING')) ?? []
    const tables = new Set(warnings.map((line) => /"(.*?)"/.exec(line)?.[1]))
    expect(done.report.findings[0]?.found).toBe(`${tables.size} of its tables were left out of the vacuum`)
    expect(tables).toContain('animals')
    expect(tables).not.toContain('plants')
  })

  test('drops scratch databases of dead runs and no others', async () => {
    const names = ['lifeboat_scratch_dead', 'lifeboat_scratch_alive', 'lifeboat_scratch_unknown']
    for (const name of names) await cluster.createDatabase(name)
    const note = (name: string, owner: string) => cluster.psql(`COMMENT ON DATABASE ${name} IS '${owner}'`)
    await note('lifeboat_scratch_dead', DEAD)
    await note('lifeboat_scratch_alive', JSON.stringify(ownerHere('a test', new Date())))
    const left = async () =>
      (await cluster.query("SELECT datname FROM pg_database WHERE datname LIKE 'lifeboat%' ORDER BY 1")).length
    const dry = await maintain({ 'scratch-url': cluster.url(), 'dry-run': 'true' })
    expect(await left()).toBe(3)
    const done = await maintain({ 'scratch-url': cluster.url() })
    expect(await left()).toBe(2)
    for (const { report } of [dry, done]) {
      const dropped = report.maintenance?.removed.filter(({ kind }) => kind === 'scratch database')
      expect(dropped).toMatchObject([{ name: 'lifeboat_scratch_dead' }])
      expect(dropped?.[0]?.bytes).toBeGreaterThan(1_000_000)
    }
  })

  test('does the rest when a part fails, and ends with 1', async () => {
    await plantLog(91, 'backup')
    const done = await maintain({ 'database-url': 'postgresql://nobody@127.0.0.1:1/none' })
    expect(done.exitCode).toBe(1)
    expect(done.found).toEqual(['MAINTENANCE_FAILED database-url'])
    expect(done.report.maintenance?.removed).toMatchObject([{ kind: 'log' }])
  })

  test('writes nothing where no store is', async () => {
    const folder = await temporaryFolder()
    const done = await maintain({ store: folder })
    expect(done.exitCode).toBe(0)
    expect(await readdir(folder)).toEqual([])
  })

  test('touches nothing in a store of another series', async () => {
    const entry = await plantUnfinished()
    const done = await maintain({ series: 'other' })
    expect(done.exitCode).toBe(1)
    expect(await isThere(entry)).toBe(true)
    expect(await isThere(path.join(store, 'log'))).toBe(false)
  })
})
