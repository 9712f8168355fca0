import path from 'node:path'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { exposure, type Job } from '../platform/github.js'
import { FolderListingCache } from '../stores/listing-cache.js'
import { knownLocation } from './known-location.js'
import { cachePrefix, keepFolder, orWarning, restoreFolder, type CachedFolder } from './job-cache.js'

type Wishes = Pick<Options, 'historyCache' | 'store' | 'copies'>

const CONSEQUENCE = 'Nothing depends on it but the time that listing the stores takes.'

/**
 * The folder of a job that remembers what was read of stores elsewhere; null where there are none, or nobody wants it. None
 * in a public repository either: manifests name tables, and jobs of anybody's pull request can read the cache.
 */
export function listingsOf(job: Job | null, { historyCache, store, copies }: Wishes): CachedFolder | null {
  const elsewhere = [store, ...copies.map(({ location }) => location)]
    .filter((location) => (knownLocation(location)?.kind ?? 'folder') !== 'folder')
    .sort()
  if (job === null || !historyCache || job.runnerTemp === '' || elsewhere.length === 0) {
    return null
  }
  if (exposure(job.visibility) !== null) {
    return null
  }
  return {
    folder: path.join(job.runnerTemp, 'pg-lifeboat-listing'),
    prefix: cachePrefix('pg-lifeboat-listing', elsewhere),
    what: 'what earlier runs have read of the stores',
  }
}

/**
 * Does work with a cache of listings that goes from job to job; without one where there is nothing to remember. It may
 * vanish or rot at any time, and what comes of the work is the same.
 */
export async function withListingCache<T>(
  listings: CachedFolder | null,
  job: Job | null,
  context: Context,
  work: (context: Context) => Promise<T>,
  load?: Parameters<typeof restoreFolder>[2],
): Promise<T> {
  if (listings === null || job === null) {
    return work(context)
  }
  const listingCache = new FolderListingCache(listings.folder, context.logger)
  await orWarning('The cache of listings could not be read', CONSEQUENCE, context, async () => {
    await restoreFolder(listings, context, load)
  })
  const done = await work({ ...context, listingCache })
  if (listingCache.additions > 0) {
    await orWarning('The cache of listings could not be kept for later runs', CONSEQUENCE, context, async () => {
      await listingCache.prune()
      await keepFolder(listings, job, context.clock.now(), load)
    })
  }
  return done
}
