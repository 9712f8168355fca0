import type { Context } from '../context.js'
import type { Options } from '../options.js'
import type { Report } from '../report/report.js'
import { examineConnection } from './doctor-connection.js'
import { examineKeys } from './doctor-keys.js'
import { examineScratch } from './doctor-scratch.js'
import { examineSource, type SourceSeen } from './doctor-source.js'
import { examineStores } from './doctor-stores.js'
import { examineSurroundings } from './doctor-surroundings.js'
import { Examination } from './examination.js'
import { ReportDraft } from './report-draft.js'

/**
 * Looks at everything that a backup and its proof need, and says of each thing whether it is right and what to do. It takes
 * the options of a backup, does the same things as far as they change nothing, and never stops at the first trouble.
 *
 * Nothing stays behind: what is written to a store is removed again, a scratch server is released. Nobody is told of it.
 */
export async function doctor(options: Options, context: Context): Promise<Report> {
  const report = new ReportDraft('doctor', context)
  const seen = new Examination(context)
  report.type = options.type
  report.series = options.series ?? ''
  let failure: unknown
  try {
    const source = await report.phase('Looking at the database', () => lookAtDatabase(seen, options, context))
    report.series = options.series ?? source?.facts.database ?? ''
    await report.phase('Getting scratch ready', () => examineScratch(seen, source, options, context))
    const stored = await report.phase('Looking at the stores', () => examineStores(seen, source, options, context))
    await report.phase('Looking at keys, schedules and alerts', async () => {
      await examineKeys(seen, stored, options, context)
      await examineSurroundings(seen, options, context)
    })
  } catch (error) {
    failure = error
  }
  report.diagnosis = seen.lines
  return report.finished(failure)
}

async function lookAtDatabase(seen: Examination, options: Options, context: Context): Promise<SourceSeen | undefined> {
  const session = await examineConnection(seen, options, context)
  try {
    return session === undefined ? undefined : await examineSource(seen, session, options, context)
  } finally {
    await session?.end()
  }
}
