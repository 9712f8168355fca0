import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { GuardError } from '../../../src/errors.js'
import { guardPlan } from '../../../src/retention/guard.js'
import type { Decision, Standing } from '../../../src/retention/policy.js'

function decision(keep: boolean, standing: Standing = 'proven', type = 'daily'): Decision {
  const proof = { outcome: 'proven', tier: 'full' } as const
  const set = { id: 'x', type, series: 'app', time: new Date(0), systemIdentifier: null, proof, bytes: 1 }
  return { set, standing, keep, reasons: ['because'] }
}

const many = (count: number, keep: boolean, standing?: Standing, type?: string): Decision[] =>
  Array.from({ length: count }, () => decision(keep, standing, type))

const guard =
  (decisions: readonly Decision[], confirm?: string): (() => void) =>
  () => {
    guardPlan(decisions, { confirm, series: 'app', store: '/backups' })
  }

describe('a rotation of more than half', () => {
  test('is refused, with the counts and what to type', () => {
    expect(guard([...many(3, true), ...many(4, false)])).toThrow(GuardError)
    expect(guard([...many(3, true), ...many(4, false)])).toThrow(
      /it would remove 4 of 7 daily proven sets .*set confirm to the name of the series, "app"/,
    )
  })

  test('is carried out when the name of the series is typed, and only then', () => {
    const all = many(2, false)
    expect(guard(all, 'app')).not.toThrow()
    expect(guard(all, 'App')).toThrow(/"app" \(it is "App"\)/)
    expect(guard(all, '')).toThrow(GuardError)
  })

  test('is judged type by type, so a big type does not cover for a small one', () => {
    const decisions = [...many(90, true, 'proven', 'daily'), ...many(1, true, 'proven', 'weekly')]
    expect(guard([...decisions, ...many(2, false, 'proven', 'weekly')])).toThrow(/2 of 3 weekly/)
    expect(guard([...decisions, ...many(1, false, 'proven', 'weekly')])).not.toThrow()
  })

  test('counts proven sets: neither unverified nor foreign ones make room for more', () => {
    const proven = [...many(1, true), ...many(2, false)]
    for (const standing of ['unverified', 'failed', 'foreign', 'future'] as const) {
      expect(guard([...proven, ...many(50, true, standing)])).toThrow(/2 of 3 daily proven sets/)
    }
    expect(guard([...many(2, true), ...many(50, false, 'unverified')])).not.toThrow()
  })

  test('counts all sets where none is proven, because they are all there is', () => {
    expect(guard([...many(7, true, 'unverified'), ...many(8, false, 'failed')])).toThrow(/8 of 15 daily sets \(none/)
    expect(guard([...many(7, true, 'unverified'), ...many(1, false, 'failed')])).not.toThrow()
  })

  test('takes no account of sets that take no part, also where none is proven', () => {
    const unverified = [...many(1, true, 'unverified'), ...many(2, false, 'unverified')]
    for (const standing of ['foreign', 'future'] as const) {
      expect(guard([...unverified, ...many(50, true, standing)])).toThrow(/2 of 3 daily sets/)
    }
  })

  test('is exactly what is refused', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (kept, removed) => {
        const check = guard([...many(kept, true), ...many(removed, false, 'lesser')])
        if (removed > kept) expect(check).toThrow(GuardError)
        else expect(check).not.toThrow()
      }),
    )
  })
})
