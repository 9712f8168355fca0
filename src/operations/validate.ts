import type { Context } from '../context.js'
import type { Options } from '../options.js'
import type { Report } from '../report/report.js'
import { readOpeningKeys } from './open-set.js'
import { pickBackup } from './pick.js'
import { refuseTierNone } from './prove.js'
import { reporting } from './reporting.js'
import { checkOldest } from './rotate-check.js'
import { validateDump } from './validate-dump.js'
import { validateSet } from './validate-set.js'

/** Verifies a stored set, or a dump that another tool made, and keeps the outcome with the set and in the log. */
export function validate(options: Options, context: Context): Promise<Report> {
  return reporting('validate', options, context, async (underWay) => {
    const { report, store } = underWay
    refuseTierNone(options)
    if (options.scratchUrl !== undefined) {
      context.logger.hide(options.scratchUrl)
    }
    const keys = await readOpeningKeys(options, context)
    if (options.rotateCheck) {
      await checkOldest(keys, underWay)
      return
    }
    const picked = await pickBackup(store, options, context)
    if (picked.kind === 'dump') {
      await validateDump(picked.file, underWay)
      return
    }
    report.logDetails = { id: picked.id, type: picked.type }
    await validateSet(picked, keys, underWay)
  })
}
