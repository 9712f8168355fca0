import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import type { Options } from '../options.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { writeWhole } from '../platform/files.js'
import { redactDeep } from '../platform/redact-deep.js'
import { pageOf } from '../report/html.js'
import type { Report } from '../report/report.js'

/** Somebody else shows it: a web server, a later step. What is secret is not in it. */
const READABLE = 0o644

/** A report, and where it was written as a page; nowhere where that was not asked for, or could not be done. */
export interface Filed {
  report: Report
  reportPath?: string
}

/** Writes a report as a page, whole or not at all, over an earlier one. No secret that the logger knows is in it. */
export async function writePage(report: Report, file: string, { logger }: Pick<Context, 'logger'>): Promise<void> {
  const redact = (text: string) => logger.redact(text)
  await orFileTrouble('writing the report', async () => {
    await mkdir(path.dirname(file), { recursive: true })
    await writeWhole(file, redact(pageOf(redactDeep(report, redact))), READABLE)
  })
}

/** A report about all databases has the name of none: where a file's name asks for one, it is `all`. */
function nameFor({ fleet, type = 'all' }: Report, reportFile: string): string {
  return fleet === undefined ? reportFile : reportFile.replaceAll('{database}', 'all').replaceAll('{type}', type)
}

/** Writes the page that `report-file` asks for. That it cannot be written is a warning: the run is still what it was. */
export async function withReportFile(
  report: Report,
  { reportFile }: Pick<Options, 'reportFile'>,
  context: Pick<Context, 'workingDirectory' | 'logger'>,
): Promise<Filed> {
  if (reportFile === undefined) {
    return { report }
  }
  const file = path.resolve(context.workingDirectory, nameFor(report, reportFile))
  try {
    await writePage(report, file, context)
    return { report, reportPath: file }
  } catch (error) {
    const warning = `The report could not be written to ${file}. ${messageOf(error)}`
    context.logger.warning(warning)
    return { report: { ...report, warnings: [...report.warnings, warning] } }
  }
}
