import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import { z } from 'zod'
import type { Manifest, Proof } from '../backup/manifest.js'
import { rowsByTable, setBytes } from './metrics.js'

/** One line of `log/<day>.jsonl`: the format that was asked for, with more in `details`. */
export interface LogLine {
  /** `YYYY-MM-DD HH:mm:ss`, UTC */
  timestamp: string
  operation: string
  status: 'success' | 'error'
  details: LogDetails
}

export interface LogDetails {
  /** Bytes of the set. */
  size?: number
  /** Seconds. */
  duration: number
  /** Rows by table, `schema.name` or, where unambiguous in `public`, as the reader sees it. */
  records?: Record<string, number>
  [more: string]: unknown
}

/**
 * What reports are made of besides, so that they need nothing but the log; all may be missing, in lines of earlier
 * versions and of other operations. Times are in the line already: it is written when the operation ends, `duration`
 * says when it began, and the `id` of a set is the instant of its snapshot. `scenarios` of a drill have its RTO and RPO.
 *
 * None of it names a table, a role or a row: it may stand in the log of sets whose names are hidden.
 */
export interface ReportedDetails {
  /** The set that it took, validated or restored, and its type. */
  id?: string
  type?: string
  series?: string
  /** The task of the configuration that it was. */
  task?: string
  /** The outcome of this verification, and its tier. */
  proof?: Proof['outcome']
  tier?: Proof['tier']
  /** Of a backup: the share of bytes saved, 0 to 1; what its tables occupy at the source; bytes of the dump. */
  compression_ratio?: number
  total_bytes?: number
  compressed_bytes?: number
  /** Of a backup: peak memory in MB of 1,000,000 bytes. */
  memory_usage_mb?: number
  /** Of a backup: what was left in the primary store after the set was in it, before rotation. */
  free_bytes?: number
  /** The alerts that fired. */
  alerts?: readonly { level: string; measure: string }[]
  /** Of what ended with status `error`: the codes of the findings that made it so, each once. */
  errors?: readonly string[]
  /** Of what ended early: the step in which it did, and the exit code. */
  phase?: string
  exit_code?: number
}

const Timestamp = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .refine((text) => !Number.isNaN(instantOf(text).getTime()))

/** Not `z.record`, which drops a table that somebody called `__proto__`. */
const Records = z.custom<Record<string, number>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((rows) => typeof rows === 'number'),
)

const Line = z.object({
  timestamp: Timestamp,
  operation: z.string().min(1),
  status: z.enum(['success', 'error']),
  details: z.looseObject({
    size: z.number().nonnegative().optional(),
    duration: z.number().nonnegative(),
    records: Records.optional(),
  }),
})

/** A line about an operation that ended at that time. */
export function logLine(at: Date, operation: string, status: LogLine['status'], details: LogDetails): LogLine {
  return { timestamp: at.toISOString().slice(0, 19).replace('T', ' '), operation, status, details }
}

/** What the log says of a set that was taken or validated; `previousProven` reads it again. */
export function setDetails(manifest: Manifest, proof: Proof, seconds: number): LogDetails {
  return {
    size: setBytes(manifest),
    duration: seconds,
    records: rowsByTable(manifest),
    id: manifest.id,
    type: manifest.type,
    series: manifest.series,
    proof: proof.outcome,
    tier: proof.tier,
  }
}

/** The file that a line goes to, under `log/`: `2026-11-24.jsonl`, by its own timestamp. */
export function logFileOf({ timestamp }: Pick<LogLine, 'timestamp'>): string {
  return `${timestamp.slice(0, 10)}.jsonl`
}

/** The UTC day of a log file, at its beginning; undefined for a file of another name. */
export function dayOfLogFile(name: string): Date | undefined {
  const [, day] = /^(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name) ?? []
  const date = new Date(`${day ?? ''}T00:00:00Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** When a line was written. */
export function timeOfLine({ timestamp }: Pick<LogLine, 'timestamp'>): Date {
  return instantOf(timestamp)
}

/**
 * The line as JSON with its line end, to be appended in one write.
 *
 * It is one line for every reader, whatever a table is called: what some programs take for a line end (U+0085, U+2028,
 * U+2029) and what a terminal acts on (C1 controls, marks that reverse text) is escaped. All tables are in it, so the line
 * of a database with 10,000 tables has some 300 kB: read it without a limit on lines.
 */
export function formatLine(line: LogLine): string {
  return `${JSON.stringify(line).replaceAll(TREACHEROUS, escaped)}\n`
}

const TREACHEROUS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Reads one line, with or without its end; undefined when it is none. Details that are not known here are kept. */
export function parseLine(text: string): LogLine | undefined {
  const parsed = Line.safeParse(fromJson(text))
  return parsed.success ? (parsed.data as LogLine) : undefined
}

/**
 * What stays of the text of an old log file: the lines of drills, as they are. A line that cannot be read goes with the
 * others; nobody could make anything of it.
 */
export function linesThatStay(text: string): string {
  return text
    .split('\n')
    .filter((line) => parseLine(line)?.operation === 'drill')
    .map((line) => `${line}\n`)
    .join('')
}

function instantOf(timestamp: string): Date {
  return new Date(`${timestamp.replace(' ', 'T')}Z`)
}

function fromJson(text: string): unknown {
  try {
    return parseBoundedJson(text, SMALL_JSON)
  } catch {
    return undefined
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
