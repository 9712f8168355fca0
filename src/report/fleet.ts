import type { Finding } from '../findings.js'
import { ageText } from '../records/freshness.js'
import { counted, formatCount } from '../units.js'
import {
  asSentence,
  code,
  leftOut,
  sentence,
  strong,
  type Block,
  type Inline,
  type Limits,
  type Text,
} from './content.js'
import { fleetLines, labelOf, looksBack, nameOf, shareOf } from './fleet-facts.js'
import type { FleetFacts, FleetLine, FleetPart } from './fleet-facts.js'
import { fleetTable, fleetTiles, fleetTypes } from './fleet-table.js'
import { MOOD_MARKS } from './markup.js'
import type { Report } from './report.js'
import type { Verdict } from './verdict.js'

/** So many databases are named in a sentence; the table has all. */
const NAMED = 5

/** So many findings of one database are told beside its verdict. */
const FINDINGS_EACH = 5

/** How all of them did, for somebody who reads one sentence. */
export function fleetVerdict({ fleet = { parts: [] }, operation, startedAt, findings }: Report): Verdict {
  const lines = fleetLines(fleet)
  if (lines.length === 0) {
    return { mood: 'doubtful', text: sentence`The configuration has no database that this is about.` }
  }
  const [first] = lines
  const worst = lines.filter(({ mood }) => mood === first?.mood)
  if (first === undefined || first.mood === 'good') {
    const common = findings.find(({ severity }) => severity !== 'info')
    const text = allGood(lines, operation, startedAt)
    return common === undefined
      ? { mood: 'good', text }
      : {
          mood: common.severity === 'error' ? 'bad' : 'doubtful',
          text: sentence`${text} But ${code(common.on)}: ${asSentence(common.found)}`,
        }
  }
  const verb = worst.length === 1 ? 'needs' : 'need'
  const need = first.mood === 'bad' ? `${verb} somebody now` : `${verb} a look`
  const rest = lines.filter(({ mood }) => mood !== first.mood && mood !== 'good')
  const also = rest.length === 0 ? [] : sentence` ${counted(rest.length, 'other')} should be looked at.`
  const of = `${formatCount(worst.length)} of ${counted(lines.length, 'database')}`
  return { mood: first.mood, text: sentence`${of} ${need}: ${namesOf(worst)}.${also}` }
}

/** One line a database, the worst first, and below that what is wrong with each. */
export function fleetBlocks(report: Report, limits: Limits): Block[] {
  const { fleet, startedAt } = report
  if (fleet === undefined || fleet.parts.length === 0) {
    return []
  }
  const lines = fleetLines(fleet)
  return [
    fleetTiles(lines, startedAt),
    { kind: 'heading', text: 'The databases' },
    ...fleetTable(lines, report, limits),
    ...troubles(lines, limits),
    ...fleetTypes(lines, startedAt, limits),
  ]
}

/** For a terminal or a log: what is not good, the worst first. */
export function fleetClosing(fleet: FleetFacts): string[] {
  const bad = fleetLines(fleet).filter(({ mood }) => mood !== 'good')
  return bad.flatMap(({ parts }) =>
    parts
      .filter(({ mood }) => mood !== 'good')
      .map((part) => `${MOOD_MARKS[part.mood]} ${labelOf(part)}: ${part.verdict}`),
  )
}

/** As data, in the order of the configuration. */
export function fleetOutput({ parts }: FleetFacts): object[] {
  return parts.map((part) => ({
    ...(part.database !== undefined && { database: part.database }),
    ...(part.type !== undefined && { type: part.type }),
    outcome: part.mood,
    exit_code: part.exitCode,
    verdict: part.verdict,
    newest: part.newest?.toISOString() ?? null,
    newest_proven: part.newestProven?.toISOString() ?? null,
    ...(part.runs !== undefined && {
      backups: part.runs.total,
      success_rate: part.runs.total === 0 ? null : part.runs.succeeded / part.runs.total,
    }),
    ...(part.bytes !== undefined && { size: part.bytes }),
    ...(part.growth !== undefined && { growth: shareOf(part.growth) }),
    findings: part.findings.map(({ code: name, severity, on, found }) => ({ code: name, severity, on, found })),
  }))
}

function allGood(lines: readonly FleetLine[], operation: Report['operation'], now: Date): Text {
  const all = lines.length === 1 ? 'the one database' : `all ${counted(lines.length, 'database')}`
  const ages = lines.flatMap(({ newestProven }) =>
    newestProven === undefined ? [] : [now.getTime() - newestProven.getTime()],
  )
  const oldest =
    ages.length === 0 || !looksBack(operation)
      ? ''
      : ` If the servers were lost now, no database would lose more than ${ageText(Math.max(...ages))} of work.`
  return looksBack(operation)
    ? sentence`The backups of ${all} are as they should be, and proven to restore.${oldest}`
    : sentence`The operation ${code(operation)} ended well for ${all}.`
}

function namesOf(lines: readonly FleetLine[]): Text {
  const shown: Inline[] = lines.slice(0, NAMED).map((line) => code(nameOf(line)))
  const left = lines.length - shown.length
  return [
    ...shown.flatMap((name, index): Inline[] => [...(index === 0 ? [] : [', ']), name]),
    ...(left > 0 ? [` and ${formatCount(left)} more`] : []),
  ]
}

/** What is not good, each with its verdict and what to do. */
function troubles(lines: readonly FleetLine[], limits: Limits): Block[] {
  const wrong = lines.flatMap(({ parts }) => parts.filter(({ mood }) => mood !== 'good'))
  if (wrong.length === 0) {
    return []
  }
  const shown = wrong.slice(0, limits.findings)
  const left = wrong.length - shown.length
  return [
    { kind: 'heading', text: 'What to do' },
    { kind: 'list', items: shown.flatMap(whatToDo) },
    ...(left > 0 ? [leftOut(`${counted(left, 'more database', 'more databases')} or types not shown here.`)] : []),
  ]
}

function whatToDo(part: FleetPart): Text[] {
  const told = part.findings.filter(({ found }) => !part.verdict.includes(found))
  const left = told.length - FINDINGS_EACH
  const [first] = part.findings
  return [
    sentence`${MOOD_MARKS[part.mood]} ${code(labelOf(part))}: ${asSentence(part.verdict)}${first === undefined ? [] : sentence` ${adviceOf(first)}`}`,
    ...told
      .slice(0, FINDINGS_EACH)
      .map((one) => sentence`${code(labelOf(part))}: ${asSentence(one.found)} ${adviceOf(one)}`),
    ...(left > 0 ? [sentence`${code(labelOf(part))}: ${counted(left, 'more finding')}.`] : []),
  ]
}

function adviceOf({ advice, code: name }: Finding): Text {
  return sentence`${strong(advice)} (${code(name)})`
}
