import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { DirectoryStore } from '../../../src/stores/directory.js'
import { idOf } from '../../../src/backup/manifest.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { eventually, processesWith } from '../../support/command-line.js'
import { compiledSource, removeCompiledSources } from '../../support/compiled.js'
import { clockAhead, memoryLogger } from '../../support/ports.js'
import { commitSample } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

let cluster: TestCluster
let program: string
beforeAll(async () => {
  cluster = await startCluster()
  program = path.join((await compiledSource()).folder, 'cli.js')
  await cluster.createDatabase('shop')
  await cluster.psql('CREATE TABLE animals (id int PRIMARY KEY); INSERT INTO animals VALUES (1), (2)', 'shop')
})
afterAll(async () => {
  await cluster.remove()
  await removeCompiledSources()
})

let folder: string
let running: Running | undefined
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await eventually('everything has ended', () => processesWith(folder).length === 0)
  await removeTemporaryFolders()
})

interface Running {
  child: ChildProcess
  said: () => string
  ended: Promise<number | null>
}

/** A schedule that is never due while a test runs, whatever the time is. */
const FAR = '0 0 29 2 *'

const configure = (databases: Record<string, string>, ...more: string[]): Promise<void> =>
  writeFile(
    path.join(folder, 'lifeboat.yml'),
    [
      'store: stores/{database}',
      'verify: archive',
      `postgres-bin: [${cluster.clientBin}]`,
      'types: { daily: {} }',
      ...more,
      'databases:',
      ...Object.entries(databases).map(
        ([name, own]) => `  ${name}: { database-url: "${cluster.url('shop')}", ${own} }`,
      ),
    ].join('\n'),
  )

function start(): Running {
  const child = spawn(process.execPath, [program, 'schedule'], {
    cwd: folder,
    env: { PATH: process.env.PATH, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  running = { child, said: () => text, ended }
  return running
}

async function says({ said, child }: Running, what: string | RegExp): Promise<void> {
  const isSaid = () => (typeof what === 'string' ? said().includes(what) : what.test(said()))
  await eventually(`it says ${String(what)}`, () => isSaid() || child.exitCode !== null, 60_000)
  if (!isSaid()) throw new Error(`It never said ${String(what)}:\n${said()}`)
}

async function addSet(database: string, id = idOf(new Date())): Promise<void> {
  const store = path.join(folder, 'stores', database)
  await mkdir(store, { recursive: true })
  const tools = { clock: clockAhead(0), logger: memoryLogger() }
  await commitSample(new DirectoryStore(store, tools), { id, type: 'daily', series: database })
}

const logOf = async (database: string): Promise<unknown[]> => {
  const log = path.join(folder, 'stores', database, 'log')
  const texts = await Promise.all((await readdir(log)).map((file) => readFile(path.join(log, file), 'utf8')))
  return texts.flatMap((text) => text.trim().split('\n').map((line) => JSON.parse(line) as unknown)) // prettier-ignore
}

const setsOf = (database: string): Promise<string[]> =>
  readdir(path.join(folder, 'stores', database, 'daily')).catch(() => [])

describe('schedule', () => {
  test('takes what was missed, tells the next run, and stops cleanly when asked to', async () => {
    await configure({ one: `types: { daily: { schedule: "${FAR}" } }` })
    const schedule = start()
    await says(schedule, /\[one daily\] Nothing was begun since it was due at .* UTC: it is made up now/)
    await says(schedule, /\[one daily\] done, proven archive, /)
    await eventually(
      'the next run is told again',
      () => schedule.said().match(/Next run: Tue 2028-02-29/g)?.length === 2,
    )
    expect(await setsOf('one')).toHaveLength(1)
    schedule.child.kill('SIGTERM')
    expect(await schedule.ended).toBe(0)
    expect(schedule.said()).toMatch(/the schedules have ended\.\n$/)
    expect(processesWith(folder)).toEqual([])
  })

  test('does not make up what had its turn, as the store tells, or what is not to be made up', async () => {
    await configure({
      proven: `types: { daily: { schedule: "* * 1 1 *" } }`,
      skipped: `types: { daily: { schedule: "${FAR}", missed-runs: skip } }`,
      missed: `types: { daily: { schedule: "${FAR}" } }`,
    })
    await addSet('proven')
    const schedule = start()
    await says(schedule, '[missed daily] done, proven archive')
    schedule.child.kill('SIGINT')
    expect(await schedule.ended).toBe(0)
    expect(await Promise.all(['proven', 'skipped', 'missed'].map(setsOf))).toEqual([
      [expect.any(String)],
      [],
      [expect.any(String)],
    ])
    expect(schedule.said()).not.toMatch(/\[(proven|skipped) daily\] (Nothing was begun|Due)/)
  })

  test('reads the configuration again at SIGHUP; a broken one is told, and the one before goes on', async () => {
    const skipped = `types: { daily: { schedule: "${FAR}", missed-runs: skip } }`
    await configure({ one: skipped })
    const schedule = start()
    await says(schedule, '[one daily] Next run')
    await configure({ one: skipped, two: 'types: { daily: { shedule: "0 3 * * *" } }' })
    schedule.child.kill('SIGHUP')
    await says(schedule, 'the one before goes on')
    expect(schedule.said()).toMatch(/shedule/)
    await configure({ one: skipped, two: `types: { daily: { schedule: "${FAR}" } }` })
    schedule.child.kill('SIGHUP')
    await says(schedule, '[two daily] done, proven archive')
    expect(await setsOf('one')).toEqual([])
    schedule.child.kill('SIGTERM')
    expect(await schedule.ended).toBe(0)
  })

  test('when it is stopped in the middle of a backup, that backup stops cleanly, and is made up by the next start', async () => {
    await configure({ one: `types: { daily: { schedule: "${FAR}" } }` })
    const locker = await cluster.connect('shop')
    await locker.query('BEGIN; LOCK TABLE animals IN ACCESS EXCLUSIVE MODE')
    const first = start()
    await says(first, '[one daily] ==> Checking')
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(first.said()).toMatch(/\[one daily\] interrupted \(130\)|\[one daily\] interrupted/)
    expect(processesWith(folder)).toEqual([])
    await locker.end()
    expect(await setsOf('one')).toEqual([])
    const second = start()
    await says(second, '[one daily] done, proven archive')
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  })

  test('makes up a task that was missed, each database by itself, and not again at the next start', async () => {
    const tasks = `tasks: { upkeep: { operation: maintain, schedule: "${FAR}" }, drill: { schedule: "${FAR}", missed-runs: skip }, watch: { schedule: "${FAR}" } }`
    await configure({ one: '', two: '', young: '' }, tasks)
    await Promise.all(['one', 'two'].map((database) => addSet(database, '20240101T020000Z')))
    await addSet('young')
    const first = start()
    await says(first, '[one upkeep] done')
    await says(first, '[two upkeep] done')
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(first.said()).toMatch(/\[one upkeep\] Nothing was begun since it was due at .* UTC: it is made up now/)
    expect(first.said()).not.toMatch(/\[(.* drill|young .*|watch)\] (Nothing was begun|Due)/)
    expect(await logOf('one')).toEqual([expect.objectContaining({ operation: 'maintain', status: 'success' })])
    expect(await logOf('two')).toMatchObject([{ details: { task: 'upkeep' } }])

    const second = start()
    await says(second, '[watch] Next run')
    second.child.kill('SIGHUP')
    await says(second, 'The configuration was read again: 7 schedules.')
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    expect(second.said()).not.toMatch(/upkeep\] (Nothing was begun|Due)/)
  })

  test('ends at once, and says what to do, where nothing has a schedule', async () => {
    await configure({ one: '' })
    const schedule = start()
    expect(await schedule.ended).toBe(2)
    expect(schedule.said()).toMatch(/no type in .*lifeboat\.yml has a schedule.*Give one to a type/is)
  })
})

test('a run by hand is a task where it says so: one look at all databases, with the options of the task', async () => {
  const page = path.join(folder, '{database}-{type}.html')
  const week = `week: { operation: report, period: weekly, report-file: "${page}", metrics-file: x.prom }`
  await configure({ one: '', two: '' }, `tasks: { ${week} }`)
  await Promise.all(['one', 'two'].map((database) => addSet(database)))
  await promisify(execFile)(process.execPath, [program, 'report', '--all', '--task', 'week'], { cwd: folder })
  const text = await readFile(path.join(folder, 'all-all.html'), 'utf8')
  expect(text).toMatch(/<code[^>]*>one<.*<code[^>]*>two<.*No backup was taken in the last seven days/s)
  const metrics = await readFile(path.join(folder, 'x.prom'), 'utf8')
  expect(metrics).toMatch(/operation_success\{series="one".* 1\n.*operation_success\{series="two".* 1\n/)
})
