import { canonicalFact } from '../../postgres/catalog/canonical.js'
import type { CatalogObject, Fact } from '../../postgres/catalog/model.js'

export interface Difference {
  /** In words: `not null`, `definition`. */
  what: string
  source: Fact | undefined
  copy: Fact | undefined
}

/** Facts that only some majors have; the others' descriptions do not say that there are none. */
const OF_SOME_MAJORS: ReadonlySet<string> = new Set(['memberOptions', 'multirange', 'subscript'])

/** Facts that say how to find an object's copy, and nothing of what it is. */
const FOR_FINDING: ReadonlySet<string> = new Set(['nameInherited'])

export interface FactOptions {
  /** Whether both servers are of one major: others print some names in another way. */
  sameMajor: boolean
  /** Whether texts that PostgreSQL prints from what it has parsed are compared, letter by letter. */
  deparsed: boolean
}

/** The facts in which two descriptions of one object differ. */
export function differingFacts(
  source: CatalogObject,
  copy: CatalogObject,
  { sameMajor, deparsed }: FactOptions,
): Difference[] {
  return [
    ...(sameMajor
      ? differences(source.facts, copy.facts)
      : differences(ofAllMajors(source.facts), ofAllMajors(copy.facts), canonicalFact)),
    ...(deparsed ? differences(source.deparsed ?? {}, copy.deparsed ?? {}) : []),
  ]
}

function ofAllMajors(facts: Readonly<Record<string, Fact>>): Record<string, Fact> {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !OF_SOME_MAJORS.has(name)))
}

function differences(
  source: Readonly<Record<string, Fact>>,
  copy: Readonly<Record<string, Fact>>,
  asCompared: (name: string, fact: Fact | undefined) => Fact | undefined = (_, fact) => fact,
): Difference[] {
  const names = [...new Set([...Object.keys(source), ...Object.keys(copy)])]
  return names
    .filter((name) => !FOR_FINDING.has(name))
    .filter((name) => !equal(asCompared(name, source[name]), asCompared(name, copy[name])))
    .map((name) => ({ what: words(name), source: source[name], copy: copy[name] }))
}

function equal(a: Fact | undefined, b: Fact | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
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
