import path from 'node:path'
import { backup } from '../../src/operations/backup.js'
import { buildOptions, type Options } from '../../src/options.js'
import type { Report } from '../../src/report/report.js'
import type { TestCluster } from './cluster.js'
import { realContext, type RealContext } from './real-context.js'

/** Options as a user would give them, by name. */
export function optionsFrom(values: Readonly<Record<string, unknown>>): Options {
  return buildOptions([{ label: (name) => `--${name}`, values }])
}

/** Does work with the real ports, and removes their temporary files. */
export async function withRealContext<T>(work: (context: RealContext) => Promise<T>): Promise<T> {
  const context = await realContext({ PATH: process.env.PATH })
  try {
    return await work(context)
  } finally {
    await context.workspace.clean()
  }
}

/** Takes a backup of a test's database as a user would, and returns the folder of the set and the report. */
export async function takeSet(
  cluster: TestCluster,
  database: string,
  store: string,
  values: Readonly<Record<string, unknown>> = {},
): Promise<{ folder: string; report: Report }> {
  const options = optionsFrom({
    'database-url': cluster.url(database),
    store: path.resolve(store),
    'postgres-bin': cluster.clientBin,
    ...values,
  })
  const report = await withRealContext((context) => backup(options, context))
  if (report.failure !== undefined || report.set === undefined) {
    throw new Error(`The backup failed: ${JSON.stringify(report.failure ?? report.findings)}`)
  }
  return { folder: report.set.path, report }
}
