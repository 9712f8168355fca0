import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import type { Options } from '../options.js'
import { ifThere } from '../platform/file-errors.js'
import type { Job } from '../platform/github.js'
import { parseConnection } from '../postgres/connection.js'

/** What is used of the cache library; a test may hand in its own. */
export interface CacheClient {
  isFeatureAvailable(): boolean
  restoreCache(paths: string[], primaryKey: string, restoreKeys?: string[]): Promise<string | undefined>
  saveCache(paths: string[], key: string): Promise<number>
}

/** Where the log of a store lies that ends with the job, and where it is kept between jobs. */
export interface History {
  /** The store's own log folder. */
  logFolder: string
  /** The folder that the cache keeps. Its path is part of what the cache finds it by, so it is always the same. */
  cachedFolder: string
  /** What every key of this history begins with. */
  prefix: string
}

type Ports = Pick<Context, 'logger'>

const LOG_FILE = /^\d{4}-\d\d-\d\d\.jsonl$/

/** The history of this job's store, or null where the store outlives the job anyway or nobody wants it. */
export function historyOf(
  job: Job | null,
  options: Pick<Options, 'historyCache' | 'store' | 'series' | 'databaseUrl'>,
  { workingDirectory, environment }: Pick<Context, 'workingDirectory' | 'environment'>,
): History | null {
  if (job === null || !options.historyCache || job.runnerTemp === '') {
    return null
  }
  const store = path.resolve(workingDirectory, options.store)
  if (!isInside(store, job.workspace) && !isInside(store, job.runnerTemp)) {
    return null
  }
  const identity = JSON.stringify([seriesOf(options, environment), options.store])
  return {
    logFolder: path.join(store, 'log'),
    cachedFolder: path.join(job.runnerTemp, 'pg-lifeboat-log'),
    prefix: `pg-lifeboat-log-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}-`,
  }
}

/** The series as far as it is known before there is a connection; it only has to be the same from job to job. */
function seriesOf(
  { series, databaseUrl }: Pick<Options, 'series' | 'databaseUrl'>,
  environment: Context['environment'],
): string {
  if (series !== undefined) {
    return series
  }
  try {
    return parseConnection({ databaseUrl, environment }).database
  } catch {
    // The operation says what is wrong with it, if it needs a connection at all.
    return ''
  }
}

/**
 * Puts the log of earlier jobs back into the store. It is a convenience for comparisons and statistics: the cache may
 * have been evicted, and whatever goes wrong is a warning.
 */
export async function restoreHistory(history: History, ports: Ports, load = loadLibrary): Promise<void> {
  await orWarning('The log of earlier runs could not be read from the cache', ports, async () => {
    const cache = await load()
    if (!cache.isFeatureAvailable()) {
      ports.logger.debug('This runner offers no cache; the log of earlier runs is not there.')
      return
    }
    await rm(history.cachedFolder, { recursive: true, force: true })
    // No key is ever complete: the newest that begins with the prefix is wanted.
    const found = await cache.restoreCache([history.cachedFolder], `${history.prefix}newest`, [history.prefix])
    if (found !== undefined) {
      await mergeLogs(history.cachedFolder, history.logFolder)
      ports.logger.debug(`The log of earlier runs comes from the cache "${found}".`)
    }
  })
}

/** Keeps the store's log for later jobs, under a key of its own: caches never change. */
export async function saveHistory(
  history: History,
  job: Job,
  now: Date,
  ports: Ports,
  load = loadLibrary,
): Promise<void> {
  await orWarning('The log could not be kept in the cache for later runs', ports, async () => {
    const cache = await load()
    if (!cache.isFeatureAvailable()) {
      return
    }
    await mergeLogs(history.logFolder, history.cachedFolder)
    if ((await logFiles(history.cachedFolder)).length === 0) {
      return
    }
    const key = `${history.prefix}${job.runId}-${job.runAttempt}-${now.getTime()}`
    if ((await cache.saveCache([history.cachedFolder], key)) === -1) {
      throw new TypeError('the cache service did not take it; the lines above say why')
    }
  })
}

/** Adds to each day's file of `to` the lines of `from` that it does not have, those of `from` first. */
export async function mergeLogs(from: string, to: string): Promise<void> {
  for (const name of await logFiles(from)) {
    const target = path.join(to, name)
    const incoming = linesOf(await readFile(path.join(from, name), 'utf8'))
    const present = linesOf((await ifThere(readFile(target, 'utf8'))) ?? '')
    const merged = [...new Set([...incoming, ...present])]
    if (merged.length > present.length) {
      await mkdir(to, { recursive: true, mode: 0o700 })
      await writeFile(`${target}.new`, `${merged.join('\n')}\n`, { mode: 0o600 })
      await rename(`${target}.new`, target)
    }
  }
}

async function logFiles(folder: string): Promise<string[]> {
  return ((await ifThere(readdir(folder))) ?? []).filter((name) => LOG_FILE.test(name)).sort()
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

function isInside(file: string, folder: string): boolean {
  if (folder === '') {
    return false
  }
  const relative = path.relative(folder, file)
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}

async function orWarning(problem: string, { logger }: Ports, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    logger.warning(`${problem}: ${messageOf(error)} Nothing depends on it but comparisons with earlier runs.`)
  }
}

/** Loaded only where there is a history to keep. */
async function loadLibrary(): Promise<CacheClient> {
  return import('@actions/cache')
}
