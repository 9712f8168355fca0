import { UsageError } from '../errors.js'
import { BYTE_UNITS, TIME_UNITS } from './alert-units.js'

/** The heaviest first. */
export const LEVELS = ['critical', 'warning', 'info'] as const
export type Level = (typeof LEVELS)[number]

/** What each measure may be limited in, and a limit as an example of it. */
const MEASURES = {
  duration: { units: TIME_UNITS, example: '30min' },
  size: { units: BYTE_UNITS, example: '1GB' },
  errors: { units: { '': 1 }, example: '0' },
  compression: { units: { '': 1, '%': 0.01 }, example: '0.5' },
  disk_space: { units: BYTE_UNITS, example: '1GB' },
  size_change: { units: { '%': 0.01 }, example: '10%' },
  record_change: { units: { '': 1 }, example: '100' },
} as const satisfies Record<string, { units: Readonly<Record<string, number>>; example: string }>

export type Measure = keyof typeof MEASURES
export const MEASURE_NAMES = Object.keys(MEASURES) as [Measure, ...Measure[]]

/** A limit as it was written: `> 30min`. */
export interface Limit {
  comparison: '>' | '<'
  amount: number
  /** One of the units of the measure; empty where it is a plain number. */
  unit: string
}

/** One rule: `critical duration > 30min`, or `warning compression off`. */
export interface AlertRule {
  level: Level
  measure: Measure
  limit: Limit | 'off'
}

/** The rules of the specification, in its own words. */
export const DEFAULT_RULES = [
  'critical duration > 30min',
  'critical size > 1GB',
  'critical errors > 0',
  'warning duration > 15min',
  'warning compression < 0.5',
  'warning disk_space < 1GB',
  'info size_change > 10%',
  'info record_change > 100',
] as const

/**
 * The rules in force: the defaults, each replaced by the given one of the same level and measure, and the other given
 * ones. Of two given ones for the same thing the last counts. `off` silences.
 *
 * Throws `UsageError` for a line that is no rule.
 */
export function rulesInForce(lines: readonly string[]): AlertRule[] {
  const rules = new Map<string, AlertRule>()
  for (const rule of [...DEFAULT_RULES, ...lines].map(parseRule)) {
    rules.set(`${rule.level} ${rule.measure}`, rule)
  }
  return [...rules.values()].filter(({ limit }) => limit !== 'off')
}

/** Reads one rule. Throws `UsageError` that names the part that does not fit and what would. */
export function parseRule(line: string): AlertRule {
  const [, level = '', measure = '', limit = ''] = /^\s*(\S+)\s+([^\s<>]+)\s*(.*?)\s*$/.exec(line) ?? []
  if (!isOneOf(LEVELS, level)) {
    throw ruleError(line, `a rule begins with its level: ${LEVELS.join(', ')}`)
  }
  if (!isOneOf(MEASURE_NAMES, measure)) {
    throw ruleError(line, `the level is followed by a measure: ${MEASURE_NAMES.join(', ')}`)
  }
  return { level, measure, limit: limit === 'off' ? 'off' : parseLimit(line, measure, limit) }
}

/** The rule as a line that `parseRule` reads as the same rule. */
export function printRule({ level, measure, limit }: AlertRule): string {
  return `${level} ${measure} ${limit === 'off' ? 'off' : printLimit(limit)}`
}

/** `> 30min` */
export function printLimit({ comparison, amount, unit }: Limit): string {
  return `${comparison} ${amount}${unit}`
}

/** The limit in the base unit of the measure: seconds, bytes, shares (0.1 is 10%) or plain numbers. */
export function limitInBase(measure: Measure, { amount, unit }: Limit): number {
  return amount * (unitsOf(measure)[unit] ?? NaN)
}

/** The units that a measure can be limited in, and how many base units each is. */
export function unitsOf(measure: Measure): Readonly<Record<string, number>> {
  return MEASURES[measure].units
}

function parseLimit(line: string, measure: Measure, text: string): Limit {
  const [, comparison, digits, written = ''] = /^([<>])\s*(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z%]*)$/.exec(text) ?? []
  if (digits === undefined || (comparison !== '>' && comparison !== '<')) {
    throw ruleError(line, `a limit is > or <, a number and a unit: "> ${MEASURES[measure].example}", or off`)
  }
  const units = Object.keys(unitsOf(measure))
  const unit = units.find((known) => known.toLowerCase() === written.toLowerCase())
  if (unit === undefined) {
    const known = units.map((name) => (name === '' ? 'a plain number' : name)).join(', ')
    throw ruleError(line, `${measure} is measured in ${known}`)
  }
  return { comparison, amount: Number(digits), unit }
}

function ruleError(line: string, problem: string): UsageError {
  return new UsageError({
    doing: 'reading the alert rules',
    problem: `"${line.trim()}" is not an alert rule: ${problem}`,
    advice: 'Write rules such as `critical duration > 45min`, `warning compression off`, one a line.',
  })
}

function isOneOf<T extends string>(known: readonly T[], text: string): text is T {
  return (known as readonly string[]).includes(text)
}
