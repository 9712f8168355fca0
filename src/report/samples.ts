import type { MetricName } from '../records/metric-list.js'
import type { Sample } from '../records/open-metrics.js'
import { rpoOf, rtoOf } from './drill-facts.js'
import { freedBytes } from './maintenance.js'
import { allFindings, exitCodeFor, type Report, type StoreLine } from './report.js'

/** More tables would be more series than a monitoring system is glad to keep. */
const MOST_TABLES = 200

type Labels = Record<string, string | undefined>

/** What a run has to tell a monitoring system. Where nothing was measured there is no sample, and never a 0. */
export function samplesOf(report: Report): Sample[] {
  return [
    ...ofRun(report),
    ...ofSet(report),
    ...ofTables(report),
    ...ofProof(report),
    ...(report.stores ?? []).flatMap((store) => ofStore(store, report)),
    ...ofWatch(report),
    ...ofDrill(report),
    ...ofMaintenance(report),
  ]
}

function ofRun(report: Report): Sample[] {
  const labels = runLabels(report)
  const code = exitCodeFor(report)
  const ended = unix(report.startedAt) + report.seconds
  const findings = allFindings(report)
  return [
    sample('lifeboat_operation_success', labels, flag(code === 0)),
    sample('lifeboat_operation_exit_code', labels, code),
    sample('lifeboat_operation_duration_seconds', labels, report.seconds),
    sample('lifeboat_operation_timestamp_seconds', labels, ended),
    ...(code === 0 ? [sample('lifeboat_operation_last_success_timestamp_seconds', labels, ended)] : []),
    ...(['error', 'inconclusive', 'warning', 'info'] as const).map((severity) =>
      sample(
        'lifeboat_operation_findings',
        { ...labels, severity },
        findings.filter((one) => one.severity === severity).length,
      ),
    ),
    ...(['critical', 'warning', 'info'] as const).map((level) =>
      sample(
        'lifeboat_operation_alerts',
        { ...labels, level },
        report.alerts.filter((one) => one.level === level).length,
      ),
    ),
  ]
}

/** Only of a backup: what another operation looks at may be any older set. */
function ofSet({ operation, series, type, set, source, metrics, proof }: Report): Sample[] {
  if (operation !== 'backup' || set === undefined) {
    return []
  }
  const labels = { series, type }
  const at = source?.snapshotTime
  const add = (name: MetricName, value: number | undefined): Sample[] =>
    value === undefined ? [] : [sample(name, labels, value)]
  return [
    ...add('lifeboat_backup_timestamp_seconds', at && unix(at)),
    ...add('lifeboat_backup_proven_timestamp_seconds', proof?.outcome === 'proven' ? at && unix(at) : undefined),
    ...add('lifeboat_backup_size_bytes', set.bytes),
    ...add('lifeboat_backup_dump_bytes', set.dumpBytes),
    ...add('lifeboat_backup_source_bytes', set.sourceBytes),
    ...add('lifeboat_backup_compression_ratio', metrics?.performance.compression_ratio),
    ...add('lifeboat_backup_memory_bytes', metrics && Math.round(metrics.performance.memory_usage_mb * 1e6)),
    ...add('lifeboat_backup_rows', metrics?.records.total),
  ]
}

function ofTables({ operation, series, type, metrics }: Report): Sample[] {
  if (operation !== 'backup' || metrics === undefined) {
    return []
  }
  const largest = Object.entries(metrics.size.tables)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, MOST_TABLES)
  return largest.flatMap(([table, bytes]) => {
    const labels = { series, type, table }
    const rows = metrics.records.by_table[table]
    return [
      sample('lifeboat_backup_table_bytes', labels, bytes),
      ...(rows === undefined ? [] : [sample('lifeboat_backup_table_rows', labels, rows)]),
    ]
  })
}

function ofProof(report: Report): Sample[] {
  const { proof } = report
  if (proof === undefined) {
    return []
  }
  const labels = runLabels(report)
  return [
    sample('lifeboat_proof_success', labels, flag(proof.outcome === 'proven')),
    sample('lifeboat_proof_duration_seconds', labels, proof.seconds),
  ]
}

function ofStore({ name: store, holds, trouble }: StoreLine, { series, operation }: Report): Sample[] {
  return [
    sample('lifeboat_store_success', { series, operation, store }, flag(trouble === undefined)),
    ...(holds === undefined
      ? []
      : [
          sample('lifeboat_store_sets', { series, store }, holds.sets),
          sample('lifeboat_store_bytes', { series, store }, holds.bytes),
        ]),
  ]
}

function ofWatch({ series, watched = [] }: Report): Sample[] {
  return watched.flatMap(({ store, type, newest, newestProven, maxAge, maxUnproven, isFresh, isProven }) => {
    const labels = { series, store, type }
    return [
      ...(newest === undefined ? [] : [sample('lifeboat_newest_backup_timestamp_seconds', labels, unix(newest))]),
      ...(newestProven === undefined
        ? []
        : [sample('lifeboat_newest_proven_timestamp_seconds', labels, unix(newestProven))]),
      sample('lifeboat_objective_seconds', { ...labels, objective: 'age' }, maxAge / 1000),
      sample('lifeboat_objective_seconds', { ...labels, objective: 'proof' }, maxUnproven / 1000),
      sample('lifeboat_objective_met', { ...labels, objective: 'age' }, flag(isFresh)),
      sample('lifeboat_objective_met', { ...labels, objective: 'proof' }, flag(isProven)),
    ]
  })
}

function ofDrill({ series, type, drill }: Report): Sample[] {
  return (drill?.scenarios ?? []).flatMap((result) => {
    const labels = { series, type, scenario: result.scenario }
    const [rto, rpo] = [rtoOf(result), rpoOf(result)]
    return [
      sample('lifeboat_drill_success', labels, flag(result.outcome === 'passed')),
      ...(rto === undefined ? [] : [sample('lifeboat_drill_rto_seconds', labels, rto)]),
      ...(rpo === undefined ? [] : [sample('lifeboat_drill_rpo_seconds', labels, rpo)]),
    ]
  })
}

/** Of a rehearsal nothing: it did not free what it tells of. */
function ofMaintenance({ series, maintenance, dryRun }: Report): Sample[] {
  if (maintenance === undefined || dryRun === true) {
    return []
  }
  const kinds = ['log', 'unfinished', 'workspace', 'scratch database'] as const
  return [
    sample('lifeboat_maintenance_freed_bytes', { series }, freedBytes(maintenance)),
    ...kinds.map((kind) =>
      sample(
        'lifeboat_maintenance_removed',
        { series, kind },
        maintenance.removed.filter((one) => one.kind === kind).length,
      ),
    ),
  ]
}

function runLabels({ series, type, operation }: Report): Labels {
  return { series, type, operation }
}

function sample(name: MetricName, labels: Labels, value: number): Sample {
  const given = Object.entries(labels).flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]))
  return { name, labels: Object.fromEntries(given), value }
}

function unix(date: Date): number {
  return date.getTime() / 1000
}

function flag(value: boolean): number {
  return value ? 1 : 0
}
