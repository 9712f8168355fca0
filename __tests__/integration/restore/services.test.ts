import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { chmod, mkdir, readFile, readdir, rename, rmdir, stat, symlink, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import path from 'node:path'
import { runPost } from '../../../src/action/run.js'
import { GuardError, InterruptedError } from '../../../src/errors.js'
import { ServicesError, startLeftServices, withServicesStopped, type Services } from '../../../src/restore/services.js'
import { compiledSource, runCompiled, type CompiledSource } from '../../support/compiled.js'
import { realContext, type RealContext } from '../../support/real-context.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

let root: string
let context: RealContext
let steps: string[]

beforeEach(async () => {
  root = await temporaryFolder()
  context = {
    ...(await realContext({
      PATH: process.env.PATH,
      HOME: root,
      XDG_STATE_HOME: path.join(root, 'state'),
      TMPDIR: root,
    })),
    workingDirectory: root,
  }
  steps = []
})
afterEach(async () => {
  await context.workspace.clean()
  await removeTemporaryFolders()
})

/** What the commands did, in order: each adds a word to this file. */
const story = () => readFile(path.join(root, 'story'), 'utf8').catch(() => '')
const say = (word: string) => `printf '${word} ' >>story`
const services = (overrides: Partial<Services> = {}): Services => ({
  stop: say('stopped'),
  start: say('started'),
  timeout: 10_000,
  phase: (title, work) => {
    steps.push(title)
    return work()
  },
  ...overrides,
})
const work =
  (word = 'worked') =>
  async () => {
    await writeFile(path.join(root, 'story'), `${word} `, { flag: 'a' })
    return word
  }
const notes = async () =>
  (await readdir(path.join(root, 'state', 'pg-lifeboat')).catch(() => [])).map((name) =>
    path.join(root, 'state', 'pg-lifeboat', name),
  )

describe('services around work', () => {
  test('are stopped before it and started after it, and nothing is left', async () => {
    expect(await withServicesStopped(services(), context, work())).toBe('worked')
    expect(await story()).toBe('stopped worked started ')
    expect(steps).toEqual(['Stopping the services', 'Starting the services'])
    expect(await notes()).toEqual([])
  })

  test('without commands nothing happens', async () => {
    await withServicesStopped(services({ stop: undefined, start: undefined }), context, work())
    expect(await story()).toBe('worked ')
    expect(steps).toEqual([])
  })

  test('while they are stopped, a note that only we may read says how they are started', async () => {
    await withServicesStopped(services(), context, async () => {
      const [note] = await notes()
      expect((await stat(note!)).mode & 0o777).toBe(0o600)
      expect(await readFile(note!, 'utf8')).toContain(JSON.stringify(say('started')))
    })
  })

  test('are started again when the work fails, with its error', async () => {
    const failing = async () => {
      await work('failed')()
      throw new GuardError({ doing: 'testing', problem: 'no', advice: 'Nothing.' })
    }
    await expect(withServicesStopped(services(), context, failing)).rejects.toThrow(GuardError)
    expect(await story()).toBe('stopped failed started ')
    expect(await notes()).toEqual([])
  })

  test('are started again when we are interrupted', async () => {
    const interrupted = async () => {
      context.interrupt()
      await context.processes.run({ program: 'sleep', args: ['30'], env: { PATH: process.env.PATH }, doing: 'waiting' })
    }
    await expect(withServicesStopped(services(), context, interrupted)).rejects.toThrow(InterruptedError)
    expect(await story()).toBe('stopped started ')
  })

  test('when they cannot be stopped, the work does not begin and they are started', async () => {
    const half = `${say('half')}; echo "unit not found" >&2; false | cat; ${say('never')}`
    await expect(withServicesStopped(services({ stop: half }), context, work())).rejects.toThrow('unit not found')
    expect(await story()).toBe('half started ')
  })

  test('a command that hangs is ended at its limit', async () => {
    const hanging = withServicesStopped(services({ stop: 'sleep 30', timeout: 200 }), context, work())
    await expect(hanging).rejects.toThrow('did not end within 0.2 s')
    expect(await story()).toBe('started ')
  })

  test('the work may start them early; they are not started twice', async () => {
    await withServicesStopped(services(), context, async (restart) => {
      await work('dumped')()
      await restart()
      await work('proved')()
    })
    expect(await story()).toBe('stopped dumped started proved ')
  })

  test('when they cannot be started, the work still goes on, and that they do not run is the error', async () => {
    const failing = services({ start: 'echo "port in use" >&2; exit 7' })
    const done = withServicesStopped(failing, context, async (restart) => {
      await restart()
      await work()()
    })
    await expect(done).rejects.toThrow(ServicesError)
    await expect(done).rejects.toThrow('port in use')
    expect(await story()).toBe('stopped worked ')
    expect(await notes()).toHaveLength(1)
  })

  test('that they do not run weighs more than what went wrong before, which is its cause', async () => {
    const before = new GuardError({ doing: 'testing', problem: 'no', advice: 'Nothing.' })
    const done = withServicesStopped(services({ start: 'false' }), context, () => Promise.reject(before))
    await expect(done).rejects.toMatchObject({ exitCode: 1, cause: before })
  })

  test('what the commands say is in the log, line by line', async () => {
    await withServicesStopped(services({ stop: 'echo one; echo two >&2', start: 'echo three' }), context, work())
    expect(context.logger.said.map(({ message }) => message)).toEqual(expect.arrayContaining(['one', 'two', 'three']))
  })
})

describe('services of a run that was killed', () => {
  let compiled: CompiledSource
  beforeEach(async () => {
    compiled = await compiledSource()
  })
  afterEach(() => compiled.remove())

  /** A process that stops the services, says so, and is killed with SIGKILL. */
  async function leaveStopped(start = say('started')): Promise<void> {
    const child = await runCompiled(
      compiled,
      `import { withContext } from './platform/context.js'
       import { terminalLogger } from './platform/terminal-logger.js'
       import { withServicesStopped } from './restore/services.js'
       const logger = terminalLogger({ write: () => {}, isTerminal: false, colours: false, columns: () => 80, verbose: false })
       const services = { stop: ${JSON.stringify(say('stopped'))}, start: ${JSON.stringify(start)}, timeout: 10000, phase: (_, work) => work() }
       await withContext({ logger, environment: process.env, workingDirectory: ${JSON.stringify(root)} }, (context) =>
         withServicesStopped(services, context, async () => {
           console.log('stopped')
           await new Promise((resolve) => setTimeout(resolve, 60000))
         }))`,
      { ...context.environment },
    )
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await story()).toBe('stopped ')
  }

  test('are started by the next run, once', async () => {
    await leaveStopped()
    await startLeftServices(context)
    expect(await story()).toBe('stopped started ')
    expect(await notes()).toEqual([])
    await startLeftServices(context)
    expect(await story()).toBe('stopped started ')
  })

  test("are started by the action's post step", async () => {
    await leaveStopped()
    const environment = { ...context.environment, RUNNER_TEMP: root, GITHUB_WORKSPACE: root }
    expect(await runPost({ environment, logger: context.logger })).toBe(0)
    expect(await story()).toBe('stopped started ')
  })

  test('are started once by several runs that find the note at the same time', async () => {
    await leaveStopped(`sleep 0.2; ${say('started')}`)
    await Promise.all([startLeftServices(context), startLeftServices(context), startLeftServices(context)])
    expect(await story()).toBe('stopped started ')
  })

  test('that cannot be started are told, and tried again by the run after', async () => {
    await leaveStopped(`test -e ready && ${say('started')}`)
    await startLeftServices(context)
    expect(context.logger.said).toContainEqual(expect.objectContaining({ level: 'error' }))
    // The note is this process's now, which lives: what it would be after its death is told by its owner.
    const [note] = await notes()
    const text = JSON.parse(await readFile(note!, 'utf8')) as { owner: { started: string } }
    await writeFile(note!, JSON.stringify({ ...text, owner: { ...text.owner, started: '1' } }))
    await writeFile(path.join(root, 'ready'), '')
    await startLeftServices(context)
    expect(await story()).toBe('stopped started ')
  })

  test('a note of a living run is left alone', async () => {
    await withServicesStopped(services(), context, () => startLeftServices(context))
    expect(await story()).toBe('stopped started ')
  })

  const tampered: [string, (note: string, folder: string) => Promise<void>][] = [
    ['that others could write', (note) => chmod(note, 0o620)],
    ['that others could read', (note) => chmod(note, 0o644)],
    [
      'that is a link to a file elsewhere',
      async (note) => {
        await rename(note, path.join(root, 'elsewhere.json'))
        await symlink(path.join(root, 'elsewhere.json'), note)
      },
    ],
    ['in a folder that others could write into', (_, folder) => chmod(folder, 0o777)],
    ['that is cut off', async (note) => writeFile(note, (await readFile(note, 'utf8')).slice(0, 40))],
  ]
  test.each(tampered)('a note %s is not obeyed', async (_, tamper) => {
    await leaveStopped()
    const [note] = await notes()
    await tamper(note!, path.dirname(note!))
    await startLeftServices(context)
    expect(await story()).toBe('stopped ')
  })

  test('where the usual folder cannot be used, the note is in one of this user alone', async () => {
    await mkdir(path.join(root, 'state'))
    await writeFile(path.join(root, 'state', 'pg-lifeboat'), 'a file in the way')
    const fallback = `/var/tmp/pg-lifeboat-${process.getuid?.()}`
    await withServicesStopped(services(), context, async () => {
      expect((await stat(fallback)).mode & 0o777).toBe(0o700)
      expect(await readdir(fallback)).not.toEqual([])
    })
    await rmdir(fallback).catch(() => undefined) // another run's note may be in it
  })
})
