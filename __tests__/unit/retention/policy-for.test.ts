import { describe, expect, test } from '@jest/globals'
import { UsageError } from '../../../src/errors.js'
import { buildOptions, type Options } from '../../../src/options.js'
import { policyFor } from '../../../src/retention/policy-for.js'

const options = (values: Record<string, unknown> = {}): Options =>
  buildOptions([{ label: (name) => `--${name}`, values }])

const nothing = { keepLast: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0, keepWithin: null }

describe('the policy of a type', () => {
  test.each([
    ['daily', { keepDaily: 7 }],
    ['weekly', { keepWeekly: 4 }],
    ['manual', { keepLast: 3 }],
    ['before-migration', { keepLast: 3 }],
  ])('is for %s what was asked for, when nothing is given', (type, rules) => {
    expect(policyFor(type, options())).toEqual({ ...nothing, ...rules, tier: 'full', timezone: 'UTC', floor: 3 })
  })

  test('is only what is given, as soon as something is', () => {
    const given = options({ 'keep-monthly': '6', 'keep-within': '14d', timezone: 'Europe/Madrid' })
    expect(policyFor('daily', given)).toMatchObject({ ...nothing, keepMonthly: 6, keepWithin: '14d' })
    expect(policyFor('daily', given).timezone).toBe('Europe/Madrid')
  })

  test.each([{ 'keep-last': 0 }, { 'keep-daily': '0', 'keep-within': '0d' }])(
    'refuses %j: it keeps nothing',
    (values) => {
      expect(() => policyFor('daily', options(values))).toThrow(UsageError)
    },
  )

  test.each([
    [{}, 'full'],
    [{ verify: 'data' }, 'data'],
    [{ verify: 'none' }, 'archive'],
    [{ verify: 'archive', 'keep-tier': 'full' }, 'full'],
  ])('counts proofs with %j from tier %s on', (values, tier) => {
    expect(policyFor('daily', options(values)).tier).toBe(tier)
  })
})
