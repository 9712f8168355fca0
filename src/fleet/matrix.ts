import { groupedBy } from '../records/statistics/events.js'
import { medianOf } from '../records/statistics/theil-sen.js'

/** A backup that is to be taken: of one database and, where its configuration names types, of one type. */
export interface PlannedBackup {
  database?: string
  type?: string
  /** How long the last one took; undefined where nobody knows. */
  seconds?: number
}

/** One job of a workflow, which works through its databases one after another. */
export interface MatrixJob {
  /** For people: `shop (daily)`, `shop and 3 more (daily)`. */
  name: string
  /** Longest first; empty where the configuration names no databases. */
  databases: readonly string[]
  type?: string
  /** What they will take together, as far as that is known. */
  seconds: number
}

/** Where nothing is known of any backup, only their number counts. */
const UNKNOWN_SECONDS = 60

/** The names of this many databases stand in the name of a job; GitHub's list of jobs is narrow. */
const NAMED = 2

/**
 * Spreads backups over at most so many jobs, each of one type, so that the longest job is short: longest processing time
 * first, which makes no job longer than four thirds of the best there is (Graham 1969) within a type. A backup whose time is
 * not known counts as the median of the others. The longest job comes first, so that it also starts first; the same backups
 * give the same jobs, in whatever order they come.
 *
 * @param most at least as many as there are types
 */
export function matrixOf(backups: readonly PlannedBackup[], most: number): MatrixJob[] {
  const types = [...groupedBy(timed(backups), ({ type }) => type ?? '')].map(([, ofType]) => ofType)
  return shared(types, most)
    .flatMap(({ backups: ofType, jobs }) => packed(ofType, jobs))
    .map(jobOf)
    .sort((a, b) => b.seconds - a.seconds || compare(a.name, b.name))
}

/** How many jobs the backups need at the least. */
export function fewestJobs(backups: readonly PlannedBackup[]): number {
  return new Set(backups.map(({ type }) => type ?? '')).size
}

interface Timed extends PlannedBackup {
  seconds: number
}

/** Longest first. No backup is for nothing: each has its checks and its connections. */
function timed(backups: readonly PlannedBackup[]): Timed[] {
  const usual = medianOf(backups.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]))) ?? UNKNOWN_SECONDS
  return backups
    .map((backup) => ({ ...backup, seconds: Math.max(1, backup.seconds ?? usual) }))
    .sort(
      (a, b) =>
        b.seconds - a.seconds || compare(a.database ?? '', b.database ?? '') || compare(a.type ?? '', b.type ?? ''),
    )
}

interface Share {
  backups: readonly Timed[]
  jobs: number
}

/** Gives each type its jobs: one, and each further one to the type whose jobs are the longest as it stands. */
function shared(types: readonly (readonly Timed[])[], most: number): Share[] {
  const shares = types.map((backups) => ({ backups, jobs: 1, load: loadOf(backups) }))
  for (let left = most - shares.length; left > 0; left -= 1) {
    const [next] = shares
      .filter(({ backups, jobs }) => jobs < backups.length)
      .sort((a, b) => b.load / b.jobs - a.load / a.jobs)
    if (next === undefined) {
      break
    }
    next.jobs += 1
  }
  return shares
}

/** Each backup, the longest first, to the job that has the least to do; of equal ones, to that with the fewest backups. */
function packed(longestFirst: readonly Timed[], count: number): Timed[][] {
  const jobs = Array.from({ length: count }, () => ({ backups: [] as Timed[], load: 0 }))
  for (const backup of longestFirst) {
    const idlest = jobs.reduce((a, b) =>
      b.load < a.load || (b.load === a.load && b.backups.length < a.backups.length) ? b : a,
    )
    idlest.backups.push(backup)
    idlest.load += backup.seconds
  }
  return jobs.map(({ backups }) => backups)
}

function jobOf(backups: readonly Timed[]): MatrixJob {
  const databases = backups.flatMap(({ database }) => (database === undefined ? [] : [database]))
  const type = backups[0]?.type
  return { name: nameOf(databases, type), databases, seconds: loadOf(backups), ...(type !== undefined && { type }) }
}

function nameOf(databases: readonly string[], type: string | undefined): string {
  const more = databases.length - NAMED
  const named =
    more > 0 ? `${databases.slice(0, NAMED).join(', ')} and ${more} more` : databases.join(' and ') || 'the database'
  return type === undefined ? named : `${named} (${type})`
}

function loadOf(backups: readonly Timed[]): number {
  return backups.reduce((sum, { seconds }) => sum + seconds, 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
