import type { Operation } from './option-list.js'

/**
 * Action outputs and the keys of the command line's `--json` object are one set of names, and this is it. `action.yml`
 * and the reference in the docs are made from this list.
 */

/** `json` values are JSON text in an action output, and plain values in `--json`. */
type OutputKind = 'text' | 'number' | 'json'

export interface OutputDefinition {
  kind: OutputKind
  /** One sentence or two, for action.yml and the reference. */
  describe: string
  /** The operations that set it; all where not given. */
  operations?: readonly Operation[]
  /** Only the action sets it. */
  actionOnly?: boolean
  example: string
}

export const OUTPUTS = {
  'backup-id': {
    kind: 'text',
    describe: 'The id of the set: the UTC instant of its snapshot.',
    operations: ['backup', 'validate', 'restore'],
    example: '20261124T020000Z',
  },
  'backup-path': {
    kind: 'text',
    describe:
      'The folder of the set in the store, or the path of the dump that was validated. Where the store is elsewhere, a local folder with the set that is there until the step ends.',
    operations: ['backup', 'validate', 'restore'],
    example: '/backups/db/daily/20261124T020000Z',
  },
  'manifest-path': {
    kind: 'text',
    describe: "The set's manifest; not set for a dump of another tool.",
    operations: ['backup', 'validate', 'restore'],
    example: '/backups/db/daily/20261124T020000Z/manifest.json',
  },
  proof: {
    kind: 'text',
    describe: 'The outcome of verifying: `proven`, `failed` or `not-verified`.',
    operations: ['backup', 'validate', 'restore'],
    example: 'proven',
  },
  'proof-tier': {
    kind: 'text',
    describe: 'How far it was verified: `archive`, `data` or `full`; `none` when nothing was asked for.',
    operations: ['backup', 'validate', 'restore'],
    example: 'full',
  },
  error: {
    kind: 'text',
    describe:
      'Why it did not end well, in a sentence or two: what went wrong and what to do. Not set when it ended well.',
    example: 'Connection to db:5432 was refused (while connecting to "app"). Start the server, or correct the host…',
  },
  diagnosis: {
    kind: 'json',
    describe:
      'Everything that was looked at, each with its state: `ok`, `warning`, `problem` or `not-checked`, and what to do.',
    operations: ['doctor'],
    example: '[{"subject":"Database","what":"connection","state":"ok",…}]',
  },
  metrics: {
    kind: 'json',
    describe: 'Duration, compression, memory, sizes and rows of the backup, by table too.',
    operations: ['backup'],
    example: '{"performance":{"duration_seconds":12.4,…},"size":{…},"records":{…}}',
  },
  alerts: {
    kind: 'json',
    describe: 'The alerts that fired; an empty list when none did.',
    operations: ['backup'],
    example: '[{"level":"warning","measure":"compression",…}]',
  },
  records: {
    kind: 'number',
    describe: 'Rows in the set, of all tables together.',
    operations: ['backup', 'validate', 'restore'],
    example: '84210',
  },
  'size-bytes': {
    kind: 'number',
    describe: 'Bytes of all files of the set.',
    operations: ['backup', 'validate', 'restore'],
    example: '7340032',
  },
  'duration-seconds': {
    kind: 'number',
    describe: 'How long the operation took.',
    example: '12.4',
  },
  kept: {
    kind: 'json',
    describe: 'The ids of the sets that rotation keeps in the primary store.',
    operations: ['backup', 'rotate'],
    example: '["20261124T020000Z","20261123T020000Z"]',
  },
  removed: {
    kind: 'json',
    describe: 'The ids of the sets that rotation removed from the primary store, or would remove with `dry-run`.',
    operations: ['backup', 'rotate'],
    example: '["20261117T020000Z"]',
  },
  stores: {
    kind: 'json',
    describe:
      'With `copies` or `rotate-check`: each store, the primary first, with its outcome, the ids that this run copied there, and those that it keeps and removed; or the set that was checked.',
    operations: ['backup', 'rotate', 'validate'],
    example: '[{"store":"s3://bucket/app","role":"copy","outcome":"done","copied":["20261124T020000Z"],…}]',
  },
  'previous-database': {
    kind: 'text',
    describe: 'What the database that a restore replaced is called now.',
    operations: ['restore'],
    example: 'masclet_imperi_before_20261124T031500Z',
  },
  'undo-command': {
    kind: 'text',
    describe: 'The shell command that puts the replaced database back.',
    operations: ['restore'],
    example: "psql --host=db --port=5432 --username=postgres --dbname=postgres --command='…'",
  },
  'drill-outcome': {
    kind: 'text',
    describe: 'What came of the drill: `passed`, `failed`, or `could-not-run`.',
    operations: ['drill'],
    example: 'passed',
  },
  'drill-results': {
    kind: 'json',
    describe: 'Each scenario with its outcome, and its RTO and RPO in seconds.',
    operations: ['drill'],
    example: '[{"scenario":"latest","outcome":"passed","rto":12.4,"rpo":3600}]',
  },
  'drill-path': {
    kind: 'text',
    describe: 'A folder with the report of the drill as `drill.md`, `drill.json` and `drill.xml` (JUnit).',
    operations: ['drill'],
    example: '/tmp/lifeboat-drill-X3tq2v',
  },
  statistics: {
    kind: 'json',
    describe:
      'The figures of the last day and of the last seven days (`daily`, `weekly`), and in `details` everything else that the report shows.',
    operations: ['report'],
    example: '{"daily":{"success_rate":1,"avg_duration":12.4,…},"weekly":{"compression_trends":[…],…},"details":{…}}',
  },
  matrix: {
    kind: 'json',
    describe:
      'The matrix of a job, for `strategy.matrix` of a workflow: in each entry a `name` for people, the `databases` that it works through, separated by commas, their `type`, and the `seconds` that it will take about. Names only, nothing secret.',
    operations: ['plan'],
    example: '{"include":[{"name":"shop (daily)","databases":"shop","type":"daily","seconds":840},…]}',
  },
  databases: {
    kind: 'json',
    describe:
      'Of several databases: each with its type and what came of it, in the order of the configuration. `outcome` is `good`, `doubtful` or `bad`, `exit_code` as the operation alone would end.',
    example:
      '[{"database":"shop","type":"daily","outcome":"good","exit_code":0,"newest_proven":"2026-11-24T02:17:00Z",…}]',
  },
  'report-path': {
    kind: 'text',
    describe: 'The report as one HTML page: in `report-file`, or, in a job, in a folder for temporary files.',
    example: '/tmp/lifeboat-report-q0Jz9k/masclet_imperi-daily-20261124T020000Z-report.html',
  },
  'artifact-id': {
    kind: 'text',
    describe: 'The id of the artifact that holds the set; not set when the set was not uploaded.',
    operations: ['backup'],
    actionOnly: true,
    example: '1234567890',
  },
} as const satisfies Record<string, OutputDefinition>

export type OutputName = keyof typeof OUTPUTS

interface ValueOf {
  text: string
  number: number
  json: object
}

/** What an operation gives back to whoever started it. An output that has no meaning for an operation is not there. */
export type Outputs = { [Name in OutputName]?: ValueOf[(typeof OUTPUTS)[Name]['kind']] }

/** The definitions as a plain list, for whoever prints them. */
export function outputDefinitions(): (OutputDefinition & { name: OutputName })[] {
  return Object.entries<OutputDefinition>(OUTPUTS).map(([name, definition]) => ({
    ...definition,
    name: name as OutputName,
  }))
}
