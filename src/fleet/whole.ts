import type { LoadedConfiguration } from '../config/configuration.js'
import type { Context } from '../context.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import type { Report } from '../report/report.js'
import { choiceOf, isOfSeveral } from './choice.js'
import { lookAtAll } from './fleet-report.js'
import { plan } from './plan.js'

/** What is done for a whole configuration at once, and tells of it in one report. */
export type WholeOperation = 'plan' | 'report' | 'watch'

/** Narrows to what `runWhole` does: what is always about several databases, and what looks at them where it is told to. */
export function isWhole(operation: Operation, common: Pick<Options, 'all' | 'database'>): operation is WholeOperation {
  return operation === 'plan' || ((operation === 'report' || operation === 'watch') && isOfSeveral(common))
}

/** Like `runOperation`, it does not throw for what goes wrong on its way: that is in the report. */
export function runWhole(
  operation: WholeOperation,
  configuration: LoadedConfiguration,
  common: Pick<Options, 'database' | 'type' | 'task'>,
  context: Context,
): Promise<Report> {
  const choice = choiceOf(common)
  return operation === 'plan'
    ? plan(configuration, choice, context)
    : lookAtAll(operation, configuration, choice, context)
}
