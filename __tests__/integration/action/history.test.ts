import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { historyOf, restoreHistory, saveHistory, type History } from '../../../src/action/history.js'
import type { Job } from '../../../src/platform/github.js'
import { captureStdout, GitHubServices } from '../../support/github-services.js'
import { memoryLogger } from '../../support/ports.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

const DAY = '2026-11-24.jsonl'
const line = (text: string) => JSON.stringify({ timestamp: '2026-11-24 02:00:00', operation: text })

let services: GitHubServices
let before: NodeJS.ProcessEnv
let stdout: ReturnType<typeof captureStdout>
let logger: ReturnType<typeof memoryLogger>
let job: Job
let history: History

beforeEach(async () => {
  services = await GitHubServices.start()
  before = { ...process.env }
  stdout = captureStdout()
  logger = memoryLogger()
  const root = await temporaryFolder()
  job = {
    repository: 'owner/name',
    runId: '77',
    runAttempt: 1,
    workspace: path.join(root, 'workspace'),
    runnerTemp: path.join(root, 'temp'),
    eventName: 'schedule',
    serverUrl: 'https://github.com',
    visibility: 'private',
  }
  await mkdir(job.workspace)
  await mkdir(job.runnerTemp)
  Object.assign(process.env, services.environment(), {
    GITHUB_WORKSPACE: job.workspace,
    RUNNER_TEMP: job.runnerTemp,
    GITHUB_REF: 'refs/heads/main',
  })
  history = historyOf(
    job,
    { historyCache: true, store: './backups', series: 'app' },
    { workingDirectory: job.workspace, environment: {} },
  )!
})

afterEach(async () => {
  stdout.release()
  process.env = before
  await services.stop()
  await removeTemporaryFolders()
})

async function writeLog(...lines: string[]): Promise<void> {
  await mkdir(history.logFolder, { recursive: true })
  await writeFile(path.join(history.logFolder, DAY), lines.map((each) => `${each}\n`).join(''))
}

function readLog(): Promise<string> {
  return readFile(path.join(history.logFolder, DAY), 'utf8')
}

/** What a new job finds: nothing but the cache. */
async function nextJob(): Promise<void> {
  await rm(path.dirname(history.logFolder), { recursive: true, force: true })
  await rm(history.folder, { recursive: true, force: true })
}

const instant = (day: number) => new Date(Date.UTC(2026, 10, day))
const warnings = () => logger.said.filter(({ level }) => level === 'warning')

describe('the log goes from job to job through the real cache client', () => {
  test('what one job kept, the next one has, the newest of several', async () => {
    await writeLog(line('first'))
    await saveHistory(history, job, instant(1), { logger })
    await nextJob()
    await restoreHistory(history, { logger })
    await writeLog(...(await readLog()).trim().split('\n'), line('second'))
    await saveHistory(history, { ...job, runId: '78' }, instant(2), { logger })
    await nextJob()
    await restoreHistory(history, { logger })
    expect(await readLog()).toBe(`${line('first')}\n${line('second')}\n`)
    expect(warnings()).toEqual([])
    expect(services.caches).toHaveLength(2)
  })

  test('lines that are there already are not doubled, and none is lost', async () => {
    await writeLog(line('a'), line('b'))
    await saveHistory(history, job, instant(1), { logger })
    await writeLog(line('b'), line('c'))
    await restoreHistory(history, { logger })
    expect(await readLog()).toBe([line('a'), line('b'), line('c'), ''].join('\n'))
  })

  test('an empty cache and an empty log are nothing to speak of', async () => {
    await restoreHistory(history, { logger })
    await saveHistory(history, job, instant(1), { logger })
    expect(warnings()).toEqual([])
    expect(services.caches).toEqual([])
  })

  test.each([
    [
      'the service refuses',
      { on: 'CreateCacheEntry', body: { ok: false, message: 'cache write denied: read-only token' } },
    ],
    ['finalizing fails', { on: 'FinalizeCacheEntryUpload', body: { ok: false, message: 'gone' } }],
  ])('%s: a warning, and the log stays', async (_, fault) => {
    services.misbehave(fault)
    await writeLog(line('a'))
    await saveHistory(history, job, instant(1), { logger })
    expect(warnings()).toHaveLength(1)
    expect(await readLog()).toBe(`${line('a')}\n`)
  })

  test('the same key twice is a warning, not silence', async () => {
    await writeLog(line('a'))
    await saveHistory(history, job, instant(1), { logger })
    await saveHistory(history, job, instant(1), { logger })
    expect(warnings()).toHaveLength(1)
  })

  test('a download that breaks off is no history, not half of one', async () => {
    await writeLog(line('a'))
    await saveHistory(history, job, instant(1), { logger })
    await nextJob()
    services.misbehave({ on: 'GET', truncate: true, times: 9 })
    await restoreHistory(history, { logger })
    await expect(readLog()).rejects.toThrow('ENOENT')
    expect(stdout.text()).toContain('::warning::Failed to restore')
  })

  test('what does not look like a log is left in the cache', async () => {
    await mkdir(history.folder, { recursive: true })
    await writeFile(path.join(history.folder, 'manifest.json'), '{}')
    await writeLog(line('a'))
    await saveHistory(history, job, instant(1), { logger })
    await nextJob()
    await restoreHistory(history, { logger })
    await expect(readFile(path.join(history.logFolder, 'manifest.json'))).rejects.toThrow('ENOENT')
    expect(await readLog()).toBe(`${line('a')}\n`)
  })

  test('without a cache service nothing is said', async () => {
    delete process.env.ACTIONS_RESULTS_URL
    await writeLog(line('a'))
    await restoreHistory(history, { logger })
    await saveHistory(history, job, instant(1), { logger })
    expect(warnings()).toEqual([])
  })
})

describe('only a store that ends with the job needs it', () => {
  const options = { historyCache: true, store: './backups', series: 'app' }
  const surroundings = () => ({ workingDirectory: job.workspace, environment: {} })

  test('a store elsewhere, another wish, no job', () => {
    expect(historyOf(job, { ...options, store: '/backups/db' }, surroundings())).toBeNull()
    expect(historyOf(job, { ...options, store: `${job.workspace}-other` }, surroundings())).toBeNull()
    expect(historyOf(job, { ...options, historyCache: false }, surroundings())).toBeNull()
    expect(historyOf(null, options, surroundings())).toBeNull()
    expect(historyOf(job, { ...options, store: path.join(job.runnerTemp, 'b') }, surroundings())).not.toBeNull()
    expect(historyOf(job, { ...options, store: `${job.workspace}/b` }, surroundings())).toMatchObject({
      logFolder: path.join(job.workspace, 'b', 'log'),
    })
  })

  test.each(['s3://bucket/app', 'artifact:', 'backup@host:backups', 'rclone:r:p', 'nonsense://x'])(
    'a store like %s keeps its log itself, and is no folder of the workspace',
    (store) => {
      expect(historyOf(job, { ...options, store }, surroundings())).toBeNull()
    },
  )

  test('nothing of a job without a folder for temporary files', () => {
    expect(historyOf({ ...job, runnerTemp: '' }, options, surroundings())).toBeNull()
  })

  test('each series has its own, also when only the connection names it', () => {
    const prefixOf = (changes: object, environment = {}) =>
      historyOf(job, { ...options, ...changes }, { ...surroundings(), environment })?.prefix
    expect(prefixOf({})).not.toBe(prefixOf({ series: 'other' }))
    const byUrl = prefixOf({ series: undefined, databaseUrl: 'postgresql://u:p@h/app' })
    expect(byUrl).toBe(prefixOf({}))
    expect(prefixOf({ series: undefined }, { PGDATABASE: 'app', PGUSER: 'u' })).toBe(byUrl)
  })
})
