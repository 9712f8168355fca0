import { MOOD_MARKS, renderBlocks, type Dialect, type Of } from './markup.js'
import type { Block, Chart, Limits, Point, Unit } from './content.js'
import { escapeForGitHub, escapeHtml, shorten } from './escape.js'
import { axisUnit, formatMoment, isMeasured } from './values.js'

/**
 * Blocks as GitHub's Markdown: HTML throughout, which nothing from outside can break, and mermaid for the charts (its
 * renderer reads only fenced code).
 */
export function renderMarkdown(blocks: readonly Block[], limits: Limits): string {
  return `${renderBlocks(blocks, dialect(limits))}\n`
}

function dialect(limits: Limits): Dialect {
  return {
    prose: escapeForGitHub,
    code: escapeHtml,
    bars: mermaidBars,
    chart: mermaidLines,
    frame: (_, content) => content,
    tiles: (block) => tilesTable(block, limits),
    openDetails: false,
    wordsAtLeft: ' align="left"',
    limits,
  }
}

/** A bar chart; its axis has no clock, because mermaid would show that in the reader's time zone. */
function mermaidBars({ caption, unit, bars }: Of<'bars'>): string {
  const values = bars.map(({ value }) => (isMeasured(value) ? value : 0))
  const [lowest, highest] = [Math.min(0, ...values), Math.max(0, ...values)]
  const { size, suffix } = axisUnit(unit, Math.max(highest, -lowest))
  const [from, to] = [Math.floor(lowest / size), Math.max(1, Math.ceil(highest / size))]
  return [
    '```mermaid',
    'xychart-beta horizontal',
    `    title "${label(caption)}"`,
    `    x-axis [${toldApart(bars.map((bar) => label(bar.label)))
      .map((text) => `"${text}"`)
      .join(', ')}]`,
    `    y-axis "${axisName(unit, suffix)}" ${from} --> ${to}`,
    `    bar [${values.map((value) => (value / size).toFixed(1)).join(', ')}]`,
    '```',
  ].join('\n')
}

/** `min`, `GB`, `percent` … */
function axisName(unit: Unit, suffix: string): string {
  const short = suffix.trim()
  return unit === 'share' ? 'percent' : short === '' ? 'number' : short
}

/** As many points as have room under the drawing. */
const MOST_POINTS = 31

/**
 * Lines over time. Mermaid knows neither gaps nor times, only values one after the other; so the longest line gives the
 * instants, and beside it stand those that have a value at each of them. The table has the others, and what is reckoned
 * and not measured. There is no key either: the axis names the lines, in the order of the palette.
 */
function mermaidLines({ caption, text, unit, series }: Chart): string {
  const columns = series
    .filter(({ forecast }) => forecast !== true)
    .map(({ name, points }) => ({ name, values: valuesOf(points) }))
    .sort((a, b) => b.values.size - a.values.size)
  const labels = [...(columns[0]?.values.keys() ?? [])].slice(-MOST_POINTS)
  const drawn = columns.filter(({ values }) => labels.every((label) => values.has(label))).slice(0, 5)
  const sentence = `<p>${escapeForGitHub(text)}</p>`
  if (labels.length < 2) {
    return sentence
  }
  const rows = drawn.map(({ values }) => labels.map((label) => values.get(label) ?? 0))
  const { size, suffix } = axisUnit(unit, Math.max(...rows.flat()))
  return [
    sentence,
    '',
    '```mermaid',
    'xychart-beta',
    `    title "${label(caption)}"`,
    `    x-axis [${labels.map((text) => `"${text}"`).join(', ')}]`,
    `    y-axis "${label(drawn.map(({ name }) => name).join(', '))}, ${axisName(unit, suffix)}"`,
    ...rows.map((row) => `    line [${row.map((value) => (value / size).toFixed(2)).join(', ')}]`),
    '```',
  ].join('\n')
}

/** By the label of their instants, the last of each; mermaid takes equal labels for one place. */
function valuesOf(points: readonly Point[]): Map<string, number> {
  return new Map(
    points.flatMap(({ at, value }) => (isMeasured(value) ? [[formatMoment(at).slice(5), value] as const] : [])),
  )
}

/** One column a figure: the figure, then what it stands on. */
function tilesTable({ caption, tiles }: Of<'tiles'>, limits: Limits): string {
  const cell = (text: string) => escapeForGitHub(shorten(text, limits.text))
  return [
    '<table>',
    `<caption>${cell(caption)}</caption>`,
    `<thead><tr>${tiles.map(({ label }) => `<th scope="col" align="left">${cell(label)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    `<tr>${tiles.map(({ value, mood }) => `<td><strong>${mood === undefined ? '' : `${MOOD_MARKS[mood]} `}${cell(value)}</strong></td>`).join('')}</tr>`,
    `<tr>${tiles.map(({ note }) => `<td>${cell(note ?? '')}</td>`).join('')}</tr>`,
    '</tbody>',
    '</table>',
  ].join('\n')
}

/** Mermaid takes equal labels for one place, and an empty one for a mistake. */
function toldApart(labels: readonly string[]): string[] {
  const taken = new Set<string>()
  return labels.map((text) => {
    let own = text.trim() === '' ? '(no name)' : text
    for (let nth = 2; taken.has(own); nth++) {
      own = `${text} (${nth})`
    }
    taken.add(own)
    return own
  })
}

/** Only what cannot mean anything to mermaid or end the fence. */
function label(text: string): string {
  return Array.from(text.replaceAll(/[^\p{L}\p{N} ,.()-]/gu, ' '))
    .slice(0, 40)
    .join('')
}
