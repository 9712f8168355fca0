import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { unescapedFields } from '../../../src/postgres/copy-text.js'
import { RowHash, type HashedRows } from '../../../src/postgres/row-hash.js'

const row = fc
  .array(fc.string({ maxLength: 8 }).map(escaped), { minLength: 2, maxLength: 4 })
  .map((fields) => fields.join('\t'))

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}

function hashed(rows: readonly string[], grouped = 0, most = 100): HashedRows {
  const hash = new RowHash({ grouped, most })
  for (const one of rows) hash.add(Buffer.from(`${one}\n`))
  return hash.result
}

describe('the hash of rows that were copied out', () => {
  test('does not depend on their order', () => {
    fc.assert(
      fc.property(fc.array(row), fc.infiniteStream(fc.nat()), (rows, order) => {
        const shuffled = rows.map((one) => [order.next().value as number, one] as const).sort(([a], [b]) => a - b)
        expect(hashed(shuffled.map(([, one]) => one))).toEqual(hashed(rows))
      }),
    )
  })

  test('is another one for every other multiset of rows', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.array(row, { maxLength: 5 }), (one, other) => {
        const isSame = JSON.stringify([...one].sort()) === JSON.stringify([...other].sort())
        expect(hashed(one).fingerprint === hashed(other).fingerprint).toBe(isSame)
      }),
    )
  })

  test('counts a doubled row twice, and sums beyond what a number holds exactly', () => {
    expect(hashed(['a', 'b', 'b']).fingerprint).not.toBe(hashed(['a', 'a', 'b']).fingerprint)
    const [one] = [BigInt(hashed(['a']).fingerprint)]
    expect(hashed(Array<string>(5000).fill('a')).fingerprint).toBe(String(one * 5000n))
  })

  test('tells rows apart by their first fields, as far as there are not too many', () => {
    const rows = ['t\t1\tx', 't\t2\ty', '\\N\t1\tx', 'u\t1\tx']
    const { groups } = hashed(rows, 1)
    expect(groups?.map(({ texts, rows: count }) => ({ texts, count }))).toEqual([
      { texts: ['t'], count: 2 },
      { texts: [null], count: 1 },
      { texts: ['u'], count: 1 },
    ])
    expect(groups?.[1]?.fingerprint).toBe(groups?.[2]?.fingerprint)
    expect(hashed(rows, 1, 2).groups).toBeUndefined()
    expect(hashed(rows, 1, 2).fingerprint).toBe(hashed(rows).fingerprint)
    expect(hashed(['t', 'u'], 1).groups?.map(({ texts }) => texts)).toEqual([['t'], ['u']])
  })

  test('reads fields as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
        expect(unescapedFields(fields.map(escaped).join('\t'))).toEqual(fields)
      }),
    )
    expect(unescapedFields('\\N\t\\\\N\t\\b\\f\\v')).toEqual([null, '\\N', '\b\f\v'])
  })
})
