import { availableParallelism } from 'node:os'
import type { Context } from '../context.js'
import { CouldNotVerifyError } from '../errors.js'
import type { Options } from '../options.js'
import { acquireScratch } from '../postgres/acquire-scratch.js'
import type { Scratch, ScratchSource } from '../postgres/scratch.js'

/** A scratch server that was got ready, or the reason why there is none. */
export interface PreparedScratch {
  /** Throws `CouldNotVerifyError` with the reason where there is none. */
  use(): Promise<Scratch>
  release(): Promise<void>
}

/**
 * Gets a scratch server ready where the tier needs one. That there is none does not throw: it must not keep a backup from
 * being taken, only from being called proven.
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
  try {
    const scratch = await acquireScratch(
      {
        kind: options.scratch,
        url: options.scratchUrl,
        source,
        preferredFolders: options.postgresBin,
        ...(archiveMajor !== undefined && { archiveMajor }),
      },
      context,
    )
    return { use: () => Promise.resolve(scratch), release: () => scratch.release() }
  } catch (error) {
    if (!(error instanceof CouldNotVerifyError)) {
      throw error
    }
    context.logger.info(`There is no scratch server, so nothing will be proven: ${error.problem}.`)
    return withoutScratch(error)
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
