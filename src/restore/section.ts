import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import { decoderOf } from '../platform/encoding.js'
import { connectionStringOf } from '../postgres/identifier.js'
import { ArchiveComplaints } from './archive-complaints.js'
import { findingsOfAll, isServerGone, type Judge } from './causes.js'
import type { Complaint } from './complaint.js'
import { restoreAgain, type FailedEntry } from './retry-entries.js'
import { roundsOf, type Round } from './rounds.js'
import type { RestoreTarget, Section } from './target-database.js'
import { listEntries, writeUseList, type ListedEntry } from './use-list.js'

export interface ArchiveSection {
  section: Section
  /** A file or a folder. */
  archive: string
  /**
   * How many entries are restored at once. Definitions are not: pg_restore would only hand out their privileges at once,
   * and a grant by somebody who was granted the right may then come before the USAGE of the schema that he needs.
   */
  jobs: number
  /** Says of each entry whether it is left out; everything is restored where it is not given. */
  isLeftOut?: (entry: ListedEntry) => boolean
  /** In which the names in the archive are; UTF8 where it is not given. */
  encoding?: string
  /** Definitions only: no rows, no values of sequences, no large objects, no refilled views. */
  withoutRows?: boolean
  /** Everything belongs to the role that restores. */
  withoutOwners?: boolean
  /** Says what a complaint comes to, before it is judged as usual. */
  judge?: Judge
  /** What else belongs to the section: done when all was tried once, before what failed is tried again. */
  between?: () => Promise<Finding[]>
}

/**
 * Restores one section of an archive and returns what PostgreSQL complained of; it goes on after an error, so that all
 * are told at once. What failed is tried again when all else is there, so that only what cannot be restored in any order
 * is told.
 */
export async function restoreSection(
  target: RestoreTarget,
  section: ArchiveSection,
  context: Context,
): Promise<Finding[]> {
  const work = new SectionRestore(target, section, context)
  const { early, late } = await work.plan()
  for (const round of early) await work.run(round)
  const between = (await section.between?.()) ?? []
  await work.runAgain()
  for (const round of late) await work.run(round)
  if (late.length > 0) await work.runAgain()
  return [...between, ...work.findings()]
}

/** One run of pg_restore: of these entries, or of the whole section. */
type Run = Round | { entries: null; jobs: number }

class SectionRestore {
  /** What is not about an entry, or could not be laid to one. */
  private readonly general: Complaint[] = []
  /** Of these, including those that were too many to keep. */
  private count = 0
  private failures: FailedEntry[] = []
  private listed: ListedEntry[] | null = null

  constructor(
    private readonly target: RestoreTarget,
    private readonly part: ArchiveSection,
    private readonly context: Context,
  ) {}

  async plan(): Promise<{ early: Run[]; late: Run[] }> {
    const { section, jobs } = this.part
    if (section === 'post-data') {
      const { early, eventTriggers } = roundsOf(await this.entries(), jobs)
      return { early, late: eventTriggers }
    }
    // Grants are among the definitions, and one may need another before it: jobs do not wait for that.
    const inTurn = section === 'pre-data' ? 1 : jobs
    const entries = this.part.isLeftOut === undefined ? null : await this.entries()
    return { early: [{ entries, jobs: inTurn }], late: [] }
  }

  /** Restores and remembers what failed. */
  async run({ entries, jobs }: Run): Promise<void> {
    if (entries?.length === 0) return
    const { programs, environment, database } = this.target
    const { section, archive } = this.part
    const complaints = new ArchiveComplaints()
    const finished = await this.context.processes.run({
      ...programs.command('pg_restore', [
        '--no-password',
        // Only then it names the entries that it complains of.
        '--verbose',
        `--dbname=${connectionStringOf(database)}`,
        // Never both: a comment counts to the section of the entry before it in the list.
        entries === null ? `--section=${section}` : `--use-list=${await writeUseList(entries, this.context)}`,
        '--no-tablespaces',
        ...(this.part.withoutOwners === true ? ['--no-owner'] : []),
        `--jobs=${jobs}`,
        ...this.rowsArgument(),
        archive,
      ]),
      env: environment,
      doing: `restoring the ${section} of ${archive}`,
      // pg_restore has the server speak in the archive's encoding.
      decodeStderr: decoderOf(this.part.encoding ?? 'UTF8'),
      onStderrLine: complaints.follow,
      // 1 is for errors that were passed over or that ended it; what they were is in the complaints.
      accept: [0, 1],
    })
    complaints.end()
    await this.take(complaints, finished)
  }

  /** Tries again what failed; not where the server went away, for then nobody knows what else was lost with it. */
  async runAgain(): Promise<void> {
    const all = [...this.general, ...this.failures.flatMap(({ complaints }) => complaints)]
    if (this.failures.length === 0 || all.some(isServerGone)) return
    this.failures = await restoreAgain(this.target, this.part, this.failures, this.context)
  }

  findings(): Finding[] {
    const all = [...this.general, ...this.failures.flatMap(({ complaints }) => complaints)]
    const more = this.count - this.general.length
    return findingsOfAll(all, more, this.part.section, this.part.judge)
  }

  private async take(
    complaints: ArchiveComplaints,
    { code, stderrTail }: { code: number; stderrTail: string },
  ): Promise<void> {
    if (code === 0) return
    if (!complaints.isWhole()) complaints.failedSilently(stderrTail)
    const failures = await this.failuresOf(complaints)
    this.failures.push(...failures)
    const laid = new Set(failures.map(({ entry }) => entry.dumpId))
    const general = complaints.kept.filter(({ entry }) => entry === undefined || !laid.has(entry))
    this.general.push(...general)
    this.count += failures.length === 0 ? complaints.count : general.length
  }

  /**
   * The entries that failed, in the archive's order. Where pg_restore did not come to its end, others were not even tried;
   * and where more entries are named than it counted errors, a text of the backup passed for its words.
   */
  private async failuresOf({ failed, passedOver }: ArchiveComplaints): Promise<FailedEntry[]> {
    if (passedOver === null || failed.size === 0 || failed.size > passedOver) return []
    return (await this.entries()).flatMap((entry) => {
      const complaints = failed.get(entry.dumpId)?.map((complaint) => ({ ...complaint, about: entry.text }))
      return complaints === undefined ? [] : [{ entry, complaints }]
    })
  }

  private async entries(): Promise<ListedEntry[]> {
    const { section, archive, isLeftOut, encoding = 'UTF8' } = this.part
    const args = [`--section=${section}`, ...this.rowsArgument()]
    this.listed ??= (await listEntries(this.target.programs, archive, args, encoding, this.context)).filter(
      (entry) => isLeftOut?.(entry) !== true,
    )
    return this.listed
  }

  private rowsArgument(): string[] {
    return this.part.withoutRows === true ? ['--schema-only'] : []
  }
}
