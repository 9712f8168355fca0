import { createHash } from 'node:crypto'
import type { Job } from '../platform/github.js'
import { plainText } from '../report/plain.js'
import { exitCodeFor, type Report } from '../report/report.js'
import { verdictOf } from '../report/verdict.js'
import { pressing, problemsOf, type Problem } from './problems.js'

/** What channels tell of a run that is over. Nothing in it is escaped, and no secret is in it. */
export interface Announcement {
  /** The same whenever the same run is told of. */
  id: string
  report: Report
  exitCode: number
  verdict: string
  /** The heaviest first. */
  problems: readonly Problem[]
  /** The page of the run, where it is a job of GitHub. */
  runUrl: string | null
  job: Job | null
  /** When the run ended. */
  at: Date
}

/** Describes a run for the channels. The report must be one without secrets. */
export function announcementOf(report: Report, job: Job | null, at: Date): Announcement {
  return {
    id: idOf(report, job),
    report,
    exitCode: exitCodeFor(report),
    verdict: plainText(verdictOf(report).text),
    problems: problemsOf(report),
    runUrl: job === null ? null : runUrlOf(job),
    job,
    at,
  }
}

/** Whether there is anything that somebody should hear of. */
export function isPressing({ problems }: Announcement): boolean {
  return pressing(problems).length > 0
}

/** `backup daily of masclet_imperi` */
export function subjectOf({ operation, series, type }: Pick<Report, 'operation' | 'series' | 'type'>): string {
  return [operation, ...(type === undefined ? [] : [type]), ...(series === '' ? [] : ['of', series])].join(' ')
}

function idOf({ operation, series, type, startedAt }: Report, job: Job | null): string {
  const run = job === null ? [] : [job.repository, job.runId, job.runAttempt]
  return createHash('sha256')
    .update(JSON.stringify([operation, series, type ?? null, startedAt.toISOString(), ...run]))
    .digest('hex')
    .slice(0, 32)
}

function runUrlOf({ serverUrl, repository, runId, runAttempt }: Job): string {
  return `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${runAttempt}`
}
