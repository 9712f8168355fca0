import { Cron } from 'croner'
import { z } from 'zod'

/** A whole number that is not negative. */
export const count = z.coerce
  .number('must be a whole number')
  .int('must be a whole number')
  .min(0, 'must not be negative')

/** An address that is asked over the web: no other scheme can be meant, and `file:` would read what is on this machine. */
export function webAddress(): z.ZodURL {
  return z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })
}

/** Names separated by commas or new lines, or a YAML list. */
export function list(): z.ZodType<string[]> {
  return z.preprocess(
    (value) => (typeof value === 'string' ? splitNames(value) : (value ?? [])),
    z.array(z.coerce.string()),
  )
}

/** `from=to` pairs, separated as names are, or as a YAML mapping. The first `=` outside quotes parts them. */
export function pairs(): z.ZodType<Record<string, string>> {
  return z.preprocess(
    (value) => {
      if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
        return value
      }
      const texts = typeof value === 'string' ? splitNames(value) : ((value ?? []) as unknown[]).map(String)
      const split = texts.map((text) => /^("(?:[^"]|"")*"|[^="]+)=(.+)$/.exec(text))
      return split.includes(null)
        ? null
        : Object.fromEntries(split.map((match) => [unquoted(match?.[1] ?? ''), unquoted(match?.[2] ?? '')]))
    },
    z.record(z.string().min(1), z.coerce.string().min(1), 'must be pairs such as old_role=new_role'),
  )
}

function unquoted(name: string): string {
  const text = name.trim()
  return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text
}

/** One a line, or a YAML list. */
export function lines(): z.ZodType<string[]> {
  return z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '')
        : (value ?? []),
    z.array(z.string()),
  )
}

/** Rules as lines of text, or as the seed writes them in YAML: `{critical: {duration: "> 30min"}}`. */
export function rules(): z.ZodType<string[]> {
  return z.preprocess((value) => {
    if (typeof value === 'string') {
      return value
        .split(/[\n;]/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
    }
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return Object.entries(value).flatMap(([level, measures]) =>
        Object.entries((measures ?? {}) as object).map(([measure, limit]) => `${level} ${measure} ${String(limit)}`),
      )
    }
    return value ?? []
  }, z.array(z.string()))
}

/** `true` or `false`, as GitHub and YAML write them. */
export function flag(fallback: boolean): z.ZodType<boolean> {
  return z.preprocess((value) => {
    if (value === undefined) {
      return fallback
    }
    // The spellings that GitHub's toolkit reads as booleans: those of YAML 1.2's core schema.
    if (value === 'true' || value === 'True' || value === 'TRUE') {
      return true
    }
    return value === 'false' || value === 'False' || value === 'FALSE' ? false : value
  }, z.boolean('must be true or false'))
}

/** `30s`, `5min`, `2h`, in milliseconds. */
export function duration(): z.ZodType<number> {
  const units: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }
  return z.preprocess((value) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)$/.exec(String(value)) ?? []
    return amount === undefined || unit === undefined ? undefined : Number(amount) * (units[unit] ?? NaN)
  }, z.number('must be a duration such as 30s, 5min or 2h'))
}

/** How old things may be: `others` for every type that has no age of its own; in milliseconds. */
export interface Ages {
  others?: number
  byType: Readonly<Record<string, number>>
}

/** `26h`, or `26h, weekly=8d`, as text, a YAML list, or a YAML mapping of types; undefined where nothing is given. */
export function ages(): z.ZodType<Ages | undefined> {
  const message = 'must be an age such as 26h or 8d, or several such as daily=26h, weekly=8d'
  return z.preprocess(
    (value) => (value === undefined ? undefined : readAges(value)),
    z.custom<Ages>(isAges, message).optional(),
  )
}

const AGE_UNITS: Readonly<Record<string, number>> = { min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Null where a part is no age. */
function readAges(value: unknown): Ages | null {
  const parts = typeof value === 'string' ? splitNames(value) : partsOfAges(value)
  const byType = new Map<string, number>()
  let others: number | undefined
  for (const part of parts) {
    const [, type, amount, unit = ''] = /^(?:([a-z0-9][a-z0-9-]{0,62})\s*=\s*)?(\d+)(min|h|d)$/.exec(part) ?? []
    const age = Number(amount) * (AGE_UNITS[unit] ?? NaN)
    if (!(age > 0) || byType.has(type ?? '') || (type === undefined && others !== undefined)) {
      return null
    }
    if (type === undefined) {
      others = age
    } else {
      byType.set(type, age)
    }
  }
  return parts.length === 0 ? null : { ...(others !== undefined && { others }), byType: Object.fromEntries(byType) }
}

function partsOfAges(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.map((part) => String(part))
  }
  return Object.entries(value ?? {}).map(([type, age]) => `${type}=${String(age)}`)
}

function isAges(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'byType' in value
}

/** Splits at commas and new lines outside double quotes: `"Odd, name", parts`. */
function splitNames(text: string): string[] {
  const names = text.match(/(?:"(?:[^"]|"")*"|[^,\n"])+/g) ?? []
  return names.map((name) => name.trim()).filter((name) => name !== '')
}

/** Whether the runtime knows that IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** What is wrong with a cron expression of five fields (or `@daily` and its like); undefined where nothing is. */
export function scheduleProblem(text: string): string | undefined {
  const form = 'must be a cron expression of five fields, such as "17 2 * * *" (every day at 2:17)'
  // croner also takes a single date, which is no schedule.
  if (/^\s*\d{4}-\d/.test(text)) {
    return form
  }
  try {
    return new Cron(text, { paused: true, mode: '5-part' }).nextRun() === null
      ? 'must be a cron expression whose time comes: there is no such date'
      : undefined
  } catch (error) {
    const why = error instanceof RangeError ? error.message.replace(/^CronPattern: /, '') : undefined
    return why === undefined ? form : `${form}: ${why}`
  }
}
