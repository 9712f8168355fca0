import type { Context } from '../context.js'
import type { Options } from '../options.js'
import type { Report } from '../report/report.js'
import { reporting } from './reporting.js'

export function maintain(options: Options, context: Context): Promise<Report> {
  return reporting('maintain', options, context, () => Promise.resolve())
}
