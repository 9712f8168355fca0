import type { Context } from '../context.js'
import type { Operation } from '../option-list.js'
import type { Options } from '../options.js'
import type { Report } from '../report/report.js'
import { backup } from './backup.js'
import { rotate } from './rotate.js'
import { validate } from './validate.js'

const OPERATIONS: Readonly<Record<Operation, (options: Options, context: Context) => Promise<Report>>> = {
  backup,
  validate,
  rotate,
}

/** Runs an operation. It does not throw for what went wrong on its way: that is in the report's `failure`. */
export function runOperation(operation: Operation, options: Options, context: Context): Promise<Report> {
  return OPERATIONS[operation](options, context)
}
