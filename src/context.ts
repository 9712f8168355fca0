import type { Readable, Writable } from 'node:stream'

/**
 * The ports: everything of the outside that the code below `operations/` may touch, made once at the entry and handed
 * down. Tests hand down their own.
 */
export interface Context {
  logger: Logger
  processes: ProcessRunner
  clock: Clock
  workspace: Workspace
  environment: Readonly<Record<string, string | undefined>>
  /** Where relative paths start: the workspace of a job, the folder that the command line was called in. */
  workingDirectory: string
  /** Aborted when the user or the runner asks us to stop. Every long step listens to it. */
  signal: AbortSignal
  /** Where there is one: in a job of GitHub Actions. */
  listingCache?: ListingCache
}

/**
 * Remembers texts that were read from a store, so that the next listing need not read them again. It may forget any of
 * them at any time, and never fails: without it a listing is slower and says the same.
 *
 * A key must name content that cannot change: a path together with the version or digest that the store lists for it.
 */
export interface ListingCache {
  get(key: string): Promise<string | undefined>
  put(key: string, text: string): Promise<void>
}

/** Tells what happens. Secrets that were registered never appear in what it writes. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warning(message: string): void
  error(message: string): void
  /** Runs a step under a title; in a job's log it folds, on a terminal it is a heading. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>
  /** Where long work is: shown as a bar on a terminal, as a line now and then in a log. Call as often as you like. */
  progress(progress: Progress): void
  /** From now on this text is shown as `***` wherever it would appear. */
  hide(secret: string): void
  /** The text with every hidden secret replaced; for what does not go through the logger (errors, files, outputs). */
  redact(text: string): string
}

export interface Progress {
  /** What is going on: `dumping`. */
  label: string
  /** Units done so far and in all (bytes, tables, …); `total` may be unknown or only an estimate. */
  done: number
  total?: number
  unit: 'bytes' | 'tables' | 'rows'
  /** The thing at hand: `public.animals`. */
  current?: string
}

export interface Clock {
  now(): Date
  /** Milliseconds of a clock that never goes backwards; only differences mean something. */
  monotonic(): number
  /** Resolves after so many milliseconds, or rejects when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** Starts programs: argument arrays only, no shell, no unbounded output. */
export interface ProcessRunner {
  /**
   * Runs a program to its end.
   *
   * Throws `CommandError` when it fails and `accept` does not list its exit code, `InterruptedError` when the signal
   * aborts it. The program and all it started are ended first (SIGTERM, then SIGKILL).
   */
  run(command: Command): Promise<Finished>
  /** Starts a program that goes on while we work. */
  start(command: Command): Running
  /** The most resident memory that one program, with those it started, has used so far, in bytes. */
  peakMemory(): number
}

export interface Command {
  program: string
  args: readonly string[]
  /** What is being done, for errors: `dumping database "app"`. */
  doing: string
  /** What to do when it fails. */
  advice?: string
  /** The whole environment of the program; nothing is inherited unless it is put here. */
  env: Readonly<Record<string, string | undefined>>
  cwd?: string
  /** Run as this user instead (only possible as root). */
  user?: User
  /** What it reads; nothing by default. */
  stdin?: Readable | 'pipe'
  /** Where its output goes: thrown away (default), collected up to a bound, line by line, or into a stream. */
  stdout?: 'ignore' | 'collect' | 'pipe' | Writable | ((line: string) => void)
  /** Reads the bytes of what is collected, or of a line; as UTF-8 where it is not given. */
  decode?: ((bytes: Buffer) => string) | undefined
  /** Reads the bytes of a line of its standard error: servers speak in the encoding that they were asked to. UTF-8 if not given. */
  decodeStderr?: ((bytes: Buffer) => string) | undefined
  /** Called with each line of its standard error, besides keeping the tail. */
  onStderrLine?: (line: string) => void
  signal?: AbortSignal
  /** Ended after so many milliseconds. */
  timeout?: number
  /** Milliseconds that it has to end by itself once it was asked to; a few seconds where not given. */
  killDelay?: number
  /** Exit codes that are not a failure; only 0 by default. */
  accept?: readonly number[]
}

export interface User {
  uid: number
  gid: number
  name: string
}

export interface Finished {
  code: number
  /** What it wrote, when `stdout` was `collect`. */
  stdout: string
  stderrTail: string
  /** Peak resident memory of the program and of those it started, in bytes; 0 where it cannot be read. */
  peakMemory: number
  /** Wall-clock milliseconds. */
  duration: number
}

export interface Running {
  readonly pid: number
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  /** Settles like `ProcessRunner.run`. */
  readonly finished: Promise<Finished>
  stop(signal?: NodeJS.Signals): void
}

/** Scratch folders of mode 0700 that are removed at the end, also after a crash (by the next run). */
export interface Workspace {
  /** A new empty folder. */
  folder(purpose: string): Promise<string>
  /** A file of mode 0600 in a folder of its own. */
  secretFile(name: string, content: string): Promise<string>
  /** Peak resident memory of this process, in bytes. */
  peakMemory(): number
  /** Removes every folder that was made here. */
  clean(): Promise<void>
}
