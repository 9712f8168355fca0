import type { Context } from '../context.js'
import { problemOf } from '../errors.js'
import { finding } from '../findings.js'
import type { Options } from '../options.js'
import { judgeFreshness, type WatchedType } from '../records/freshness.js'
import type { Report } from '../report/report.js'
import { reporting, type UnderWay } from './reporting.js'
import type { StoreInUse } from './stores-in-use.js'
import { rethrowInterruption } from './troubles.js'
import { watchSchedules } from './watch-schedules.js'

/**
 * Looks into every store itself for how old the newest backup of each type is, and the newest that is proven; and in a
 * job, whether GitHub is about to stop starting backups. It writes nothing, so that a job that may only read can do it,
 * and nothing that a backup does or leaves undone can keep it quiet.
 */
export function watch(options: Options, context: Context): Promise<Report> {
  return watchStores(options, context, async ({ report }) => {
    await report.phase("Looking at the repository's schedules", async () => {
      report.find(await watchSchedules(options, context))
    })
  })
}

/** Looks into the stores alone, and then at what else there is to look at. */
export function watchStores(
  options: Options,
  context: Context,
  more: (underWay: UnderWay) => Promise<void> = () => Promise.resolve(),
): Promise<Report> {
  return reporting('watch', options, context, async (underWay) => {
    const { report, stores } = underWay
    report.type = options.type
    report.series = options.series ?? ''
    report.isLogged = false
    report.watched = []
    const [primary, ...copies] = stores
    await report.phase('Looking at the backups', async () => {
      const types = (await look(primary, [], underWay)).map(({ type }) => type)
      for (const copy of copies) {
        await look(copy, types, underWay)
      }
    })
    await more(underWay)
  })
}

/** Judges one store; one that cannot be read is a finding, because the others may still have something to tell. */
async function look(
  inUse: StoreInUse,
  expected: readonly string[],
  { report, options, context }: UnderWay,
): Promise<readonly WatchedType[]> {
  const { store } = inUse
  try {
    const { sets, broken } = await store.list()
    const { maxAge, maxUnproven, watchTier: tier, type } = options
    const objectives = { maxAge, maxUnproven, tier, type }
    const { types, findings } = judgeFreshness(
      { store: store.name, sets, broken },
      objectives,
      context.clock.now(),
      expected,
    )
    report.series = report.series === '' ? (sets[0]?.manifest.series ?? '') : report.series
    report.watched = [...(report.watched ?? []), ...types]
    report.find(findings)
    inUse.line = {
      ...inUse.line,
      holds: { sets: sets.length, bytes: sets.reduce((sum, { bytes }) => sum + bytes, 0) },
    }
    return types
  } catch (error) {
    rethrowInterruption(error, `watching ${store.name}`, context)
    report.find([finding('STORE_NOT_READ', store.name, problemOf(error))])
    inUse.line = { ...inUse.line, trouble: problemOf(error) }
    return []
  }
}
