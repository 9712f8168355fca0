import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { startCluster, type TestCluster } from '../support/cluster.js'
import { GitHubServices, zipEntries } from '../support/github-services.js'
import { leaksOf, RunnerJob, type StepResult } from '../support/runner.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

jest.setTimeout(180_000)

interface Workflow {
  on: { workflow_call: { inputs: Record<string, { default: unknown }> } }
  jobs: Record<string, { steps: { uses?: string; with?: Record<string, string> }[] }>
}

interface Matrix {
  include: { name: string; databases: string; type: string; seconds: number }[]
}

interface Line {
  database: string
  type: string
  outcome: string
  exit_code: number
  newest_proven: string | null
  verdict: string
}

const DATABASES = ['shop', 'crm', 'stock']

let cluster: TestCluster
let scratch: TestCluster
let services: GitHubServices
let folder: string
let workflow: Workflow
const jobs: RunnerJob[] = []
const done: { plan?: StepResult; backups: StepResult[]; report?: StepResult } = { backups: [] }

/** What the expressions of the workflow may be about. */
type Known = Readonly<Record<string, string>>

/** The inputs of the action's step in a job of fleet.yml, with its expressions worked out as GitHub does. */
function inputsOf(job: string, known: Known): Record<string, string> {
  const own = workflow.jobs[job]?.steps.find(({ uses }) => uses === './.pg-lifeboat')
  return Object.fromEntries(
    Object.entries(own?.with ?? {}).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, expression: string) => {
        const found = known[expression]
        if (found === undefined) throw new Error(`"${expression}" in fleet.yml is not known here`)
        return found
      }),
    ]),
  )
}

/** One job of the workflow on a runner of its own, with nothing of the others but what GitHub hands on. */
async function runJob(job: string, known: Known): Promise<StepResult> {
  const runner = await RunnerJob.begin(await temporaryFolder())
  jobs.push(runner)
  await copyFile(path.join(folder, 'lifeboat.yml'), path.join(runner.workspace, 'lifeboat.yml'))
  return runner.main({ inputs: inputsOf(job, known), env: services.environment() })
}

beforeAll(async () => {
  ;[cluster, scratch, services, folder] = await Promise.all([
    startCluster({ auth: 'scram' }),
    startCluster(),
    GitHubServices.start(),
    temporaryFolder(),
  ])
  for (const [index, name] of DATABASES.entries()) {
    await cluster.createDatabase(name)
    await cluster.psql(`CREATE TABLE items AS SELECT i AS id FROM generate_series(1, ${(index + 1) * 100}) i`, name)
  }
  workflow = parse(
    await readFile(path.resolve(import.meta.dirname, '../../.github/workflows/fleet.yml'), 'utf8'),
  ) as Workflow
  await writeFile(path.join(folder, 'lifeboat.yml'), configuration())
  const known: Known = {
    ...Object.fromEntries(
      Object.entries(workflow.on.workflow_call.inputs).map(([name, input]) => [
        `inputs.${name}`,
        String(input.default),
      ]),
    ),
    'inputs.max-jobs': '2',
    'secrets.environment': environment(),
    'github.token': 'ghs_0123456789abcdef',
  }
  done.plan = await runJob('plan', known)
  const { include } = JSON.parse(done.plan.outputs.matrix ?? '{"include":[]}') as Matrix
  done.backups = await Promise.all(
    include.map(({ databases, type }) =>
      runJob('databases', { ...known, 'matrix.databases': databases, 'matrix.type': type }),
    ),
  )
  done.report = await runJob('report', known)
})
afterAll(async () => {
  await services.stop()
  await Promise.all([cluster.remove(), scratch.remove()])
  await removeTemporaryFolders()
})

function configuration(): string {
  const databases = [...DATABASES, 'gone'].map(
    (name) => `  ${name}: { database-url: "\${${name.toUpperCase()}_URL}" }\n`,
  )
  return `store: ${folder}/stores/{database}
postgres-bin: ${cluster.clientBin}
scratch: service
scratch-url: \${SCRATCH_URL}
types: { daily: { keep-daily: 7 } }
databases:
${databases.join('')}`
}

/** As the workflow that calls puts it together from its secrets. */
function environment(): string {
  const urls = [...DATABASES, 'gone'].map((name) => `${name.toUpperCase()}_URL=${cluster.url(name)}`)
  return [...urls, `SCRATCH_URL=${scratch.url('postgres')}`].join('\n')
}

const logOf = (step: StepResult | undefined) => `${step?.stdout}${step?.stderr}`

describe('fleet.yml, its jobs run one by one as the runner does', () => {
  test('the plan has every database once, in as many jobs as there may be, and nothing but names', () => {
    expect({ exitCode: done.plan?.exitCode, log: logOf(done.plan) }).toMatchObject({ exitCode: 0 })
    const { include } = JSON.parse(done.plan?.outputs.matrix ?? '') as Matrix
    expect(include).toHaveLength(2)
    expect(include.flatMap(({ databases }) => databases.split(',')).sort()).toEqual(['crm', 'gone', 'shop', 'stock'])
    expect(Object.keys(include[0]!)).toEqual(['name', 'databases', 'type', 'seconds'])
  })

  test('each database of a job is backed up and proven, and one that is not there holds up no other', () => {
    expect(done.backups.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1])
    const lines = done.backups.flatMap(({ outputs }) => JSON.parse(outputs.databases ?? '[]') as Line[])
    expect(lines.map(({ database, outcome }) => `${database} ${outcome}`).sort()).toEqual([
      'crm good',
      'gone bad',
      'shop good',
      'stock good',
    ])
    expect(lines.find(({ database }) => database === 'gone')?.verdict).toContain('There is no database "gone"')
  })

  test("a job's summary begins with all of its databases, and then tells of each", () => {
    const failed = done.backups.find(({ exitCode }) => exitCode === 1)
    expect(failed?.summary.split('</h2>')[0]).toMatch(/1 of 2 databases needs somebody now/)
    expect(failed?.summary).toContain('This backup was restored and is equal to the database')
  })

  test('the report is one over all of them, from their stores, in the summary and as an artifact', () => {
    expect({ exitCode: done.report?.exitCode, log: logOf(done.report) }).toMatchObject({ exitCode: 0 })
    expect(done.report?.summary.split('</h2>')[0]).toMatch(/1 of 4 databases needs somebody now: .*gone/)
    const lines = JSON.parse(done.report?.outputs.databases ?? '[]') as Line[]
    expect(lines.filter(({ newest_proven }) => newest_proven !== null).map(({ database }) => database)).toEqual(
      DATABASES,
    )
    const artifact = services.artifacts.find(({ name }) => name === 'all-databases-report')
    expect(zipEntries(services.contentOf(artifact!)).map(({ name }) => name)).toEqual(['all-databases-report.html'])
  })

  test('no secret is anywhere in what the jobs said or left', async () => {
    const { password } = new URL(cluster.url('shop'))
    expect(password).not.toBe('')
    expect(jobs).toHaveLength(4)
    for (const job of jobs) {
      expect(leaksOf(password, await job.everything())).toEqual([])
    }
    for (const step of [done.plan, ...done.backups, done.report]) {
      expect(leaksOf(password, new Map([['log', logOf(step)]]))).toEqual([])
    }
  })
})
