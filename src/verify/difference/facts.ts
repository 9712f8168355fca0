import type { CatalogObject, Fact } from '../../postgres/catalog/model.js'

export interface Difference {
  /** In words: `not null`, `definition`. */
  what: string
  source: Fact | undefined
  copy: Fact | undefined
}

/** Facts that only some majors have; the others' descriptions do not say that there are none. */
const OF_SOME_MAJORS: ReadonlySet<string> = new Set(['memberOptions', 'multirange', 'subscript'])

/** The facts in which two descriptions of one object differ. Deparsed texts count where both are of one major. */
export function differingFacts(source: CatalogObject, copy: CatalogObject, sameMajor: boolean): Difference[] {
  if (!sameMajor) return differences(ofAllMajors(source.facts), ofAllMajors(copy.facts), equalButForQuotes)
  return [
    ...differences(source.facts, copy.facts, equal),
    ...differences(source.deparsed ?? {}, copy.deparsed ?? {}, equalWording),
  ]
}

function ofAllMajors(facts: Readonly<Record<string, Fact>>): Record<string, Fact> {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !OF_SOME_MAJORS.has(name)))
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

/**
 * PostgreSQL lists the columns of a function in FROM as they were when a view was made, or as they are when it is made
 * anew (`f() AS f(id)`), so these lists do not count.
 */
function equalWording(a: Fact | undefined, b: Fact | undefined): boolean {
  return withoutColumnLists(a) === withoutColumnLists(b)
}

function withoutColumnLists(text: Fact | undefined): string {
  return String(text ?? '').replaceAll(/(\) (?:"(?:[^"]|"")+"|\w+))\([^()]*\)/g, '$1')
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
