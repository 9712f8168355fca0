import type { ExitCode } from '../errors.js'
import { counted } from '../units.js'
import { asSentence, code, sentence, type Block, type Text } from './content.js'
import type { Report } from './report.js'
import type { Verdict } from './verdict.js'

/**
 * - `ok`: it was looked at and is as it should be
 * - `warning`: backups can be taken, and somebody should look
 * - `problem`: backups fail, or are worth less than they seem, until it is mended
 * - `not-checked`: it could not be looked at, so nothing is said of it
 */
export type DiagnosisState = 'ok' | 'warning' | 'problem' | 'not-checked'

/** One thing that could go wrong, and whether it would. */
export interface DiagnosisLine {
  /** What it belongs to: `Database`, `Stores`, … */
  subject: string
  /** What was looked at: `connection`, `/backups/db`. */
  what: string
  state: DiagnosisState
  /** What was found, as a sentence without its full stop. */
  found: string
  /** What to do about it, full sentences. */
  advice?: string
}

/** 1 with a problem; 4 when something could not be looked at; warnings are no reason to fail. */
export function diagnosisCode(lines: readonly DiagnosisLine[]): ExitCode {
  const states = new Set(lines.map(({ state }) => state))
  return states.has('problem') ? 1 : states.has('not-checked') ? 4 : 0
}

export function doctorVerdict(lines: readonly DiagnosisLine[]): Verdict {
  const of = (state: DiagnosisState): readonly DiagnosisLine[] => lines.filter((line) => line.state === state)
  const [problems, open, warnings] = [of('problem'), of('not-checked'), of('warning')]
  const [first] = problems
  if (first !== undefined) {
    const rest = problems.length === 1 ? [] : sentence` ${counted(problems.length - 1, 'more problem')} below.`
    return { mood: 'bad', text: sentence`${first.subject}, ${code(first.what)}: ${asSentence(first.found)}${rest}` }
  }
  if (open.length > 0) {
    const said = `No problem was found, but ${counted(open.length, 'thing')} could not be checked.`
    return { mood: 'doubtful', text: [said] }
  }
  const looked = `${counted(lines.length, 'thing')} that a backup and its proof need ${lines.length === 1 ? 'was' : 'were'} looked at`
  return warnings.length === 0
    ? { mood: 'good', text: [`${looked}, and all are as they should be.`] }
    : { mood: 'doubtful', text: [`${looked}: no problem, ${counted(warnings.length, 'warning')}.`] }
}

const MARKS: Readonly<Record<DiagnosisState, string>> = {
  ok: '✅ ok',
  warning: '⚠️ warning',
  problem: '❌ problem',
  'not-checked': '❓ not checked',
}

/** The table, with the fix for each thing that is not right. */
export function doctorBlocks({ diagnosis = [] }: Pick<Report, 'diagnosis'>): Block[] {
  if (diagnosis.length === 0) {
    return []
  }
  return [
    { kind: 'heading', text: 'What was looked at' },
    {
      kind: 'table',
      caption: 'Everything that could go wrong, and whether it would',
      columns: [{ title: 'What' }, { title: 'State' }, { title: 'What was found' }, { title: 'What to do' }],
      rows: diagnosis.map(row),
    },
  ]
}

function row({ subject, what, state, found, advice }: DiagnosisLine): Text[] {
  return [sentence`${subject}: ${code(what)}`, [MARKS[state]], [asSentence(found)], [advice ?? '']]
}
