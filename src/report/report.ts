import type { Proof } from '../backup/manifest.js'
import type { ExitCode } from '../errors.js'
import { worstOf, type Finding } from '../findings.js'
import type { Operation } from '../option-list.js'
import type { WatchedType } from '../records/freshness.js'
import type { Metrics } from '../records/metrics.js'
import { diagnosisCode, type DiagnosisLine } from './doctor.js'
import { worstOutcome, type DrillFacts } from './drill-facts.js'
import { fleetExitCode, type FleetFacts } from './fleet-facts.js'
import type { MaintenanceFacts } from './maintenance.js'
import type { PeriodReport } from './period.js'
import type { PlanFacts } from './plan.js'

export type { Metrics }

/**
 * What an operation tells when it is over: a plain object without behaviour, from which the job summary, the HTML page,
 * the outputs and the exit code are made. Names and messages in it come from outside and are escaped by the renderers.
 */
export interface Report {
  operation: Operation
  series: string
  /** The type of the set; for a rotation, undefined means every type. */
  type?: string
  /** The id of the set; undefined where there is none (a rotation, a failure, a dump of another tool). */
  id?: string
  startedAt: Date
  seconds: number
  /** Nothing was changed, only told. */
  dryRun?: boolean
  source?: SourceFacts
  set?: SetFacts
  /** What a restore made; undefined until there is a database that holds it. */
  restored?: RestoredFacts
  /** What a drill came to; undefined for other operations. */
  drill?: DrillFacts
  /** What a watch saw; undefined for other operations. */
  watched?: readonly WatchedType[]
  /** What a maintenance did; undefined for other operations. */
  maintenance?: MaintenanceFacts
  /** What a report over a period shows; undefined for other operations. */
  statistics?: PeriodReport
  /** What came of each of several databases; undefined for an operation on one. */
  fleet?: FleetFacts
  /** What a plan came to; undefined for other operations. */
  plan?: PlanFacts
  /** Everything that was looked at; undefined for operations other than `doctor`. */
  diagnosis?: readonly DiagnosisLine[]
  /** The outcome of verifying; undefined for operations that verify nothing. */
  proof?: Proof
  /** In the order in which they began; some run at the same time. */
  phases: readonly Phase[]
  tables: readonly TableResult[]
  metrics?: Metrics
  alerts: readonly AlertLine[]
  /** What changed in the schema since the last proven set; undefined where nothing did, or nothing is known. */
  schemaChange?: SchemaChangeFacts | undefined
  /** Of the primary store; what was decided for copies is told with each of them. */
  retention: readonly RetentionLine[]
  /** The stores that were worked on, the primary first; not given where there is only one. */
  stores?: readonly StoreLine[]
  /** What was found besides the proof's findings: by the preflight, by rotation. */
  findings: readonly Finding[]
  /** What was checked in a dump of another tool, as sentences without their full stop. */
  checks?: readonly string[]
  /** What a reader should know and no finding says, as sentences. */
  warnings: readonly string[]
  /** What was uploaded to GitHub. */
  artifacts?: readonly ArtifactLine[]
  /** Why the operation ended early; what is known until then is told all the same. */
  failure?: Failure
  /** Why the run ends as a failure though nothing failed: alerts fired that `fail-on` asks for. As sentences. */
  failedOn?: string
}

/** How the schema of a set differs from that of an earlier one. */
export interface SchemaChangeFacts {
  /** The earlier set: `daily/20261123T020000Z`. */
  since: string
  /** One a change: `+ table public.notes (3 columns)`. */
  lines: readonly string[]
  /** Changes that are not among the lines. */
  more: number
}

/** The database that was backed up, as its manifest describes it. */
export interface SourceFacts {
  database: string
  serverVersion: string
  /** `pg_dump (PostgreSQL) 17.2` */
  pgDump?: string
  /** When the snapshot was taken. */
  snapshotTime?: Date
}

/** Where the set is and what it weighs. */
export interface SetFacts {
  /** Its folder, or the path of a dump of another tool. Of a set that is kept elsewhere, a local copy of it. */
  path: string
  /** Where it is kept, as a person would write it; `path` where not given. */
  location?: string
  manifestPath?: string
  format?: string
  compression?: string
  /** Bytes of all its files. */
  bytes: number
  /** Bytes of the dump itself. */
  dumpBytes?: number
  /** What the tables in it occupy at the source. */
  sourceBytes?: number
  /** Made by another tool: it has no manifest. */
  foreign?: boolean
  /** To which keys it is encrypted, by what manifests call them, and whether its readable parts leave out names. */
  encryption?: { recipients: readonly string[]; namesHidden: boolean }
}

/** The database that a set was restored into. */
export interface RestoredFacts {
  database: string
  /** `postgres@db:5432` */
  server: string
  mode: 'new' | 'replace' | 'add'
  parts: 'all' | 'schema' | 'data'
  /** Whether only some tables were asked for. */
  someTables: boolean
  /** What the database that was there before is called now. */
  previous?: string
  /** The command that puts it back, as a shell takes it. */
  undoCommand?: string
}

export interface Phase {
  name: string
  seconds: number
}

/**
 * - `equal`: rows and content are those of the source
 * - `counted`: the rows of the archive are as many as at the source; the content was not compared
 * - `differs`, `missing`: the proof failed here
 * - `not-compared`: nothing is known
 * - `definition-only`: its rows are not in the backup, as asked for
 */
export type TableOutcome = 'equal' | 'counted' | 'differs' | 'missing' | 'not-compared' | 'definition-only'

export interface TableResult {
  /** As a person writes it: `public.animals`. */
  name: string
  /** Rows at the snapshot. */
  rows?: number
  /** Rows in the restored copy, or in the archive. */
  restoredRows?: number
  /** What it occupies at the source. */
  bytes: number
  outcome: TableOutcome
}

export interface AlertLine {
  level: 'critical' | 'warning' | 'info'
  /** `duration`, `size`, `compression`, … */
  measure: string
  /** What was measured against which limit, as a sentence. */
  message: string
}

export interface RetentionLine {
  id: string
  type: string
  keep: boolean
  reasons: readonly string[]
}

/** What came of an operation in one of several stores. */
export interface StoreLine {
  /** As a person would write it. */
  name: string
  role: 'primary' | 'copy'
  /** What this run brought there from the primary, the newest first. */
  copied: readonly CopiedSet[]
  /** What it holds now, as far as that is known. */
  holds?: { sets: number; bytes: number }
  /** What rotation decided, for a copy. */
  retention: readonly RetentionLine[]
  /** The set that was validated there. */
  checked?: CheckedSet
  /** Why it is not as it should be, as a sentence without its full stop. */
  trouble?: string
}

export interface CopiedSet {
  id: string
  type: string
  bytes: number
  seconds: number
}

export interface CheckedSet {
  id: string
  type: string
  proof: Proof
}

export interface ArtifactLine {
  name: string
  id: string
  /** Relative to the page of the run. */
  url: string
  /** `sha256:…` of what was uploaded; of a zip file, its own. */
  digest?: string
}

export interface Failure {
  /** The message of the error, with what was being done and what to do. */
  message: string
  /** The messages of its causes. */
  causes: readonly string[]
  exitCode: ExitCode
  /** The step that it came out of; undefined where it came from between two. */
  phase?: string
}

/** The findings of the proof and of everything around it. */
export function allFindings(report: Report): readonly Finding[] {
  return [...(report.proof?.findings ?? []), ...report.findings]
}

/**
 * What the process should end with: a failure's own code, else 3 for a proof that failed and 4 for one that was asked for
 * and could not be given; for a drill and for several stores alike. A watch that misses something ends with 1, and with 4
 * where something could not be seen. A dump of another tool cannot be proven at all; when
 * all else ran and was right, that is 0. 1 where everything is right and an alert makes the run fail.
 */
export function exitCodeFor(report: Report): ExitCode {
  if (report.failure !== undefined) {
    return report.failure.exitCode
  }
  if (report.fleet !== undefined) {
    return fleetExitCode(report.fleet, foundCode(report.findings))
  }
  if (report.diagnosis !== undefined) {
    return diagnosisCode(report.diagnosis)
  }
  if (report.drill !== undefined) {
    return DRILL_CODES[worstOutcome(report.drill.scenarios)]
  }
  if (report.operation === 'watch' || report.operation === 'maintain') {
    return foundCode(report.findings)
  }
  if (report.operation === 'validate' && report.stores !== undefined) {
    return checkedCode(report.stores)
  }
  const code = proofCode(report.proof)
  return code === 0 && report.failedOn !== undefined ? 1 : code
}

function proofCode(proof: Proof | undefined): ExitCode {
  switch (proof?.outcome) {
    case 'failed':
      return 3
    case 'not-verified':
      return proof.tier === 'none' || lacksOnlyManifest(proof) ? 0 : 4
    default:
      return 0
  }
}

/** Of several stores: 3 when the set of one is damaged, 4 when one could not be checked. */
function checkedCode(stores: readonly StoreLine[]): ExitCode {
  const outcomes = stores.map(({ checked }) => checked?.proof.outcome)
  if (outcomes.includes('failed')) {
    return 3
  }
  return outcomes.every((outcome) => outcome === 'proven') ? 0 : 4
}

/** What is missing or failed weighs more than what could not be seen. */
function foundCode(findings: readonly Finding[]): ExitCode {
  const worst = worstOf(findings)
  return worst === 'error' ? 1 : worst === 'inconclusive' ? 4 : 0
}

const DRILL_CODES = { passed: 0, failed: 3, 'could-not-run': 4 } as const

function lacksOnlyManifest({ findings }: Proof): boolean {
  const open = findings.filter(({ severity }) => severity === 'inconclusive')
  return open.length > 0 && open.every(({ code }) => code === 'NO_MANIFEST')
}
