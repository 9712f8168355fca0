import type { KeepOverrides } from '../copy-option.js'
import type { Options } from '../options.js'
import { requireRules, type Policy } from './policy.js'
import type { KeepRules } from './rules.js'

/** No type falls below so many of its newest proven sets, whatever the rules say. */
export const FLOOR = 3

const NO_RULES: KeepRules = {
  keepLast: 0,
  keepDaily: 0,
  keepWeekly: 0,
  keepMonthly: 0,
  keepYearly: 0,
  keepWithin: null,
}

/** The options that make a policy. */
export type PolicyOptions = Pick<Options, keyof KeepRules | 'keepTier' | 'verify' | 'timezone'>

/**
 * The policy of a type: the given `keep-*` rules and only those, or else 7 daily for `daily`, 4 weekly for `weekly` and
 * the last 3 for every other type.
 *
 * Without `keep-tier` a set counts as proven at the tier that `verify` asks for. With `verify: none` the lowest tier
 * counts: nothing that such a run takes is proven, so its sets compete among themselves, and never with a set that was
 * proven some other way.
 *
 * Throws `UsageError` when rules are given and all of them are 0.
 */
export function policyFor(type: string, options: PolicyOptions): Policy {
  const rules = givenRules(options) ?? { ...NO_RULES, ...defaultsOf(type) }
  requireRules(rules)
  const asked = options.verify === 'none' ? 'archive' : options.verify
  return { ...rules, tier: options.keepTier ?? asked, timezone: options.timezone, floor: FLOOR }
}

/**
 * The options of a store that keeps something else than the others: rules that are given for it replace all others, and
 * `keep-tier` stays what it is unless it is given.
 */
export function withOverrides<Given extends PolicyOptions>(options: Given, keep: KeepOverrides): Given {
  const names = Object.keys(NO_RULES) as (keyof KeepRules)[]
  const replaced = names.some((name) => keep[name] !== undefined)
    ? Object.fromEntries(names.map((name) => [name, keep[name]]))
    : {}
  return { ...options, ...replaced, ...(keep.keepTier !== undefined && { keepTier: keep.keepTier }) }
}

/** Whether rules are given, so that the defaults of the types do not count. */
export function hasRules(options: PolicyOptions): boolean {
  return givenRules(options) !== undefined
}

function givenRules(options: PolicyOptions): KeepRules | undefined {
  const names = Object.keys(NO_RULES) as (keyof KeepRules)[]
  if (names.every((name) => options[name] === undefined)) {
    return undefined
  }
  return {
    keepLast: options.keepLast ?? 0,
    keepDaily: options.keepDaily ?? 0,
    keepWeekly: options.keepWeekly ?? 0,
    keepMonthly: options.keepMonthly ?? 0,
    keepYearly: options.keepYearly ?? 0,
    keepWithin: options.keepWithin ?? null,
  }
}

function defaultsOf(type: string): Partial<KeepRules> {
  switch (type) {
    case 'daily':
      return { keepDaily: 7 }
    case 'weekly':
      return { keepWeekly: 4 }
    default:
      return { keepLast: 3 }
  }
}
