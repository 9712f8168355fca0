import { METRICS, metricDefinitions, type MetricDefinition, type MetricName } from './metric-list.js'

/** One value of a metric; labels that have no value are left out, which means the same. */
export interface Sample {
  name: MetricName
  labels: Readonly<Record<string, string>>
  value: number
}

/**
 * The samples as OpenMetrics text, by metric in the order of the list and then by labels. Prometheus's older text format
 * reads it too, for which the lines that it does not know are comments.
 */
export function renderOpenMetrics(samples: readonly Sample[]): string {
  const families = metricDefinitions().flatMap((definition) => {
    const own = samples.filter(({ name }) => name === definition.name)
    const lines = [...new Map(own.map((sample) => [seriesOf(sample), sample])).entries()]
    return own.length === 0
      ? []
      : [...head(definition), ...lines.sort(byText).map(([series, { value }]) => `${series} ${numberText(value)}`)]
  })
  return [...families, '# EOF', ''].join('\n')
}

/**
 * The samples of a file that was rendered here, so that those of other databases, types and operations can be kept.
 * Lines that are not of the list are dropped: nothing else may write into this file. `null` where the text is no such
 * file at all, or was cut off.
 */
export function readOpenMetrics(text: string): Sample[] | null {
  const lines = text.split('\n')
  if (lines.at(-1) !== '' || lines.at(-2) !== '# EOF') {
    return null
  }
  return lines.flatMap((line) => {
    const sample = readSample(line)
    return sample === undefined ? [] : [sample]
  })
}

/**
 * What a file holds after a run: its own samples in place of all that the file had of the same metrics and of the same
 * database, type, operation and store, and everything else as it was.
 */
export function mergeSamples(earlier: readonly Sample[], own: readonly Sample[]): Sample[] {
  const replaced = new Set(own.map(ownerOf))
  return [...earlier.filter((sample) => !replaced.has(ownerOf(sample))), ...own]
}

function ownerOf({ name, labels }: Sample): string {
  return JSON.stringify([name, ...METRICS[name].labels.map((label) => labels[label] ?? '')])
}

function head({ name, help, unit }: MetricDefinition & { name: MetricName }): string[] {
  return [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
  ]
}

/** `lifeboat_backup_rows{series="app",type="daily"}` */
function seriesOf({ name, labels }: Sample): string {
  const { labels: owners, parts = [] }: MetricDefinition = METRICS[name]
  const given = [...owners, ...parts].flatMap((label) => {
    const value = labels[label] ?? ''
    return value === '' ? [] : [`${label}="${escaped(value)}"`]
  })
  return given.length === 0 ? name : `${name}{${given.join(',')}}`
}

/**
 * Backslash, quote and line feed are all that the format escapes; half a character is none, and a control character in
 * the name of a table could act on a terminal that shows the file.
 */
function escaped(text: string): string {
  return Buffer.from(pictured(text))
    .toString('utf8')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
}

/** Control characters but the line feed as the pictures that Unicode has of them. */
function pictured(text: string): string {
  return text.replaceAll(/(?!\n)\p{Cc}/gu, (control) => {
    const code = control.codePointAt(0) ?? 0
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\u{FFFD}'
  })
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([\\"n])/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$/

function readSample(line: string): Sample | undefined {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
  if (!isMetric(name)) {
    return undefined
  }
  const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)]
  const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value)
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, unescaped(text)])),
    value: number,
  }
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name)
}

function byText([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
