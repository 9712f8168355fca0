import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { Turns } from '../../../src/fleet/turns.js'

describe('taking turns', () => {
  test('whatever comes: everything runs once, never more than the limit, never two of one key, first come first served', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 20 }),
        async (scheduler, limit, keys) => {
          const turns = new Turns(limit)
          const busy: string[] = []
          const begun: number[] = []
          const works = keys.map((key, index) =>
            turns.take(key, async () => {
              expect(busy).not.toContain(key)
              busy.push(key)
              begun.push(index)
              expect(busy.length).toBeLessThanOrEqual(limit)
              await scheduler.schedule(Promise.resolve())
              busy.splice(busy.indexOf(key), 1)
              if (index % 3 === 0) throw new Error('this one fails')
            }),
          )
          await scheduler.waitIdle()
          const ends = await Promise.allSettled(works)
          expect(ends.map(({ status }) => status)).toEqual(
            keys.map((_, index) => (index % 3 === 0 ? 'rejected' : 'fulfilled')),
          )
          expect([...begun].sort((a, b) => a - b)).toEqual(keys.map((_, index) => index))
          for (const key of new Set(keys)) {
            const ofKey = begun.filter((index) => keys[index] === key)
            expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('one that hangs keeps its own place alone', async () => {
    const turns = new Turns(2)
    const ended: string[] = []
    void turns.take('hangs', () => new Promise(() => undefined))
    void turns.take('hangs', () => Promise.resolve(ended.push('behind it')))
    await Promise.all(['a', 'b', 'c'].map((key) => turns.take(key, () => Promise.resolve(ended.push(key)))))
    expect(ended).toEqual(['a', 'b', 'c'])
  })

  test('a greater limit lets those that wait begin', async () => {
    const turns = new Turns(1)
    void turns.take('hangs', () => new Promise(() => undefined))
    const other = turns.take('other', () => Promise.resolve('done'))
    turns.setLimit(2)
    expect(await other).toBe('done')
  })
})
