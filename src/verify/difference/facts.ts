import type { CatalogObject, Fact } from '../../postgres/catalog/model.js'

export interface Difference {
  /** In words: `not null`, `definition`. */
  what: string
  source: Fact | undefined
  copy: Fact | undefined
}

/** The facts in which two descriptions of one object differ; `sameWording` says whether deparsed texts count too. */
export function differingFacts(source: CatalogObject, copy: CatalogObject, sameWording: boolean): Difference[] {
  const texts = sameWording ? differences(source.deparsed ?? {}, copy.deparsed ?? {}, equal) : []
  return [...differences(source.facts, copy.facts, sameWording ? equal : equalButForQuotes), ...texts]
}

function differences(
  source: Readonly<Record<string, Fact>>,
  copy: Readonly<Record<string, Fact>>,
  same: (a: Fact | undefined, b: Fact | undefined) => boolean,
): Difference[] {
  const names = [...new Set([...Object.keys(source), ...Object.keys(copy)])]
  return names
    .map((name) => ({ what: words(name), source: source[name], copy: copy[name] }))
    .filter((difference) => !same(difference.source, difference.copy))
}

function equal(a: Fact | undefined, b: Fact | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

/** Which words need quotes is a matter of the major: each has other keywords. */
function equalButForQuotes(a: Fact | undefined, b: Fact | undefined): boolean {
  return JSON.stringify(a ?? null).replaceAll('\\"', '') === JSON.stringify(b ?? null).replaceAll('\\"', '')
}

/** `notNull` as `not null` */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** One difference as a person reads it: `type is bigint, the source had integer`. */
export function describeDifference({ what, source, copy }: Difference): string {
  if (source === undefined || source === null || source === false)
    return `${what} is ${shown(copy)}, the source had none`
  if (copy === undefined || copy === null || copy === false) return `${what} is gone, the source had ${shown(source)}`
  if (Array.isArray(source) && Array.isArray(copy)) return `${what}: ${describeListDifference(source, copy)}`
  const [a, b] = [String(source), String(copy)]
  return isLong(a) || isLong(b) ? `${what} differs ${firstDifferingLine(a, b)}` : `${what} is ${b}, the source had ${a}`
}

/** `+ reader: SELECT, - writer: INSERT`: what the copy has too much and too little; the order, where only that differs. */
export function describeListDifference(source: readonly string[], copy: readonly string[]): string {
  const added = copy.filter((item) => !source.includes(item)).map((item) => `+ ${item}`)
  const gone = source.filter((item) => !copy.includes(item)).map((item) => `- ${item}`)
  const changes = [...gone, ...added]
  if (changes.length === 0) return `${clip(copy.join(', '))}, the source had ${clip(source.join(', '))}`
  return clip(changes.join(', '))
}

function firstDifferingLine(source: string, copy: string): string {
  const [a, b] = [source.split('\n'), copy.split('\n')]
  const line = a.findIndex((text, index) => text !== b[index])
  const place = line === -1 ? a.length : line
  return `from line ${place + 1}: ${clip(b[place] ?? '(nothing)')}, the source had ${clip(a[place] ?? '(nothing)')}`
}

function isLong(text: string): boolean {
  return text.length > 100 || text.includes('\n')
}

function shown(fact: Fact | undefined): string {
  return clip(Array.isArray(fact) ? fact.join(', ') : String(fact))
}

function clip(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim()
  return flat.length > 160 ? `${flat.slice(0, 159)}…` : flat
}
