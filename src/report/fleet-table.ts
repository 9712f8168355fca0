import { ageText } from '../records/freshness.js'
import { counted, formatBytes, formatCount, formatDuration, formatInstant, formatShare } from '../units.js'
import { code, leftOut, type Block, type Column, type Limits, type Mood, type Text, type Tile } from './content.js'
import { shorten } from './escape.js'
import { looksBack, nameOf, shareOf, type FleetLine, type FleetPart } from './fleet-facts.js'
import { MOOD_MARKS } from './markup.js'
import type { Report } from './report.js'

/** A cell of the table; the details below it have the whole sentence. */
const LONGEST_CELL = 160

/** All databases at a glance. */
export function fleetTiles(lines: readonly FleetLine[], now: Date): Block {
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

/** One line a database, the worst first. */
export function fleetTable(lines: readonly FleetLine[], { startedAt, operation }: Report, limits: Limits): Block[] {
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

/** Where databases have several types: each of them. */
export function fleetTypes(lines: readonly FleetLine[], now: Date, limits: Limits): Block[] {
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
