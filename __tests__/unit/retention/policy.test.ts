import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { idOf } from '../../../src/backup/manifest.js'
import { UsageError } from '../../../src/errors.js'
import { decide, type Decision, type Policy, type RetentionSet } from '../../../src/retention/policy.js'
import { resticKeeps, type ModelRules } from '../../support/restic-model.js'

const NOW = new Date('2026-11-24T12:00:00Z')
const HERE = { now: NOW, series: 'app' }
const DAY = 86_400_000

function policy(overrides: Partial<Policy>): Policy {
  const none = { keepLast: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0, keepWithin: null }
  return { ...none, tier: 'full', timezone: 'UTC', floor: 3, ...overrides }
}

function set(time: string | Date, overrides: Partial<RetentionSet> = {}): RetentionSet {
  const taken = new Date(time)
  return {
    ...{ id: Number.isNaN(taken.getTime()) ? 'undated' : idOf(taken), type: 'daily', series: 'app', time: taken },
    ...{ systemIdentifier: '1', proof: { outcome: 'proven', tier: 'full' }, bytes: 1000 },
    ...overrides,
  }
}

const unverified = { proof: { outcome: 'not-verified', tier: 'full' } } as const
const failed = { proof: { outcome: 'failed', tier: 'full' } } as const
const lesser = { proof: { outcome: 'proven', tier: 'data' } } as const

const daysAgo = (days: number, overrides: Partial<RetentionSet> = {}): RetentionSet =>
  set(new Date(NOW.getTime() - days * DAY), overrides)

const keptOf = (decisions: readonly Decision[]): RetentionSet[] =>
  decisions.filter(({ keep }) => keep).map((decision) => decision.set)

const namesOf = (sets: readonly RetentionSet[]): string[] => sets.map(({ id }) => id)

const removedOf = (decisions: readonly Decision[]): RetentionSet[] =>
  decisions.filter(({ keep }) => !keep).map((decision) => decision.set)

function decisionOn(one: RetentionSet, decisions: readonly Decision[]): Decision {
  const found = decisions.find((decision) => decision.set === one)
  if (found === undefined) throw new Error(`no decision on ${one.id}`)
  return found
}

describe('the rules are those of restic', () => {
  interface Recording {
    timezone: string
    times: string[]
    cases: { rules: Record<string, number | string>; kept: number[] }[]
  }
  const recording = JSON.parse(
    readFileSync(new URL('../../fixtures/restic-forget.json', import.meta.url), 'utf8'),
  ) as Recording
  const sets = recording.times.map((time) => set(time))

  test.each(recording.cases.map(({ rules, kept }) => [JSON.stringify(rules), rules, kept] as const))(
    'keeps what the program kept with %s',
    (_, rules, kept) => {
      const names = { last: 'keepLast', daily: 'keepDaily', weekly: 'keepWeekly', monthly: 'keepMonthly' } as const
      const given = Object.fromEntries(
        Object.entries(rules).map(([name, value]) => [
          { ...names, yearly: 'keepYearly', within: 'keepWithin' }[name] ?? name,
          value,
        ]),
      )
      const decisions = decide(sets, policy({ ...given, timezone: recording.timezone, floor: 0 }), HERE)
      expect(keptOf(decisions).map(({ id }) => id)).toEqual(kept.map((index) => sets[index]!.id))
    },
  )

  test('the recording covers every rule', () => {
    expect(new Set(recording.cases.flatMap(({ rules }) => Object.keys(rules)))).toEqual(
      new Set(['last', 'daily', 'weekly', 'monthly', 'yearly', 'within']),
    )
  })

  test('each set that is kept says why, with its place among the slots', () => {
    const sets = [set('2026-11-24T10:00:00Z'), set('2026-11-24T02:00:00Z'), set('2026-11-23T02:00:00Z')]
    const decisions = decide(sets, policy({ keepDaily: 7, keepWithin: '1d', floor: 0 }), HERE)
    expect(decisions.map(({ keep, reasons }) => ({ keep, reasons }))).toEqual([
      {
        keep: true,
        reasons: [
          'daily: newest of 2026-11-24 (1 of 7)',
          'within: less than 1d older than the newest',
          'newest proven of cluster 1',
        ],
      },
      { keep: true, reasons: ['within: less than 1d older than the newest'] },
      { keep: true, reasons: ['daily: newest of 2026-11-23 (2 of 7)'] },
    ])
  })

  test('each set that is removed says what every rule says of it', () => {
    const sets = [set('2026-11-24T10:00:00Z'), set('2026-11-24T02:00:00Z'), set('2026-11-20T02:00:00Z')]
    const decisions = decide(sets, policy({ keepLast: 1, keepDaily: 1, keepWithin: '2h', floor: 0 }), HERE)
    expect(removedOf(decisions)).toEqual([sets[1], sets[2]])
    expect(decisions[1]!.reasons).toEqual([
      'last: older than the last 1',
      'daily: 20261124T100000Z is newer in 2026-11-24',
      'within: 2h or more older than the newest',
    ])
    expect(decisions[2]!.reasons).toContain('daily: older than the 1 that are kept')
  })

  test('keep-within is measured from the newest set: when backups stop, nothing goes', () => {
    const sets = [400, 402, 405, 408].map((days) => daysAgo(days))
    const decisions = decide(sets, policy({ keepWithin: '7d', floor: 0 }), HERE)
    expect(namesOf(removedOf(decisions))).toEqual([sets[3]!.id])
  })

  test('keep-within ends before the set that is exactly so much older', () => {
    const sets = [daysAgo(0), set('2026-11-17T12:00:01Z'), set('2026-11-17T12:00:00Z')]
    expect(removedOf(decide(sets, policy({ keepWithin: '7d', floor: 0 }), HERE))).toEqual([sets[2]])
  })

  test('an age beyond all dates keeps everything', () => {
    const sets = [daysAgo(1), daysAgo(4000)]
    for (const keepWithin of ['999999y', '9'.repeat(400) + 'm', '99999999999d']) {
      expect(removedOf(decide(sets, policy({ keepWithin, floor: 0 }), HERE))).toEqual([])
    }
  })

  test.each([{}, { keepWithin: '0d' }, { keepWithin: '0y0h', keepLast: 0 }])('refuses the empty policy %j', (rules) => {
    expect(() => decide([daysAgo(1)], policy(rules), HERE)).toThrow(UsageError)
  })
})

describe('calendar periods are those of the time zone', () => {
  test('a day lasts 23 or 25 hours where summer time begins or ends', () => {
    const sets = ['2026-10-24T22:10:00Z', '2026-10-25T22:50:00Z', '2026-10-25T23:10:00Z'].map((time) => set(time))
    const madrid = decide(sets, policy({ keepDaily: 9, timezone: 'Europe/Madrid', floor: 0 }), HERE)
    expect(madrid.map(({ reasons }) => reasons[0])).toEqual([
      'daily: newest of 2026-10-26 (1 of 9)',
      'daily: newest of 2026-10-25 (2 of 9)',
      'daily: the oldest, with only 2 of 9 slots filled',
    ])
  })

  test('the week that begins in one year and ends in the next is one week', () => {
    const sets = ['2026-12-28T12:00:00Z', '2026-12-31T12:00:00Z', '2027-01-03T23:59:59Z', '2027-01-04T00:00:00Z']
    const decisions = decide(
      sets.map((time) => set(time)),
      policy({ keepWeekly: 2, floor: 0 }),
      { ...HERE, now: new Date('2027-02-01T00:00:00Z') },
    )
    expect(decisions.map(({ keep, reasons }) => [keep, reasons[0]])).toEqual([
      [true, 'weekly: newest of 2027-W01 (1 of 2)'],
      [true, 'weekly: newest of 2026-W53 (2 of 2)'],
      [false, 'weekly: 20270103T235959Z is newer in 2026-W53'],
      [false, 'weekly: 20270103T235959Z is newer in 2026-W53'],
    ])
  })

  test('New Year is where the clocks say so', () => {
    const sets = [set('2026-01-01T04:30:00Z'), set('2025-12-31T12:00:00Z')]
    const kept = (timezone: string): number =>
      keptOf(decide(sets, policy({ keepYearly: 1, timezone, floor: 0 }), HERE)).length
    // 23:30 on 31 December in New York: both sets are of 2025 there, and the older one is in nobody's slot.
    expect(decide(sets, policy({ keepYearly: 2, timezone: 'America/New_York', floor: 0 }), HERE)[0]!.reasons[0]).toBe(
      'yearly: newest of 2025 (1 of 2)',
    )
    expect(kept('America/New_York')).toBe(1)
    expect(decide(sets, policy({ keepYearly: 2, floor: 0 }), HERE)[1]!.reasons[0]).toBe(
      'yearly: newest of 2025 (2 of 2)',
    )
  })
})

describe('what went wrong elsewhere', () => {
  test('borg#997: an interrupted archive took the slot of the complete one of its day', () => {
    const complete = set('2026-11-24T02:00:00Z')
    const interrupted = set('2026-11-24T08:00:00Z', unverified)
    for (const rules of [{ keepDaily: 1 }, { keepLast: 1 }, { keepYearly: 1 }, { keepWithin: '1h' }]) {
      const kept = keptOf(decide([complete, interrupted], policy({ ...rules, floor: 0 }), HERE))
      expect(kept).toContain(complete)
      expect(kept).toContain(interrupted)
    }
  })

  test('DBackup#154: empty dumps were uploaded day by day until the last real backup was pruned', () => {
    const real = [60, 61, 62, 63].map((days) => daysAgo(days))
    const empty = Array.from({ length: 50 }, (_, day) => daysAgo(day, failed))
    const decisions = decide([...real, ...empty], policy({ keepDaily: 7 }), HERE)
    expect(keptOf(decisions)).toEqual(expect.arrayContaining(real))
    expect(keptOf(decisions)).toContain(empty[0])
    expect(removedOf(decisions)).toHaveLength(43)
  })

  test('databasement#26: databases in one place evicted each other', () => {
    const own = [10, 11, 12].map((days) => daysAgo(days))
    const others = Array.from({ length: 20 }, (_, day) => daysAgo(day / 2, { series: 'other' }))
    const decisions = decide([...own, ...others], policy({ keepDaily: 3, floor: 0 }), HERE)
    expect(removedOf(decisions)).toEqual([])
    expect(decisionOn(own[2]!, decisions).reasons).toContain('daily: newest of 2026-11-12 (3 of 3)')
    expect(decisionOn(others[0]!, decisions)).toMatchObject({
      standing: 'foreign',
      reasons: ['of another series (other)'],
    })
  })

  test('moco#647: a name was taken for a prefix, so app removed the backups of app_test', () => {
    const decisions = decide(
      [daysAgo(1), daysAgo(2, { series: 'app_test' }), daysAgo(3, { series: 'app' })],
      policy({ keepLast: 1, floor: 0 }),
      HERE,
    )
    expect(removedOf(decisions).map(({ series }) => series)).toEqual(['app'])
  })

  test('kubeblocks#8881: the last good one expired because the policy only knew ages', () => {
    const good = daysAgo(300)
    const sets = [good, ...Array.from({ length: 9 }, (_, day) => daysAgo(day, unverified))]
    expect(keptOf(decide(sets, policy({ keepWithin: '3d' }), HERE))).toContain(good)
  })

  test('types do not evict each other', () => {
    const weekly = daysAgo(20, { type: 'weekly' })
    const daily = Array.from({ length: 9 }, (_, day) => daysAgo(day))
    expect(keptOf(decide([weekly, ...daily], policy({ keepLast: 3 }), HERE))).toContain(weekly)
  })
})

describe('what is never removed', () => {
  test('the 3 newest proven sets, though the rules ask for 1', () => {
    const sets = [1, 2, 3, 4, 5].map((days) => daysAgo(days))
    const decisions = decide(sets, policy({ keepLast: 1 }), HERE)
    expect(keptOf(decisions)).toEqual(sets.slice(0, 3))
    expect(decisions[2]!.reasons).toEqual(['floor: one of the 3 newest proven sets'])
  })

  test('the newest proven set of each cluster', () => {
    const before = daysAgo(200, { systemIdentifier: 'old' })
    const untold = daysAgo(300, { systemIdentifier: null })
    const sets = [1, 2, 3, 4].map((days) => daysAgo(days, { systemIdentifier: 'new' }))
    const decisions = decide([...sets, before, untold], policy({ keepLast: 2 }), HERE)
    expect(decisionOn(before, decisions).reasons).toEqual(['newest proven of cluster old'])
    expect(decisionOn(untold, decisions).reasons).toEqual(['newest proven of cluster unknown'])
    expect(removedOf(decisions)).toEqual([sets[3]])
  })

  test('the newest of a cluster that was never proven to the tier, by its lesser proof', () => {
    const before = daysAgo(200, { systemIdentifier: 'old', ...lesser })
    const older = daysAgo(201, { systemIdentifier: 'old', ...lesser })
    const sets = [1, 2, 3].map((days) => daysAgo(days, { systemIdentifier: 'new' }))
    expect(removedOf(decide([...sets, before, older], policy({ keepLast: 3 }), HERE))).toEqual([older])
  })

  test('what is dated in the future, which fills no slot either', () => {
    const future = [set('2036-01-01T00:00:00Z'), set('2026-11-24T12:00:01Z'), set('nonsense')]
    const sets = [1, 2, 3, 4].map((days) => daysAgo(days))
    const decisions = decide([...future, ...sets], policy({ keepLast: 3, floor: 0 }), HERE)
    expect(removedOf(decisions)).toEqual([sets[3]])
    for (const one of future) {
      expect(decisionOn(one, decisions)).toMatchObject({ keep: true, standing: 'future' })
    }
  })

  test('what has no date stands with the future, and leaves the order of the others alone', () => {
    const undated = set('nonsense', { id: '00010101T000000Z' })
    const sets = [daysAgo(3), daysAgo(1), undated, daysAgo(4), daysAgo(2)]
    const decisions = decide(sets, policy({ keepLast: 2, floor: 0 }), HERE)
    expect(decisions.map((decision) => decision.set)).toEqual([undated, sets[1], sets[4], sets[0], sets[3]])
    expect(removedOf(decisions)).toEqual([sets[0], sets[3]])
  })

  test('the set that this run took, though a wrong clock dates it last', () => {
    const backdated = daysAgo(900)
    const sets = [1, 2, 3, 4, 5].map((days) => daysAgo(days))
    const decide1 = decide([...sets, backdated], policy({ keepLast: 3 }), { ...HERE, justTaken: backdated.id })
    expect(decisionOn(backdated, decide1)).toMatchObject({ keep: true, reasons: ['taken by this run'] })
    expect(removedOf(decide([...sets, backdated], policy({ keepLast: 3 }), HERE))).toContain(backdated)
  })
})

describe('weaker proofs', () => {
  test('a store without any proof is rotated like any other, and not emptied', () => {
    const sets = Array.from({ length: 30 }, (_, day) => daysAgo(day, unverified))
    const decisions = decide(sets, policy({ keepDaily: 7 }), HERE)
    expect(keptOf(decisions)).toEqual(sets.slice(0, 7))
    expect(decisions[0]!.reasons[0]).toBe('not verified')
  })

  test('one proof does not sweep away the unverified history before it', () => {
    const history = Array.from({ length: 6 }, (_, day) => daysAgo(day + 1, unverified))
    expect(removedOf(decide([daysAgo(0), ...history], policy({ keepDaily: 7 }), HERE))).toEqual([])
  })

  test('an unverified set goes when sets as good or better fill the slots', () => {
    const old = daysAgo(8, unverified)
    const decisions = decide(
      [...[0, 1, 2, 3, 4, 5, 6].map((days) => daysAgo(days)), old],
      policy({ keepDaily: 7 }),
      HERE,
    )
    expect(removedOf(decisions)).toEqual([old])
    expect(decisionOn(old, decisions).reasons).toEqual(['not verified', 'daily: older than the 7 that are kept'])
  })

  test('a failed set whose rows were equal stands with the unverified, and says so', () => {
    const holding = { proof: { outcome: 'failed', tier: 'full', held: 'data' } } as const
    const decisions = decide(
      [daysAgo(1, failed), daysAgo(2, holding), daysAgo(3, unverified)],
      policy({ keepLast: 1, floor: 0 }),
      HERE,
    )
    expect(decisions.map(({ standing, keep }) => `${standing} ${keep ? 'kept' : 'gone'}`)).toEqual([
      'failed kept',
      'unverified kept',
      'unverified gone',
    ])
    expect(decisions[1]?.reasons[0]).toBe('verification failed, and all rows are equal')
  })

  test('a failed set never displaces an unverified one, nor that a proof to a lesser tier', () => {
    const sets = [daysAgo(1, failed), daysAgo(2, unverified), daysAgo(3, lesser), daysAgo(4)]
    const decisions = decide(sets, policy({ keepLast: 1, floor: 0 }), HERE)
    expect(removedOf(decisions)).toEqual([])
    expect(decisions.map(({ standing }) => standing)).toEqual(['failed', 'unverified', 'lesser', 'proven'])
    expect(
      removedOf(
        decide(
          [...sets].map((one) => ({ ...one, proof: failed.proof })),
          policy({ keepLast: 1, floor: 0 }),
          HERE,
        ),
      ),
    ).toHaveLength(3)
  })

  test('raising the tier keeps what was proven to the lower one until the new proofs fill the slots', () => {
    const history = Array.from({ length: 7 }, (_, day) => daysAgo(day + 1, lesser))
    const decisions = decide([daysAgo(0), ...history], policy({ keepDaily: 7 }), HERE)
    expect(namesOf(removedOf(decisions))).toEqual([history[6]!.id])
  })
})

// Laws, for any store and any policy.

const instants = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: Date.UTC(2026, 9, 20), max: Date.UTC(2026, 10, 24, 14) }) },
  { weight: 2, arbitrary: fc.integer({ min: Date.UTC(2019, 11, 20), max: Date.UTC(2026, 10, 24, 14) }) },
  { weight: 1, arbitrary: fc.integer({ min: Date.UTC(2026, 10, 24, 11), max: Date.UTC(2040, 0, 1) }) },
)

const anySets = fc
  .uniqueArray(
    fc.record({
      instant: instants.map((instant) => Math.floor(instant / 1000) * 1000),
      series: fc.constantFrom('app', 'app', 'app', 'app_test'),
      type: fc.constantFrom('daily', 'daily', 'weekly'),
      systemIdentifier: fc.constantFrom('1', '1', '2', null),
      outcome: fc.constantFrom('proven', 'proven', 'not-verified', 'failed'),
      tier: fc.constantFrom('archive', 'data', 'full', 'full'),
    }),
    { maxLength: 40, selector: ({ instant, type, series }) => `${instant}${type}${series}` },
  )
  .map((facts) =>
    facts.map(({ instant, outcome, tier, ...rest }) => set(new Date(instant), { ...rest, proof: { outcome, tier } })),
  )

const slots = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 9 }))
const anyPolicy = fc
  .record({
    ...{ keepLast: slots, keepDaily: slots, keepWeekly: slots, keepMonthly: slots, keepYearly: slots },
    keepWithin: fc.constantFrom(null, null, '36h', '10d', '2m', '1y1d'),
    tier: fc.constantFrom('archive', 'data', 'full'),
    timezone: fc.constantFrom('UTC', 'Europe/Madrid', 'America/New_York', 'Pacific/Kiritimati', 'Asia/Kathmandu'),
    floor: fc.constantFrom(0, 3),
  })
  .filter(({ keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin }) =>
    Boolean(keepLast || keepDaily || keepWeekly || keepMonthly || keepYearly || keepWithin),
  ) as fc.Arbitrary<Policy>

const TIERS = ['none', 'archive', 'data', 'full']
const isOwn = (one: RetentionSet): boolean => one.series === 'app' && one.time <= NOW
const isProvenTo = (one: RetentionSet, tier: string): boolean =>
  isOwn(one) && one.proof.outcome === 'proven' && TIERS.indexOf(one.proof.tier) >= TIERS.indexOf(tier)
const newestOf = (sets: readonly RetentionSet[], count: number): RetentionSet[] =>
  [...sets].sort((a, b) => b.time.getTime() - a.time.getTime()).slice(0, count)

function law(
  name: string,
  check: (sets: RetentionSet[], rules: Policy, decisions: Decision[]) => void,
  runs = 300,
): void {
  test(name, () => {
    fc.assert(
      fc.property(anySets, anyPolicy, (sets, rules) => {
        check(sets, rules, decide(sets, rules, HERE))
      }),
      { numRuns: runs },
    )
  })
}

describe('laws', () => {
  law('every set is decided once, with a reason', (sets, _, decisions) => {
    expect(new Set(decisions.map((decision) => decision.set))).toEqual(new Set(sets))
    expect(decisions).toHaveLength(sets.length)
    expect(decisions.every(({ reasons }) => reasons.length > 0)).toBe(true)
  })

  law(
    'the newest proven set of a type is kept, and that of each of its clusters, at the tier and at any',
    (sets, rules, decisions) => {
      const kept = new Set(keptOf(decisions))
      for (const type of ['daily', 'weekly']) {
        for (const tier of [rules.tier, 'archive']) {
          for (const cluster of ['1', '2', null]) {
            const proven = sets.filter((one) => one.type === type && isProvenTo(one, tier))
            const candidates = [
              ...newestOf(proven, 1),
              ...newestOf(
                proven.filter((one) => one.systemIdentifier === cluster),
                1,
              ),
            ]
            expect(candidates.every((one) => kept.has(one))).toBe(true)
          }
        }
      }
    },
  )

  law('the newest set of a type is kept, whatever its proof', (sets, _, decisions) => {
    for (const type of ['daily', 'weekly']) {
      expect(keptOf(decisions)).toEqual(
        expect.arrayContaining(
          newestOf(
            sets.filter((one) => one.type === type && isOwn(one)),
            1,
          ),
        ),
      )
    }
  })

  law('no type falls below its floor of proven sets', (sets, rules, decisions) => {
    for (const type of ['daily', 'weekly']) {
      const proven = sets.filter((one) => one.type === type && isProvenTo(one, rules.tier))
      expect(keptOf(decisions)).toEqual(expect.arrayContaining(newestOf(proven, rules.floor)))
    }
  })

  law('what is foreign or of the future is kept, and its presence changes nothing', (sets, rules, decisions) => {
    expect(removedOf(decisions).every(isOwn)).toBe(true)
    const alone = decide(sets.filter(isOwn), rules, HERE)
    expect(decisions.filter((decision) => isOwn(decision.set))).toEqual(alone)
  })

  law('weaker sets change nothing for stronger ones', (sets, rules, decisions) => {
    const provenOnly = sets.filter((one) => isProvenTo(one, rules.tier))
    expect(decisions.filter((decision) => isProvenTo(decision.set, rules.tier))).toEqual(
      decide(provenOnly, rules, HERE),
    )
    const withoutFailed = sets.filter((one) => one.proof.outcome !== 'failed')
    expect(decisions.filter((decision) => decision.set.proof.outcome !== 'failed')).toEqual(
      decide(withoutFailed, rules, HERE),
    )
  })

  law('the order of the listing does not matter', (sets, rules, decisions) => {
    expect(decide([...sets].reverse(), rules, HERE)).toEqual(decisions)
  })

  law('a second rotation removes nothing more', (_, rules, decisions) => {
    expect(removedOf(decide(keptOf(decisions), rules, HERE))).toEqual([])
  })

  test('more rules never remove more', () => {
    fc.assert(
      fc.property(anySets, anyPolicy, anyPolicy, (sets, rules, more) => {
        const wider: Policy = {
          ...rules,
          ...{ keepLast: rules.keepLast + more.keepLast, keepDaily: rules.keepDaily + more.keepDaily },
          ...{ keepWeekly: rules.keepWeekly + more.keepWeekly, keepMonthly: rules.keepMonthly + more.keepMonthly },
          ...{ keepYearly: rules.keepYearly + more.keepYearly, keepWithin: rules.keepWithin ?? more.keepWithin },
        }
        expect(keptOf(decide(sets, wider, HERE))).toEqual(expect.arrayContaining(keptOf(decide(sets, rules, HERE))))
      }),
      { numRuns: 300 },
    )
  })

  test('each kind alone stays within the policy, so that nothing grows without bound', () => {
    fc.assert(
      fc.property(
        anySets,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        (sets, keepLast, keepDaily) => {
          const decisions = decide(sets, policy({ keepLast, keepDaily }), HERE)
          const bound = Math.max(keepLast, 3) + keepDaily + 3 + 1
          for (const standing of ['proven', 'lesser', 'unverified', 'failed']) {
            for (const type of ['daily', 'weekly']) {
              const kept = decisions.filter((one) => one.keep && one.standing === standing && one.set.type === type)
              expect(kept.length).toBeLessThanOrEqual(bound)
            }
          }
        },
      ),
    )
  })

  test('among sets equally proven it keeps what the naive model of restic keeps', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: Date.UTC(2019, 0, 1) / 1000, max: NOW.getTime() / 1000 }), { maxLength: 60 }),
        fc.record({ last: slots, daily: slots, weekly: slots, monthly: slots, yearly: slots, withinHours: slots }),
        fc.constantFrom('UTC', 'Europe/Madrid'),
        (seconds, rules, timezone) => {
          fc.pre(Object.values(rules).some((value) => value > 0))
          const instants = seconds.map((second) => second * 1000)
          const decisions = decide(
            instants.map((one) => set(new Date(one))),
            fromModel(rules, timezone),
            HERE,
          )
          const expected = resticKeeps(instants, rules, timezone === 'UTC' ? (one) => new Date(one) : inMadrid)
          expect(new Set(keptOf(decisions).map(({ time }) => time.getTime()))).toEqual(expected)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('10,000 sets of every kind are decided with less than two seconds of processor time', () => {
    const proofs = [{}, unverified, failed, lesser]
    const sets = Array.from({ length: 10_000 }, (_, index) => daysAgo(index / 4, proofs[index % 4]))
    const rules = { keepLast: 5, keepDaily: 30, keepWeekly: 10, keepMonthly: 24, keepYearly: 10, keepWithin: '90d' }
    const began = process.cpuUsage()
    const decisions = decide(sets, policy({ ...rules, timezone: 'Europe/Madrid' }), HERE)
    const { user, system } = process.cpuUsage(began)
    expect((user + system) / 1e6).toBeLessThan(2)
    expect(decisions).toHaveLength(10_000)
  })
})

function fromModel(rules: ModelRules, timezone: string): Policy {
  return policy({
    ...{ keepLast: rules.last, keepDaily: rules.daily, keepWeekly: rules.weekly, keepMonthly: rules.monthly },
    ...{ keepYearly: rules.yearly, keepWithin: rules.withinHours > 0 ? `${rules.withinHours}h` : null },
    ...{ timezone, floor: 0 },
  })
}

/** Summer time in the European Union: from the last Sunday of March to that of October, at 01:00 UTC. */
function inMadrid(instant: number): Date {
  const year = new Date(instant).getUTCFullYear()
  const lastSundayOf = (month: number): number => {
    const last = new Date(Date.UTC(year, month + 1, 0, 1))
    return last.getTime() - last.getUTCDay() * DAY
  }
  const isSummer = instant >= lastSundayOf(2) && instant < lastSundayOf(9)
  return new Date(instant + (isSummer ? 2 : 1) * 3_600_000)
}
