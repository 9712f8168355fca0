import type { Block, Chart, Column, Inline, Limits, Mood, Text } from './content.js'
import { escapeHtml, shorten } from './escape.js'
import { counted } from '../units.js'
import { formatMoment, formatValue } from './values.js'

export type Of<Kind extends Block['kind']> = Extract<Block, { kind: Kind }>

/** What differs between the job summary and the page. */
export interface Dialect {
  /** Escapes prose. */
  prose: (text: string) => string
  /** Escapes what stands in a `<code>` element. */
  code: (text: string) => string
  /** A chart, without the table that stands beside it. */
  bars: (block: Of<'bars'>) => string
  /** A drawing, without its figures. */
  chart: (chart: Chart) => string
  /** What stands around drawings with their figures, and around a table. */
  frame: (kind: 'charts' | 'chart' | 'table', content: string, caption: string) => string
  /** Figures at a glance. */
  tiles: (block: Of<'tiles'>) => string
  /** Whether what is folded starts open. */
  openDetails: boolean
  /** The attribute that puts words at the left of a cell, where no style sheet does. */
  wordsAtLeft: string
  limits: Limits
}

export const MOOD_MARKS: Readonly<Record<Mood, string>> = { good: '✅', bad: '❌', doubtful: '⚠️' }

/** Blocks as HTML, one a paragraph of text. No block has an empty line in it, so Markdown takes each for HTML to its end. */
export function renderBlocks(blocks: readonly Block[], dialect: Dialect): string {
  return blocks.map((block) => renderBlock(block, dialect)).join('\n\n')
}

function renderBlock(block: Block, dialect: Dialect): string {
  switch (block.kind) {
    case 'verdict':
      return `<h2 class="${block.mood}">${MOOD_MARKS[block.mood]} ${renderText(block.text, dialect)}</h2>`
    case 'heading':
      return `<h3>${dialect.prose(block.text)}</h3>`
    case 'paragraph':
      return `<p>${renderText(block.text, dialect)}</p>`
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${renderText(item, dialect)}</li>`).join('\n')}\n</ul>`
    case 'table':
      return dialect.frame('table', renderTable(block, dialect), block.caption)
    case 'bars':
      return dialect.bars(block)
    case 'tiles':
      return dialect.tiles(block)
    case 'charts':
      return renderCharts(block, dialect)
    case 'details':
      return `<details${dialect.openDetails && block.folded !== true ? ' open' : ''}>\n<summary>${dialect.prose(block.summary)}</summary>\n\n${renderBlocks(block.blocks, dialect)}\n\n</details>`
  }
}

function renderCharts({ charts }: Of<'charts'>, dialect: Dialect): string {
  const framed = charts.map((chart) =>
    dialect.frame('chart', `${dialect.chart(chart)}\n\n${renderBlocks([figuresOf(chart)], dialect)}`, chart.caption),
  )
  return dialect.frame('charts', framed.join('\n\n'), '')
}

/** A chart in figures, the newest first: one line an instant, one column a series. */
function figuresOf({ caption, unit, series }: Chart): Block {
  const instants = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at.getTime())))].sort(
    (a, b) => b - a,
  )
  const columns = series.map(({ points }) => new Map(points.map(({ at, value }) => [at.getTime(), value])))
  const shown = instants.slice(0, MOST_FIGURES)
  const rows = shown.map((instant) => [
    [formatMoment(new Date(instant))],
    ...columns.map((column) => [formatValue(column.get(instant) ?? null, unit)]),
  ])
  const left = instants.length - shown.length
  return {
    kind: 'details',
    folded: true,
    summary: `${caption}, in figures`,
    blocks: [
      {
        kind: 'table',
        caption:
          left === 0 ? caption : `${caption}: the newest ${shown.length}; ${counted(left, 'older line')} left out`,
        columns: [{ title: 'When (UTC)' }, ...series.map(({ name }) => ({ title: name, numeric: true }))],
        rows,
      },
    ],
  }
}

/** More than a year of days; the JSON has all. */
const MOST_FIGURES = 400

function renderTable({ caption, columns, rows }: Of<'table'>, dialect: Dialect): string {
  const head = columns
    .map((column) => `<th scope="col"${alignment(column, dialect)}>${dialect.prose(column.title)}</th>`)
    .join('')
  const body = rows.map(
    (cells) => `<tr>${cells.map((cell, index) => renderCell(cell, index, columns, dialect)).join('')}</tr>`,
  )
  return [
    '<table>',
    `<caption>${dialect.prose(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    '<tbody>',
    ...body,
    '</tbody>',
    '</table>',
  ].join('\n')
}

function renderCell(cell: Text, index: number, columns: readonly Column[], dialect: Dialect): string {
  const tag = index === 0 ? 'th' : 'td'
  const scope = index === 0 ? ' scope="row"' : ''
  return `<${tag}${scope}${alignment(columns[index], dialect)}>${renderText(cell, dialect)}</${tag}>`
}

/** An attribute and not a style, because GitHub keeps no styles. */
function alignment(column: Column | undefined, { wordsAtLeft }: Dialect): string {
  return column?.numeric === true ? ' align="right"' : wordsAtLeft
}

function renderText(text: Text, dialect: Dialect): string {
  return text.map((inline) => renderInline(inline, dialect)).join('')
}

function renderInline(inline: Inline, { prose, code, limits }: Dialect): string {
  if (typeof inline === 'string') {
    return prose(shorten(inline, limits.text))
  }
  if ('code' in inline) {
    // A name in another script must not turn the words around it: `dir` sets it apart.
    return `<code dir="auto">${code(shorten(inline.code, limits.text))}</code>`
  }
  if ('label' in inline) {
    return `<a href="${escapeHtml(inline.to)}">${code(inline.label)}</a>`
  }
  return `<strong>${prose(shorten(inline.strong, limits.text))}</strong>`
}
