import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

export interface CommandLineOptions {
  /** On top of PATH; nothing of the test's own environment comes along. */
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** What is run instead of the bundle. */
  program?: string
  /** What is done as soon as the log holds a text: a signal that is sent, or work with the process. */
  at?: { output: string; act: NodeJS.Signals | ((child: ChildProcess) => unknown) }
  /** Milliseconds after which the run is killed and the test fails. */
  timeout?: number
}

export interface CommandLineResult {
  /** Null when it was killed. */
  exitCode: number | null
  stdout: string
  /** The log. */
  stderr: string
  /** What `--json` printed; an empty object when it printed nothing. */
  outputs: Record<string, unknown>
  /** Milliseconds from start to end. */
  duration: number
}

/** The command line's bundle: `dist/cli/index.js`, or that of the folder `ACTION_DIST` while one is being tried out. */
export function commandLineBundle(): string {
  return path.resolve(import.meta.dirname, '../..', process.env.ACTION_DIST ?? 'dist', 'cli', 'index.js')
}

/** Runs the built command line in a process of its own, to its end. */
export async function commandLine(
  args: readonly string[],
  { env = {}, cwd, program = commandLineBundle(), at, timeout = 120_000 }: CommandLineOptions = {},
): Promise<CommandLineResult> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  const printed = { stdout: '', stderr: '' }
  let acting: Promise<unknown> | undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text
    if (at !== undefined && acting === undefined && printed.stderr.includes(at.output)) {
      acting = act(at.act, child)
    }
  })
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`It did not end within ${timeout} ms. It printed:\n${printed.stdout}${printed.stderr}`))
    }, timeout)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(code)
    })
  })
  await acting
  if (at !== undefined && acting === undefined) {
    throw new Error(`It never said "${at.output}":\n${printed.stderr}`)
  }
  return { exitCode, ...printed, outputs: outputsIn(printed.stdout), duration: performance.now() - startedAt }
}

function act(what: NodeJS.Signals | ((child: ChildProcess) => unknown), child: ChildProcess): Promise<unknown> {
  return Promise.resolve(typeof what === 'string' ? child.kill(what) : what(child))
}

function outputsIn(stdout: string): Record<string, unknown> {
  const text = stdout.trim()
  return !text.startsWith('{') ? {} : (JSON.parse(text) as Record<string, unknown>)
}

/** A process as the kernel shows it to everybody. */
export interface ProcessSeen {
  pid: number
  argv: string[]
}

/**
 * The living processes whose environment has such a text in it, such as the folder for temporary files that a run was
 * given: all that it started inherit that.
 */
export function processesWith(text: string): ProcessSeen[] {
  const found: ProcessSeen[] = []
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const state = /\) (\S)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]
      if (state !== 'Z' && state !== 'X' && readFileSync(`/proc/${name}/environ`, 'latin1').includes(text)) {
        const argv = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1)
        found.push({ pid: Number(name), argv })
      }
    } catch {
      // It has ended, or is not ours to look into.
    }
  }
  return found
}

/** Waits until something is the case; an error when it takes too long. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> {
  const end = Date.now() + limit
  while (!(await isSo())) {
    if (Date.now() > end) {
      throw new Error(`Not after ${limit} ms: ${what}.`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
