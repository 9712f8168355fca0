import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { rulesInForce } from '../records/alert-rules.js'
import { LOOK_BACK_DAYS, statisticsOf } from '../records/statistics/statistics.js'
import type { Report } from '../report/report.js'
import { reporting } from './reporting.js'

const DAY = 24 * 3600 * 1000

/** Tells how the backups of a day or a week did, from the store's log and its manifests. It looks and changes nothing. */
export function report(options: Options, context: Context): Promise<Report> {
  return reporting('report', options, context, async ({ report: draft, store }) => {
    // Who looks at a history does not make any.
    draft.isLogged = false
    draft.type = options.type
    const now = context.clock.now()
    const rules = rulesInForce(options.alerts)
    await draft.phase('Reading the history', async () => {
      draft.series = (await store.series()) ?? options.series ?? ''
      const { sets, broken } = await store.list()
      const { lines, unreadable } = await store.readLog(new Date(now.getTime() - LOOK_BACK_DAYS * DAY))
      const isMeant = (type: unknown): boolean => (options.type ?? type) === type
      draft.statistics = {
        ...statisticsOf(
          // What is not of one type, such as a drill, is part of the history of each.
          lines.filter(({ details }) => details.type === undefined || isMeant(details.type)),
          sets.filter(({ type }) => isMeant(type)),
          { period: options.period, now, timezone: options.timezone, rules },
        ),
        broken: broken.filter(({ type }) => isMeant(type)),
        unreadable,
      }
    })
  })
}
