import { printable } from '../control-characters.js'
import { asSentence } from './content.js'
import type { DiagnosisLine, DiagnosisState } from './doctor.js'

/** How a part of the table may be set off. */
export type Emphasis = 'heading' | DiagnosisState | 'advice'

export interface TableLook {
  /** Characters a line. */
  columns: number
  paint: (emphasis: Emphasis, text: string) => string
}

const PLAIN: TableLook = { columns: 120, paint: (_, text) => text }

const WORDS: Readonly<Record<DiagnosisState, string>> = {
  ok: 'ok',
  warning: 'warning',
  problem: 'problem',
  'not-checked': 'not checked',
}

const STATE_WIDTH = 13
const WHAT_WIDTH = 22

/**
 * Everything that was looked at, for a terminal or a log: one line each below its subject, and below what is not right
 * what to do about it.
 */
export function doctorTable(lines: readonly DiagnosisLine[], look: TableLook = PLAIN): string[] {
  const subjects = [...new Set(lines.map(({ subject }) => subject))]
  return subjects.flatMap((subject) => [
    look.paint('heading', subject),
    ...lines.filter((line) => line.subject === subject).flatMap((line) => entry(line, look)),
  ])
}

function entry({ what: name, state, found, advice }: DiagnosisLine, { columns, paint }: TableLook): string[] {
  const what = printable(name)
  const indent = 2 + STATE_WIDTH + WHAT_WIDTH
  const room = Math.max(24, columns - indent)
  // A long name, such as that of a store, gets a line of its own.
  const [first = '', ...rest] = split(asSentence(found), room)
  const head = `  ${paint(state, WORDS[state].padEnd(STATE_WIDTH))}`
  const below = ' '.repeat(indent)
  return [
    ...(what.length < WHAT_WIDTH
      ? [`${head}${what.padEnd(WHAT_WIDTH)}${first}`]
      : [`${head}${what}`, `${below}${first}`]),
    ...rest.map((line) => `${below}${line}`),
    ...split(advice ?? '', room - 2).map(
      (line, index) => `${below}${index === 0 ? '→ ' : '  '}${paint('advice', line)}`,
    ),
  ]
}

function split(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of printable(text)
    .split(/\s+/)
    .filter((each) => each !== '')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else {
      lines.push(word)
    }
  }
  return lines
}
