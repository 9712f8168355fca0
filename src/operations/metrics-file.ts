import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import { OperationError, messageOf } from '../errors.js'
import type { Options } from '../options.js'
import { ifThere } from '../platform/file-errors.js'
import { writeWhole } from '../platform/files.js'
import { mergeSamples, readOpenMetrics, renderOpenMetrics } from '../records/open-metrics.js'
import type { Report } from '../report/report.js'
import { samplesOf } from '../report/samples.js'

/** A collector runs as another user, and nothing in the file is secret but the names of tables. */
const READABLE = 0o644

/**
 * Writes what a run has to tell into `metrics-file`, beside what earlier runs of other databases, types and operations
 * have told there, in one step. That it cannot be written is a warning: the run is still what it was.
 */
export async function withMetricsFile(
  report: Report,
  { metricsFile }: Pick<Options, 'metricsFile'>,
  { workingDirectory, logger }: Pick<Context, 'workingDirectory' | 'logger'>,
): Promise<Report> {
  if (metricsFile === undefined) {
    return report
  }
  const file = path.resolve(workingDirectory, metricsFile)
  try {
    const text = await ifThere(readFile(file, 'utf8'))
    const earlier = text === undefined || text === '' ? [] : readOpenMetrics(text)
    if (earlier === null) {
      throw notOurs(file)
    }
    await mkdir(path.dirname(file), { recursive: true })
    await writeWhole(file, logger.redact(renderOpenMetrics(mergeSamples(earlier, samplesOf(report)))), READABLE)
    return report
  } catch (error) {
    const warning = `The metrics were not written. ${messageOf(error)}`
    logger.warning(warning)
    return { ...report, warnings: [...report.warnings, warning] }
  }
}

function notOurs(file: string): OperationError {
  return new OperationError({
    doing: `writing the metrics to ${file}`,
    problem: 'there is a file that does not end as pg-lifeboat writes it, so it was left alone',
    advice: 'Give metrics-file a name of its own, or remove that file.',
  })
}
