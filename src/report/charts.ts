import { scaleLinear, scaleUtc, type ScaleLinear, type ScaleTime } from 'd3-scale'
import { line } from 'd3-shape'
import type { Chart, Series, Threshold } from './content.js'
import { escapeHtml, shorten } from './escape.js'
import { axisUnit, formatMoment, formatValue, isMeasured, type AxisUnit } from './values.js'
import type { Of } from './markup.js'

/** The size of the drawing in its own units; it is scaled to the room that it gets. */
const SIZE = { width: 460, height: 220, top: 14, right: 30, bottom: 30 } as const

/** On a phone letters are 16 units high; digits of that size are this wide. */
const LETTER = 9

/** As many lines as can be told from each other; the table beside the drawing has all. */
const MOST_SERIES = 6

/** More dots than this would be a second line. */
const MOST_DOTS = 45

/** A threshold this many times above everything that was measured would press the lines to the floor. */
const FAR = 4

/** About as many marks on an axis as have room on a phone. */
const TICKS = 4

interface Scales {
  x: ScaleTime<number, number>
  /** Takes values in the unit of the axis. */
  y: ScaleLinear<number, number>
  axis: AxisUnit
}

interface Measured {
  time: number
  value: number | null
}

interface DrawnSeries extends Omit<Series, 'points'> {
  points: readonly Measured[]
  /** `s0`, … : the colour and the dashes of the style sheet. */
  look: string
}

/**
 * A chart as SVG for a page with the style sheet of reports: no script, no style attribute, no id, so that it lives under
 * the strictest content security policy and beside any other drawing. Its title and description say what it shows.
 */
export function drawChart(chart: Chart): string {
  const series = drawable(chart.series)
  const values = series.flatMap(({ points }) => points.flatMap(({ value }) => (value === null ? [] : [value])))
  if (values.length === 0) {
    return figure(chart, '<p>Nothing was measured yet.</p>', '')
  }
  const highest = most(values)
  const thresholds = (chart.thresholds ?? []).filter(({ value }) => isMeasured(value))
  const near = thresholds.filter(({ value }) => value <= Math.max(highest, Number.MIN_VALUE) * FAR)
  const scales = scalesFor(chart, series, [...values, ...near.map(({ value }) => value)])
  const drawing = [
    `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" xmlns="http://www.w3.org/2000/svg">`,
    `<title>${words(chart.caption)}</title>`,
    `<desc>${words(chart.text)}</desc>`,
    ...valueAxis(scales),
    ...timeAxis(scales),
    // Below the lines: its words must not hide what was measured.
    ...near.map((threshold) => drawThreshold(threshold, scales, chart)),
    ...series.flatMap((one) => drawSeries(one, scales, chart)),
    '</svg>',
  ].join('\n')
  const far = thresholds.filter((threshold) => !near.includes(threshold))
  return figure(chart, drawing, key(series, chart, far))
}

/** What can be drawn, in the order of time. A forecast looks like the series of its name, with dots for a line. */
function drawable(series: readonly Series[]): DrawnSeries[] {
  const names = [...new Set(series.map(({ name }) => name))].slice(0, MOST_SERIES)
  return series
    .filter(({ name }) => names.includes(name))
    .map(({ points, ...rest }) => ({
      ...rest,
      look: `s${names.indexOf(rest.name)}`,
      points: points
        .map(({ at, value }) => ({
          time: at.getTime(),
          value: isMeasured(value) ? rounded(value) : null,
        }))
        .filter(({ time }) => Number.isFinite(time))
        .sort((a, b) => a.time - b.time),
    }))
}

/** To a millionth: an axis whose end is the smallest number that there is has no marks. */
function rounded(value: number): number {
  return Math.abs(value) < 1e-6 ? 0 : value
}

function scalesFor({ unit }: Chart, series: readonly DrawnSeries[], values: readonly number[]): Scales {
  const times = series.flatMap(({ points }) => points.map(({ time }) => time))
  const [first, last] = [least(times), most(times)]
  // A single instant stands in the middle of a day.
  const room = first === last ? 12 * 3_600_000 : 0
  // The axis begins at nothing, so that twice as high means twice as much.
  const lowest = Math.min(0, least(values))
  const highest = Math.max(unit === 'share' ? 1 : 0, most(values))
  const axis = axisUnit(unit, Math.max(highest, -lowest))
  const y = scaleLinear()
    .domain([lowest / axis.size, highest === lowest ? 1 : highest / axis.size])
    .nice(TICKS)
    .range([SIZE.height - SIZE.bottom, SIZE.top])
  const longest = most(ticksOf({ y, axis }).map(({ text }) => text.length))
  const x = scaleUtc()
    .domain([first - room, last + room])
    .range([Math.min(longest * LETTER + 10, SIZE.width / 3), SIZE.width - SIZE.right])
  return { x, y, axis }
}

function ticksOf({ y, axis }: Pick<Scales, 'y' | 'axis'>): { value: number; text: string }[] {
  const format = y.tickFormat(TICKS)
  return y.ticks(TICKS).map((tick) => ({ value: tick * axis.size, text: `${format(tick)}${axis.suffix}` }))
}

function valueAxis(scales: Scales): string[] {
  const { left, right } = edges(scales)
  return ticksOf(scales).map(({ value, text }) => {
    const height = heightOf(value, scales)
    return `<path class="grid" d="M${left},${height}H${right}"/><text x="${left - 6}" y="${height}" dy="0.35em" text-anchor="end">${escapeHtml(text)}</text>`
  })
}

function timeAxis({ x }: Scales): string[] {
  const ticks = x.ticks(TICKS)
  const [first, last] = x.domain()
  const span = (last?.getTime() ?? 0) - (first?.getTime() ?? 0)
  const bottom = SIZE.height - SIZE.bottom
  const labels = ticks.map((tick) => timeLabel(tick, span))
  const apart = most(labels.map(({ length }) => length)) * LETTER + 8
  // Marks come by calendar weeks or months, sometimes more of them than labels have room beside each other.
  const every = Math.max(1, Math.ceil(apart / distance(ticks.map((tick) => x(tick)))))
  return ticks.map((tick, index) => {
    const across = round(x(tick))
    const text = index % every === 0 ? (labels[index] ?? '') : ''
    return `<path class="grid" d="M${across},${bottom}v5"/><text x="${across}" y="${bottom + 21}" text-anchor="middle">${text}</text>`
  })
}

/** How near two neighbours come to each other. */
function distance(places: readonly number[]): number {
  return least(places.slice(1).map((place, index) => place - (places[index] ?? 0)))
}

const DAY = 86_400_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** As much of an instant as tells it from its neighbours; UTC, like every time in a report. */
function timeLabel(tick: Date, span: number): string {
  if (span <= 2 * DAY) {
    return tick.toISOString().slice(11, 16)
  }
  const month = MONTHS[tick.getUTCMonth()] ?? ''
  return span > 300 * DAY ? `${month} ${tick.getUTCFullYear()}` : `${month} ${tick.getUTCDate()}`
}

function drawSeries({ points, look, name, forecast }: DrawnSeries, scales: Scales, { unit }: Chart): string[] {
  const place = (point: Measured): [number, number] => [round(scales.x(point.time)), heightOf(point.value ?? 0, scales)]
  const path =
    line<Measured>(
      (point) => place(point)[0],
      (point) => place(point)[1],
    ).defined(({ value }) => value !== null)(points) ?? ''
  const kind = forecast === true ? `${look} forecast` : look
  const dots = points.filter((point, index) => hasDot(point, points[index - 1], points[index + 1], points.length))
  return [
    `<path class="line ${kind}" d="${path}"/>`,
    ...(forecast === true ? [] : dots).map((point) => {
      const [across, height] = place(point)
      const words = `${name}, ${formatMoment(new Date(point.time))}: ${formatValue(point.value, unit)}`
      return `<circle class="dot ${look}" cx="${across}" cy="${height}" r="3.5"><title>${escapeHtml(shorten(words, 200))}</title></circle>`
    }),
  ]
}

/** Where there are few points all have a dot; among many only those that no line leads to. */
function hasDot({ value }: Measured, before: Measured | undefined, after: Measured | undefined, all: number): boolean {
  const alone = (before?.value ?? null) === null && (after?.value ?? null) === null
  return value !== null && (all <= MOST_DOTS || alone)
}

function drawThreshold({ label, value }: Threshold, scales: Scales, { unit }: Chart): string {
  const { left, right } = edges(scales)
  const height = heightOf(value, scales)
  const words = shorten(`${label}: ${formatValue(value, unit)}`, 40)
  // Above its line, and below where there is no room above it.
  const text = height < SIZE.top + 16 ? height + 16 : height - 5
  return `<path class="threshold" d="M${left},${height}H${right}"/><text class="threshold" x="${left + 4}" y="${text}">${escapeHtml(words)}</text>`
}

/** The names of the lines with a piece of each, and what is too far away to be drawn. */
function key(series: readonly DrawnSeries[], { unit, series: all }: Chart, far: readonly Threshold[]): string {
  const left = new Set(all.map(({ name }) => name)).size - new Set(series.map(({ name }) => name)).size
  const lines = series.length < 2 ? [] : series.map((one) => `<li>${sample(one)}${escapeHtml(nameOf(one))}</li>`)
  const items = [
    ...lines,
    ...(left === 0 ? [] : [`<li>${left} more in the figures below</li>`]),
    ...far.map(
      ({ label, value }) =>
        `<li>${escapeHtml(shorten(label, 60))}: ${formatValue(value, unit)}, far above what is drawn</li>`,
    ),
  ]
  return items.length === 0 ? '' : `<ul class="key">\n${items.join('\n')}\n</ul>`
}

function sample({ look, forecast }: DrawnSeries): string {
  return `<svg viewBox="0 0 36 12" aria-hidden="true"><path class="line ${look}${forecast === true ? ' forecast' : ''}" d="M2,6H34"/></svg>`
}

function nameOf({ name, forecast }: DrawnSeries): string {
  return `${shorten(name, 60)}${forecast === true ? ', if it goes on like this' : ''}`
}

function figure({ caption, text }: Chart, drawing: string, below: string): string {
  return [
    '<figure>',
    `<figcaption>${words(caption)}</figcaption>`,
    `<p>${words(text)}</p>`,
    drawing,
    ...(below === '' ? [] : [below]),
    '</figure>',
  ].join('\n')
}

/** Around a drawing: the names of types and tables may be in it. */
function words(text: string): string {
  return escapeHtml(shorten(text, 500))
}

const BARS = { height: 22, gap: 6, labels: 150, width: 460, letters: 20, values: 80 } as const

/** Bars side by side; the table beside them says the same, so they are hidden from those who listen. */
export function drawBars({ caption, unit, bars }: Of<'bars'>): string {
  const values = bars.map(({ value }) => (isMeasured(value) ? value : 0))
  const across = scaleLinear()
    .domain([Math.min(0, least(values)), Math.max(0, most(values), Number.MIN_VALUE)])
    .range([BARS.labels, BARS.width - BARS.values])
  const rows = bars.map(({ label }, index) => {
    const value = values[index] ?? 0
    const top = index * (BARS.height + BARS.gap)
    const [left, right] = [across(0), across(value)].sort((a, b) => a - b) as [number, number]
    const middle = top + BARS.height * 0.7
    return [
      `<text x="${BARS.labels - 8}" y="${middle}" text-anchor="end">${escapeHtml(shorten(label, BARS.letters))}</text>`,
      `<rect class="bar" x="${round(left)}" y="${top}" width="${Math.max(1, round(right - left))}" height="${BARS.height}"/>`,
      `<text x="${round(Math.max(right, left + 1) + 6)}" y="${middle}">${escapeHtml(formatValue(value, unit))}</text>`,
    ].join('')
  })
  return [
    '<figure class="bars" aria-hidden="true">',
    `<figcaption>${escapeHtml(caption)}</figcaption>`,
    `<svg viewBox="0 0 ${BARS.width} ${bars.length * (BARS.height + BARS.gap)}" xmlns="http://www.w3.org/2000/svg">`,
    ...rows,
    '</svg>',
    '</figure>',
  ].join('\n')
}

function heightOf(value: number, { y, axis }: Pick<Scales, 'y' | 'axis'>): number {
  return round(y(value / axis.size))
}

function edges({ x }: Scales): { left: number; right: number } {
  const [left = 0, right = 0] = x.range()
  return { left, right }
}

/** Not `Math.max(...values)`: a call takes only so many arguments. */
function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity)
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
