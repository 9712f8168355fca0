import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { LoadedConfiguration } from '../../../src/config/configuration.js'
import { UsageError } from '../../../src/errors.js'
import { runChild, type Family, type Limits } from '../../../src/fleet/child.js'
import { runAll } from '../../../src/fleet/run-all.js'
import { buildOptions } from '../../../src/options.js'
import { eventually } from '../../support/command-line.js'
import { plainEnvironment } from '../../support/operating.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(30_000)

/** Stands for the command line: does what its database is called. */
const CHILD = `
const given = (name) => process.argv[process.argv.indexOf(name) + 1]
const tell = (outputs) => console.log(JSON.stringify(outputs))
process.on('SIGTERM', () => { if (given('--database') === 'polite') { console.error('cleaning up'); process.exit(130) } })
switch (given('--database')) {
  case 'good': tell({ proof: 'proven', argv: process.argv.slice(2), env: process.env }); break
  case 'differs': tell({ proof: 'failed', error: 'It differs.' }); process.exit(3)
  case 'early': console.error('reading…'); console.error('Error: there is no such option'); process.exit(2)
  case 'dies': process.kill(process.pid, 'SIGKILL'); break
  case 'silent': process.exit(4)
  default: console.error('begun'); setInterval(() => undefined, 1000)
}
`

let context: RealContext
let family: Family
let script: string
beforeEach(async () => {
  script = path.join(await temporaryFolder(), 'child.cjs')
  await writeFile(script, CHILD)
  context = await realContext(
    plainEnvironment({
      LIFEBOAT_ALL: 'true',
      LIFEBOAT_TYPE: 'weekly',
      LIFEBOAT_STORE: '/from/env',
      LIFEBOAT_VERIFY: 'data',
    }),
  )
  family = { program: [process.execPath, script], config: '/etc/lifeboat.yml', given: {}, verbose: false }
})
afterEach(async () => {
  await context.workspace.clean()
  await removeTemporaryFolders()
})

const run = (database: string, limits: Limits = { cleanUp: 10_000 }) =>
  runChild({ operation: 'backup', database, type: 'daily' }, limits, family, context)

describe('one run in a process of its own', () => {
  test('is told which it is in its arguments, and what this run was given in its environment, secrets too', async () => {
    family = {
      ...family,
      given: { 'webhook-url': 'https://secret', parallel: '3', all: 'true', verify: 'archive' },
      verbose: true,
    }
    const outputs = (await run('good')).outputs as { argv?: string[]; env?: Record<string, string> }
    expect(outputs.argv).toEqual([
      ...['backup', '--config', '/etc/lifeboat.yml', '--database', 'good', '--type', 'daily', '--json', '--verbose'],
    ])
    const options = Object.entries(outputs.env ?? {}).filter(([name]) => name.startsWith('LIFEBOAT_'))
    expect(Object.fromEntries(options)).toEqual({
      LIFEBOAT_STORE: '/from/env',
      LIFEBOAT_VERIFY: 'archive',
      LIFEBOAT_WEBHOOK_URL: 'https://secret',
    })
  })

  test('a task is told in the arguments, and whether it is about all databases', async () => {
    context = { ...context, environment: { ...context.environment, LIFEBOAT_TASK: 'another' } }
    const job = { operation: 'report', task: 'weekly-report', all: true } as const
    const { outputs } = await runChild({ ...job, database: 'good' }, { cleanUp: 10_000 }, family, context)
    const { argv, env } = outputs as { argv?: string[]; env?: Record<string, string> }
    expect(argv?.slice(3)).toEqual(['--database', 'good', '--task', 'weekly-report', '--all', '--json'])
    expect(env).not.toHaveProperty('LIFEBOAT_TASK')
  })

  test.each([
    ['differs', 3, 'It differs.'],
    ['early', 2, 'there is no such option'],
    ['silent', 4, 'it ended with exit code 4'],
    ['dies', null, expect.stringContaining('was ended by SIGKILL')],
  ])('one that %s keeps its exit code, and says why', async (database, exitCode, cause) => {
    expect(await run(database)).toMatchObject({ database, exitCode, cause })
  })

  test('its messages come with its name before them', async () => {
    await run('early')
    expect(context.logger.said).toContainEqual({ level: 'info', message: '[early daily] reading…' })
  })

  test('one that hangs beyond its time limit, and does not listen, is ended', async () => {
    const { exitCode, cause, seconds } = await run('hangs', { timeLimit: 500, cleanUp: 500 })
    expect({ exitCode, cause }).toEqual({
      exitCode: null,
      cause: 'It hung beyond its time limit of 0.5 s and was ended from outside.',
    })
    expect(seconds).toBeLessThan(10)
  })

  test('a program that is not there is an outcome too', async () => {
    family = { ...family, program: ['/no/such/node'] }
    expect(await run('good')).toMatchObject({ exitCode: 1, cause: expect.stringContaining('/no/such/node') })
  })
})

describe('all databases', () => {
  const configurationOf = (...names: string[]): LoadedConfiguration => ({
    file: '/etc/lifeboat.yml',
    entries: names.map((name) => ({ name, types: [] })),
    tasks: [],
    commonOptions: () => buildOptions([]),
    optionsFor: ({ database }) => {
      if (database === 'unset') {
        throw new UsageError({ doing: 'reading the options', problem: 'PASSWORD is not set', advice: 'Set it.' })
      }
      return buildOptions([])
    },
  })
  const all = (...names: string[]) =>
    runAll({ ...family, operation: 'backup', choice: {}, configuration: configurationOf(...names) }, context)

  test('what is wrong with one is its outcome, and holds up no other', async () => {
    const { outcomes, isInterrupted } = await all('dies', 'unset', 'early', 'good', 'differs')
    expect(outcomes.map(({ database, exitCode }) => [database, exitCode])).toEqual([
      ['dies', null],
      ['unset', 2],
      ['early', 2],
      ['good', 0],
      ['differs', 3],
    ])
    expect(outcomes[1]?.cause).toContain('PASSWORD is not set')
    expect(isInterrupted).toBe(false)
  })

  test('after an interruption the children are told and waited for, and nothing more begins', async () => {
    const configuration = {
      ...configurationOf('polite', 'good', 'never'),
      commonOptions: () => buildOptions([{ label: (name) => name, values: { parallel: '1' } }]),
    }
    const work = runAll({ ...family, operation: 'backup', choice: {}, configuration }, context)
    const begun = () => context.logger.said.filter(({ message }) => message.endsWith('begun')).length
    await eventually('it runs', () => begun() === 1)
    context.interrupt()
    const { outcomes, isInterrupted } = await work
    expect(isInterrupted).toBe(true)
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([130, 130, 130])
    expect(begun()).toBe(1)
    expect(context.logger.said.map(({ message }) => message)).toContain('[polite] cleaning up')
    expect(outcomes.at(-1)?.cause).toBe('Interrupted before it began.')
  })
})
