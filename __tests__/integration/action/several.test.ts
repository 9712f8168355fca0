import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runMain, type RunOperation } from '../../../src/action/run.js'
import { InterruptedError, OperationError } from '../../../src/errors.js'
import { actionsLogger } from '../../../src/platform/actions-logger.js'
import { SUMMARY_BUDGET } from '../../../src/report/summary.js'
import { sampleReport, table } from '../../support/report.js'
import { parseCommandFile } from '../../support/runner.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(30_000)

interface Line {
  database: string
  outcome: string
  exit_code: number
  verdict: string
}

let root: string
beforeEach(async () => {
  root = await temporaryFolder()
  await mkdir(path.join(root, 'workspace'))
  await writeFile(
    path.join(root, 'workspace', 'lifeboat.yml'),
    `store: ${root}/stores/{database}
upload-artifact: none
types: { daily: {}, weekly: {} }
databases:
  shop: { database-url: "postgresql://u:\${SHOP_PASSWORD}@db/shop" }
  crm: { database-url: "postgresql://u:\${CRM_PASSWORD}@db/crm", time-limit: 1s }
  stock: { database-url: postgresql://u@db/stock, types: { weekly: off } }
`,
  )
  for (const file of ['output', 'state', 'summary']) await writeFile(path.join(root, file), '')
})
afterEach(removeTemporaryFolders)

/** One step of the action, with operations that are only played. */
async function main(inputs: Record<string, string>, runOperation: RunOperation) {
  let log = ''
  const logger = actionsLogger({ write: (text) => (log += text) })
  const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const environment = {
    RUNNER_TEMP: root,
    GITHUB_WORKSPACE: path.join(root, 'workspace'),
    GITHUB_OUTPUT: path.join(root, 'output'),
    GITHUB_STATE: path.join(root, 'state'),
    GITHUB_STEP_SUMMARY: path.join(root, 'summary'),
    ...(Object.fromEntries(variables) as Record<string, string>),
  }
  const before = { ...process.env }
  Object.assign(process.env, environment)
  const exitCode = await runMain({ environment, logger, runOperation }).finally(() => (process.env = before))
  const outputs = parseCommandFile(await readFile(path.join(root, 'output'), 'utf8'))
  const lines = JSON.parse(outputs.databases ?? '[]') as Line[]
  return { exitCode, outputs, lines, log, summary: await readFile(path.join(root, 'summary'), 'utf8') }
}

const PASSWORDS = 'SHOP_PASSWORD=of-the-shop\nCRM_PASSWORD=of-the-crm'

test('each database has its own options, one after another, and the summary begins with all of them', async () => {
  const begun: string[] = []
  let under = 0
  const { exitCode, lines, summary, log } = await main(
    { database: 'shop, stock', environment: PASSWORDS },
    async (operation, { databaseUrl = '', type, store }, { environment }) => {
      expect((under += 1)).toBe(1)
      begun.push(
        `${operation} ${type} ${new URL(databaseUrl).password} ${path.basename(store)} ${environment.CRM_PASSWORD}`,
      )
      await new Promise((resolve) => setTimeout(resolve, 20))
      under -= 1
      return sampleReport({ series: path.basename(store) })
    },
  )
  expect(exitCode).toBe(0)
  expect(begun).toEqual([
    'backup daily of-the-shop shop of-the-crm',
    'backup weekly of-the-shop shop of-the-crm',
    'backup daily  stock of-the-crm',
  ])
  expect(lines.map(({ database, outcome }) => `${database} ${outcome}`)).toEqual([
    'shop good',
    'shop good',
    'stock good',
  ])
  expect(summary.split('</h2>')[0]).toContain('ended well for all 2 databases')
  expect(summary.match(/This backup was restored and is equal/g)).toHaveLength(3)
  expect(log).toContain('::add-mask::of-the-shop')
})

test('what fails, throws, takes too long or lacks a variable holds up no other', async () => {
  const { exitCode, lines, log } = await main(
    { all: 'true', type: 'daily', environment: 'CRM_PASSWORD=of-the-crm' },
    async (_, { databaseUrl = '' }, { signal }) => {
      if (databaseUrl.includes('/crm')) {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve)
        })
        throw new InterruptedError('dumping', signal.reason)
      }
      throw new OperationError({ doing: 'dumping', problem: 'the disk is full', advice: 'Make room.' })
    },
  )
  expect(exitCode).toBe(1)
  expect(lines.map(({ database, exit_code }) => `${database} ${exit_code}`)).toEqual(['shop 2', 'crm 1', 'stock 1'])
  expect(lines.map(({ verdict }) => verdict).join('\n')).toMatch(
    /SHOP_PASSWORD[\s\S]*time-limit of 1 s[\s\S]*the disk is full/i,
  )
  expect(log).toContain('The time-limit of 1 s is reached')
})

test('after an interruption no further one begins', async () => {
  const begun: string[] = []
  const { exitCode, lines } = await main({ all: 'true', type: 'daily', environment: PASSWORDS }, (_, { store }) => {
    begun.push(path.basename(store))
    process.emit('SIGINT')
    return Promise.reject(new InterruptedError('dumping'))
  })
  expect(exitCode).toBe(130)
  expect(begun).toEqual(['shop'])
  expect(lines.map(({ exit_code }) => exit_code)).toEqual([130, 130, 130])
})

test('the summaries of all of them stay within the limit of the step together', async () => {
  const tables = Array.from({ length: 400 }, (_, index) => table(`public.${'t'.repeat(900)}_${index}`))
  const { summary } = await main({ all: 'true', environment: PASSWORDS }, () =>
    Promise.resolve(sampleReport({ tables })),
  )
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(SUMMARY_BUDGET + 100)
  expect(summary.match(/This backup was restored and is equal/g)).toHaveLength(5)
})

test('a database that is not there is bad usage, and nothing begins', async () => {
  const never: RunOperation = () => Promise.reject(new Error('it began'))
  const { exitCode, log } = await main({ database: 'shop, stok', environment: PASSWORDS }, never)
  expect(exitCode).toBe(2)
  expect(log).toMatch(/::error::.*"stok".*Did you mean "stock"/)
})
