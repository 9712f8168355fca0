import { isNoAge, parseAge, type Calendar } from '../calendar.js'

/** The `keep-*` options, with the meaning that restic's `forget` gives them. 0 and null are "not asked for". */
export interface KeepRules {
  keepLast: number
  keepDaily: number
  keepWeekly: number
  keepMonthly: number
  keepYearly: number
  /** An age such as `14d` or `1y6m`. */
  keepWithin: string | null
}

/** What the rules look at. */
export interface Dated {
  id: string
  time: Date
}

/** What the rules say of one set: it is kept when at least one of them keeps it. */
export interface Ruling {
  /** `daily: newest of 2026-11-24 (3 of 7)` */
  keptBy: readonly string[]
  /** `daily: 20261124T200000Z is newer in 2026-11-24` */
  missed: readonly string[]
}

/** One rule's word on one set. */
interface Verdict {
  keep: boolean
  reason: string
}

type Rule = (newestFirst: readonly Dated[]) => Verdict[]

/** Whether no rule asks to keep anything. */
export function keepsNothing(rules: KeepRules): boolean {
  const { keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin } = rules
  const slots = [keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly]
  return slots.every((count) => count === 0) && (keepWithin === null || isNoAge(parseAge(keepWithin)))
}

/**
 * Applies the rules to sets in order of time, the newest first, and gives a ruling for each.
 *
 * The rules are OR-ed. A counting rule keeps the newest set of each of the last n periods that have a set; while it has
 * slots left, it keeps the oldest set too, so that history grows to its full length. `keepWithin` is measured from the
 * newest set, not from now: when backups stop, it removes nothing.
 */
export function applyRules(newestFirst: readonly Dated[], rules: KeepRules, calendar: Calendar): Ruling[] {
  const verdicts = rulesOf(rules, calendar).map((rule) => rule(newestFirst))
  return newestFirst.map((_, index) => {
    const own = verdicts.flatMap((ofRule) => ofRule[index] ?? [])
    return {
      keptBy: own.filter(({ keep }) => keep).map(({ reason }) => reason),
      missed: own.filter(({ keep }) => !keep).map(({ reason }) => reason),
    }
  })
}

function rulesOf(rules: KeepRules, calendar: Calendar): Rule[] {
  const periods: [string, number, (time: Date) => string][] = [
    ['daily', rules.keepDaily, calendar.dayOf],
    ['weekly', rules.keepWeekly, calendar.weekOf],
    ['monthly', rules.keepMonthly, calendar.monthOf],
    ['yearly', rules.keepYearly, calendar.yearOf],
  ]
  return [
    ...(rules.keepLast > 0 ? [lastRule(rules.keepLast)] : []),
    ...periods.filter(([, slots]) => slots > 0).map(([name, slots, periodOf]) => periodRule(name, slots, periodOf)),
    ...(rules.keepWithin !== null && !isNoAge(parseAge(rules.keepWithin))
      ? [withinRule(rules.keepWithin, calendar)]
      : []),
  ]
}

function lastRule(slots: number): Rule {
  return (newestFirst) =>
    newestFirst.map((_, index) =>
      index < slots
        ? { keep: true, reason: `last: ${index + 1} of ${slots}` }
        : { keep: false, reason: `last: older than the last ${slots}` },
    )
}

function periodRule(name: string, slots: number, periodOf: (time: Date) => string): Rule {
  return (newestFirst) => {
    let filled = 0
    let current: { period: string; newest: Dated } | undefined
    return newestFirst.map((set, index) => {
      const period = periodOf(set.time)
      const hasSlotsLeft = filled < slots
      if (period !== current?.period) {
        if (!hasSlotsLeft) {
          return { keep: false, reason: `${name}: older than the ${slots} that are kept` }
        }
        filled += 1
        current = { period, newest: set }
        return { keep: true, reason: `${name}: newest of ${period} (${filled} of ${slots})` }
      }
      return hasSlotsLeft && index === newestFirst.length - 1
        ? { keep: true, reason: `${name}: the oldest, with only ${filled} of ${slots} slots filled` }
        : { keep: false, reason: `${name}: ${current.newest.id} is newer in ${period}` }
    })
  }
}

function withinRule(text: string, calendar: Calendar): Rule {
  return (newestFirst) => {
    const newest = newestFirst[0]
    const limit = newest && calendar.before(newest.time, parseAge(text))
    return newestFirst.map(({ time }) =>
      limit !== undefined && time.getTime() > limit.getTime()
        ? { keep: true, reason: `within: less than ${text} older than the newest` }
        : { keep: false, reason: `within: ${text} or more older than the newest` },
    )
  }
}
