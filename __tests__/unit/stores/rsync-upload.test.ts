import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { ProgressSum } from '../../../src/stores/progress-sum.js'
import { progressReader } from '../../../src/stores/rsync-progress.js'
import { removalRules } from '../../../src/stores/rsync-removal.js'
import { batchesOf, linkCandidates, olderSibling } from '../../../src/stores/rsync-upload.js'

const sent = (path: string, size: number) => ({ path, size, sha256: '' })
const placed = (path: string, bytes: number) => ({ path, bytes, changed: new Date(0) })
const folder = (path: string) => ({ path, kind: 'folder' as const, bytes: 0, changed: new Date(0) })

describe('before files are sent', () => {
  test('the set before is the newest older one', () => {
    const entries = ['daily/20261122T020000Z', 'daily/20261123T020000Z', 'daily/20261125T020000Z', 'daily/tmp'].map(
      folder,
    )
    expect(olderSibling('daily/20261124T020000Z', entries)).toBe('daily/20261123T020000Z')
    expect(olderSibling('daily/20261121T020000Z', entries)).toBe('daily/20261125T020000Z')
    expect(olderSibling('daily/20261123T020000Z', [folder('daily/20261123T020000Z')])).toBeUndefined()
  })

  test('files of the same name and size may be there already', () => {
    const known = { here: [placed('a', 1)], like: 'x', there: [placed('b', 2), placed('c', 4)] }
    const [likely, fresh] = linkCandidates([sent('a', 1), sent('b', 2), sent('c', 3), sent('d', 4)], known)
    expect(likely.map((file) => file.path)).toEqual(['a', 'b'])
    expect(fresh.map((file) => file.path)).toEqual(['c', 'd'])
  })

  test('batches hold every file once, in order, and only lone files are larger than a batch', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000_000 })), (sizes) => {
        const files = sizes.map((size, index) => sent(String(index), size))
        const batches = batchesOf(files)
        expect(batches.flat()).toEqual(files)
        for (const batch of batches) {
          const bytes = batch.reduce((sum, { size }) => sum + size, 0)
          expect(batch.length === 1 || bytes <= 256e6).toBe(true)
        }
      }),
    )
  })
})

describe('progress', () => {
  test('is read from what rsync overwrites, in whatever pieces it comes', () => {
    const output =
      '\r              0   0%    0.00kB/s    0:00:00 (xfr#0, to-chk=2/2)\r      1,048,576  50%   10.00MB/s    0:00:01\r        2097152 100%    9.00MB/s    0:00:00 (xfr#2, to-chk=0/2)\n'
    fc.assert(
      fc.property(fc.array(fc.nat(output.length)), (cuts) => {
        const bytes: number[] = []
        const reader = progressReader((count) => bytes.push(count))
        const ends = [...cuts, output.length].sort((a, b) => a - b)
        ends.forEach((end, index) => reader.write(Buffer.from(output.slice(ends[index - 1] ?? 0, end))))
        expect(bytes).toEqual([0, 1_048_576, 2_097_152])
      }),
    )
  })

  test('of parts at a time adds up, never goes back, and ends at the total', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), fc.nat(150))), (steps) => {
        const told: number[] = []
        const sum = new ProgressSum(200, (done) => told.push(done))
        const parts = [sum.part(100), sum.part(100)]
        for (const [index, bytes] of steps) parts[index]!.reached(bytes)
        parts.forEach((part) => {
          part.done()
        })
        expect(told).toEqual([...told].sort((a, b) => a - b))
        expect(told.at(-1)).toBe(200)
      }),
    )
  })
})

describe('rules for removing', () => {
  test('name the files and the folders above them', () => {
    expect(removalRules(['log/a'])).toEqual(['/log/', '/log/a'])
    expect(removalRules(['top'])).toEqual(['/top'])
  })

  test('take what is unfinished in the folders of sets alone', () => {
    const rules = removalRules(['daily/1/a'])
    expect(rules).toContain('/daily/1/.lifeboat-partial/***')
    expect(rules).not.toContain('/daily/.lifeboat-partial/***')
  })

  test('mean each name as it is', () => {
    expect(removalRules(['what?.dat'])).toEqual(['/what\\?.dat'])
    expect(removalRules(['back\\slash'])).toEqual(['/back\\slash'])
    expect(removalRules(['back\\slash*'])).toEqual(['/back\\\\slash\\*'])
  })
})
