import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import type { Command, Finished, Logger, ProcessRunner, Running } from '../context.js'
import { InterruptedError, OperationError } from '../errors.js'
import { findProgram } from './find-program.js'
import { LineSplitter, Tail } from './lines.js'
import { commandFailed, nameOf, outputTooLong, programMissing, programNotStarted } from './process-errors.js'
import { MemoryWatch } from './process-memory.js'

/** Between asking a program to end and ending it. */
const KILL_DELAY = 5_000

/** How long output may go on after the program's end, when something that it started holds it open. */
const DRAIN_LIMIT = 5_000

const MAX_COLLECTED = 16 * 1024 * 1024

export interface RunnerOptions {
  /** Redacts what programs say. */
  logger: Pick<Logger, 'debug' | 'redact'>
  /** Ends every program that was not given a signal of its own. A clean-up after an interruption gives its own. */
  signal?: AbortSignal
  killDelay?: number
}

/**
 * A runner of real programs. Each gets a process group of its own, so that all it started can be ended with it; on Linux
 * it is also ended by the kernel when this process dies, in whatever way. The arguments are never written anywhere.
 */
export function spawnProcessRunner({ logger, signal, killDelay = KILL_DELAY }: RunnerOptions): ProcessRunner {
  const lifeline = findLifeline()
  let peakMemory = 0
  if (signal !== undefined) {
    // Every program listens to it while it runs, and there may be many.
    setMaxListeners(0, signal)
  }
  const start = (command: Command): Child => {
    const effective = command.signal ?? signal
    if (effective?.aborted === true) {
      throw new InterruptedError(command.doing, effective.reason)
    }
    const child = new Child(command, { logger, signal: effective, killDelay, lifeline })
    child.finished.then(
      (finished) => (peakMemory = Math.max(peakMemory, finished.peakMemory)),
      () => undefined,
    )
    return child
  }
  return { start, run: async (command) => start(command).finished, peakMemory: () => peakMemory }
}

/** The first words of a command line that makes the kernel end a program when its parent dies; empty where there is none. */
function findLifeline(): readonly string[] {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : null
  if (setpriv === null) {
    return []
  }
  const args = ['--pdeathsig', 'TERM', '--']
  const works = spawnSync(setpriv, [...args, 'true'], { stdio: 'ignore' }).status === 0
  return works ? [setpriv, ...args] : []
}

interface ChildOptions {
  logger: Pick<Logger, 'debug' | 'redact'>
  signal: AbortSignal | undefined
  killDelay: number
  lifeline: readonly string[]
}

/** One run of a program, from its start until nothing of it is left. */
class Child implements Running {
  readonly pid: number
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly finished: Promise<Finished>
  private readonly child: ChildProcess
  private readonly stderrTail = new Tail()
  private readonly startedAt = performance.now()
  private readonly collected: Buffer[] = []
  private collectedLength = 0
  private killTimer: NodeJS.Timeout | undefined
  /** Whether nothing of it is left, so that its number may be another program's. */
  private isOver = false
  /** Why we ended it, when we did; the first reason counts. */
  private reason: Error | undefined

  constructor(
    private readonly command: Command,
    private readonly options: ChildOptions,
  ) {
    const child = this.spawn()
    this.child = child
    this.pid = child.pid ?? 0
    this.stdin = command.stdin === 'pipe' ? child.stdin : null
    this.stdout = command.stdout === 'pipe' ? child.stdout : null
    this.finished = this.supervise()
    // A caller may look at `finished` only later; until then its failure is no unhandled rejection.
    this.finished.catch(() => undefined)
  }

  stop(signal?: NodeJS.Signals): void {
    if (this.isOver) return
    this.kill(signal ?? 'SIGTERM')
    if (signal === undefined) {
      this.killTimer ??= setTimeout(() => {
        this.kill('SIGKILL')
      }, this.command.killDelay ?? this.options.killDelay)
    }
  }

  private spawn(): ChildProcess {
    const { command } = this
    const file = findProgram(command.program, command.env.PATH, command.cwd)
    if (file === null) {
      throw programMissing(command)
    }
    const [program = file, ...args] = [...this.options.lifeline, file, ...command.args]
    const options: SpawnOptions = {
      env: { ...command.env },
      detached: true,
      stdio: [
        command.stdin === undefined ? 'ignore' : 'pipe',
        (command.stdout ?? 'ignore') === 'ignore' ? 'ignore' : 'pipe',
        'pipe',
      ],
    }
    if (command.cwd !== undefined) {
      options.cwd = command.cwd
    }
    if (command.user !== undefined && command.user.uid !== process.getuid?.()) {
      options.uid = command.user.uid
      options.gid = command.user.gid
    }
    return spawn(program, args, options)
  }

  private async supervise(): Promise<Finished> {
    const ended = this.ended()
    const release = this.listenForInterruption()
    const memory = new MemoryWatch(this.pid)
    try {
      const { stdin, stdout } = this.connectStreams()
      this.options.logger.debug(`${nameOf(this.command.program)} runs (process ${this.pid}): ${this.command.doing}`)
      const { code, endedBy } = await ended
      await Promise.all([stdin, stdout, this.drained()])
      return this.outcome(code, endedBy, memory.peak)
    } finally {
      this.isOver = true
      memory.stop()
      release()
      this.killStragglers()
    }
  }

  private ended(): Promise<{ code: number | null; endedBy: string | null }> {
    return new Promise((resolve, reject) => {
      this.child.once('error', (cause) => {
        reject(programNotStarted(this.command, cause))
      })
      this.child.once('exit', (code, endedBy) => {
        resolve({ code, endedBy })
      })
    })
  }

  private listenForInterruption(): () => void {
    const { signal } = this.options
    const { timeout, doing } = this.command
    const abort = (): void => {
      this.giveUp(new InterruptedError(doing, signal?.reason))
    }
    signal?.addEventListener('abort', abort, { once: true })
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            this.giveUp(this.failure({ code: null, endedBy: null }, `did not end within ${timeout / 1000} s`))
          }, timeout)
    return () => {
      signal?.removeEventListener('abort', abort)
      clearTimeout(timer)
      clearTimeout(this.killTimer)
    }
  }

  /** Ends the program; `finished` rejects with this error once it is gone. */
  private giveUp(reason: Error): void {
    this.reason ??= reason
    this.stop()
  }

  private connectStreams(): { stdin: Promise<void>; stdout: Promise<void> } {
    const stderr = new LineSplitter((line) => {
      const shown = this.options.logger.redact(line)
      this.stderrTail.push(shown)
      this.command.onStderrLine?.(shown)
    }, this.command.decodeStderr)
    if (this.child.stderr !== null) {
      this.readLines(this.child.stderr, stderr)
    }
    return { stdin: this.feed(), stdout: this.deliver() }
  }

  private async feed(): Promise<void> {
    const { stdin } = this.command
    if (this.child.stdin === null || stdin === undefined) {
      return
    }
    // A program that ends before it has read everything: its exit code says whether that is a failure.
    this.child.stdin.on('error', () => undefined)
    if (stdin === 'pipe') {
      return
    }
    const sink = this.child.stdin
    stdin.once('error', (cause) => {
      // When the program stops reading first, the pipeline destroys our stream with that error: not the stream's fault.
      if (!sink.destroyed) {
        this.giveUp(this.streamBroke('what it was to read could not be read', cause))
      }
    })
    await pipeline(stdin, sink).catch(() => undefined)
  }

  private async deliver(): Promise<void> {
    const { stdout } = this.command
    const output = this.child.stdout
    if (output === null || stdout === undefined || stdout === 'ignore' || stdout === 'pipe') {
      return
    }
    if (stdout === 'collect') {
      output.on('data', (chunk: Buffer) => {
        this.collect(chunk)
      })
    } else if (typeof stdout === 'function') {
      this.readLines(output, new LineSplitter(stdout, this.command.decode))
    } else {
      await pipeline(output, stdout).catch((cause: unknown) => {
        this.giveUp(this.streamBroke('its output could not be written', cause))
      })
    }
  }

  private collect(chunk: Buffer): void {
    this.collectedLength += chunk.length
    if (this.collectedLength > MAX_COLLECTED) {
      this.collected.length = 0
      this.giveUp(outputTooLong(this.command, MAX_COLLECTED))
    } else {
      this.collected.push(chunk)
    }
  }

  private readLines(stream: Readable, splitter: LineSplitter): void {
    const guarded = (work: () => void): void => {
      try {
        work()
      } catch (error) {
        this.giveUp(error instanceof Error ? error : new Error(String(error)))
      }
    }
    stream.on('data', (chunk: Buffer) => {
      guarded(() => {
        splitter.push(chunk)
      })
    })
    stream.once('end', () => {
      guarded(() => {
        splitter.end()
      })
    })
  }

  /**
   * Resolves when all output was read. A background process can hold the pipes open for ever, so those that only we read
   * are closed after a while; a caller's stream is waited for, because cutting it would lose data.
   */
  private async drained(): Promise<void> {
    const { stdout, stderr } = this.child
    const isOurs = this.command.stdout === 'collect' || typeof this.command.stdout === 'function'
    const streams = [stderr, isOurs ? stdout : null].filter((stream) => stream !== null)
    const timer = setTimeout(() => {
      streams.forEach((stream) => stream.destroy())
    }, DRAIN_LIMIT)
    await Promise.all(streams.map(closed))
    clearTimeout(timer)
  }

  private outcome(code: number | null, endedBy: string | null, peakMemory: number): Finished {
    if (this.reason !== undefined) {
      throw this.reason
    }
    if (code === null || !(this.command.accept ?? [0]).includes(code)) {
      throw this.failure({ code, endedBy })
    }
    const collected = Buffer.concat(this.collected)
    return {
      code,
      stdout: this.command.decode?.(collected) ?? collected.toString('utf8'),
      stderrTail: this.stderrTail.toString(),
      peakMemory,
      duration: performance.now() - this.startedAt,
    }
  }

  private failure(end: { code: number | null; endedBy: string | null }, why?: string): Error {
    return commandFailed(this.command, { ...end, stderrTail: this.stderrTail.toString() }, why)
  }

  private streamBroke(problem: string, cause: unknown): OperationError {
    return new OperationError({
      doing: this.command.doing,
      problem: `the program ${nameOf(this.command.program)} was ended because ${problem}`,
      advice: this.command.advice ?? 'Mend the cause below, then start again.',
      cause,
    })
  }

  /** What an ended program left running goes with it when we gave up; otherwise it may be a service that it started. */
  private killStragglers(): void {
    if (this.reason !== undefined) {
      this.kill('SIGKILL')
    }
  }

  private kill(signal: NodeJS.Signals): void {
    if (this.pid === 0) {
      return
    }
    try {
      process.kill(-this.pid, signal)
    } catch {
      // The group has ended already, which is what was wanted.
    }
  }
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) {
      resolve()
    } else {
      stream.once('close', resolve)
    }
  })
}
