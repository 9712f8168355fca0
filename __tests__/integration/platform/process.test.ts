import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable, Writable } from 'node:stream'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import type { Command } from '../../../src/context.js'
import { CommandError, InterruptedError, OperationError } from '../../../src/errors.js'
import { spawnProcessRunner } from '../../../src/platform/process.js'
import { compiledSource, removeCompiledSources, runCompiled } from '../../support/compiled.js'

jest.setTimeout(60_000)

const debugged: string[] = []
const logger = {
  debug: (message: string) => void debugged.push(message),
  redact: (text: string) => text.replaceAll('hunter2', '***'),
}
const runner = spawnProcessRunner({ logger, killDelay: 300 })
const sh = (script: string, more: Partial<Command> = {}): Command => ({
  program: 'sh',
  args: ['-c', script],
  doing: 'testing a program',
  env: { PATH: process.env.PATH },
  ...more,
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-test-process-'))
})
afterAll(removeCompiledSources)
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It should have failed.')
    },
    (error: unknown) => error,
  )
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && !condition(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return condition()
}

describe('run', () => {
  test('collects the output and tells how long it took and how much memory', async () => {
    const finished = await runner.run(sh('echo out; echo err >&2; sleep 0.4', { stdout: 'collect' }))
    expect(finished).toMatchObject({ code: 0, stdout: 'out\n', stderrTail: 'err' })
    expect(finished.duration).toBeGreaterThan(300)
    expect(finished.peakMemory).toBeGreaterThan(100_000)
  })

  test('counts the memory of what the program started', async () => {
    const hungry = "node -e 'Buffer.alloc(150e6, 1); setTimeout(() => 0, 800)'"
    const finished = await runner.run(sh(`${hungry} & ${hungry} & wait`))
    expect(finished.peakMemory).toBeGreaterThan(300e6)
  })

  test('gives the program exactly the environment it was given', async () => {
    const finished = await runner.run({
      ...sh(''),
      program: 'env',
      args: [],
      env: { PATH: process.env.PATH, A: '1', B: undefined },
      stdout: 'collect',
    })
    expect(finished.stdout.split('\n').filter(Boolean).sort()).toEqual(['A=1', `PATH=${process.env.PATH ?? ''}`])
  })

  test('feeds a stream and writes into a stream, whole and with backpressure', async () => {
    const file = path.join(folder, 'copied')
    const chunk = Buffer.alloc(1 << 20, 'x')
    const source = Readable.from((function* () { for (let n = 0; n < 40; n++) yield chunk })()) // prettier-ignore
    await runner.run({ ...sh(''), program: 'cat', args: [], stdin: source, stdout: createWriteStream(file) })
    expect((await stat(file)).size).toBe(40 << 20)
  })

  test('hands over lines, the last one without a line end and characters cut by a chunk too', async () => {
    const lines: string[] = []
    await runner.run(
      sh("printf 'a\\303'; sleep 0.1; printf '\\251\\nb\\n\\nc'", { stdout: (line) => lines.push(line) }),
    )
    expect(lines).toEqual(['aé', 'b', '', 'c'])
  })

  test('fails with the program, its exit code and what it said, without secrets', async () => {
    const error = await failureOf(runner.run(sh('echo fine >&2; echo "fatal: hunter2 is wrong" >&2; exit 7')))
    expect(error).toBeInstanceOf(CommandError)
    expect(error).toMatchObject({
      program: 'sh',
      code: 7,
      endedBy: null,
      stderrTail: 'fine\nfatal: *** is wrong',
      problem: 'the program sh ended with exit code 7: fatal: *** is wrong',
    })
  })

  test('keeps only the tail of what it says', async () => {
    const error = await failureOf(runner.run(sh('seq 1 100000 >&2; exit 1')))
    expect((error as CommandError).stderrTail.split('\n')).toHaveLength(40)
    expect((error as CommandError).stderrTail).toMatch(/99999\n100000$/)
  })

  test('names the signal that ended it', async () => {
    const error = await failureOf(runner.run(sh('kill -KILL $$')))
    expect(error).toMatchObject({ code: null, endedBy: 'SIGKILL', problem: 'the program sh was ended by SIGKILL' })
  })

  test('accepts the exit codes that the caller calls good', async () => {
    expect((await runner.run(sh('exit 3', { accept: [0, 3] }))).code).toBe(3)
    await failureOf(runner.run(sh('exit 0', { accept: [3] })))
  })

  test('refuses to collect without a bound', async () => {
    const error = await failureOf(runner.run(sh('yes', { stdout: 'collect' })))
    expect(error).toBeInstanceOf(OperationError)
    expect(String(error)).toContain('16 MiB')
  })

  test('survives a program that does not read its input', async () => {
    const endless = Readable.from((function* () { while (true) yield Buffer.alloc(65536) })()) // prettier-ignore
    const finished = await runner.run(sh('exec true', { stdin: endless }))
    expect(finished.code).toBe(0)
    expect(endless.destroyed).toBe(true)
  })

  test('fails when what it reads breaks, even if the program would call that the end', async () => {
    const broken = new Readable({
      read() {
        this.push('half')
        this.destroy(new Error('the disk is gone'))
      },
    })
    const error = await failureOf(runner.run({ ...sh(''), program: 'cat', args: [], stdin: broken }))
    expect(error).toBeInstanceOf(OperationError)
    expect(error).toMatchObject({ cause: { message: 'the disk is gone' } })
  })

  test('fails and ends the program when its output cannot be written', async () => {
    const full = new Writable({
      write(_chunk, _encoding, done) {
        done(new Error('no space left on device'))
      },
    })
    const error = await failureOf(runner.run(sh('yes', { stdout: full })))
    expect(error).toMatchObject({ cause: { message: 'no space left on device' } })
  })

  test('fails with the error of a listener that throws', async () => {
    const refuse = (): void => {
      throw new OperationError({ doing: 'x', problem: 'a line I dislike', advice: 'y' })
    }
    expect(await failureOf(runner.run(sh('yes', { stdout: refuse })))).toMatchObject({ problem: 'a line I dislike' })
  })

  test('says what is missing and what to install', async () => {
    const error = await failureOf(runner.run({ ...sh(''), program: 'pg_dump', env: { PATH: folder } }))
    expect(error).toBeInstanceOf(OperationError)
    expect(String(error)).toContain('pg_dump was not found on PATH')
    expect(String(error)).toContain('apt-get install postgresql-client')
  })

  test('runs what is on the PATH of the given environment', async () => {
    await writeFile(path.join(folder, 'greet'), '#!/bin/sh\necho hello\n', { mode: 0o755 })
    const finished = await runner.run({ ...sh(''), program: 'greet', env: { PATH: folder }, stdout: 'collect' })
    expect(finished.stdout).toBe('hello\n')
  })

  test('does not write arguments anywhere', async () => {
    debugged.length = 0
    await failureOf(runner.run(sh('exit 1 # very-private')))
    expect(debugged.join('\n')).toMatch(/^sh runs \(process \d+\): testing a program$/)
  })

  const asRoot = process.getuid?.() === 0 ? test : test.skip
  asRoot('runs as another user with the groups of nobody else', async () => {
    const user = { uid: 65534, gid: 65534, name: 'nobody' }
    const finished = await runner.run({ ...sh('id -u; id -G', { user, stdout: 'collect', cwd: '/' }) })
    expect(finished.stdout).toBe('65534\n65534\n')
  })
})

describe('an end before the end', () => {
  test('an abort ends the program and all it started, first gently', async () => {
    const controller = new AbortController()
    const mark = path.join(folder, 'gently')
    const script = `trap 'touch ${mark}; exit 0' TERM; sleep 1000 & echo $!; while :; do wait; done`
    const pids: number[] = []
    const running = runner.start(sh(script, { signal: controller.signal, stdout: (line) => pids.push(Number(line)) }))
    await eventually(() => pids.length > 0)
    controller.abort()
    expect(await failureOf(running.finished)).toBeInstanceOf(InterruptedError)
    expect(existsSync(mark)).toBe(true)
    expect([running.pid, ...pids].filter(isAlive)).toEqual([])
  })

  test('one that does not listen is killed', async () => {
    const controller = new AbortController()
    const lines: string[] = []
    const script = "trap '' TERM; echo ready; while :; do sleep 1; done"
    const running = runner.start(sh(script, { signal: controller.signal, stdout: (line) => lines.push(line) }))
    await eventually(() => lines.length > 0)
    controller.abort()
    expect(await failureOf(running.finished)).toBeInstanceOf(InterruptedError)
    expect(isAlive(running.pid)).toBe(false)
  })

  test('a time-out says so', async () => {
    const error = await failureOf(runner.run(sh('sleep 1000', { timeout: 100 })))
    expect(error).toBeInstanceOf(CommandError)
    expect(error).toMatchObject({ problem: 'the program sh did not end within 0.1 s' })
  })

  test('nothing starts after an interruption, except with a signal of its own', async () => {
    const interrupted = spawnProcessRunner({ logger, signal: AbortSignal.abort() })
    expect(await failureOf(interrupted.run(sh('exit 0')))).toBeInstanceOf(InterruptedError)
    const cleanUp = sh('exit 0', { signal: new AbortController().signal })
    expect((await interrupted.run(cleanUp)).code).toBe(0)
  })

  test('a service that the program left running lives on and does not hold us up', async () => {
    const started = performance.now()
    const finished = await runner.run(sh('sleep 1000 & echo $!', { stdout: 'collect' }))
    const pid = Number(finished.stdout)
    expect(isAlive(pid)).toBe(true)
    process.kill(pid)
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  const onLinux = process.platform === 'linux' ? test : test.skip
  onLinux('the program ends when we are killed', async () => {
    const source = await compiledSource()
    const child = await runCompiled(source, PARENT)
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    expect(isAlive(pid)).toBe(true)
    child.kill('SIGKILL')
    expect(await eventually(() => !isAlive(pid))).toBe(true)
  })
})

/** A process that starts a program and can be killed. */
const PARENT = `
import { spawnProcessRunner } from './platform/process.js'
const logger = { debug: () => undefined, redact: (text) => text }
const runner = spawnProcessRunner({ logger })
const running = runner.start({ program: 'sleep', args: ['1000'], doing: 'sleeping', env: {} })
console.log(running.pid)
setInterval(() => 0, 1000)
`
