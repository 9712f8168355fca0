import { availableParallelism } from 'node:os'
import type { Context } from '../context.js'
import { CouldNotVerifyError } from '../errors.js'
import type { Options } from '../options.js'
import { acquireScratch } from '../postgres/acquire-scratch.js'
import type { Scratch, ScratchRequest, ScratchSource } from '../postgres/scratch.js'

/** A scratch server that was got ready, or the reason why there is none. */
export interface PreparedScratch {
  /** Throws `CouldNotVerifyError` with the reason where there is none. */
  use(): Promise<Scratch>
  release(): Promise<void>
}

/**
 * Gets a scratch server ready where the tier needs one. That there is none does not throw: it must not keep a backup from
 * being taken, only from being called proven.
 *
 * A throw-away cluster starts while other work goes on. A server that was given is looked at first, because one that must
 * not be used (`GuardError`) has to be refused before anything is dumped.
 */
export async function prepareScratch(
  source: ScratchSource,
  options: Options,
  context: Context,
  archiveMajor?: number,
): Promise<PreparedScratch> {
  if (options.verify === 'none' || options.verify === 'archive') {
    return withoutScratch(new TypeError('this tier needs no scratch server'))
  }
  const request: ScratchRequest = {
    kind: options.scratch,
    url: options.scratchUrl,
    source,
    preferredFolders: options.postgresBin,
    ...(archiveMajor !== undefined && { archiveMajor }),
  }
  const acquiring = acquireScratch(request, context)
  const looked = acquiring.catch((error: unknown) => {
    if (!(error instanceof CouldNotVerifyError)) {
      throw error
    }
    context.logger.info(`There is no scratch server, so nothing will be proven: ${error.problem}.`)
    return null
  })
  // Whoever uses it meets its failure; until then that is no unhandled rejection.
  looked.catch(() => undefined)
  if (options.scratchUrl !== undefined) {
    await looked
  }
  return {
    use: () => acquiring,
    release: async () => {
      const scratch = await looked.catch(() => null)
      await scratch?.release()
    },
  }
}

function withoutScratch(reason: Error): PreparedScratch {
  return { use: () => Promise.reject(reason), release: () => Promise.resolve() }
}

/** More tables at once than this make most disks slower, not quicker. */
const MOST_JOBS = 8

/** How many tables are dumped, restored or compared at once. */
export function jobsOf({ jobs }: Options): number {
  return jobs ?? Math.min(availableParallelism(), MOST_JOBS)
}
