import type { Finding } from '../findings.js'
import { ageText } from '../records/freshness.js'
import { counted, formatBytes, formatCount, formatDuration, formatInstant, formatShare } from '../units.js'
import {
  asSentence,
  code,
  sentence,
  strong,
  type Block,
  type Column,
  type Inline,
  type Limits,
  type Mood,
  type Text,
  type Tile,
} from './content.js'
import { shorten } from './escape.js'
import { fleetLines, type FleetFacts, type FleetLine, type FleetPart } from './fleet-facts.js'
import { MOOD_MARKS } from './markup.js'
import type { Report } from './report.js'
import type { Verdict } from './verdict.js'

/** So many databases are named in a sentence; the table has all. */
const NAMED = 5

/** A cell of the table; the details below it have the whole sentence. */
const LONGEST_CELL = 160

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
    tiles(lines, startedAt),
    { kind: 'heading', text: 'The databases' },
    ...table(lines, report, limits),
    ...troubles(lines, limits),
    ...byType(lines, startedAt, limits),
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

/** These tell of the backups that are there; the others of what they did themselves. */
function looksBack(operation: Report['operation']): boolean {
  return operation === 'report' || operation === 'watch'
}

function namesOf(lines: readonly FleetLine[]): Text {
  const shown: Inline[] = lines.slice(0, NAMED).map((line) => code(nameOf(line)))
  const left = lines.length - shown.length
  return [
    ...shown.flatMap((name, index): Inline[] => [...(index === 0 ? [] : [', ']), name]),
    ...(left > 0 ? [` and ${formatCount(left)} more`] : []),
  ]
}

function tiles(lines: readonly FleetLine[], now: Date): Block {
  const withMood = (mood: Mood): number => lines.filter((line) => line.mood === mood).length
  const tile = (label: string, mood: Mood): Tile[] =>
    withMood(mood) === 0 ? [] : [{ label, value: formatCount(withMood(mood)), mood }]
  const oldest = lines.flatMap(({ newestProven }) => (newestProven === undefined ? [] : [newestProven.getTime()]))
  const weighed = lines.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]))
  return {
    kind: 'tiles',
    caption: 'All databases at a glance',
    tiles: [
      { label: 'Databases', value: formatCount(lines.length) },
      ...tile('As they should be', 'good'),
      ...tile('To be looked at', 'doubtful'),
      ...tile('In trouble', 'bad'),
      ...(oldest.length === 0
        ? []
        : [{ label: 'Oldest newest proven backup', value: ageText(now.getTime() - Math.min(...oldest)) }]),
      ...(weighed.length === 0
        ? []
        : [{ label: 'Size', value: formatBytes(weighed.reduce((sum, bytes) => sum + bytes, 0)) }]),
    ],
  }
}

/** A column of the table; it is left out where it has nothing to tell of any database. */
interface Cell extends Column {
  text: (line: FleetLine) => string | undefined
}

function table(lines: readonly FleetLine[], { startedAt, operation }: Report, limits: Limits): Block[] {
  const cells: Cell[] = [
    { title: 'Newest proven', numeric: true, text: (line) => provenAge(line, operation, startedAt) },
    { title: 'Ended well', numeric: true, text: ({ runs }) => (runs === undefined ? undefined : rateOf(runs)) },
    { title: 'Size', numeric: true, text: ({ bytes }) => (bytes === undefined ? undefined : formatBytes(bytes)) },
    { title: 'Growth', numeric: true, text: ({ growth }) => (growth === undefined ? undefined : growthOf(growth)) },
    {
      title: 'Time',
      numeric: true,
      text: ({ seconds }) => (looksBack(operation) ? undefined : formatDuration(seconds)),
    },
    { title: 'What is wrong', text: troubleOf },
  ]
  const columns = cells.filter(({ text }) => lines.some((line) => text(line) !== undefined))
  const shown = lines.slice(0, limits.databases)
  const left = lines.length - shown.length
  return [
    {
      kind: 'table',
      caption: `One line a database, the worst first${columns.some(({ title }) => title === 'Growth') ? '; growth is that of the newest set since the oldest that the trend looks back on' : ''}`,
      columns: [
        { title: 'Database' },
        { title: 'State' },
        ...columns.map(({ title, numeric }) => ({ title, numeric: numeric === true })),
      ],
      rows: shown.map((line) => [
        [code(nameOf(line))],
        [`${MOOD_MARKS[line.mood]} ${line.isUnknown ? 'not known' : STATES[line.mood]}`],
        ...columns.map(({ text }) => [text(line) ?? '–']),
      ]),
    },
    ...(left > 0 ? [leftOut(`${counted(left, 'more database')}, none worse than these, not shown here.`)] : []),
  ]
}

const STATES: Readonly<Record<Mood, string>> = { good: 'good', doubtful: 'to be looked at', bad: 'in trouble' }

function provenAge(
  { newestProven, isUnknown }: FleetLine,
  operation: Report['operation'],
  now: Date,
): string | undefined {
  if (newestProven === undefined) {
    return looksBack(operation) && !isUnknown ? 'none' : undefined
  }
  return ageText(now.getTime() - newestProven.getTime())
}

function rateOf({ total, succeeded }: { total: number; succeeded: number }): string {
  return total === 0 ? 'none taken' : `${formatShare(succeeded / total)} of ${formatCount(total)}`
}

function growthOf(growth: { before: number; after: number }): string {
  const share = shareOf(growth)
  return share === null ? '–' : `${share < 0 ? '−' : '+'}${formatShare(Math.abs(share))}`
}

function shareOf({ before, after }: { before: number; after: number }): number | null {
  return before === 0 ? null : after / before - 1
}

function troubleOf({ parts }: FleetLine): string | undefined {
  const wrong = parts.filter(({ mood }) => mood !== 'good')
  const [first] = [...wrong].sort((a, b) => Number(b.mood === 'bad') - Number(a.mood === 'bad'))
  if (first === undefined) {
    return undefined
  }
  const type = parts.length === 1 || first.type === undefined ? '' : `${first.type}: `
  const more = wrong.length === 1 ? '' : ` (and ${wrong.length - 1} more)`
  return `${type}${shorten(first.verdict, LONGEST_CELL)}${more}`
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

/** Where databases have several types: each of them. */
function byType(lines: readonly FleetLine[], now: Date, limits: Limits): Block[] {
  const parts = lines.flatMap((line) => line.parts)
  if (parts.length === lines.length) {
    return []
  }
  const shown = parts.slice(0, limits.databases)
  const left = parts.length - shown.length
  return [
    {
      kind: 'details',
      summary: `Each type of each database (${formatCount(parts.length)})`,
      blocks: [
        {
          kind: 'table',
          caption: 'The newest backup of each type, and the newest that is proven to restore',
          columns: [
            { title: 'Database' },
            { title: 'Type' },
            { title: 'State' },
            { title: 'Newest' },
            { title: 'Newest proven' },
            { title: 'Age', numeric: true },
          ],
          rows: shown.map((part) => partRow(part, now)),
        },
        ...(left > 0 ? [leftOut(`${counted(left, 'more line')} not shown here.`)] : []),
      ],
    },
  ]
}

function partRow({ database, type, mood, isUnknown, newest, newestProven }: FleetPart, now: Date): Text[] {
  return [
    [code(database ?? '–')],
    [type === undefined ? '–' : code(type)],
    [`${MOOD_MARKS[mood]} ${isUnknown === true ? 'not known' : STATES[mood]}`],
    [newest === undefined ? '–' : formatInstant(newest)],
    [newestProven === undefined ? '–' : formatInstant(newestProven)],
    [newestProven === undefined ? '–' : ageText(now.getTime() - newestProven.getTime())],
  ]
}

function labelOf({ database, type }: FleetPart): string {
  return [nameOf({ database }), ...(type === undefined ? [] : [`(${type})`])].join(' ')
}

function nameOf({ database }: { database?: string | undefined }): string {
  return database ?? 'the database'
}

function leftOut(text: string): Block {
  return { kind: 'paragraph', text: [text] }
}
