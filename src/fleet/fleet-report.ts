import { withAlerts } from '../alerts/alerting.js'
import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context } from '../context.js'
import { withMetricsFile } from '../operations/metrics-file.js'
import { report } from '../operations/report.js'
import { ReportDraft } from '../operations/report-draft.js'
import { rethrowInterruption } from '../operations/troubles.js'
import { watchStores } from '../operations/watch.js'
import { watchSchedules } from '../operations/watch-schedules.js'
import type { Options } from '../options.js'
import type { Report } from '../report/report.js'
import { chosenJobs, type FleetChoice } from './choice.js'
import { lookAtEach } from './each.js'
import type { Job } from './jobs.js'
import { partOf, unknownPart } from './part.js'
import type { FleetPart } from '../report/fleet-facts.js'

const OPERATIONS = {
  report,
  watch: (options: Options, context: Context) => watchStores(options, context),
}

/** What only looks, and so is done for every database in this one process. */
export type Look = keyof typeof OPERATIONS

const TITLES: Readonly<Record<Look, string>> = {
  report: 'Reading the history of every database',
  watch: 'Looking at the backups of every database',
}

/**
 * One report over many databases: each is looked at by the operation itself, with its own options and its own alerts, and
 * has one line. One that cannot be read is a line too.
 */
export async function lookAtAll(
  operation: Look,
  configuration: LoadedConfiguration,
  choice: FleetChoice,
  context: Context,
): Promise<Report> {
  const draft = new ReportDraft(operation, context)
  draft.type = choice.type
  try {
    const jobs = chosenJobs(operation, configuration, choice)
    const common = configuration.commonOptions({ operation })
    const looks = await draft.phase(TITLES[operation], () =>
      lookAtEach(jobs, context, (job, own) => look(operation, job, configuration, own, context)),
    )
    const parts = await writeMetrics(looks, context)
    if (operation === 'watch') {
      // The repository is one, whichever database is asked about.
      await draft.phase("Looking at the repository's schedules", async () => {
        draft.find(await watchSchedules(common, context))
      })
    }
    return { ...draft.finished(), fleet: { parts, ...(operation === 'report' && { period: common.period }) } }
  } catch (error) {
    return draft.finished(error)
  }
}

/** What one database came to, and the report of it where there is one, with the options that it was made by. */
interface Looked {
  part: FleetPart
  done?: { report: Report; options: Options }
}

/** One after another: several may have one file. */
async function writeMetrics(looks: readonly Looked[], context: Context): Promise<FleetPart[]> {
  for (const { done } of looks) {
    if (done !== undefined) await withMetricsFile(done.report, done.options, context)
  }
  return looks.map(({ part }) => part)
}

/** @param own what this look may use, `context` what all of them have */
async function look(
  operation: Look,
  job: Job,
  configuration: LoadedConfiguration,
  own: Context,
  context: Context,
): Promise<Looked> {
  const startedAt = context.clock.monotonic()
  try {
    const options = configuration.optionsFor({ ...job, operation })
    const done = await withAlerts({ operation, options }, own, async () => ({
      report: await OPERATIONS[operation](options, own),
    }))
    rethrowInterruption(undefined, `the operation ${operation}`, context)
    return { part: partOf(job, done.report), done: { report: done.report, options } }
  } catch (error) {
    rethrowInterruption(error, `the operation ${operation}`, context)
    return { part: unknownPart(job, error, (context.clock.monotonic() - startedAt) / 1000) }
  }
}
