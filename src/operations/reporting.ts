import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import { logLine, type LogDetails, type ReportedDetails } from '../records/log.js'
import { exitCodeFor, type Report } from '../report/report.js'
import type { Store } from '../stores/store.js'
import { detailsOf } from './log-details.js'
import { ReportDraft } from './report-draft.js'
import { closeStores, openStores, type StoreInUse } from './stores-in-use.js'

/** An operation under way: its report so far, and the stores that it works on. */
export interface UnderWay {
  report: ReportDraft
  /** The primary store. */
  store: Store
  /** The primary and, where the operation works on them, the copies. */
  stores: readonly [StoreInUse, ...StoreInUse[]]
  options: Options
  context: Context
}

/**
 * Does the work of an operation and makes its report, whatever happens: what is thrown on the way ends the work and is
 * the report's failure. A line about it goes to the log of each store, so that a copy alone tells its history.
 *
 * Throws `UsageError` for stores that cannot be meant.
 */
export async function reporting(
  operation: Operation,
  options: Options,
  context: Context,
  work: (underWay: UnderWay) => Promise<void>,
): Promise<Report> {
  const report = new ReportDraft(operation, context)
  const stores = await openStores(operation, options, context)
  let failure: unknown
  try {
    await work({ report, store: stores[0].store, stores, options, context })
  } catch (error) {
    failure = error
  }
  report.stores = worksOnSeveral(stores) ? stores.map(({ line }) => line) : undefined
  const finished = report.finished(failure)
  // What was asked for wrongly was never begun, and may be about another store than the one that was meant.
  if (report.isLogged && finished.failure?.exitCode !== 2) {
    for (const { store } of stores.filter(({ reached }) => reached)) {
      const hides = options.hideNames || finished.set?.encryption?.namesHidden === true
      const details = detailsOf(finished, report.logDetails, hides)
      await writeLog(store, finished, { ...details, ...ofTask(options) }, context)
    }
  }
  await closeStores(stores, context)
  return finished
}

/** A schedule looks there for whether its task had its turn. */
function ofTask({ task }: Pick<Options, 'task'>): ReportedDetails {
  return task === undefined ? {} : { task }
}

function worksOnSeveral(stores: readonly StoreInUse[]): boolean {
  return stores.length > 1 || stores.some(({ line }) => line.checked !== undefined || line.trouble !== undefined)
}

/** The log is where people look afterwards; a run whose line cannot be written says so, and is still what it was. */
async function writeLog(
  store: Store,
  report: Report,
  details: Omit<LogDetails, 'duration'>,
  { clock, logger }: Context,
): Promise<void> {
  const status = exitCodeFor(report) === 0 ? 'success' : 'error'
  try {
    await store.appendLog(logLine(clock.now(), report.operation, status, { ...details, duration: report.seconds }))
  } catch (error) {
    logger.warning(`The log of ${store.name} could not be written: ${messageOf(error)}`)
  }
}
