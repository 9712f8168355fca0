import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { access, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { idOf } from '../../src/backup/manifest.js'
import { ownerHere } from '../../src/platform/owner.js'
import { startCluster, type TestCluster } from '../support/cluster.js'
import { commandLine } from '../support/command-line.js'
import { Listener } from '../support/listener.js'
import { RunnerJob, type StepResult } from '../support/runner.js'
import { writeSampleSet } from '../support/sample-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(120_000)

const DAY = 86_400_000
const SECRET = 'shared with the receiver'

let cluster: TestCluster
let listener: Listener
let job: RunnerJob
/** Goes over a critical limit, so that the step fails. */
let failing: StepResult
/** Goes over a limit that is only a warning, of which nobody can be told. */
let unheard: StepResult

beforeAll(async () => {
  ;[cluster, listener] = await Promise.all([startCluster(), Listener.start()])
  await cluster.createDatabase('app')
  await cluster.psql('CREATE TABLE animals AS SELECT i AS id FROM generate_series(1, 500) AS i', 'app')
  job = await RunnerJob.begin(await temporaryFolder())
  failing = await backup({
    alerts: 'critical size > 1B',
    'webhook-url': listener.url('/hook'),
    'webhook-secret': SECRET,
    'ping-url': listener.url('/ping'),
  })
  unheard = await backup({
    alerts: 'warning size > 1B',
    verify: 'archive',
    'webhook-url': listener.url('/gone/with-a-secret-in-it'),
    'ping-url': listener.url('/second'),
  })
})
afterAll(async () => {
  await Promise.all([listener.stop(), cluster.remove(), removeTemporaryFolders()])
})

const QUIET = { 'upload-artifact': 'none', 'history-cache': 'false' }

function backup(inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  const of = { 'database-url': cluster.url('app'), 'postgres-bin': cluster.clientBin, type: 'daily' }
  return job.main({ inputs: { ...of, ...QUIET, ...inputs } })
}

const annotations = ({ stdout }: StepResult) => stdout.split('\n').filter((line) => /^::(warning|error)::/.test(line))

/** The first words of a summary, whatever they are wrapped in. */
const beginningOf = ({ summary }: StepResult) => summary.slice(0, 400)

const storePath = (...parts: string[]) => path.join(job.workspace, 'backups', ...parts)

describe('a backup that goes over a critical limit', () => {
  test('fails the step after the set is committed, and says that the backup itself is good', async () => {
    expect({ exitCode: failing.exitCode, proof: failing.outputs.proof }).toEqual({ exitCode: 1, proof: 'proven' })
    await expect(access(storePath('daily', failing.outputs['backup-id']!, 'manifest.json'))).resolves.toBeUndefined()
    expect(annotations(failing)[0]).toMatch(/^::error::The backup itself is good.*because of 1 alert that fail-on asks/)
    expect(JSON.parse(failing.outputs.alerts ?? '')).toMatchObject([{ level: 'critical', measure: 'size' }])
    expect(beginningOf(failing)).toContain('This backup was restored and is equal to the database')
  })

  test('sends a webhook whose signature anybody with the secret can reckon again', () => {
    const [hook, ...more] = listener.heard.filter(({ path }) => path === '/hook')
    expect(more).toEqual([])
    const [, time = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(hook?.headers['x-lifeboat-signature'])) ?? []
    expect(mac).toBe(
      createHmac('sha256', SECRET)
        .update(`${time}.${hook?.body ?? ''}`)
        .digest('hex'),
    )
    expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(300)
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({
      schema: 'pg-lifeboat/alert/1',
      operation: 'backup',
      series: 'app',
      backup_id: failing.outputs['backup-id'],
      exit_code: 1,
      level: 'critical',
      problems: [{ code: 'size', level: 'critical' }],
      run: { repository: 'owner/name' },
    })
  })

  test("tells the dead man's service of its start and of its failure", () => {
    expect(listener.pathsFrom(0).filter((path) => path.startsWith('/ping'))).toEqual(['/ping/start', '/ping/fail'])
  })
})

describe('an alert that cannot be delivered', () => {
  test('leaves the backup good, and is told in the log, in the summary and on the page, without the address', async () => {
    expect({ exitCode: unheard.exitCode, log: unheard.exitCode === 0 ? '' : unheard.stdout }).toEqual({
      exitCode: 0,
      log: '',
    })
    expect(unheard.outputs.proof).toBe('proven')
    expect(annotations(unheard)).toContainEqual(expect.stringMatching(/^::warning::.*the webhook 127\.0\.0\.1.* 410/))
    const page = await readFile(unheard.outputs['report-path']!, 'utf8')
    for (const text of [unheard.summary, page]) {
      expect(text).toContain('ALERT_NOT_DELIVERED')
    }
    expect(`${unheard.summary}${page}${unheard.stdout.replaceAll(/^::add-mask::.*$/gm, '')}`).not.toContain(
      'with-a-secret-in-it',
    )
    expect(listener.pathsFrom(0).filter((path) => path.startsWith('/second'))).toEqual(['/second/start', '/second'])
  })
})

describe('a report', () => {
  test('has its figures as output, the verdict first, and a page that needs nothing else', async () => {
    const report = await job.main({ inputs: { operation: 'report', period: 'weekly', ...QUIET } })
    expect({ exitCode: report.exitCode, stderr: report.stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(report.outputs.statistics ?? '')).toMatchObject({
      daily: { success_rate: 1, record_counts: { animals: 500 } },
      weekly: { error_frequency: {} },
      details: { backups: { total: 2, proven: 2 }, operations: { backup: 2 } },
    })
    expect(report.summary.indexOf('2 of 2')).toBeGreaterThan(0)
    expect(beginningOf(report)).toMatch(/^<h2 class="good">/)
    const page = await readFile(report.outputs['report-path']!, 'utf8')
    expect(page).toMatch(/^<!doctype html>/)
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:\/\/(?!www\.w3\.org\/2000\/svg")/)
    expect(await readdir(storePath('log'))).toHaveLength(1)
  })

  test('on the command line is written where report-file says', async () => {
    const file = path.join(await temporaryFolder(), 'new folder', 'report.html')
    const report = await commandLine(['report', '--store', storePath(), '--report-file', file, '--json'])
    expect({ exitCode: report.exitCode, path: report.outputs['report-path'] }).toEqual({ exitCode: 0, path: file })
    expect(await readFile(file, 'utf8')).toContain('<title>report of app')
  })
})

describe('a watch', () => {
  test('passes while backups are fresh', async () => {
    const watch = await job.main({ inputs: { operation: 'watch', 'max-age': 'daily=1h' } })
    expect({ exitCode: watch.exitCode, told: annotations(watch) }).toEqual({ exitCode: 0, told: [] })
  })

  test('fails with an annotation that names the type when one is too old', async () => {
    const id = idOf(new Date(Date.now() - 20 * DAY))
    const folder = storePath('weekly', id)
    await mkdir(folder, { recursive: true })
    await writeSampleSet(folder, { id, type: 'weekly', series: 'app' })
    const watch = await job.main({ inputs: { operation: 'watch', 'max-age': 'daily=1h, weekly=8d' } })
    expect(watch.exitCode).toBe(1)
    expect(annotations(watch)).toContainEqual(
      expect.stringMatching(/^::error::.*the newest weekly backup is .*20 d ago, and may be 8 d old/),
    )
    expect(watch.stdout).not.toContain('the newest daily')
    expect(beginningOf(watch)).toContain('weekly')
  })
})

describe('more problems than GitHub shows annotations for', () => {
  test('are told in the last of them', async () => {
    const types = Array.from({ length: 14 }, (_, index) => `type-${index + 1}`)
    const inputs = { operation: 'watch', 'max-age': types.map((type) => `${type}=1h`).join(', ') }
    const watch = await job.main({ inputs })
    const shown = annotations(watch).filter((line) => line.startsWith('::error::'))
    expect(shown).toHaveLength(10)
    expect(shown[9]).toContain('5 more errors')
    types.forEach((type) => {
      expect(shown.filter((line) => line.includes(`there is no ${type} backup`))).toHaveLength(1)
    })
  })
})

describe('maintenance', () => {
  test('removes the old log and the unfinished set, and keeps what vacuumdb said', async () => {
    await writeFile(
      storePath('log', '2020-01-01.jsonl'),
      '{"timestamp":"2020-01-01 02:00:00","operation":"backup","status":"success","details":{"duration":1}}\n',
    )
    const abandoned = storePath('.incoming', 'daily-20200101T020000Z-0badc0de')
    await mkdir(path.join(abandoned, 'set'), { recursive: true })
    const owner = { ...ownerHere('a test', new Date()), pid: 2 ** 22 + 1 }
    await writeFile(path.join(abandoned, 'owner.json'), JSON.stringify(owner))
    const inputs = { 'database-url': cluster.url('app'), 'postgres-bin': cluster.clientBin }
    const done = await job.main({ inputs: { operation: 'maintain', ...inputs } })
    expect({ exitCode: done.exitCode, log: done.exitCode === 0 ? '' : done.stdout }).toEqual({ exitCode: 0, log: '' })
    await expect(access(abandoned)).rejects.toThrow('ENOENT')
    await expect(access(storePath('log', '2020-01-01.jsonl'))).rejects.toThrow('ENOENT')
    expect(done.summary).toContain('2020-01-01')
    const [log] = await readdir(storePath('log'))
    const lines = (await readFile(storePath('log', log!), 'utf8')).trim().split('\n')
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      operation: 'maintain',
      details: { removed: { log: 1, unfinished: 1 }, vacuum: { output: [expect.stringContaining('"app"')] } },
    })
  })
})
