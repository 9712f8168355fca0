import { ComplaintBuilder, isHarmless, KEPT, type Complaint } from './complaint.js'

/** With these, psql says what this file reads. */
export const TELLING = ['--set=VERBOSITY=verbose', '--set=ECHO=errors'] as const

/**
 * Reads what psql writes to standard error, line by line:
 *
 *     psql:<stdin>:1203: FEHLER:  42P07: Relation »animals« existiert bereits
 *     DETAIL:  …
 *     LOCATION:  heap_create_with_catalog, heap.c:1164
 *     psql:<stdin>:1203: STATEMENT:  CREATE TABLE …
 *
 * Severities are in the server's language, and a warning can have any SQLSTATE. But only behind an error does psql show
 * the statement, under a label of its own; and the error that ends a session is followed by the end of psql.
 */
export class ScriptComplaints {
  readonly kept: Complaint[] = []
  /** Of what changes something. */
  count = 0
  harmless = 0
  /** What the server said last, until it is known whether that was an error. */
  private said: ComplaintBuilder | null = null
  private isSure = false
  /** Where psql first refused a command of its own. */
  private refused: string | null = null

  readonly follow = (line: string): void => {
    const [, place, text = ''] = /^psql:[^:]*:(\d+): (.*)$/.exec(line) ?? []
    if (place !== undefined) {
      this.followOwn(place, text)
      return
    }
    if (/^psql: (?:error|fatal): /.test(line)) {
      this.close()
      this.open({ by: 'program', message: line.replace(/^psql: (?:error|fatal): /, ''), about: '' })
      this.isSure = true
      return
    }
    this.said?.follow(line)
  }

  /** To be called once psql has ended. */
  end(): void {
    this.close()
  }

  /** A failure without a word is a complaint too. */
  failedSilently(said: string): void {
    this.keep({ by: 'program', message: `it ended with a failure${said === '' ? '' : `: ${said}`}`, about: '' })
  }

  /** In a script of pg_dump is no command of psql but its own marks. Where rows were read as commands, more is wrong. */
  refusedAlone(): void {
    if (this.count + this.harmless === 0 && this.refused !== null) {
      this.keep({ by: 'program', message: 'it holds a command of psql, which was refused', about: this.refused })
    }
  }

  private followOwn(place: string, text: string): void {
    const [, statement] = /^STATEMENT: {2}(.*)$/.exec(text) ?? []
    if (statement !== undefined) {
      this.said?.begin('statement', statement)
      this.isSure = this.said !== null
      return
    }
    const [, state, message] = /^[^\s:][^:]{0,40}: {2}([0-9A-Z]{5}): (.*)$/.exec(text) ?? []
    if (state !== undefined && message !== undefined) {
      this.close()
      this.open({ by: 'server', message, about: `line ${place}`, state })
      return
    }
    if (/^error: (?:backslash commands are restricted|\\unrestrict: )/.test(text)) this.refused ??= `line ${place}`
    const [, lost] = /^error: (connection to server was lost.*)$/.exec(text) ?? []
    if (lost !== undefined) {
      this.sessionEnded(`line ${place}`, lost)
    }
  }

  /** No statement is shown of the error that ended the session; it is the last that the server said, if not a warning. */
  private sessionEnded(about: string, lost: string): void {
    this.isSure = !/^0[012]/.test(this.said?.complaint.state ?? '00000')
    this.close()
    this.keep({ by: 'program', message: lost, about })
  }

  private open(complaint: Complaint): void {
    this.said = new ComplaintBuilder(complaint)
    this.isSure = false
  }

  private close(): void {
    if (this.said !== null && this.isSure) this.keep(this.said.complaint)
    this.said = null
    this.isSure = false
  }

  private keep(complaint: Complaint): void {
    if (isHarmless(complaint)) {
      this.harmless += 1
      return
    }
    this.count += 1
    if (this.kept.length < KEPT) this.kept.push(complaint)
  }
}
