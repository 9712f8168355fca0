import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { once } from 'node:events'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { idOf, type Proof } from '../../../src/backup/manifest.js'
import { loadConfiguration } from '../../../src/config/configuration.js'
import { lookAtEach } from '../../../src/fleet/each.js'
import { isWhole, runWhole } from '../../../src/fleet/whole.js'
import type { Operation } from '../../../src/option-list.js'
import { formatLine, logFileOf, logLine } from '../../../src/records/log.js'
import { outputsOf } from '../../../src/report/outputs.js'
import { exitCodeFor, type Report } from '../../../src/report/report.js'
import { summaryOf } from '../../../src/report/summary.js'
import { closingLines } from '../../../src/report/terminal.js'
import { DirectoryStore } from '../../../src/stores/directory.js'
import { plainEnvironment } from '../../support/operating.js'
import { clockAhead, memoryLogger } from '../../support/ports.js'
import { realContext } from '../../support/real-context.js'
import { sampleProof } from '../../support/sample-set.js'
import { commitSample } from '../../support/store-contract.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

const HOUR = 3_600_000
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * HOUR)

let folder: string
let stores: string
beforeEach(async () => {
  folder = await temporaryFolder()
  stores = path.join(folder, 'stores')
  await symlink('loop', path.join(folder, 'loop'))
})
afterEach(removeTemporaryFolders)

const storeOf = (name: string): string => path.join(stores, name)

const addSet = (name: string, hours: number, outcome: Proof['outcome'] = 'proven', type = 'daily'): Promise<void> =>
  commitSample(new DirectoryStore(storeOf(name), { clock: clockAhead(0), logger: memoryLogger() }), {
    id: idOf(hoursAgo(hours)),
    type,
    proof: sampleProof(outcome),
  })

async function addLine(name: string, hours: number, duration: number, type = 'daily', status = 'success' as const) {
  const line = logLine(hoursAgo(hours), 'backup', status, { duration, type, size: 4000, proof: 'proven' })
  await mkdir(path.join(storeOf(name), 'log'), { recursive: true })
  await writeFile(path.join(storeOf(name), 'log', logFileOf(line)), formatLine(line), { flag: 'a' })
}

interface Told {
  report: Report
  exitCode: number
  said: string[]
}

/** Runs what is about a whole configuration as the entries do. */
async function whole(operation: Operation, yaml: string, given: Record<string, string> = {}): Promise<Told> {
  await writeFile(path.join(folder, 'lifeboat.yml'), `store: ${stores}/{database}\n${yaml}`)
  // A link that leads to itself, which nobody can read; and what is no store at all.
  const env = { UNREADABLE: path.join(folder, 'loop'), NO_STORE: 's3://' }
  const context = await realContext(plainEnvironment(env))
  try {
    const values = { ...(operation === 'plan' || given.database !== undefined ? {} : { all: 'true' }), ...given }
    const source = { label: (name: string) => `--${name}`, values }
    const configuration = await loadConfiguration(source, context.environment, folder)
    const common = configuration.commonOptions({ operation })
    if (!isWhole(operation, common)) throw new Error('it is about one database')
    const report = await runWhole(operation, configuration, common, { ...context, workingDirectory: folder })
    return { report, exitCode: exitCodeFor(report), said: context.logger.said.map(({ message }) => message) }
  } finally {
    await context.workspace.clean()
  }
}

const DATABASES = `
types: { daily: {}, weekly: {} }
databases:
  big: {}
  small: { types: { weekly: off } }
  new: { types: { weekly: off } }
`

describe('plan', () => {
  test('weighs each backup by the log of its store, else by its newest set, else as the others', async () => {
    await addLine('big', 50, 10)
    await addLine('big', 2, 3600)
    await addLine('big', 30, 5000, 'weekly')
    await addSet('small', 3)
    const { report, exitCode } = await whole('plan', DATABASES)
    expect(exitCode).toBe(0)
    expect(report.plan?.unknown).toBe(1)
    expect(report.plan?.jobs.map(({ name }) => name)).toEqual([
      'big (weekly)',
      'big (daily)',
      'new (daily)',
      'small (daily)',
    ])
    expect(report.plan?.jobs.map(({ seconds }) => seconds).slice(0, 3)).toEqual([5000, 3600, 3600])
    expect(outputsOf(report).matrix).toMatchObject({
      include: { 0: { databases: 'big', type: 'weekly', seconds: 5000 } },
    })
    expect(summaryOf(report)).toContain('4 backups in 4 jobs')
    expect(closingLines(report)[0]).toBe('big (weekly): about 1 h 23 min')
    await expect(readdir(storeOf('new'))).rejects.toThrow('ENOENT')
  })

  test('puts several in one job where there may be few, and narrows to a type and to databases', async () => {
    const { report } = await whole('plan', DATABASES, { type: 'daily', 'max-jobs': '2' })
    expect(report.plan?.jobs.map(({ databases }) => databases)).toEqual([['big', 'small'], ['new']])
    const one = await whole('plan', DATABASES, { type: 'daily', database: 'new, big' })
    expect(one.report.plan?.jobs.map(({ databases }) => databases)).toEqual([['big'], ['new']])
  })

  test('a store that cannot be read is a warning and a guess', async () => {
    await addLine('small', 2, 300)
    const { report, exitCode } = await whole('plan', `${DATABASES}  odd: { store: "\${UNREADABLE}" }`)
    expect(exitCode).toBe(0)
    expect(report.warnings.join()).toMatch(/The store of odd daily could not be read/)
    expect(report.plan?.jobs.find(({ databases }) => databases.includes('odd'))?.seconds).toBe(300)
  })

  test.each([
    ['a database that is not there', { database: 'bigg' }, 'Did you mean "big"?'],
    ['a type that no database has', { type: 'yearly' }, 'The types there are: daily, weekly'],
    ['fewer jobs than types', { 'max-jobs': '1' }, 'a job is of one type'],
  ])('%s is bad usage', async (_, given, said) => {
    const { report, exitCode } = await whole('plan', DATABASES, given)
    expect(exitCode).toBe(2)
    expect(report.failure?.message).toContain(said)
  })

  test('a name that is the value of a secret is told, because GitHub would drop the matrix', async () => {
    const yaml = `databases:\n  customers: { database-url: "postgresql://backup:customers@db/app" }\n`
    await writeFile(path.join(folder, 'lifeboat.yml'), yaml)
    const context = await realContext(plainEnvironment())
    const logger = { ...context.logger, redact: (text: string) => text.replaceAll('customers', '***') }
    const configuration = await loadConfiguration({ label: String, values: {} }, context.environment, folder)
    const report = await runWhole('plan', configuration, {}, { ...context, logger, workingDirectory: folder })
    await context.workspace.clean()
    expect(exitCodeFor(report)).toBe(2)
    expect(report.failure?.message).toMatch(/GitHub would drop the matrix/)
    expect(report.plan).toBeUndefined()
  })
})

describe('report and watch over all databases', () => {
  const MIXED = `
types: { daily: {} }
databases:
  fresh: {}
  old: {}
  unproven: {}
  empty: {}
  unreachable: { store: "\${UNREADABLE}" }
  misconfigured: { store: "\${NO_STORE}" }
`
  beforeEach(async () => {
    await addSet('fresh', 2)
    await addLine('fresh', 2, 60)
    await addSet('old', 40)
    await addSet('unproven', 2, 'not-verified')
  })

  test('watch: each database has its line, the worst first, and one that cannot be read is no end', async () => {
    const { report, exitCode } = await whole('watch', MIXED)
    expect(exitCode).toBe(1)
    expect(report.fleet?.parts.map(({ database, mood, isUnknown }) => [database, mood, isUnknown ?? false])).toEqual([
      ['fresh', 'good', false],
      ['old', 'bad', false],
      ['unproven', 'bad', false],
      ['empty', 'bad', false],
      ['unreachable', 'doubtful', true],
      ['misconfigured', 'bad', true],
    ])
    const summary = summaryOf(report)
    expect(summary.split('</h2>')[0]).toMatch(/4 of 6 databases need somebody now/)
    expect(closingLines(report).filter((line) => line.startsWith('❌'))).toHaveLength(5)
    expect(outputsOf(report).databases).toHaveLength(6)
  })

  test('report: newest proven, success, size; what cannot be read makes it end as failed', async () => {
    const { report, exitCode } = await whole('report', MIXED, { database: 'fresh, old, unreachable' })
    expect(exitCode).toBe(1)
    const [fresh, old, unreachable] = report.fleet?.parts ?? []
    expect(fresh).toMatchObject({ mood: 'good', runs: { total: 1, succeeded: 1 }, exitCode: 0 })
    expect(fresh?.bytes).toBeGreaterThan(0)
    expect(fresh?.newestProven).toBeInstanceOf(Date)
    expect(old).toMatchObject({ mood: 'doubtful', runs: { total: 0, succeeded: 0 } })
    expect(unreachable).toMatchObject({ mood: 'bad', isUnknown: true, exitCode: 1 })
    expect((await whole('report', MIXED, { database: 'fresh, old' })).exitCode).toBe(0)
  })

  test('all is good only where each is', async () => {
    await addSet('other', 3)
    const { report, exitCode } = await whole('watch', 'types: { daily: {} }\ndatabases: { fresh: {}, other: {} }\n')
    expect(exitCode).toBe(0)
    expect(summaryOf(report)).toContain('The backups of all 2 databases are as they should be')
  })
})

test('a store that says nothing has its time, and the others do not wait for it', async () => {
  const jobs = ['a', 'silent', 'b'].map((database) => ({ operation: 'watch' as const, database }))
  const context = await realContext(plainEnvironment())
  const seen: string[] = []
  const done = await lookAtEach(
    jobs,
    context,
    async ({ database = '' }, { signal }) => {
      if (database === 'silent') await once(signal, 'abort')
      seen.push(database)
      return signal.aborted
    },
    200,
  )
  await context.workspace.clean()
  expect(seen).toEqual(['a', 'b', 'silent'])
  expect(done).toEqual([false, true, false])
})
