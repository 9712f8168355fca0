import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import type { Options } from '../options.js'

export function watchSchedules(_options: Options, _context: Context): Promise<Finding[]> {
  return Promise.resolve([])
}
