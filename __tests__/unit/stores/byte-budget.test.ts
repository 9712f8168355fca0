import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { ByteBudget } from '../../../src/stores/byte-budget.js'

test('never lets more be held than it has, serves everyone in order, and one too large alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 }), fc.scheduler(), async (sizes, s) => {
      const budget = new ByteBudget(20)
      let held = 0
      const served: number[] = []
      const all = sizes.map(async (size, index) => {
        const release = await budget.take(size)
        served.push(index)
        held += size
        if (held > 20) expect(held).toBe(size)
        await s.schedule(Promise.resolve())
        held -= size
        release()
      })
      await s.waitFor(Promise.all(all))
      expect(served).toEqual(sizes.map((_, index) => index))
    }),
    { numRuns: 50 },
  )
})
