import type { ExitCode } from '../errors.js'
import type { Finding } from '../findings.js'
import type { Operation } from '../option-list.js'
import type { Period } from '../records/statistics/model.js'
import type { Mood } from './content.js'

/** What an operation came to that was about several databases. Names and messages in it come from outside. */
export interface FleetFacts {
  /** One a database and type, in the order of the configuration; those of one database follow each other. */
  parts: readonly FleetPart[]
  /** What a report looked back over. */
  period?: Period
}

/** One type of one database. */
export interface FleetPart {
  /** Its name in the configuration; undefined where that names no databases. */
  database?: string
  /** Undefined where the operation is about all types at once. */
  type?: string
  mood: Mood
  /** What came of it, in one sentence, as the operation says it of one database. */
  verdict: string
  /** What the operation alone would end with. */
  exitCode: ExitCode
  /** It could not be done, or its store could not be read: nothing is known of its backups. */
  isUnknown?: boolean
  /** Snapshots of the newest backup and of the newest that is proven; undefined where there is none. */
  newest?: Date
  newestProven?: Date
  /** Backups in the period of a report. */
  runs?: { total: number; succeeded: number }
  /** Bytes of all its sets, or of the set that was taken. */
  bytes?: number
  /** Bytes of the oldest and the newest set of the trend. */
  growth?: { before: number; after: number }
  seconds: number
  /** Those that ask for something. */
  findings: readonly Finding[]
}

/** A database among the others. */
export interface FleetLine {
  /** Undefined where the configuration names no databases. */
  database?: string
  parts: readonly FleetPart[]
  /** That of its worst part. */
  mood: Mood
  isUnknown: boolean
  newestProven?: Date
  runs?: { total: number; succeeded: number }
  bytes?: number
  growth?: { before: number; after: number }
  seconds: number
}

const WEIGHTS: Readonly<Record<Mood, number>> = { bad: 0, doubtful: 1, good: 2 }

/** One line a database, the worst first; of equally bad ones, first that whose newest proven backup is the oldest. */
export function fleetLines({ parts }: FleetFacts): FleetLine[] {
  const names = [...new Set(parts.map(({ database }) => database))]
  const byName = new Map(names.map((name) => [name, [] as FleetPart[]]))
  parts.forEach((part) => byName.get(part.database)?.push(part))
  return [...byName.values()].map(lineOf).sort(worstFirst)
}

/**
 * What the process should end with: 0 where all is good, what all that is not good have in common, else 1; 130 where
 * somebody asked to stop.
 *
 * @param further what is to be said of the whole, and of no one database
 */
export function fleetExitCode({ parts }: FleetFacts, further: ExitCode = 0): ExitCode {
  const codes = new Set([...parts.map(({ exitCode }) => exitCode), further].filter((code) => code !== 0))
  const [first = 0] = codes
  return codes.has(130) ? 130 : codes.size > 1 ? 1 : first
}

function lineOf(parts: readonly FleetPart[]): FleetLine {
  const proven = parts.flatMap(({ newestProven }) => (newestProven === undefined ? [] : [newestProven.getTime()]))
  const runs = parts.flatMap((part) => (part.runs === undefined ? [] : [part.runs]))
  const bytes = parts.flatMap((part) => (part.bytes === undefined ? [] : [part.bytes]))
  const growth = parts.flatMap((part) => (part.growth === undefined ? [] : [part.growth]))
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
  const worst = [...parts].sort((a, b) => WEIGHTS[a.mood] - WEIGHTS[b.mood])[0]
  return {
    parts,
    mood: worst?.mood ?? 'doubtful',
    isUnknown: parts.some(({ isUnknown }) => isUnknown === true),
    seconds: sum(parts.map(({ seconds }) => seconds)),
    ...(worst?.database !== undefined && { database: worst.database }),
    ...(proven.length > 0 && { newestProven: new Date(Math.max(...proven)) }),
    ...(runs.length > 0 && {
      runs: { total: sum(runs.map(({ total }) => total)), succeeded: sum(runs.map(({ succeeded }) => succeeded)) },
    }),
    ...(bytes.length > 0 && { bytes: sum(bytes) }),
    ...(growth.length > 0 && {
      growth: { before: sum(growth.map(({ before }) => before)), after: sum(growth.map(({ after }) => after)) },
    }),
  }
}

function worstFirst(a: FleetLine, b: FleetLine): number {
  return (
    WEIGHTS[a.mood] - WEIGHTS[b.mood] ||
    (a.newestProven?.getTime() ?? 0) - (b.newestProven?.getTime() ?? 0) ||
    compare(a.database ?? '', b.database ?? '')
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `shop (daily)`, as sentences name it. */
export function labelOf({ database, type }: FleetPart): string {
  return [nameOf({ database }), ...(type === undefined ? [] : [`(${type})`])].join(' ')
}

export function nameOf({ database }: { database?: string | undefined }): string {
  return database ?? 'the database'
}

/** These tell of the backups that are there; the others of what they did themselves. */
export function looksBack(operation: Operation): boolean {
  return operation === 'report' || operation === 'watch'
}

/** By how much it grew, as a share of what it was; null where it was nothing. */
export function shareOf({ before, after }: { before: number; after: number }): number | null {
  return before === 0 ? null : after / before - 1
}
