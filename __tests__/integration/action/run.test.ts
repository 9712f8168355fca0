import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runMain, runPost, type RunOperation } from '../../../src/action/run.js'
import { OperationError } from '../../../src/errors.js'
import { actionsLogger } from '../../../src/platform/actions-logger.js'
import { createWorkspace } from '../../../src/platform/workspace.js'
import { captureStdout, GitHubServices } from '../../support/github-services.js'
import { sampleReport } from '../../support/report.js'
import { leaksOf, parseCommandFile } from '../../support/runner.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

const PASSWORD = 'correct horse/battery&staple'

let root: string
let services: GitHubServices
let before: NodeJS.ProcessEnv
let stdout: ReturnType<typeof captureStdout>

beforeEach(async () => {
  root = await temporaryFolder()
  services = await GitHubServices.start()
  before = { ...process.env }
  // Variables of the tests themselves would be taken for options, and refused.
  process.env = Object.fromEntries(Object.entries(before).filter(([name]) => !/^(LIFEBOAT_|INPUT_|PG[A-Z])/.test(name)))
  stdout = captureStdout()
  for (const folder of ['workspace', 'temp']) {
    await mkdir(path.join(root, folder))
  }
  for (const file of ['output', 'state', 'summary']) {
    await writeFile(path.join(root, file), '')
  }
  await setEvent({ repository: { visibility: 'private' } })
  Object.assign(process.env, services.environment(), {
    GITHUB_ACTIONS: 'true',
    GITHUB_RUN_ID: '77',
    GITHUB_WORKSPACE: path.join(root, 'workspace'),
    RUNNER_TEMP: path.join(root, 'temp'),
    GITHUB_OUTPUT: path.join(root, 'output'),
    GITHUB_STATE: path.join(root, 'state'),
    GITHUB_STEP_SUMMARY: path.join(root, 'summary'),
    GITHUB_EVENT_PATH: path.join(root, 'event.json'),
  })
})

afterEach(async () => {
  stdout.release()
  process.env = before
  await services.stop()
  await removeTemporaryFolders()
})

async function setEvent(event: unknown): Promise<void> {
  await writeFile(path.join(root, 'event.json'), JSON.stringify(event))
}

/** Stands in for the operations: a set is there, and its log. */
const pretended: RunOperation = async (_operation, { store }, { workingDirectory }) => {
  const folder = path.join(workingDirectory, store, 'daily', '20261124T020003Z')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'manifest.json'), '{}')
  await mkdir(path.join(workingDirectory, store, 'log'), { recursive: true })
  await writeFile(path.join(workingDirectory, store, 'log', '2026-11-24.jsonl'), '{"operation":"backup"}\n')
  return sampleReport({ set: { path: folder, manifestPath: path.join(folder, 'manifest.json'), bytes: 2 } })
}

async function main(inputs: Record<string, string>, runOperation: RunOperation = pretended) {
  for (const [name, value] of Object.entries(inputs)) {
    process.env[`INPUT_${name.toUpperCase()}`] = value
  }
  const logger = actionsLogger({ write: (text) => process.stdout.write(text) })
  const exitCode = await runMain({ environment: process.env, logger, runOperation })
  const read = (name: string) => readFile(path.join(root, name), 'utf8')
  return {
    exitCode,
    outputs: parseCommandFile(await read('output')),
    state: parseCommandFile(await read('state')),
    summary: await read('summary'),
    log: stdout.text(),
  }
}

describe('a step that goes well', () => {
  test('sets outputs, writes the summary, uploads set and report, keeps the log', async () => {
    const { exitCode, outputs, state, summary, log } = await main({ type: 'daily', series: 'app' })
    expect(exitCode).toBe(0)
    expect(outputs).toMatchObject({ 'backup-id': '20261124T020003Z', proof: 'proven', records: '84210', alerts: '[]' })
    expect(await readFile(outputs['report-path']!, 'utf8')).toContain('<!doctype html>')
    expect(services.artifacts.map(({ id }) => id)).toContain(outputs['artifact-id'])
    expect(services.artifacts.map(({ name }) => name)).toEqual([
      'masclet_imperi-daily-20261124T020003Z',
      'masclet_imperi-daily-20261124T020003Z-report',
    ])
    expect(services.caches.map(({ finalized }) => finalized)).toEqual([true])
    expect(summary).toContain('This backup was restored and is equal to the database')
    expect(summary).toContain(`<a href="./77/artifacts/${outputs['artifact-id'] ?? ''}">`)
    expect(state).toEqual({ isPost: 'true' })
    expect(log).not.toContain('::error::')
    // Only the report stays behind.
    expect((await readdir(path.join(root, 'temp'))).filter((name) => name.startsWith('pg-lifeboat-'))).toEqual([
      'pg-lifeboat-log',
    ])
  })

  test('an operation that does not take backups uploads nothing', async () => {
    const rotation: RunOperation = () => Promise.resolve(sampleReport({ operation: 'rotate' }))
    await setEvent({ repository: { visibility: 'public' } })
    expect((await main({ operation: 'rotate', store: '/elsewhere' }, rotation)).exitCode).toBe(0)
    expect(services.requests).toEqual([])
  })
})

describe('a step that does not', () => {
  const never: RunOperation = () => Promise.reject(new Error('the operation must not begin'))

  test.each([
    [{ 'keep-dayly': '3' }, 2, '"keep-dayly" is not an input'],
    [{ operation: 'drop' }, 2, 'the input "operation" is "drop"'],
    [{ 'keep-daily': 'x' }, 2, 'the input "keep-daily"'],
  ])('%j is refused before anything is done', async (inputs, code, words) => {
    const { exitCode, log } = await main(inputs, never)
    expect(exitCode).toBe(code)
    expect(log.toLowerCase()).toContain(`::error::${words}`.toLowerCase())
    expect(log.replaceAll(/^::debug::.*$/gm, '')).not.toMatch(/\n\s+at /)
  })

  test('a public repository is refused before the backup starts', async () => {
    await setEvent({ repository: { visibility: 'public' } })
    const { exitCode, log } = await main({}, never)
    expect(exitCode).toBe(5)
    expect(log).toContain('::error::The repository is public')
  })

  test('what failed in the operation is told, in the log and the summary', async () => {
    const failing: RunOperation = () => {
      const error = new OperationError({ doing: 'dumping', problem: 'the disk is full', advice: 'Free some space.' })
      return Promise.resolve(sampleReport({ failure: { message: error.message, causes: ['ENOSPC'], exitCode: 1 } }))
    }
    const { exitCode, log, summary } = await main({ 'upload-artifact': 'none' }, failing)
    expect(exitCode).toBe(1)
    expect(log).toContain('::error::The disk is full (while dumping). Free some space.%0ACause: ENOSPC')
    expect(summary).toContain('The disk is full (while dumping)')
  })

  test('an unexpected error shows no stack trace but in debug', async () => {
    const { exitCode, log } = await main({ 'upload-artifact': 'none' }, () =>
      Promise.reject(new TypeError('x of undefined')),
    )
    expect(exitCode).toBe(1)
    expect(log).toContain('::error::An unexpected error, please report it.%0ACause: x of undefined')
    expect(log).toMatch(/^::debug::TypeError: x of undefined/m)
    expect(log.replaceAll(/^::debug::.*$/gm, '')).not.toContain('run.test')
  })

  test('no secret reaches the log, the outputs, the summary, the state or a file', async () => {
    const url = `postgresql://backup:${encodeURIComponent(PASSWORD)}@db/app`
    const leaking: RunOperation = async (operation, options, context) => {
      context.logger.hide(PASSWORD)
      context.logger.info(`connecting to ${url} with ${PASSWORD}`)
      const report = await pretended(operation, options, context)
      return { ...report, warnings: [PASSWORD, url], alerts: [{ level: 'critical', measure: 'x', message: PASSWORD }] }
    }
    const { outputs, log, summary, state } = await main({ 'database-url': url }, leaking)
    const page = await readFile(outputs['report-path']!, 'utf8')
    const uploads = services.artifacts.map((artifact) => services.contentOf(artifact).toString('latin1')).join()
    const places = new Map(
      Object.entries({ log, summary, page, uploads, outputs: JSON.stringify(outputs), state: JSON.stringify(state) }),
    )
    expect(leaksOf(PASSWORD, places)).toEqual([])
    expect(leaksOf(url, places)).toEqual([])
    expect(log).toContain('***')
    expect(page).not.toContain('battery')
    expect(summary).not.toContain('battery')
  })
})

test('the post step removes what a killed main step left, and nothing of the living', async () => {
  const dead = path.join(root, 'temp', 'pg-lifeboat-999999-abcdef')
  await createWorkspace({ environment: process.env })
  const [living = ''] = await readdir(path.join(root, 'temp'))
  const note = JSON.parse(await readFile(path.join(root, 'temp', living, 'owner.json'), 'utf8')) as object
  await mkdir(dead)
  await writeFile(path.join(dead, 'owner.json'), JSON.stringify({ ...note, pid: 999_999, started: '1' }))
  const logger = actionsLogger({ write: (text) => process.stdout.write(text) })
  expect(await runPost({ environment: process.env, logger })).toBe(0)
  expect(await readdir(path.join(root, 'temp'))).toEqual([living])
})
