import { ageText } from '../records/freshness.js'
import { counted, formatBytes, formatCount, formatDuration, formatInstant, formatShare } from '../units.js'
import { code, leftOut, sentence, type Block, type Column, type Limits, type Text, type Tile } from './content.js'
import { OUTCOME_MARKS } from './drill.js'
import { adviceBlocks, dayText, subjectOf } from './period-advice.js'
import { chartsOf, forecastCharts, growthBars } from './period-charts.js'
import type { Forecast, PeriodReport, TableGrowth } from './period.js'
import { spanOf } from './period-verdict.js'

/** What a period comes to, after its verdict: what to do, figures at a glance, and everything that they stand on. */
export function periodBlocks(report: PeriodReport, limits: Limits): Block[] {
  return [
    { kind: 'paragraph', text: spanText(report) },
    ...adviceBlocks(report, limits),
    { kind: 'tiles', caption: `Figures of ${spanOf(report)}`, tiles: tilesOf(report) },
    ...types(report, limits),
    ...titled('How it went', chartsOf(report)),
    ...forecasts(report, limits),
    ...growth(report, limits),
    ...troubles(report, limits),
    ...recoveries(report, limits),
    ...holds(report, limits),
  ]
}

function spanText({ period, from, to, timezone, operations }: PeriodReport): Text {
  const what = period === 'daily' ? 'The last day' : 'The last seven days'
  const all = Object.entries(operations).map(([name, times]) => `${name} ${times}×`)
  const done = all.length === 0 ? 'nothing is in the log' : `in the log: ${all.join(', ')}`
  return sentence`${what}, from ${formatInstant(from)} to ${formatInstant(to)}; ${done}. Days and weeks are those of ${timezone}.`
}

function titled(text: string, blocks: readonly Block[]): Block[] {
  return blocks.length === 0 ? [] : [{ kind: 'heading', text }, ...blocks]
}

/** The figures that were asked for, and what matters most beside them. */
function tilesOf(report: PeriodReport): Tile[] {
  const { figures, backups, types, recoveries } = report
  const losses = types.flatMap(({ rpo }) => rpo ?? [])
  const times = recoveries.flatMap(({ rto }) => rto ?? [])
  const rate = (share: number | null, note: string): Omit<Tile, 'label'> => ({
    value: share === null ? '–' : formatShare(share),
    note,
    ...(share !== null && { mood: share === 1 ? 'good' : 'bad' }),
  })
  return [
    { label: 'Backups that ended well', ...rate(figures.success_rate, `${backups.succeeded} of ${backups.total}`) },
    { label: 'Proven to restore', ...rate(backups.proof_rate, `${backups.proven} of ${counted(backups.sets, 'set')}`) },
    {
      label: 'Duration on average',
      value: figures.avg_duration === null ? '–' : formatDuration(figures.avg_duration),
      note: 'of those that ended well',
    },
    { label: 'Taken', value: formatBytes(figures.total_size), note: counted(backups.sets, 'set') },
    {
      label: 'Could be lost now',
      value: losses.length === 0 ? 'everything' : ageText(Math.min(...losses) * 1000),
      note: 'age of the newest proven set',
      ...(losses.length === 0 && { mood: 'bad' }),
    },
    {
      label: 'Longest recovery',
      value: times.length === 0 ? '–' : formatDuration(times.reduce((a, b) => Math.max(a, b))),
      note: times.length === 0 ? 'none was rehearsed' : counted(times.length, 'recovery', 'recoveries'),
    },
  ]
}

function types({ types, period }: PeriodReport, limits: Limits): Block[] {
  return table('What could be lost', types, limits.retention, {
    caption:
      'By type: the newest set in the store, the newest that is proven to restore, and how old that one is and was',
    columns: [
      { title: 'Type' },
      { title: period === 'daily' ? 'Sets of the day' : 'Sets of the week', numeric: true },
      { title: 'Newest' },
      { title: 'Newest proven' },
      { title: 'Could be lost now', numeric: true },
      { title: 'At worst', numeric: true },
    ],
    row: ({ type, sets, newest, newestProven, rpo, worstRpo }) => [
      [code(type)],
      [formatCount(sets)],
      [newest === null ? 'none' : formatInstant(newest)],
      [newestProven === null ? '❌ none' : formatInstant(newestProven)],
      [ageOr(rpo)],
      [ageOr(worstRpo)],
    ],
  })
}

function forecasts(report: PeriodReport, limits: Limits): Block[] {
  const rows = table('If it goes on like this', report.forecasts, limits.retention, {
    caption: 'When limits will be reached, by the median growth of what was measured',
    columns: [
      { title: 'Limit' },
      { title: 'Now', numeric: true },
      { title: 'A day', numeric: true },
      { title: 'Reached' },
      { title: 'Stands on' },
    ],
    row: (forecast) => [
      subjectOf(forecast),
      [amount(forecast.current, forecast)],
      [change(forecast)],
      [outcomeText(forecast)],
      [`${counted(forecast.basis.points, 'measurement')} of ${counted(Math.round(forecast.basis.days), 'day')}`],
    ],
  })
  return rows.length === 0 ? [] : [...rows, ...forecastCharts(report)]
}

function outcomeText({ outcome, basis }: Forecast): string {
  switch (outcome.kind) {
    case 'reached':
      return '🔴 now'
    case 'expected':
      return dayText(outcome.at)
    case 'not-in-sight':
      return `not within ${counted(Math.floor(basis.sight), 'day')}`
    case 'cannot-be-told':
      return `cannot be told: ${outcome.reason}`
  }
}

function amount(value: number | null, { unit }: Pick<Forecast, 'unit'>): string {
  if (value === null) {
    return '–'
  }
  return unit === 'bytes' ? formatBytes(value) : formatDuration(value)
}

function change({ perDay, unit }: Forecast): string {
  return perDay === null ? '–' : `${signOf(perDay)}${amount(Math.abs(perDay), { unit })}`
}

function growth(report: PeriodReport, limits: Limits): Block[] {
  const rows = table('Growth by table', report.growth, limits.tables, {
    caption: 'Rows in the oldest and the newest set of the trends, the tables that came, went or changed most first',
    columns: [
      { title: 'Table' },
      { title: 'Type' },
      { title: 'Rows before', numeric: true },
      { title: 'Rows now', numeric: true },
      { title: 'A day', numeric: true },
    ],
    row: ({ table, type, before, after, perDay }) => [
      [code(table)],
      [type],
      [before === null ? '–' : formatCount(before)],
      [after === null ? '❌ not in the set' : formatCount(after)],
      [perDayText({ before, perDay })],
    ],
  })
  const [heading, ...rest] = rows
  return heading === undefined ? [] : [heading, ...growthBars(report), ...rest]
}

function perDayText({ before, perDay }: Pick<TableGrowth, 'before' | 'perDay'>): string {
  if (perDay === null) {
    return before === null ? 'new' : '–'
  }
  return `${signOf(perDay)}${formatCount(Math.round(Math.abs(perDay) * 10) / 10)}`
}

function signOf(number: number): string {
  return number > 0 ? '+' : number < 0 ? '−' : ''
}

function troubles({ errors, alerts }: PeriodReport, limits: Limits): Block[] {
  return [
    ...table('Errors', Object.entries(errors), limits.findings, {
      caption: 'How often each kind came up: a code of the reference, or the step in which a run ended early',
      columns: [{ title: 'Kind' }, { title: 'Runs', numeric: true }],
      row: ([kind, times]) => [[code(kind)], [formatCount(times)]],
    }),
    ...table('Alerts', alerts, limits.findings, {
      caption: 'Limits that runs went over',
      columns: [{ title: 'Measure' }, { title: 'Level' }, { title: 'Runs', numeric: true }, { title: 'The last time' }],
      row: ({ measure, level, times, last }) => [[code(measure)], [level], [formatCount(times)], [formatInstant(last)]],
    }),
  ]
}

function recoveries({ recoveries }: PeriodReport, limits: Limits): Block[] {
  const newestFirst = [...recoveries].reverse()
  return table('Recoveries', newestFirst, limits.retention, {
    caption: 'Drills and restores over the time of the trends, the newest first',
    columns: [
      { title: 'When' },
      { title: 'What' },
      { title: 'Outcome' },
      { title: 'RTO', numeric: true },
      { title: 'RPO', numeric: true },
    ],
    row: ({ at, kind, name, outcome, rto, rpo }) => [
      [formatInstant(at)],
      name === '' ? [kind] : sentence`${kind} ${code(name)}`,
      [OUTCOME_MARKS[outcome]],
      [rto === null ? '–' : formatDuration(rto)],
      [rpo === null ? '–' : formatDuration(rpo)],
    ],
  })
}

function holds({ holds }: PeriodReport, limits: Limits): Block[] {
  return table('What the store holds', holds, limits.retention, {
    caption: 'Sets by type, as retention left them',
    columns: [
      { title: 'Type' },
      { title: 'Sets', numeric: true },
      { title: 'Proven', numeric: true },
      { title: 'Size', numeric: true },
      { title: 'Oldest' },
      { title: 'Newest' },
    ],
    row: ({ type, sets, proven, bytes, oldest, newest }) => [
      [code(type)],
      [formatCount(sets)],
      [formatCount(proven)],
      [formatBytes(bytes)],
      [formatInstant(oldest)],
      [formatInstant(newest)],
    ],
  })
}

interface Rows<Item> {
  caption: string
  columns: readonly Column[]
  row: (item: Item) => Text[]
}

/** A table under its heading, of as many rows as there is room for; nothing where there are none. */
function table<Item>(
  heading: string,
  items: readonly Item[],
  most: number,
  { caption, columns, row }: Rows<Item>,
): Block[] {
  const left = items.length - most
  return items.length === 0
    ? []
    : [
        { kind: 'heading', text: heading },
        { kind: 'table', caption, columns, rows: items.slice(0, most).map(row) },
        ...(left > 0 ? [leftOut(`${counted(left, 'more line')} not shown here.`)] : []),
      ]
}

function ageOr(seconds: number | null): string {
  return seconds === null ? '–' : ageText(seconds * 1000)
}
