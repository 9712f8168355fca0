import type { Options } from '../options.js'
import type { Limits } from './child.js'

/** To remove what is half done, and to drop a scratch database. */
const TIDYING = 60_000

/** What a run may take by its options: where it starts services again, that is waited for too. */
export function limitsOf({
  timeLimit,
  startCommand,
  servicesTimeout,
}: Pick<Options, 'timeLimit' | 'startCommand' | 'servicesTimeout'>): Limits {
  const cleanUp = TIDYING + (startCommand === undefined ? 0 : servicesTimeout)
  return { cleanUp, ...(timeLimit !== undefined && { timeLimit }) }
}
