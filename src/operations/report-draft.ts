import type { ManifestDraft } from '../backup/draft.js'
import type { Manifest, Proof } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { exitCodeOf, messageOf, messagesOf, TimeLimitError, TimeLimitReached } from '../errors.js'
import { given } from '../given.js'
import { describeFinding, type Finding } from '../findings.js'
import type { Operation } from '../option-list.js'
import { setDetails, type LogDetails } from '../records/log.js'
import { setBytes } from '../records/metrics.js'
import type { WatchedType } from '../records/freshness.js'
import type { DiagnosisLine } from '../report/doctor.js'
import type { DrillFacts } from '../report/drill-facts.js'
import type { MaintenanceFacts } from '../report/maintenance.js'
import type { PeriodReport } from '../report/period.js'
import type {
  AlertLine,
  Failure,
  Metrics,
  Phase,
  Report,
  RestoredFacts,
  RetentionLine,
  SchemaChangeFacts,
  SetFacts,
  SourceFacts,
  StoreLine,
  TableResult,
} from '../report/report.js'

/** Where a set can be read, and where it is kept, as a person would write it. */
export interface SetPlacement {
  folder: string
  location: string
}

/** The report of an operation while it runs: each step adds what it knows, so that a failure tells all until then. */
export class ReportDraft {
  series = ''
  type: string | undefined
  id: string | undefined
  dryRun = false
  source: SourceFacts | undefined
  set: SetFacts | undefined
  proof: Proof | undefined
  restored: RestoredFacts | undefined
  drill: DrillFacts | undefined
  statistics: PeriodReport | undefined
  watched: readonly WatchedType[] | undefined
  maintenance: MaintenanceFacts | undefined
  diagnosis: readonly DiagnosisLine[] | undefined
  schemaChange: SchemaChangeFacts | undefined
  checks: string[] = []
  tables: TableResult[] = []
  metrics: Metrics | undefined
  alerts: AlertLine[] = []
  retention: RetentionLine[] = []
  /** Undefined where there is only one. */
  stores: readonly StoreLine[] | undefined
  /** Whether the store's log gets a line about it. */
  isLogged = true
  /** What the log says of the operation, besides how it ended and how long it took. */
  logDetails: Omit<LogDetails, 'duration'> = {}
  private readonly phases: Phase[] = []
  /** The innermost step that something was thrown out of, and what that was. */
  private ended: { error: unknown; phase: string } | undefined
  private readonly findings: Finding[] = []
  /** What no finding says, as sentences. */
  readonly warnings: string[] = []
  readonly startedAt: Date
  private readonly start: number

  constructor(
    private readonly operation: Operation,
    private readonly context: Context,
  ) {
    this.startedAt = context.clock.now()
    this.start = context.clock.monotonic()
  }

  /** Seconds since the operation began. */
  seconds(): number {
    return (this.context.clock.monotonic() - this.start) / 1000
  }

  /** Does a step under its title and remembers how long it took, also when it fails. */
  async phase<T>(title: string, work: () => Promise<T>): Promise<T> {
    const phase: Phase = { name: title, seconds: 0 }
    this.phases.push(phase)
    const start = this.context.clock.monotonic()
    try {
      return await this.context.logger.step(title, work)
    } catch (error) {
      this.ended = this.ended?.error === error ? this.ended : { error, phase: title }
      throw error
    } finally {
      phase.seconds = (this.context.clock.monotonic() - start) / 1000
    }
  }

  /** Adds findings to the report and says the weighty ones in the log. */
  find(findings: readonly Finding[]): void {
    this.findings.push(...findings)
    for (const one of findings) {
      this.say(one)
    }
  }

  /** Whether something of this code was found so far. */
  has(code: Finding['code']): boolean {
    return this.findings.some((one) => one.code === code)
  }

  /** Adds findings that the log has already. */
  remember(findings: readonly Finding[]): void {
    this.findings.push(...findings)
  }

  /** Forgets the set that it was about until now: another one follows. */
  startOver(): void {
    this.id = undefined
    this.source = undefined
    this.set = undefined
    this.proof = undefined
    this.tables = []
  }

  /** Where the set is, once it is in the store. */
  committed(manifest: Manifest, place: SetPlacement): void {
    this.id = manifest.id
    this.describeSet(manifest, place)
    this.logDetails = setDetails(manifest, manifest.proof, this.seconds())
  }

  /** What a set says of itself. */
  describeSet(manifest: ManifestDraft, { folder, location }: SetPlacement): void {
    const { source, tool, snapshot, options, dump, encryption } = manifest
    this.source = {
      database: source.database,
      serverVersion: source.serverVersion,
      pgDump: tool.pgDump,
      snapshotTime: new Date(snapshot.time),
    }
    this.set = {
      path: folder,
      location,
      manifestPath: `${folder}/${SET.manifest}`,
      format: options.format,
      compression: options.compression,
      bytes: setBytes(manifest),
      dumpBytes: dump.bytes,
      sourceBytes: manifest.tables.reduce((sum, table) => sum + (table.data ? table.bytes : 0), 0),
      ...(encryption !== undefined && { encryption }),
    }
  }

  warn(sentence: string): void {
    this.note(sentence)
    this.context.logger.warning(sentence)
  }

  /** A warning that the log has already. */
  note(sentence: string): void {
    this.warnings.push(sentence)
  }

  finished(failure?: unknown): Report {
    return {
      operation: this.operation,
      series: this.series,
      startedAt: this.startedAt,
      seconds: this.seconds(),
      dryRun: this.dryRun,
      phases: this.phases,
      tables: this.tables,
      alerts: this.alerts,
      retention: this.retention,
      findings: this.findings,
      warnings: this.warnings,
      checks: this.checks,
      schemaChange: this.schemaChange,
      ...given({
        type: this.type,
        id: this.id,
        source: this.source,
        set: this.set,
        restored: this.restored,
        drill: this.drill,
        statistics: this.statistics,
        watched: this.watched,
        maintenance: this.maintenance,
        diagnosis: this.diagnosis,
        proof: this.proof,
        metrics: this.metrics,
        stores: this.stores,
      }),
      ...(failure !== undefined && { failure: this.failureOf(failure) }),
    }
  }

  private failureOf(thrown: unknown): Failure {
    const { reason } = this.context.signal as { reason: unknown }
    // Whatever was thrown once the limit was reached came of that.
    const error = reason instanceof TimeLimitReached ? new TimeLimitError(reason, thrown) : thrown
    const redact = (text: string) => this.context.logger.redact(text)
    const { ended } = this
    return {
      message: redact(messageOf(error)),
      causes: messagesOf(error).slice(1).map(redact),
      exitCode: exitCodeOf(error),
      ...(ended !== undefined && ended.error === thrown && { phase: ended.phase }),
    }
  }

  /** Says a finding in the log, as loud as it weighs. */
  say(one: Finding): void {
    const text = `${describeFinding(one)} ${one.advice}`
    const { logger } = this.context
    switch (one.severity) {
      case 'error':
        logger.error(text)
        break
      case 'inconclusive':
      case 'warning':
        logger.warning(text)
        break
      case 'info':
        logger.info(text)
    }
  }
}
