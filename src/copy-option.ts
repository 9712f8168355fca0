import { z } from 'zod'
import { KeepRules } from './keep-rules.js'
import { nearest } from './nearest.js'

/** The retention of one store, where it differs from that of the others: the options of these names. */
export type KeepOverrides = z.infer<typeof KeepRules>

/** A store that sets are copied to, as the option `copies` names it. */
export interface CopyOption {
  /** As `store` is written. */
  location: string
  keep: KeepOverrides
}

/** The words that may follow a location, and the members that they set. */
const WORDS: Readonly<Record<string, keyof KeepOverrides>> = {
  'keep-last': 'keepLast',
  'keep-daily': 'keepDaily',
  'keep-weekly': 'keepWeekly',
  'keep-monthly': 'keepMonthly',
  'keep-yearly': 'keepYearly',
  'keep-within': 'keepWithin',
  'keep-tier': 'keepTier',
}

/**
 * Copies as lines (`s3://bucket/app keep-daily=30`; a location with blanks in double quotes), or in YAML as a list of such
 * texts and of mappings (`{to: /mnt/disk, keep-daily: 30}`).
 */
export function copies(): z.ZodType<CopyOption[]> {
  return z.preprocess(
    entriesOf,
    z.array(z.unknown()).transform((entries, context) =>
      entries.flatMap((entry) => {
        const copy = typeof entry === 'string' ? ofLine(entry) : ofMapping(entry)
        if (typeof copy !== 'string') return [copy]
        context.addIssue({ code: 'custom', message: copy })
        return []
      }),
    ),
  )
}

function entriesOf(value: unknown): unknown[] {
  const entries: unknown[] =
    value === undefined || value === null
      ? []
      : typeof value === 'string'
        ? value.split('\n')
        : Array.isArray(value)
          ? value
          : [value]
  return entries.filter((entry) => typeof entry !== 'string' || entry.trim() !== '')
}

/** A copy, or what is wrong with its line. */
function ofLine(line: string): CopyOption | string {
  const [, quoted, plain, rest = ''] = /^(?:"([^"]*)"|(\S+))(?:\s+(.*))?$/.exec(line.trim()) ?? []
  const location = quoted ?? plain ?? ''
  const words: [string, unknown][] = []
  for (const word of rest.split(/\s+/).filter((text) => text !== '')) {
    const [name = '', value] = word.split(/=(.*)/s)
    if (value === undefined) {
      return `"${word}" after ${shown(location)} is no option: write ${suggestion(name)}, and a location with blanks in double quotes`
    }
    words.push([name, value])
  }
  return made(location, words)
}

/** A copy, or what is wrong with its mapping. */
function ofMapping(value: unknown): CopyOption | string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return 'must be lines of text, or mappings such as {to: /mnt/disk/app, keep-daily: 30}'
  }
  const { to, ...rest } = value as Record<string, unknown>
  if (typeof to !== 'string') {
    return `a mapping with ${Object.keys(rest).join(', ')} does not say where to: it needs "to"`
  }
  return made(to.trim(), Object.entries(rest))
}

function made(location: string, words: readonly [string, unknown][]): CopyOption | string {
  if (location === '') return 'a location is empty'
  const given: Record<string, unknown> = {}
  for (const [name, value] of words) {
    const member = WORDS[name]
    if (member === undefined) return `"${name}" is not known after ${shown(location)}; write ${suggestion(name)}`
    if (member in given) return `${name} is given twice for ${shown(location)}`
    given[member] = value
  }
  const parsed = KeepRules.safeParse(given)
  if (parsed.success) {
    return keepsNothing(parsed.data)
      ? `${shown(location)} would keep nothing: every rule there is 0`
      : { location, keep: parsed.data }
  }
  const [issue] = parsed.error.issues
  const name = Object.keys(WORDS).find((word) => WORDS[word] === issue?.path[0]) ?? ''
  return `${name} of ${shown(location)}: ${issue?.message ?? 'cannot be used'}`
}

function suggestion(name: string): string {
  const near = nearest(name, Object.keys(WORDS))
  return near === undefined ? `one of ${Object.keys(WORDS).join(', ')}, each with =` : `${near}=…`
}

/** Rules that are given replace all others, so these must keep something by themselves. */
function keepsNothing({
  keepLast,
  keepDaily,
  keepWeekly,
  keepMonthly,
  keepYearly,
  keepWithin,
}: KeepOverrides): boolean {
  const age = keepWithin === undefined ? undefined : Number(/[1-9]/.test(keepWithin))
  const given = [keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, age].filter((slots) => slots !== undefined)
  return given.length > 0 && given.every((slots) => slots === 0)
}

/** Without what may be a secret: what stands before the host, and a query. */
function shown(location: string): string {
  return location.replace(/\?.*$/s, '').replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1***@')
}
