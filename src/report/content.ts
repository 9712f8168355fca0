/**
 * What a report says, without how it looks: the sections build it once, and the job summary and the HTML page are two
 * renderings of it.
 */

/** A piece of a sentence. `code` is for names of any kind: they are shown as they are, and nothing is made of them. */
export type Inline = string | { code: string } | { strong: string } | { label: string; to: string }
export type Text = readonly Inline[]

/** How a verdict looks: green, red, or a warning. */
export type Mood = 'good' | 'bad' | 'doubtful'

export interface Column {
  title: string
  /** Numbers stand at the right. */
  numeric?: boolean
}

/** How the numbers of a chart are read. A share is between 0 and 1. */
export type Unit = 'seconds' | 'bytes' | 'share' | 'count'

export interface Point {
  at: Date
  /** Null where nothing was measured: the line has a gap there. */
  value: number | null
}

export interface Series {
  name: string
  /** In the order of time. */
  points: readonly Point[]
  /** Not measured but reckoned: drawn apart from what was. */
  forecast?: boolean
}

/** A value that should not be passed, drawn across the chart. */
export interface Threshold {
  label: string
  value: number
}

/** What happened over time. Every renderer puts the figures beside the drawing. */
export interface Chart {
  caption: string
  /** What the drawing shows, as a sentence, for those who do not see it. */
  text: string
  unit: Unit
  series: readonly Series[]
  thresholds?: readonly Threshold[]
}

/** A length to be compared with others; it may be below nothing. */
export interface Bar {
  label: string
  value: number
}

/** One figure to be read at a glance. */
export interface Tile {
  label: string
  value: string
  /** What it stands on, or what it was before. */
  note?: string
  /** How the figure is to be taken; without it, it is only told. */
  mood?: Mood
}

export type Block =
  | { kind: 'verdict'; mood: Mood; text: Text }
  | { kind: 'heading'; text: string }
  | { kind: 'paragraph'; text: Text }
  | { kind: 'list'; items: readonly Text[] }
  | { kind: 'table'; caption: string; columns: readonly Column[]; rows: readonly (readonly Text[])[] }
  | { kind: 'bars'; caption: string; unit: Unit; bars: readonly Bar[] }
  | { kind: 'tiles'; caption: string; tiles: readonly Tile[] }
  | { kind: 'charts'; charts: readonly Chart[] }
  /** `folded`: also where nothing else is, because the same is shown another way beside it. */
  | { kind: 'details'; summary: string; blocks: readonly Block[]; folded?: true }

/** How much of what can be long is shown. What is left out is always counted and said. */
export interface Limits {
  tables: number
  /** Lines of a report over several databases: one each, and short. */
  databases: number
  findings: number
  retention: number
  /** Characters of one message or name. */
  text: number
}

/** For the page, which has no limit of size: only what no person would read is left out. */
export const EVERYTHING: Limits = {
  tables: Infinity,
  databases: Infinity,
  findings: 5000,
  retention: Infinity,
  text: 4000,
}

/** A sentence with names in it: ``sentence`the set ${id(set)} is there` ``. Given texts are joined, strings are prose. */
export function sentence(strings: TemplateStringsArray, ...parts: (Inline | Text)[]): Text {
  return strings.flatMap((text, index) => {
    const part = parts[index]
    const inline = part === undefined ? [] : isText(part) ? part : [part]
    return text === '' ? inline : [text, ...inline]
  })
}

export function code(text: string): Inline {
  return { code: text }
}

export function strong(text: string): Inline {
  return { strong: text }
}

/** Says that something is not all of it, where a limit cut it short. */
export function leftOut(text: string): Block {
  return { kind: 'paragraph', text: [text] }
}

/** The text with a full stop, where it has none of its own. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

function isText(part: Inline | Text): part is Text {
  return Array.isArray(part)
}
