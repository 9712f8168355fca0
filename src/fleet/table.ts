import { counted, formatBytes, formatDuration } from '../units.js'
import { labelOf } from './jobs.js'
import { isGood, wordOf, type FleetOutcome, type JobOutcome } from './outcome.js'

const HEADINGS = ['database', 'type', 'outcome', 'proof', 'size', 'time', 'cause'] as const

/** Numbers are read by their last digit. */
const RIGHT: ReadonlySet<number> = new Set([4, 5])

/** Longer causes are cut here: the log above has them whole, and so has the JSON. */
const LONGEST_CAUSE = 240

/** The end of a run over many databases: one line each, then how many were good, and which were not. */
export function tableOf({ outcomes, seconds }: FleetOutcome): string[] {
  const rows = [HEADINGS, ...outcomes.map(cellsOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const bad = outcomes.filter((one) => !isGood(one))
  return [
    ...rows.map((row) => lineOf(row, widths)),
    `${outcomes.length - bad.length} of ${counted(outcomes.length, 'run')} good, in ${formatDuration(seconds)}.`,
    ...(bad.length === 0 ? [] : [`Not good: ${bad.map((one) => `${labelOf(one)} (${wordOf(one)})`).join(', ')}.`]),
  ]
}

/** What is told when one of them ends. */
export function closingLine(outcome: JobOutcome): string {
  const [, , word = '', proof = '', size = '', time = ''] = cellsOf(outcome)
  const facts = [word, ...[proof, size].filter((cell) => cell !== '-'), `in ${time}`]
  return `${facts.join(', ')}.${outcome.cause === undefined ? '' : ` ${outcome.cause}`}`
}

function cellsOf(outcome: JobOutcome): string[] {
  const { database, type, exitCode, outputs, seconds, cause } = outcome
  const size = outputs['size-bytes']
  return [
    database ?? '-',
    type ?? '-',
    `${wordOf(outcome)}${isGood(outcome) || exitCode === null ? '' : ` (${exitCode})`}`,
    outputs.proof === undefined ? '-' : [outputs.proof, outputs['proof-tier'] ?? ''].join(' ').trim(),
    size === undefined ? '-' : formatBytes(size),
    formatDuration(seconds),
    cut(cause ?? ''),
  ]
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) =>
    RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
  )
  return padded.join('  ').trimEnd()
}

function cut(cause: string): string {
  const line = cause.replaceAll(/\s+/g, ' ')
  return line.length <= LONGEST_CAUSE ? line : `${line.slice(0, LONGEST_CAUSE - 1)}…`
}
