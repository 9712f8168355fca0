import { messageOf } from '../errors.js'
import { QueryError } from '../postgres/query-error.js'

/** Something that a server, or the program that restored, said went wrong. */
export interface Complaint {
  /** Who said it: the server, in its own language, or the program itself, in English. */
  by: 'server' | 'program'
  /** The error without its severity: `relation "x" already exists`. */
  message: string
  /** What it was about: `TABLE public animals masclet`, `line 1203`; empty where that was not said. */
  about: string
  /** The number of the archive's entry that it was about. */
  entry?: number
  /** SQLSTATE: `42P07`; only psql tells it. */
  state?: string
  detail?: string
  hint?: string
  context?: string
  /** What the server was asked to do; cut where it is long. */
  statement?: string
}

/** How much of each part of a complaint is kept. */
const LONGEST_PART = 16 * 1024

/** How much of each part is told: an error can quote a whole row. */
const LONGEST_TOLD = 300

/** How many complaints are kept; a broken restore can have one for every statement. */
export const KEPT = 50

/** One complaint in a sentence without its full stop: message, SQLSTATE, and whatever else the server said. */
export function describeComplaint({ message, state, detail, hint, context, statement }: Complaint): string {
  const told = [
    state === undefined ? message : `${message} (SQLSTATE ${state})`,
    ...part('detail', detail),
    ...part('hint', hint),
    ...part('context', placeOf(context)),
    ...part('statement', withoutSecrets(firstLine(statement))),
  ]
  return told.join('; ')
}

/** A statement as it is told: its first line that is no comment, without what may be a secret. */
export function describeStatement(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '' && !each.trimStart().startsWith('--'))
  return shortened(withoutSecrets(line) ?? '')
}

/** What the server said to a statement of ours. */
export function complaintFrom(error: unknown, about: string, statement: string): Complaint {
  const cause = error instanceof QueryError ? error.cause : error
  const { code, detail, hint, where } = Object(cause) as Partial<Record<'code' | 'detail' | 'hint' | 'where', unknown>>
  return {
    by: typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? 'server' : 'program',
    message: error instanceof QueryError ? error.problem : messageOf(error),
    about,
    statement,
    ...(typeof code === 'string' && { state: code }),
    ...(typeof detail === 'string' && { detail }),
    ...(typeof hint === 'string' && { hint }),
    ...(typeof where === 'string' && { context: where }),
  }
}

/** Statements that can hold passwords, connections or settings, each of which may be a secret. */
const WITH_SECRETS =
  /^\s*(CREATE|ALTER)\s+(ROLE|USER|GROUP|DATABASE|SYSTEM|SUBSCRIPTION|SERVER|FOREIGN|FUNCTION|PROCEDURE|ROUTINE)\b/i

/** Any text between quotes, also one whose end is on a later line. */
function withoutSecrets(statement: string | undefined): string | undefined {
  if (statement === undefined || !WITH_SECRETS.test(statement)) return statement
  return statement.replaceAll(/'(?:[^']|'')*(?:'|$)/g, "'…'")
}

function part(name: string, text: string | undefined): string[] {
  const told = shortened(text ?? '')
  return told === '' ? [] : [`${name}: ${told}`]
}

function shortened(text: string): string {
  const told = text.trim().replaceAll(/\s+/g, ' ')
  return told.length > LONGEST_TOLD ? `${told.slice(0, LONGEST_TOLD)}…` : told
}

/** Where in the rows it was; the row itself is in the detail, if the server shows it at all. */
function placeOf(context: string | undefined): string | undefined {
  return firstLine(context)?.replace(/^(COPY [^:]*): .*$/, '$1')
}

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n').find((line) => line.trim() !== '')
}

type Part = 'detail' | 'hint' | 'context' | 'statement'

/** libpq's own labels, which are English whatever the server speaks. */
const LABELS: Readonly<Record<string, Part | 'other'>> = {
  DETAIL: 'detail',
  HINT: 'hint',
  CONTEXT: 'context',
  QUERY: 'other',
  LOCATION: 'other',
  'SCHEMA NAME': 'other',
  'TABLE NAME': 'other',
  'COLUMN NAME': 'other',
  'DATATYPE NAME': 'other',
  'CONSTRAINT NAME': 'other',
}

/** Puts together one complaint out of the lines that it is told in. */
export class ComplaintBuilder {
  private at: Part | 'message' | 'other' = 'message'

  constructor(readonly complaint: Complaint) {}

  /** A line behind the first one: the beginning of another part, or more of the last one. */
  follow(line: string): void {
    const [, label = '', text = ''] = /^([A-Z ]+): {1,2}(.*)$/.exec(line) ?? []
    const next = /^LINE \d+: /.test(line) ? 'other' : LABELS[label]
    if (next !== undefined) {
      this.at = next
      this.add(text)
      return
    }
    this.add(line)
  }

  /** From now on, lines belong to the statement. */
  begin(part: Part, text: string): void {
    this.at = part
    this.add(text)
  }

  private add(text: string): void {
    if (this.at === 'other') return
    const before = this.complaint[this.at]
    const joined = before === undefined ? text : `${before}\n${text}`
    this.complaint[this.at] = joined.slice(0, LONGEST_PART)
  }
}

/** What newer programs set and older servers do not know; that changes nothing, and the copy is compared all the same. */
const UNKNOWN_TIMEOUT = 'SET transaction_timeout = 0;'

/**
 * A script puts tables into their tablespaces; where the server has none of that name, they go into the default one, as
 * those of all other formats do. Tablespaces are not compared.
 */
const TABLESPACE = /^SET default_tablespace = [^;]*;$/

/** Whether what failed changes nothing in the restored database. */
export function isHarmless({ statement = '' }: Complaint): boolean {
  const asked = statement.trim()
  return asked === UNKNOWN_TIMEOUT || TABLESPACE.test(asked)
}
