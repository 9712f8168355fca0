import { exitCodeOf, problemOf } from '../errors.js'
import { asSentence } from '../report/content.js'
import type { FleetPart } from '../report/fleet-facts.js'
import { plainText } from '../report/plain.js'
import { allFindings, exitCodeFor, type Report } from '../report/report.js'
import { verdictOf } from '../report/verdict.js'
import type { Job } from './jobs.js'

/** What one database's own report says of it, among others. */
export function partOf(job: Job, report: Report): FleetPart {
  const { mood, text } = verdictOf(report)
  const { failure } = report
  const exitCode = exitCodeFor(report)
  const verdict = plainText(text)
  return {
    ...nameOf(job),
    // What ends as a failure is none that a reader may pass over, be its proof as good as it may.
    mood: exitCode === 0 || mood === 'bad' ? mood : exitCode === 4 ? 'doubtful' : 'bad',
    verdict: failure === undefined ? verdict : `${verdict} ${asSentence(failure.message)}`,
    exitCode,
    ...((failure !== undefined || wasNotRead(report)) && { isUnknown: true }),
    ...agesOf(report),
    ...historyOf(report),
    ...sizeOf(report),
    seconds: report.seconds,
    findings: allFindings(report).filter(({ severity }) => severity !== 'info'),
  }
}

/** For what could not even begin, or ended without a report. */
export function unknownPart(job: Job, error: unknown, seconds: number): FleetPart {
  return {
    ...nameOf(job),
    mood: 'bad',
    verdict: asSentence(problemOf(error)),
    exitCode: exitCodeOf(error),
    isUnknown: true,
    seconds,
    findings: [],
  }
}

function nameOf({ database, type }: Job): Pick<FleetPart, 'database' | 'type'> {
  return { ...(database !== undefined && { database }), ...(type !== undefined && { type }) }
}

function wasNotRead({ findings }: Report): boolean {
  return findings.some(({ code }) => code === 'STORE_NOT_READ')
}

/** Of the store that has the newest; a watch looks into several. */
function agesOf({ statistics, watched = [], source, proof }: Report): Pick<FleetPart, 'newest' | 'newestProven'> {
  const types = [...(statistics?.types ?? []), ...watched]
  const taken = source?.snapshotTime
  const newest = latest([...types.map((type) => type.newest), taken])
  const proven = latest([
    ...types.map(({ newestProven }) => newestProven),
    proof?.outcome === 'proven' ? taken : undefined,
  ])
  return { ...(newest !== undefined && { newest }), ...(proven !== undefined && { newestProven: proven }) }
}

function latest(times: readonly (Date | null | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => (time === null || time === undefined ? [] : [time.getTime()]))
  return known.length === 0 ? undefined : new Date(Math.max(...known))
}

function historyOf({ statistics }: Report): Pick<FleetPart, 'runs' | 'growth'> {
  if (statistics === undefined) {
    return {}
  }
  const { backups, trends } = statistics
  const sizes = trends.points.flatMap(({ size }) => (size === null ? [] : [size]))
  const [before] = sizes
  const after = sizes.at(-1)
  return {
    runs: { total: backups.total, succeeded: backups.succeeded },
    ...(before !== undefined && after !== undefined && sizes.length > 1 && { growth: { before, after } }),
  }
}

function sizeOf({ statistics, stores, watched, set }: Report): Pick<FleetPart, 'bytes'> {
  if (statistics !== undefined) {
    return { bytes: statistics.holds.reduce((sum, { bytes }) => sum + bytes, 0) }
  }
  const held = watched === undefined ? undefined : stores?.find(({ role }) => role === 'primary')?.holds
  const bytes = held?.bytes ?? set?.bytes
  return bytes === undefined ? {} : { bytes }
}
