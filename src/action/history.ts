import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import type { Options } from '../options.js'
import { ifThere } from '../platform/file-errors.js'
import type { Job } from '../platform/github.js'
import { parseConnection } from '../postgres/connection.js'
import { knownLocation } from './known-location.js'
import { cachePrefix, keepFolder, orWarning, restoreFolder, type CachedFolder } from './job-cache.js'

/** Where the log of a store lies that ends with the job, and where it is kept between jobs. */
export interface History extends CachedFolder {
  /** The store's own log folder. */
  logFolder: string
}

type Ports = Pick<Context, 'logger'>

const CONSEQUENCE = 'Nothing depends on it but comparisons with earlier runs.'

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
  const location = knownLocation(options.store)
  if (location?.kind !== 'folder') {
    // Another store keeps its log itself.
    return null
  }
  const store = path.resolve(workingDirectory, location.path)
  if (!isInside(store, job.workspace) && !isInside(store, job.runnerTemp)) {
    return null
  }
  return {
    logFolder: path.join(store, 'log'),
    folder: path.join(job.runnerTemp, 'pg-lifeboat-log'),
    prefix: cachePrefix('pg-lifeboat-log', seriesOf(options, environment), options.store),
    what: 'the log of earlier runs',
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
export async function restoreHistory(
  history: History,
  ports: Ports,
  load?: Parameters<typeof restoreFolder>[2],
): Promise<void> {
  await orWarning('The log of earlier runs could not be read from the cache', CONSEQUENCE, ports, async () => {
    if (await restoreFolder(history, ports, load)) {
      await mergeLogs(history.folder, history.logFolder)
    }
  })
}

/** Keeps the store's log for later jobs. */
export async function saveHistory(
  history: History,
  job: Job,
  now: Date,
  ports: Ports,
  load?: Parameters<typeof restoreFolder>[2],
): Promise<void> {
  await orWarning('The log could not be kept in the cache for later runs', CONSEQUENCE, ports, async () => {
    await mergeLogs(history.logFolder, history.folder)
    if ((await logFiles(history.folder)).length > 0) {
      await keepFolder(history, job, now, load)
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
