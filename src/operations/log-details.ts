import type { LogDetails, ReportedDetails } from '../records/log.js'
import { allFindings, exitCodeFor, type Report } from '../report/report.js'

type Details = Omit<LogDetails, 'duration'>

/**
 * What the log says of an operation, besides how it ended and how long it took: what it says of itself, and what reports
 * over time are made of.
 *
 * @param own what the operation says of itself
 * @param hides whether names of tables must not be in the log; a message may hold them, so it is left out then
 */
export function detailsOf(report: Report, own: Details, hides: boolean): Details {
  const { failure } = report
  const message = `it ended with exit code ${String(failure?.exitCode)}; names are hidden here`
  return {
    ...subjectOf(report),
    ...own,
    ...outcomeOf(report, own),
    ...measuredOf(report),
    ...troubleOf(report),
    ...(failure !== undefined && { error: hides ? message : failure.message }),
  }
}

/** Also of a backup that ended before it had said anything of itself. */
function subjectOf({ operation, series, type }: Report): ReportedDetails {
  return operation === 'backup' && type !== undefined ? { ...(series !== '' && { series }), type } : {}
}

/** Also of a set that was found to be damaged before it could be restored. */
function outcomeOf({ operation, proof }: Report, own: Details): ReportedDetails {
  return operation === 'validate' && proof !== undefined && own.id !== undefined
    ? { proof: proof.outcome, tier: proof.tier }
    : {}
}

function measuredOf({ metrics, alerts }: Report): ReportedDetails {
  return {
    ...(metrics !== undefined && {
      compression_ratio: metrics.performance.compression_ratio,
      total_bytes: metrics.size.total_bytes,
      compressed_bytes: metrics.size.compressed_bytes,
      memory_usage_mb: metrics.performance.memory_usage_mb,
    }),
    ...(alerts.length > 0 && { alerts: alerts.map(({ level, measure }) => ({ level, measure })) }),
  }
}

function troubleOf(report: Report): ReportedDetails {
  if (exitCodeFor(report) === 0) {
    return {}
  }
  const pressing = allFindings(report).filter(({ severity }) => severity === 'error' || severity === 'inconclusive')
  const codes = [...new Set(pressing.map(({ code }) => code))]
  const { failure } = report
  return {
    ...(codes.length > 0 && { errors: codes }),
    ...(failure?.phase !== undefined && { phase: failure.phase }),
    ...(failure !== undefined && { exit_code: failure.exitCode }),
  }
}
