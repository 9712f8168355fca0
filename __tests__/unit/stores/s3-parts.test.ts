import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { planParts, SMALLEST_PART } from '../../../src/stores/s3-parts.js'

const GIB = 1024 ** 3

test('cuts a file into equal parts that cover it and are no more than the service takes', () => {
  const sizes = fc.oneof(
    fc.integer({ min: 1, max: 100 * 1024 * 1024 }),
    fc.double({ min: 1, max: 5 * 1024 * GIB, noNaN: true }).map(Math.ceil),
  )
  fc.assert(
    fc.property(sizes, fc.constantFrom(1000, 10_000), (size, most) => {
      fc.pre(size <= (most / 10_000) * 5 * 1024 * GIB)
      const parts = planParts(size, most)
      expect(parts.length).toBeLessThanOrEqual(most)
      let end = 0
      for (const [index, { number, offset, bytes }] of parts.entries()) {
        if (number !== index + 1 || offset !== end || bytes < 1)
          throw new Error(`part ${number} is not where it should be`)
        end += bytes
      }
      expect(end).toBe(size)
      const [first, ...rest] = parts
      const last = rest.pop() ?? first!
      expect(rest.every(({ bytes }) => bytes === first!.bytes)).toBe(true)
      expect(last.bytes).toBeLessThanOrEqual(first!.bytes)
      if (parts.length > 1) expect(first!.bytes).toBeGreaterThanOrEqual(SMALLEST_PART)
      expect(first!.bytes).toBeLessThanOrEqual(5 * GIB)
    }),
    { numRuns: 60 },
  )
})

test('keeps parts small as long as it can', () => {
  expect(planParts(9000 * SMALLEST_PART, 10_000)[0]!.bytes).toBe(SMALLEST_PART)
  expect(planParts(9000 * SMALLEST_PART + 1, 10_000)[0]!.bytes).toBe(SMALLEST_PART + 1024 * 1024)
})
