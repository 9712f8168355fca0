import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import type { Job } from '../platform/github.js'

/** What is used of the cache library; a test may hand in its own. */
export interface CacheClient {
  isFeatureAvailable(): boolean
  restoreCache(paths: string[], primaryKey: string, restoreKeys?: string[]): Promise<string | undefined>
  saveCache(paths: string[], key: string): Promise<number>
}

/** A folder that goes from job to job in the cache of GitHub Actions, which may lose it at any time. */
export interface CachedFolder {
  /** Its path is part of what the cache finds it by, so it is always the same. */
  folder: string
  /** What every key of it begins with. */
  prefix: string
  /** What it holds, for messages: `the log of earlier runs`. */
  what: string
}

/** The beginning of keys for what belongs to this; the same things give the same text. */
export function cachePrefix(name: string, ...belonging: unknown[]): string {
  return `${name}-${createHash('sha256').update(JSON.stringify(belonging)).digest('hex').slice(0, 16)}-`
}

/** Empties the folder and brings back into it what the newest job has kept; false where there is nothing. */
export async function restoreFolder(
  { folder, prefix, what }: CachedFolder,
  { logger }: Pick<Context, 'logger'>,
  load = loadLibrary,
): Promise<boolean> {
  const cache = await load()
  if (!cache.isFeatureAvailable()) {
    logger.debug(`This runner offers no cache; ${what} is not there.`)
    return false
  }
  await rm(folder, { recursive: true, force: true })
  // No key is ever complete: the newest that begins with the prefix is wanted.
  const found = await cache.restoreCache([folder], `${prefix}newest`, [prefix])
  if (found !== undefined) {
    logger.debug(`From the cache "${found}" comes ${what}.`)
  }
  return found !== undefined
}

/** Keeps the folder for later jobs, under a key of its own: caches never change. */
export async function keepFolder(
  { folder, prefix }: CachedFolder,
  job: Job,
  now: Date,
  load = loadLibrary,
): Promise<void> {
  const cache = await load()
  if (!cache.isFeatureAvailable()) {
    return
  }
  const key = `${prefix}${job.runId}-${job.runAttempt}-${now.getTime()}`
  if ((await cache.saveCache([folder], key)) === -1) {
    throw new TypeError('the cache service did not take it; the lines above say why')
  }
}

/** A cache only makes things faster or tells more: whatever goes wrong with it is a warning. */
export async function orWarning(
  problem: string,
  consequence: string,
  { logger }: Pick<Context, 'logger'>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    logger.warning(`${problem}: ${messageOf(error)} ${consequence}`)
  }
}

/** Loaded only where there is something to keep. */
async function loadLibrary(): Promise<CacheClient> {
  return import('@actions/cache')
}
