import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { beforeName, isSideName, sideName, unprovenName, withSuffix } from '../../../src/restore/target-names.js'

const NOW = new Date('2026-11-24T03:15:00Z')

test('the names say what the databases are', () => {
  expect(beforeName('app', NOW)).toBe('app_before_20261124T031500Z')
  expect(unprovenName('app', NOW)).toBe('app_unproven_20261124T031500Z')
  expect(sideName('app')).toMatch(/^app_lifeboat_[0-9a-f]{8}$/)
  expect(isSideName(sideName('app'))).toBe(true)
  expect(isSideName('app')).toBe(false)
})

test('they always fit, keep their suffix, and never cut a character in two', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.stringMatching(/^_[a-z]{0,40}$/), (name, suffix) => {
      const made = withSuffix(name, suffix)
      expect(Buffer.byteLength(made)).toBeLessThanOrEqual(Math.max(63, Buffer.byteLength(suffix)))
      expect(made.endsWith(suffix)).toBe(true)
      expect(name.startsWith(made.slice(0, made.length - suffix.length))).toBe(true)
      expect(Buffer.from(made).toString()).toBe(made)
    }),
  )
})
