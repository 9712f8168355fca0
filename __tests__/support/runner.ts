import { spawn } from 'node:child_process'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

export interface StepOptions {
  /** By their names in action.yml; they become `INPUT_*`. */
  inputs?: Readonly<Record<string, string>>
  /** On top of what the runner sets. Nothing of the test's own environment comes along but PATH. */
  env?: Readonly<Record<string, string>>
  /** The event's payload; a private repository by default. */
  event?: unknown
  /** The node to run it with; this one by default. */
  node?: string
  /** Sends a signal as soon as the log holds this, as the runner does when a job is cancelled. */
  signalAt?: { output: string; signal: NodeJS.Signals }
  /** Milliseconds after which the step is killed and the test fails. */
  timeout?: number
}

export interface StepResult {
  exitCode: number | null
  stdout: string
  stderr: string
  outputs: Record<string, string>
  state: Record<string, string>
  summary: string
  /** Milliseconds from start to end. */
  duration: number
}

/** The action's bundle: `dist/index.js`, or that of the folder `ACTION_DIST` while one is being tried out. */
export function actionBundle(): string {
  return path.resolve(import.meta.dirname, '../..', process.env.ACTION_DIST ?? 'dist', 'index.js')
}

/**
 * A job of GitHub's runner: a workspace and a folder for temporary files in which steps run one after the other.
 *
 * A step is the action's bundle started as the runner starts it: a clean environment, inputs as `INPUT_*`, files for
 * outputs, state and summary, and after it the post step with the state.
 */
export class RunnerJob {
  readonly workspace: string
  readonly temp: string
  private steps = 0

  private constructor(
    private readonly root: string,
    private readonly bundle: string,
  ) {
    this.workspace = path.join(root, 'work', 'name', 'name')
    this.temp = path.join(root, 'work', '_temp')
  }

  /** @param root an empty folder, which the caller removes */
  static async begin(root: string, bundle = actionBundle()): Promise<RunnerJob> {
    const job = new RunnerJob(root, bundle)
    await mkdir(job.workspace, { recursive: true })
    await mkdir(job.temp, { recursive: true })
    return job
  }

  /** Runs the main step. */
  async main(options: StepOptions = {}): Promise<StepResult> {
    const inputs = Object.entries(options.inputs ?? {}).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ])
    return this.step(options, Object.fromEntries(inputs) as Record<string, string>)
  }

  /** Runs the post step of a main step. */
  async post(main: Pick<StepResult, 'state'>, options: StepOptions = {}): Promise<StepResult> {
    const state = Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value])
    return this.step(options, Object.fromEntries(state) as Record<string, string>)
  }

  /** Every file that the job left, with its content as text; for a search for secrets. */
  async everything(): Promise<Map<string, string>> {
    const files = new Map<string, string>()
    for (const entry of await readdir(this.root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const file = path.join(entry.parentPath, entry.name)
        files.set(path.relative(this.root, file), (await readFile(file)).toString('latin1'))
      }
    }
    return files
  }

  private async step(options: StepOptions, variables: Record<string, string>): Promise<StepResult> {
    this.steps += 1
    const folder = path.join(this.root, `step-${this.steps}`)
    await mkdir(folder)
    const fileOf = async (name: string, content = '') => {
      await writeFile(path.join(folder, name), content)
      return path.join(folder, name)
    }
    const event = options.event ?? { repository: { visibility: 'private', private: true } }
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: this.root,
      LANG: 'C.UTF-8',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'owner/name',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_RUN_ID: '77',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_EVENT_NAME: 'schedule',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_TEMP: this.temp,
      RUNNER_OS: 'Linux',
      GITHUB_EVENT_PATH: await fileOf('event.json', JSON.stringify(event)),
      GITHUB_OUTPUT: await fileOf('output'),
      GITHUB_STATE: await fileOf('state'),
      GITHUB_ENV: await fileOf('env'),
      GITHUB_PATH: await fileOf('path'),
      GITHUB_STEP_SUMMARY: await fileOf('summary.md'),
      ...options.env,
      ...variables,
    }
    const ended = await this.start(env, options)
    return {
      ...ended,
      outputs: parseCommandFile(await readFile(env.GITHUB_OUTPUT, 'utf8')),
      state: parseCommandFile(await readFile(env.GITHUB_STATE, 'utf8')),
      summary: await readFile(env.GITHUB_STEP_SUMMARY, 'utf8'),
    }
  }

  private start(
    env: Record<string, string>,
    { node = process.execPath, signalAt, timeout = 120_000 }: StepOptions,
  ): Promise<Pick<StepResult, 'exitCode' | 'stdout' | 'stderr' | 'duration'>> {
    const startedAt = performance.now()
    const child = spawn(node, [this.bundle], { cwd: this.workspace, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const printed = { stdout: '', stderr: '' }
    let isSignalled = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed.stdout += text
      if (signalAt !== undefined && !isSignalled && printed.stdout.includes(signalAt.output)) {
        isSignalled = true
        child.kill(signalAt.signal)
      }
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error(`The step did not end within ${timeout} ms. It printed:\n${printed.stdout}${printed.stderr}`))
      }, timeout)
      child.on('error', reject)
      child.on('close', (exitCode) => {
        clearTimeout(timer)
        resolve({ exitCode, ...printed, duration: performance.now() - startedAt })
      })
    })
  }
}

/** Reads `name<<delimiter`, value, `delimiter` blocks, as the runner does. */
export function parseCommandFile(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split('\n')
  while (lines.length > 0) {
    const [, name, delimiter] = /^(.+?)<<(.+)$/.exec(lines.shift() ?? '') ?? []
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter)
      values[name] = lines.splice(0, end).join('\n')
      lines.shift()
    }
  }
  return values
}

/**
 * Where a secret can be read that should be nowhere: in itself, or as URLs, base64 and JSON write it. What registers
 * it with the runner (`::add-mask::`) is the one place where it must stand.
 */
export function leaksOf(secret: string, places: ReadonlyMap<string, string>): string[] {
  const forms = new Set([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ])
  return [...places].flatMap(([place, text]) => {
    const told = text.replaceAll(/^::add-mask::.*$/gm, '')
    return [...forms].filter((form) => told.includes(form)).map((form) => `${place}: ${form}`)
  })
}
