import { groupedBy } from '../records/statistics/events.js'
import { medianOf } from '../records/statistics/theil-sen.js'

/** A backup that is to be taken: of one database and, where its configuration names types, of one type. */
export interface Piece {
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

/** Where nothing is known of any piece, only their number counts. */
const UNKNOWN_SECONDS = 60

/** The names of this many databases stand in the name of a job; GitHub's list of jobs is narrow. */
const NAMED = 2

/**
 * Spreads pieces over at most so many jobs, each of one type, so that the longest job is short: longest processing time
 * first, which makes no job longer than four thirds of the best there is (Graham 1969) within a type. A piece whose time is
 * not known counts as the median of the others. The longest job comes first, so that it also starts first; the same pieces
 * give the same jobs, in whatever order they come.
 *
 * @param most at least as many as there are types
 */
export function matrixOf(pieces: readonly Piece[], most: number): MatrixJob[] {
  const types = [...groupedBy(timed(pieces), ({ type }) => type ?? '')].map(([, ofType]) => ofType)
  return shared(types, most)
    .flatMap(({ pieces: ofType, jobs }) => packed(ofType, jobs))
    .map(jobOf)
    .sort((a, b) => b.seconds - a.seconds || compare(a.name, b.name))
}

/** How many jobs the pieces need at the least. */
export function fewestJobs(pieces: readonly Piece[]): number {
  return new Set(pieces.map(({ type }) => type ?? '')).size
}

interface Timed extends Piece {
  seconds: number
}

/** Longest first. No piece is for nothing: each has its checks and its connections. */
function timed(pieces: readonly Piece[]): Timed[] {
  const usual = medianOf(pieces.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]))) ?? UNKNOWN_SECONDS
  return pieces
    .map((piece) => ({ ...piece, seconds: Math.max(1, piece.seconds ?? usual) }))
    .sort(
      (a, b) =>
        b.seconds - a.seconds || compare(a.database ?? '', b.database ?? '') || compare(a.type ?? '', b.type ?? ''),
    )
}

interface Share {
  pieces: readonly Timed[]
  jobs: number
}

/** Gives each type its jobs: one, and each further one to the type whose jobs are the longest as it stands. */
function shared(types: readonly (readonly Timed[])[], most: number): Share[] {
  const shares = types.map((pieces) => ({ pieces, jobs: 1, load: loadOf(pieces) }))
  for (let left = most - shares.length; left > 0; left -= 1) {
    const [next] = shares
      .filter(({ pieces, jobs }) => jobs < pieces.length)
      .sort((a, b) => b.load / b.jobs - a.load / a.jobs)
    if (next === undefined) {
      break
    }
    next.jobs += 1
  }
  return shares
}

/** Each piece, the longest first, to the job that has the least to do; of equal ones, to that with the fewest pieces. */
function packed(longestFirst: readonly Timed[], count: number): Timed[][] {
  const jobs = Array.from({ length: count }, () => ({ pieces: [] as Timed[], load: 0 }))
  for (const piece of longestFirst) {
    const idlest = jobs.reduce((a, b) =>
      b.load < a.load || (b.load === a.load && b.pieces.length < a.pieces.length) ? b : a,
    )
    idlest.pieces.push(piece)
    idlest.load += piece.seconds
  }
  return jobs.map(({ pieces }) => pieces)
}

function jobOf(pieces: readonly Timed[]): MatrixJob {
  const databases = pieces.flatMap(({ database }) => (database === undefined ? [] : [database]))
  const type = pieces[0]?.type
  return { name: nameOf(databases, type), databases, seconds: loadOf(pieces), ...(type !== undefined && { type }) }
}

function nameOf(databases: readonly string[], type: string | undefined): string {
  const more = databases.length - NAMED
  const named =
    more > 0 ? `${databases.slice(0, NAMED).join(', ')} and ${more} more` : databases.join(' and ') || 'the database'
  return type === undefined ? named : `${named} (${type})`
}

function loadOf(pieces: readonly Timed[]): number {
  return pieces.reduce((sum, { seconds }) => sum + seconds, 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
