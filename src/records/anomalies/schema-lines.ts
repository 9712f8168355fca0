import type { Fact } from '../../postgres/catalog/model.js'
import { counted } from '../../units.js'
import type { SchemaChange } from './schema-diff.js'

/** The longest line; a definition that is longer is better read with a tool for it. */
const LINE_LENGTH = 240

/**
 * Changes as lines that a person reads, one a change: `+ table public.notes (3 columns)`, `- column public.animals.age`,
 * `~ column public.animals.weight: type integer → numeric`.
 */
export function schemaLines(changes: readonly SchemaChange[]): string[] {
  return changes.map((change) => clip(lineOf(change), LINE_LENGTH))
}

function lineOf({ sign, kind, name, parts, details }: SchemaChange): string {
  const counts = [...parts].map(([part, count]) => counted(count, part, pluralOf(part)))
  const rest =
    details.length > 0 ? `: ${details.map(describe).join('; ')}` : counts.length > 0 ? ` (${counts.join(', ')})` : ''
  return `${sign} ${kind} ${name}${rest}`
}

function pluralOf(kind: string): string {
  if (kind.endsWith('index')) return `${kind}es`
  if (kind.endsWith('policy')) return `${kind.slice(0, -1)}ies`
  return kind.endsWith('s') ? kind : `${kind}s`
}

function describe({ what, from, to }: SchemaChange['details'][number]): string {
  if (isNone(from) && to === true) return `${what} set`
  if (from === true && isNone(to)) return `${what} dropped`
  if (isList(from) && isList(to)) return `${what} ${listChange(from, to)}`
  if (isNone(from)) return `${what} ${shown(to)} added`
  if (isNone(to)) return `${what} ${shown(from)} dropped`
  return isLong(from) || isLong(to)
    ? `${what} ${changedLine(String(from), String(to))}`
    : `${what} ${shown(from)} → ${shown(to)}`
}

function isNone(fact: Fact | undefined): boolean {
  return fact === undefined || fact === null || fact === false
}

/** A list that is not there is an empty one. */
function isList(fact: Fact | undefined): fact is string[] | undefined {
  return fact === undefined || Array.isArray(fact)
}

/** `- reader: SELECT, + writer: INSERT`; the whole lists where only their order differs. */
function listChange(from: readonly string[] = [], to: readonly string[] = []): string {
  const gone = from.filter((item) => !to.includes(item)).map((item) => `- ${item}`)
  const come = to.filter((item) => !from.includes(item)).map((item) => `+ ${item}`)
  const changes = [...gone, ...come]
  return clip(changes.length > 0 ? changes.join(', ') : `${from.join(', ')} → ${to.join(', ')}`, LINE_LENGTH / 2)
}

function changedLine(from: string, to: string): string {
  const [then, now] = [from.split('\n'), to.split('\n')]
  const at = then.findIndex((line, index) => line !== now[index])
  const line = at === -1 ? then.length : at
  return `changed from line ${line + 1} on: ${clip(then[line] ?? '(nothing)', 60)} → ${clip(now[line] ?? '(nothing)', 60)}`
}

function isLong(fact: Fact | undefined): boolean {
  return typeof fact === 'string' && (fact.length > 80 || fact.includes('\n'))
}

function shown(fact: Fact | undefined): string {
  return clip(Array.isArray(fact) ? fact.join(', ') : String(fact), 80)
}

/** On one line, without what a terminal acts on, and never half a character at its end. */
function clip(text: string, length: number): string {
  const flat = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  return flat.length > length ? `${flat.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…` : flat
}
