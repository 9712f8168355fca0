import type { Context } from '../context.js'
import { TimeLimitReached } from '../errors.js'
import { inParallel } from '../platform/parallel.js'
import { labelOf, type Job } from './jobs.js'
import { quietLogger } from './quiet-logger.js'

/** So many stores are read at a time: it is waiting for networks, mostly. */
const AT_ONCE = 8

/** A store that says nothing for so long has its line all the same; the others do not wait for it for ever. */
const LONGEST_LOOK = 5 * 60_000

/** Looks at each of many databases, several at once, each with its own time and its own voice in the log. */
export function lookAtEach<Result>(
  jobs: readonly Job[],
  context: Context,
  look: (job: Job, context: Context) => Promise<Result>,
  longest = LONGEST_LOOK,
): Promise<Result[]> {
  return inParallel(jobs, AT_ONCE, async (job) => {
    const late = new AbortController()
    const timer = setTimeout(() => {
      late.abort(new TimeLimitReached(longest))
    }, longest)
    try {
      const signal = AbortSignal.any([context.signal, late.signal])
      return await look(job, { ...context, signal, logger: quietLogger(labelOf(job), context.logger) })
    } finally {
      clearTimeout(timer)
    }
  })
}
