import { withFailOn } from '../alerts/fail-on.js'
import type { Context } from '../context.js'
import { UsageError } from '../errors.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import type { Report } from '../report/report.js'
import { startLeftServices } from '../restore/services.js'
import { backup } from './backup.js'
import { doctor } from './doctor.js'
import { drill } from './drill.js'
import { maintain } from './maintain.js'
import { withMetricsFile } from './metrics-file.js'
import { report } from './report.js'
import { restore } from './restore.js'
import { rotate } from './rotate.js'
import { validate } from './validate.js'
import { watch } from './watch.js'

const OPERATIONS: Readonly<Record<Operation, (options: Options, context: Context) => Promise<Report>>> = {
  backup,
  validate,
  restore,
  rotate,
  drill,
  report,
  watch,
  maintain,
  doctor,
  plan: ofConfiguration,
}

/**
 * Runs an operation, once the services are started again that an earlier run was killed over. It does not throw for what
 * went wrong on its way: that is in the report's `failure`. Alerts may make the run end as failed, see `fail-on`.
 */
export async function runOperation(operation: Operation, options: Options, context: Context): Promise<Report> {
  await startLeftServices(context)
  return withMetricsFile(withFailOn(await OPERATIONS[operation](options, context), options), options, context)
}

/** The entries give what is about a whole configuration to `fleet/`; here it is about one database. */
function ofConfiguration(): Promise<Report> {
  return Promise.reject(
    new UsageError({
      doing: 'starting the operation',
      problem: 'this operation is about a whole configuration, not about one database of it',
      advice: 'Start it without the option database.',
    }),
  )
}
