import { shorten } from '../report/escape.js'
import { VERSION } from '../version.js'
import type { Announcement } from './announcement.js'
import type { Problem } from './problems.js'

/** Changes when a receiver has to be changed; new fields do not change it. */
export const PAYLOAD_SCHEMA = 'pg-lifeboat/alert/1'

const MOST_PROBLEMS = 50
const MOST_THINGS = 20
const LONGEST_TEXT = 2000

/**
 * The body of the generic webhook. Names and messages in it come from outside: whoever shows them escapes them.
 *
 * The form is documented in `docs/alerts.md`.
 */
export function payloadOf(announcement: Announcement): Readonly<Record<string, unknown>> {
  const { id, report, exitCode, verdict, problems, runUrl, job, at } = announcement
  const { operation, series, type, proof, metrics } = report
  return {
    schema: PAYLOAD_SCHEMA,
    id,
    sent_by: `pg-lifeboat ${VERSION}`,
    operation,
    series,
    type: type ?? null,
    backup_id: report.id ?? null,
    level: problems[0]?.level ?? null,
    verdict: shorten(verdict, LONGEST_TEXT),
    exit_code: exitCode,
    proof: proof?.outcome ?? null,
    proof_tier: proof?.tier ?? null,
    started_at: report.startedAt.toISOString(),
    ended_at: at.toISOString(),
    duration_seconds: Math.round(report.seconds * 1000) / 1000,
    problems: problems.slice(0, MOST_PROBLEMS).map(problemIn),
    problems_left_out: Math.max(0, problems.length - MOST_PROBLEMS),
    metrics:
      metrics === undefined
        ? null
        : {
            total_bytes: metrics.size.total_bytes,
            compressed_bytes: metrics.size.compressed_bytes,
            compression_ratio: metrics.performance.compression_ratio,
            records: metrics.records.total,
          },
    run: job === null ? null : { repository: job.repository, url: runUrl },
  }
}

function problemIn({ level, kind, code, on, message, advice }: Problem): Readonly<Record<string, unknown>> {
  return {
    level,
    kind,
    code,
    on: on.slice(0, MOST_THINGS).map((name) => shorten(name, LONGEST_TEXT)),
    on_left_out: Math.max(0, on.length - MOST_THINGS),
    message: shorten(message, LONGEST_TEXT),
    advice,
  }
}
