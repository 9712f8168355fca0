import type { Context } from '../context.js'
import { InterruptedError, LifeboatError, messageOf } from '../errors.js'
import type { Finding } from '../findings.js'
import { QueryError } from '../postgres/query-error.js'
import type { DiagnosisLine, DiagnosisState } from '../report/doctor.js'

/** What lines are about, in the order of the table. */
export type Subject =
  'Database' | 'Programs' | 'Scratch' | 'Stores' | 'Space' | 'Keys' | 'Clock' | 'Schedule' | 'GitHub' | 'Alerts'

const SUBJECTS: readonly Subject[] = [
  'Database',
  'Programs',
  'Scratch',
  'Stores',
  'Space',
  'Keys',
  'Clock',
  'Schedule',
  'GitHub',
  'Alerts',
]

/** How many things of one kind a line names. */
const MOST_NAMED = 3

/** What is seen while everything is looked at. A check that fails is a line itself, and the others go on. */
export class Examination {
  private readonly seen: DiagnosisLine[] = []

  constructor(private readonly context: Pick<Context, 'signal' | 'logger'>) {}

  /** What was seen, by subject. */
  get lines(): readonly DiagnosisLine[] {
    const { logger } = this.context
    const all = SUBJECTS.flatMap((subject) => this.seen.filter((line) => line.subject === subject))
    return all.map((line) => ({ ...line, found: logger.redact(line.found) }))
  }

  ok(subject: Subject, what: string, found: string): void {
    this.seen.push({ subject, what, state: 'ok', found })
  }

  warning(subject: Subject, what: string, found: string, advice: string): void {
    this.seen.push({ subject, what, state: 'warning', found, advice })
  }

  problem(subject: Subject, what: string, found: string, advice: string): void {
    this.seen.push({ subject, what, state: 'problem', found, advice })
  }

  notChecked(subject: Subject, what: string, found: string, advice?: string): void {
    this.seen.push({ subject, what, state: 'not-checked', found, ...(advice !== undefined && { advice }) })
  }

  /** Looks at one thing. What is thrown becomes a line; only an interruption ends everything. */
  async check<T>(subject: Subject, what: string, look: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await look()
    } catch (error) {
      if (error instanceof InterruptedError || this.context.signal.aborted) {
        throw new InterruptedError(`looking at ${what}`, error)
      }
      this.failed(subject, what, error)
      return undefined
    }
  }

  /**
   * Tells findings that other operations would tell too, those of one code in one line; one good line where there are
   * none that matter.
   */
  findings(subject: Subject, what: string, findings: readonly Finding[], good: string): void {
    const pressing = findings.filter(({ severity }) => severity !== 'info')
    if (pressing.length === 0) {
      this.ok(subject, what, good)
    }
    for (const code of new Set(pressing.map((finding) => finding.code))) {
      this.group(
        subject,
        what,
        pressing.filter((finding) => finding.code === code),
      )
    }
  }

  private group(subject: Subject, what: string, findings: readonly Finding[]): void {
    const [first] = findings
    if (first !== undefined) {
      const { code, found, advice, severity } = first
      this.seen.push({
        subject,
        what,
        state: STATES[severity],
        found: `${namesOf(findings)}: ${found} (${code})`,
        advice,
      })
    }
  }

  /** What the server would not let us ask is not known to be wrong; whatever else failed here would fail a backup too. */
  private failed(subject: Subject, what: string, error: unknown): void {
    if (error instanceof LifeboatError && !(error instanceof QueryError)) {
      this.problem(subject, what, error.problem, error.advice)
      return
    }
    const advice = error instanceof LifeboatError ? error.advice : 'Read the message; if it does not help, report it.'
    this.notChecked(subject, what, error instanceof LifeboatError ? error.problem : messageOf(error), advice)
  }
}

const STATES: Readonly<Record<Finding['severity'], DiagnosisState>> = {
  error: 'problem',
  inconclusive: 'not-checked',
  warning: 'warning',
  info: 'ok',
}

function namesOf(findings: readonly Finding[]): string {
  const names = findings.slice(0, MOST_NAMED).map(({ on }) => on)
  const more = findings.length - names.length
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}
