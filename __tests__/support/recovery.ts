import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { describeFinding } from '../../src/findings.js'
import { exitCodeFor, type Report } from '../../src/report/report.js'
import type { Operation } from '../../src/option-list.js'
import { buildOptions } from '../../src/options.js'
import { runOperation } from '../../src/operations/run.js'
import type { TestCluster } from './cluster.js'
import type { MemoryLogger } from './ports.js'
import type { Alteration } from './operating.js'
import { realContext, type RealContext } from './real-context.js'

/** What came of an operation that ran in this process. */
export interface Ran {
  report: Report
  exitCode: number
  /** Everything that was logged, a line each. */
  log: string
}

export interface RunHooks {
  /** Called with each step's title before it begins. */
  onStep?: (title: string, context: RealContext) => void | Promise<void>
  alter?: Alteration
}

/** A folder with a store, and an environment in which nothing of the tests' own is. */
export class RecoveryBench {
  readonly store: string
  readonly environment: Record<string, string>

  private constructor(
    readonly root: string,
    private readonly bin: string,
  ) {
    this.store = path.join(root, 'store')
    this.environment = {
      PATH: process.env.PATH ?? '',
      HOME: path.join(root, 'home'),
      XDG_STATE_HOME: path.join(root, 'state'),
      TMPDIR: path.join(root, 'tmp'),
    }
  }

  /** @param root an empty folder, which the caller removes */
  static async make(root: string, { clientBin }: Pick<TestCluster, 'clientBin'>): Promise<RecoveryBench> {
    const bench = new RecoveryBench(root, clientBin)
    for (const folder of ['home', 'tmp']) {
      await mkdir(path.join(root, folder))
    }
    return bench
  }

  /** Options by their names, as flags have them; the store and the programs are given. */
  flags(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return { store: this.store, 'postgres-bin': this.bin, ...options }
  }

  /** Runs an operation in this process, with real ports and a logger that remembers. */
  async run(operation: Operation, options: Readonly<Record<string, unknown>>, hooks: RunHooks = {}): Promise<Ran> {
    const alter: Alteration = hooks.alter ?? ((ports) => ports)
    const context = await realContext(this.environment)
    const logger: MemoryLogger = {
      ...context.logger,
      step: async (title, work) => {
        await hooks.onStep?.(title, context)
        return work()
      },
    }
    try {
      const built = buildOptions([{ label: (name) => name, values: this.flags(options) }])
      const report = await runOperation(operation, built, alter({ ...context, logger, workingDirectory: this.root }))
      const log = context.logger.said.map(({ level, message }) => `${level} ${message}`).join('\n')
      return { report, exitCode: exitCodeFor(report), log }
    } finally {
      await context.workspace.clean()
    }
  }

  /** Takes a backup that must be a good one; returns its id. */
  async backUp(url: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { report, exitCode, log } = await this.run('backup', { 'database-url': url, verify: 'archive', ...options })
    if (exitCode !== 0 || report.id === undefined) {
      throw new Error(`The backup ended with ${exitCode}: ${report.failure?.message ?? ''}\n${log}`)
    }
    return report.id
  }
}

/** The codes of everything that was found. */
export function codesOf({ report }: Ran): string[] {
  return [...report.findings, ...(report.proof?.findings ?? [])].map(({ code }) => code)
}

/** What was found and how it ended, for a comparison that tells it all when it fails: nothing, and 0. */
export function outcomeOf({ report, exitCode }: Ran): {
  exitCode: number
  found: string[]
  failure: string | undefined
} {
  const found = [...report.findings, ...(report.proof?.findings ?? [])]
  return { exitCode, found: found.map(describeFinding), failure: report.failure?.message }
}

/** What `outcomeOf` is when all went well. */
export const ALL_WELL = { exitCode: 0, found: [], failure: undefined }
