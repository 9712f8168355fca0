/**
 * Every metric that is written to `metrics-file`: the one list, from which the reference in `docs/` is generated and
 * which the dashboard is tested against. Names and labels never change their meaning.
 *
 * Only gauges: node_exporter's textfile collector, which reads Prometheus's older text format, knows no other type of
 * OpenMetrics but counters, and each run starts anew.
 */
export interface MetricDefinition {
  /** One sentence without quotes; both text formats write it alike. */
  help: string
  /** The last word of the name, where it is a unit. */
  unit?: 'seconds' | 'bytes' | 'ratio'
  /** Labels that tell whose value it is. */
  labels: readonly string[]
  /** Labels that tell which part of it: a run replaces all parts of its own, also those that are no more. */
  parts?: readonly string[]
}

const RUN = ['series', 'type', 'operation'] as const
const SET = ['series', 'type'] as const
const WATCHED = ['series', 'store', 'type'] as const

export const METRICS = {
  lifeboat_operation_success: {
    help: 'Whether the last run of the operation ended with exit code 0: 1 or 0.',
    labels: RUN,
  },
  lifeboat_operation_exit_code: { help: 'What the last run of the operation ended with.', labels: RUN },
  lifeboat_operation_duration_seconds: {
    help: 'How long the last run of the operation took.',
    unit: 'seconds',
    labels: RUN,
  },
  lifeboat_operation_timestamp_seconds: {
    help: 'When the last run of the operation ended, as Unix time.',
    unit: 'seconds',
    labels: RUN,
  },
  lifeboat_operation_last_success_timestamp_seconds: {
    help: 'When the operation last ended with exit code 0, as Unix time.',
    unit: 'seconds',
    labels: RUN,
  },
  lifeboat_operation_findings: {
    help: 'What the last run of the operation found, by severity.',
    labels: RUN,
    parts: ['severity'],
  },
  lifeboat_operation_alerts: {
    help: 'Alerts that fired in the last run of the operation, by level.',
    labels: RUN,
    parts: ['level'],
  },
  lifeboat_backup_timestamp_seconds: {
    help: 'When the snapshot of the last backup was taken, as Unix time.',
    unit: 'seconds',
    labels: SET,
  },
  lifeboat_backup_proven_timestamp_seconds: {
    help: 'When the snapshot of the last backup that was proven to restore was taken, as Unix time.',
    unit: 'seconds',
    labels: SET,
  },
  lifeboat_backup_size_bytes: { help: 'All files of the last backup.', unit: 'bytes', labels: SET },
  lifeboat_backup_dump_bytes: { help: 'The dump in the last backup.', unit: 'bytes', labels: SET },
  lifeboat_backup_source_bytes: {
    help: 'What the tables of the last backup occupy at the source.',
    unit: 'bytes',
    labels: SET,
  },
  lifeboat_backup_compression_ratio: {
    help: 'The share of bytes that compression saved in the last backup, between 0 and 1.',
    unit: 'ratio',
    labels: SET,
  },
  lifeboat_backup_memory_bytes: {
    help: 'The most memory that the last backup used at a time, with the programs that it ran.',
    unit: 'bytes',
    labels: SET,
  },
  lifeboat_backup_rows: { help: 'Rows in the last backup, of all tables together.', labels: SET },
  lifeboat_backup_table_rows: {
    help: 'Rows of a table in the last backup; of the 200 largest tables.',
    labels: SET,
    parts: ['table'],
  },
  lifeboat_backup_table_bytes: {
    help: 'What a table of the last backup occupies at the source; of the 200 largest tables.',
    unit: 'bytes',
    labels: SET,
    parts: ['table'],
  },
  lifeboat_proof_success: {
    help: 'Whether the last verification proved that the backup restores to what it was taken from: 1 or 0.',
    labels: RUN,
  },
  lifeboat_proof_duration_seconds: { help: 'How long the last verification took.', unit: 'seconds', labels: RUN },
  lifeboat_store_success: {
    help: 'Whether the last run of the operation did in this store what it should: 1 or 0.',
    labels: ['series', 'operation', 'store'],
  },
  lifeboat_store_sets: { help: 'Backups that the store was seen to hold.', labels: ['series', 'store'] },
  lifeboat_store_bytes: {
    help: 'What the backups in the store weigh together.',
    unit: 'bytes',
    labels: ['series', 'store'],
  },
  lifeboat_newest_backup_timestamp_seconds: {
    help: 'When the snapshot of the newest backup in the store was taken, as a watch saw it, as Unix time.',
    unit: 'seconds',
    labels: WATCHED,
  },
  lifeboat_newest_proven_timestamp_seconds: {
    help: 'When the snapshot of the newest proven backup in the store was taken, as a watch saw it, as Unix time.',
    unit: 'seconds',
    labels: WATCHED,
  },
  lifeboat_objective_seconds: {
    help: 'How old the newest backup (objective age) and the newest proven one (objective proof) may be.',
    unit: 'seconds',
    labels: WATCHED,
    parts: ['objective'],
  },
  lifeboat_objective_met: {
    help: 'Whether the objective (age or proof) was met when a watch last looked: 1 or 0.',
    labels: WATCHED,
    parts: ['objective'],
  },
  lifeboat_drill_success: {
    help: 'Whether the scenario passed in the last drill: 1 or 0.',
    labels: SET,
    parts: ['scenario'],
  },
  lifeboat_drill_rto_seconds: {
    help: 'How long recovery took in the last drill, at worst.',
    unit: 'seconds',
    labels: SET,
    parts: ['scenario'],
  },
  lifeboat_drill_rpo_seconds: {
    help: 'How much would have been lost in the last drill: the time since the snapshot, at worst.',
    unit: 'seconds',
    labels: SET,
    parts: ['scenario'],
  },
  lifeboat_maintenance_freed_bytes: {
    help: 'Room that the last maintenance gave.',
    unit: 'bytes',
    labels: ['series'],
  },
  lifeboat_maintenance_removed: {
    help: 'Things that the last maintenance removed, by their kind.',
    labels: ['series'],
    parts: ['kind'],
  },
} as const satisfies Record<string, MetricDefinition>

export type MetricName = keyof typeof METRICS

/** The definitions as a plain list, for whoever prints them. */
export function metricDefinitions(): (MetricDefinition & { name: MetricName })[] {
  return Object.entries<MetricDefinition>(METRICS).map(([name, definition]) => ({
    ...definition,
    name: name as MetricName,
  }))
}
