import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { readdir } from 'node:fs/promises'
import type { Context } from '../../../src/context.js'
import { InterruptedError, OperationError, TimeLimitError, exitCodeOf } from '../../../src/errors.js'
import { withContext } from '../../../src/platform/context.js'
import { processesWith } from '../../support/command-line.js'
import { memoryLogger } from '../../support/ports.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(30_000)

afterEach(removeTemporaryFolders)

/** Runs work with the real ports, in a place of its own. */
async function run(timeLimit: number | undefined, work: (context: Context) => Promise<unknown>, endsProcess?: boolean) {
  const folder = await temporaryFolder()
  const logger = memoryLogger()
  const environment = { PATH: process.env.PATH, TMPDIR: folder, RUNNER_TEMP: folder }
  const surroundings = { logger, environment, workingDirectory: folder, timeLimit, endsProcess }
  const outcome = await withContext(surroundings, work).catch((error: unknown) => error)
  return { folder, logger, environment, outcome }
}

const sleep = (seconds: string, env: Record<string, string | undefined>) => ({
  program: 'sleep',
  args: [seconds],
  doing: 'dumping database "app"',
  env,
})

describe('a time limit', () => {
  test('ends what runs, cleans up, and fails with an error that names it', async () => {
    const startedAt = performance.now()
    const { folder, logger, outcome } = await run(300, async ({ processes, workspace, environment }) => {
      await workspace.secretFile('key', 'secret')
      await processes.run(sleep('25', environment))
    })
    expect(outcome).toBeInstanceOf(TimeLimitError)
    expect(exitCodeOf(outcome)).toBe(1)
    expect(String(outcome)).toContain(
      'The run took longer than its time-limit of 0.3 s and was ended (while dumping database "app")',
    )
    expect(logger.said.map(({ message }) => message).join('\n')).toContain('The time-limit of 0.3 s is reached')
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect(processesWith(folder)).toEqual([])
    expect(await readdir(folder)).toEqual([])
  })

  test('leaves alone what is done in time, and holds nothing up', async () => {
    const { outcome, logger } = await run(600_000, () => Promise.resolve('done'))
    expect(outcome).toBe('done')
    expect(logger.said).toEqual([])
  })

  test('is no excuse for what failed before it', async () => {
    const failure = new OperationError({ doing: 'a', problem: 'b', advice: 'c' })
    expect((await run(600_000, () => Promise.reject(failure))).outcome).toBe(failure)
  })
})

describe('an interruption that comes when all is done', () => {
  test('does not take back the exit code of a process that is about to end; a second one ends it', async () => {
    const { outcome } = await run(undefined, () => Promise.resolve('done'), true)
    expect(outcome).toBe('done')
    expect(process.listenerCount('SIGTERM')).toBe(1)
    process.emit('SIGTERM', 'SIGTERM')
    expect(process.listenerCount('SIGTERM')).toBe(0)
    ;(['SIGINT', 'SIGHUP'] as const).forEach((name) => process.emit(name, name))
  })

  test('is nobody else’s business where the process goes on', async () => {
    await run(undefined, () => Promise.resolve('done'))
    expect(process.listenerCount('SIGTERM')).toBe(0)
  })
})

test('an interruption is still an interruption', async () => {
  const { outcome } = await run(600_000, async ({ processes, environment }) => {
    process.emit('SIGTERM', 'SIGTERM')
    await processes.run(sleep('25', environment))
  })
  expect(outcome).toBeInstanceOf(InterruptedError)
  expect(exitCodeOf(outcome)).toBe(130)
})
