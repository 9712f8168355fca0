import type { Outputs } from '../outputs.js'
import { summaries, worstOutcome } from './drill-facts.js'
import { fleetOutput } from './fleet.js'
import type { PeriodReport } from './period.js'
import { plainText } from './plain.js'
import { matrixOutput } from './plan.js'
import { exitCodeFor, type Report, type StoreLine } from './report.js'
import { verdictOf } from './verdict.js'

/** The outputs of an operation, from its report. The caller adds where the report and the artifact are. */
export function outputsOf(report: Report): Outputs {
  const { set, proof, metrics, restored } = report
  const records = recordsOf(report)
  return {
    ...(report.id !== undefined && { 'backup-id': report.id }),
    ...(set !== undefined && { 'backup-path': set.path, 'size-bytes': set.bytes }),
    ...(set?.manifestPath !== undefined && { 'manifest-path': set.manifestPath }),
    ...(proof !== undefined && { proof: proof.outcome, 'proof-tier': proof.tier }),
    ...(exitCodeFor(report) !== 0 && { error: errorOf(report) }),
    ...wayBack(restored),
    ...ofDrill(report.drill),
    ...(report.statistics !== undefined && { statistics: statisticsOutput(report.statistics) }),
    ...ofSeveral(report),
    ...(report.diagnosis !== undefined && { diagnosis: report.diagnosis }),
    ...(metrics !== undefined && { metrics }),
    ...(records !== undefined && { records }),
    'duration-seconds': Math.round(report.seconds * 1000) / 1000,
    ...ofOne(report),
    ...(report.stores !== undefined && { stores: report.stores.map((store) => storeOf(store, report)) }),
  }
}

/** What ended it, else the sentence that says what is wrong with what it did. */
function errorOf(report: Report): string {
  return report.failure?.message ?? report.failedOn ?? plainText(verdictOf(report).text)
}

/** Of several databases, and of the jobs for them. */
function ofSeveral({ fleet, plan }: Report): Outputs {
  return {
    ...(fleet !== undefined && { databases: fleetOutput(fleet) }),
    ...(plan !== undefined && { matrix: matrixOutput(plan) }),
  }
}

/** What an operation on one database always tells, be it nothing. */
function ofOne({ operation, fleet, alerts, retention }: Report): Outputs {
  const hasRotation = operation === 'backup' || operation === 'rotate'
  return fleet !== undefined
    ? {}
    : {
        ...(operation === 'backup' && { alerts }),
        ...(hasRotation && {
          kept: retention.filter(({ keep }) => keep).map(({ id }) => id),
          removed: retention.filter(({ keep }) => !keep).map(({ id }) => id),
        }),
      }
}

/** A store with the ids of its sets; what was decided for the primary is told where a copy tells its own. */
function storeOf({ name, role, copied, holds, retention, checked, trouble }: StoreLine, report: Report): object {
  const lines = role === 'primary' ? report.retention : retention
  return {
    store: name,
    role,
    ...(report.operation === 'validate'
      ? { outcome: checked?.proof.outcome ?? 'not-verified', tier: checked?.proof.tier, id: checked?.id }
      : {
          outcome: trouble === undefined ? 'done' : 'failed',
          copied: copied.map(({ id }) => id),
          kept: lines.filter(({ keep }) => keep).map(({ id }) => id),
          removed: lines.filter(({ keep }) => !keep).map(({ id }) => id),
          ...(holds !== undefined && { sets: holds.sets, bytes: holds.bytes }),
        }),
    ...(trouble !== undefined && { error: trouble }),
  }
}

/** The figures that were asked for, in their own shape, and beside them all others. */
function statisticsOutput({ reports, ...details }: PeriodReport): object {
  return { ...reports, details }
}

function wayBack(restored: Report['restored']): Outputs {
  const { previous, undoCommand } = restored ?? {}
  return {
    ...(previous !== undefined && { 'previous-database': previous }),
    ...(undoCommand !== undefined && { 'undo-command': undoCommand }),
  }
}

function ofDrill(drill: Report['drill']): Outputs {
  return drill === undefined
    ? {}
    : {
        'drill-outcome': worstOutcome(drill.scenarios),
        'drill-results': summaries(drill.scenarios),
        ...(drill.folder !== undefined && { 'drill-path': drill.folder }),
      }
}

/** Rows of all tables; undefined where no table is known, because 0 would say that there are none. */
function recordsOf({ metrics, tables }: Report): number | undefined {
  if (metrics !== undefined) {
    return metrics.records.total
  }
  const counted = tables.filter(({ rows }) => rows !== undefined)
  return counted.length === 0 ? undefined : counted.reduce((sum, { rows = 0 }) => sum + rows, 0)
}
