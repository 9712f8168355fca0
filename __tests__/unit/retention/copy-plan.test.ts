import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'

import { idOf } from '../../../src/backup/manifest.js'
import { planCopies, type CopySituation } from '../../../src/retention/copy-plan.js'
import { oldestKept } from '../../../src/retention/oldest-kept.js'
import { decide, type Policy, type RetentionSet } from '../../../src/retention/policy.js'

jest.setTimeout(60_000)

const NOW = new Date('2026-11-24T12:00:00Z')
const HERE = { now: NOW, series: 'app' }
const HOUR = 3_600_000

function policy(overrides: Partial<Policy>): Policy {
  const none = { keepLast: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0, keepWithin: null }
  return { ...none, tier: 'full', timezone: 'UTC', floor: 3, ...overrides }
}

function hoursAgo(hours: number, overrides: Partial<RetentionSet> = {}): RetentionSet {
  const time = new Date(NOW.getTime() - hours * HOUR)
  return {
    ...{ id: idOf(time), type: 'daily', series: 'app', time, systemIdentifier: '1', bytes: 1000 },
    proof: { outcome: 'proven', tier: 'full' },
    ...overrides,
  }
}

const daysAgo = (days: number, overrides: Partial<RetentionSet> = {}): RetentionSet => hoursAgo(24 * days, overrides)
const unverified = { proof: { outcome: 'not-verified', tier: 'full' } } as const
const failed = { proof: { outcome: 'failed', tier: 'full' } } as const

function copied(situation: Partial<CopySituation>, rules: Partial<Policy> = { keepDaily: 7 }): RetentionSet[] {
  const plan = planCopies({ ...HERE, primary: [], copy: [], ...situation }, () => policy(rules))
  return plan.filter(({ copy }) => copy).map(({ set }) => set)
}

describe('what is copied', () => {
  test('everything that an empty copy would keep, the newest first', () => {
    const primary = [daysAgo(9), daysAgo(0), daysAgo(3)]
    expect(copied({ primary })).toEqual([primary[1], primary[2], primary[0]])
  })

  test('nothing that the policy of the copy would remove, though the primary keeps it', () => {
    const primary = Array.from({ length: 10 }, (_, day) => daysAgo(day))
    expect(copied({ primary }, { keepLast: 4 })).toEqual(primary.slice(0, 4))
    // What the copy holds counts: its own older sets fill the slots that the policy has.
    expect(copied({ primary: [daysAgo(8)], copy: [daysAgo(1), daysAgo(2), daysAgo(3)] }, { keepLast: 3 })).toEqual([])
  })

  test('more than the primary keeps, set by set, never what is there already', () => {
    const copy = [daysAgo(30), daysAgo(60), daysAgo(1)]
    expect(copied({ primary: [daysAgo(0), daysAgo(1)], copy }, { keepDaily: 30 })).toEqual([daysAgo(0)])
  })

  test('each type by its own policy', () => {
    const weekly = [0, 7, 14].map((day) => daysAgo(day, { type: 'weekly' }))
    const daily = [0, 1, 2, 3, 4].map((day) => daysAgo(day))
    const plan = planCopies({ ...HERE, primary: [...weekly, ...daily], copy: [] }, (type) =>
      policy({ keepLast: type === 'daily' ? 4 : 1, floor: 0 }),
    )
    const names = plan.filter(({ copy }) => copy).map(({ set }) => `${set.type}/${set.id}`)
    expect(names.sort()).toEqual(
      [...daily.slice(0, 4), ...weekly.slice(0, 1)].map(({ type, id }) => `${type}/${id}`).sort(),
    )
  })

  test('never a set whose proof failed, or of another series', () => {
    expect(copied({ primary: [daysAgo(0, failed), daysAgo(1, { series: 'other' })] })).toEqual([])
    // Nor does it take a slot from one that is copied.
    expect(copied({ primary: [daysAgo(0, failed), daysAgo(1)] }, { keepLast: 1, floor: 0 })).toEqual([daysAgo(1)])
  })

  test('an unverified set only while no newer one is proven, on either side', () => {
    const [late, early] = [daysAgo(0, unverified), daysAgo(2, unverified)]
    expect(copied({ primary: [late, daysAgo(1), early] })).toEqual([late, daysAgo(1)])
    expect(copied({ primary: [early], copy: [daysAgo(1)] })).toEqual([])
    expect(copied({ primary: [late, early] })).toEqual([late, early])
    const [decision] = planCopies({ ...HERE, primary: [early], copy: [daysAgo(1)] }, () => policy({ keepLast: 3 }))
    expect(decision?.reasons.join()).toMatch(/not verified, and 20261123T120000Z, which is newer, is proven/)
  })

  test('a failed set only where its rows were equal and no newer one is proven', () => {
    const holding = daysAgo(1, { proof: { outcome: 'failed', tier: 'full', held: 'data' } })
    expect(copied({ primary: [holding, daysAgo(2, failed)] })).toEqual([holding])
    expect(copied({ primary: [holding], copy: [daysAgo(0)] })).toEqual([])
  })

  test('the set that this run took, whatever its date says', () => {
    const taken = daysAgo(40)
    const primary = [taken, ...Array.from({ length: 9 }, (_, day) => daysAgo(day))]
    expect(copied({ primary, justTaken: taken.id }, { keepLast: 3 })).toContain(taken)
    expect(copied({ primary }, { keepLast: 3 })).not.toContain(taken)
  })
})

describe('whatever the stores hold and the policy says', () => {
  const sets = fc
    .uniqueArray(
      fc.record({
        hours: fc.oneof(fc.integer({ min: -30, max: 24 * 12 }), fc.integer({ min: 0, max: 24 * 500 })),
        type: fc.constantFrom('daily', 'weekly'),
        series: fc.constantFrom('app', 'app', 'app', 'other'),
        systemIdentifier: fc.constantFrom('1', '2'),
        outcome: fc.constantFrom('proven', 'proven', 'not-verified', 'failed'),
        tier: fc.constantFrom('full', 'data'),
        side: fc.constantFrom('primary', 'copy', 'both'),
      }),
      { selector: ({ hours, type }) => `${type} ${hours}`, maxLength: 40 },
    )
    .map((facts) =>
      facts.map(({ hours, side, outcome, tier, ...rest }) => ({
        side,
        set: hoursAgo(hours, { ...rest, proof: { outcome, tier } }),
      })),
    )
  const policies = fc
    .record({
      keepLast: fc.nat(4),
      keepDaily: fc.nat(9),
      keepWeekly: fc.nat(5),
      keepMonthly: fc.nat(5),
      keepYearly: fc.nat(2),
      keepWithin: fc.constantFrom(null, '3d', '2m'),
      tier: fc.constantFrom('full' as const, 'data' as const),
      floor: fc.nat(3),
    })
    .filter(({ keepLast, keepDaily, keepWeekly }) => keepLast + keepDaily + keepWeekly > 0)
    .map((rules) => policy(rules))

  function sidesOf(given: readonly { side: string; set: RetentionSet }[]) {
    const of = (other: string) => given.filter(({ side }) => side !== other).map(({ set }) => set)
    return { primary: of('copy'), copy: of('primary') }
  }

  const chosen = (plan: ReturnType<typeof planCopies>) => plan.filter(({ copy }) => copy).map(({ set }) => set)

  const rotated = (held: readonly RetentionSet[], rules: Policy) =>
    decide(held, rules, HERE).flatMap(({ set, keep }) => (keep ? [set] : []))

  test('nothing is copied that the next rotation of the copy removes', () => {
    fc.assert(
      fc.property(sets, policies, (given, rules) => {
        const { primary, copy } = sidesOf(given)
        const news = chosen(planCopies({ ...HERE, primary, copy }, () => rules))
        const after = new Set(rotated([...copy, ...news], rules))
        expect(news.filter((set) => !after.has(set))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('what was copied, and what the rotation after it left, is not copied again', () => {
    fc.assert(
      fc.property(sets, policies, (given, rules) => {
        const { primary, copy } = sidesOf(given)
        const held = [...copy, ...chosen(planCopies({ ...HERE, primary, copy }, () => rules))]
        expect(chosen(planCopies({ ...HERE, primary, copy: held }, () => rules))).toEqual([])
        expect(chosen(planCopies({ ...HERE, primary, copy: rotated(held, rules) }, () => rules))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('what is copied is of the primary, missing, not failed, of the series, and the newest comes first', () => {
    fc.assert(
      fc.property(sets, policies, (given, rules) => {
        const { primary, copy } = sidesOf(given)
        const plan = planCopies({ ...HERE, primary, copy }, () => rules)
        const news = chosen(plan)
        expect(plan).toHaveLength(given.filter(({ side }) => side === 'primary').length)
        for (const set of news) {
          expect(primary).toContain(set)
          expect(copy).not.toContain(set)
          expect(set.proof.outcome).not.toBe('failed')
          expect(set.series).toBe('app')
        }
        expect(news.map(({ id }) => id)).toEqual(
          news
            .map(({ id }) => id)
            .sort()
            .reverse(),
        )
      }),
    )
  })

  test('the newest proven set of each type reaches the copy, or was there before', () => {
    fc.assert(
      fc.property(sets, policies, (given, rules) => {
        const { primary, copy } = sidesOf(given)
        const held = [...copy, ...chosen(planCopies({ ...HERE, primary, copy }, () => rules))]
        for (const type of ['daily', 'weekly']) {
          const [newest] = primary
            .filter((set) => set.type === type && set.series === 'app' && set.proof.outcome === 'proven')
            .filter((set) => set.time <= NOW)
            .sort((a, b) => b.time.getTime() - a.time.getTime())
          if (newest === undefined) continue
          const asNew = held.filter(
            (set) => set.type === type && set.proof.outcome === 'proven' && set.time >= newest.time,
          )
          expect(asNew).not.toEqual([])
        }
      }),
    )
  })

  test('every decision has its reasons', () => {
    fc.assert(
      fc.property(sets, policies, (given, rules) => {
        for (const { reasons } of planCopies({ ...HERE, ...sidesOf(given) }, () => rules)) {
          expect(reasons.join()).not.toBe('')
        }
      }),
    )
  })
})

describe('the oldest set that is kept', () => {
  const three = [daysAgo(1), daysAgo(200), daysAgo(90)]

  test('is the oldest of all where no rules are given, of whatever type', () => {
    expect(oldestKept(three, null, HERE)).toBe(three[1])
    const weekly = daysAgo(300, { type: 'weekly' })
    expect(oldestKept([...three, weekly], null, HERE)).toBe(weekly)
    expect(oldestKept([], null, HERE)).toBeUndefined()
  })

  test('is none that the rules would remove', () => {
    expect(oldestKept(three, () => policy({ keepLast: 2, floor: 0 }), HERE)).toBe(three[2])
  })

  test('is none that is known to be damaged, of another series, or of the future', () => {
    const others = [daysAgo(400, failed), daysAgo(500, { series: 'other' }), daysAgo(-1)]
    expect(oldestKept([...three, ...others], null, HERE)).toBe(three[1])
    expect(oldestKept(others, null, HERE)).toBeUndefined()
  })
})
