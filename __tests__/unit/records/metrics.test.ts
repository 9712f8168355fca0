import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { measure, rowsByTable, setBytes, tableKey, totalRows } from '../../../src/records/metrics.js'
import { manifestAt, sampleTable } from '../../support/sample-manifest.js'

const AT = new Date('2026-11-24T02:00:00Z')

describe('the metrics of a backup', () => {
  test('have the shape that was asked for', () => {
    const manifest = manifestAt(AT, {
      dump: { path: 'dump', bytes: 250_000 },
      tables: [
        sampleTable('animals', { rows: 800, bytes: 600_000 }),
        sampleTable('parts', { rows: 400, bytes: 400_000 }),
      ],
    })
    expect(measure(manifest, { seconds: 12.34567, peakMemory: 87_654_321 })).toEqual({
      performance: { duration_seconds: 12.346, compression_ratio: 0.75, memory_usage_mb: 87.7 },
      size: { total_bytes: 1_000_000, compressed_bytes: 250_000, tables: { animals: 600_000, parts: 400_000 } },
      records: { total: 1200, by_table: { animals: 800, parts: 400 } },
    })
  })

  test('count only the tables whose rows are in the dump', () => {
    const manifest = manifestAt(AT, {
      tables: [
        sampleTable('animals', { rows: 800, bytes: 10 }),
        sampleTable('left_out', { data: false, bytes: 1000 }),
        sampleTable('sales', { kind: 'partitioned', rows: 0, bytes: 0 }),
        sampleTable('sales_2026', { rows: 5, bytes: 20 }),
        sampleTable('totals', { kind: 'materialized-view', rows: 7, bytes: 500 }),
        sampleTable('elsewhere', { kind: 'foreign', data: false, bytes: 0 }),
      ],
    })
    const { size, records } = measure(manifest, { seconds: 1, peakMemory: 1 })
    expect(size).toMatchObject({ total_bytes: 30, tables: { animals: 10, sales_2026: 20 } })
    expect(records).toEqual({ total: 805, by_table: { animals: 800, sales_2026: 5 } })
  })

  test('do not take a table that was not counted for an empty one', () => {
    const { rows, ...uncounted } = sampleTable('parts')
    expect(rows).toBeGreaterThan(0)
    const manifest = manifestAt(AT, { tables: [sampleTable('animals', { rows: 3 }), uncounted] })
    expect(rowsByTable(manifest)).toEqual({ animals: 3 })
    expect(totalRows(rowsByTable(manifestAt(AT, { tables: [uncounted] })))).toBeNull()
    expect(totalRows({ animals: 0 })).toBe(0)
    expect(totalRows(undefined)).toBeNull()
  })

  test('never say that less than nothing was saved', () => {
    const ratio = (total: number, compressed: number): number =>
      measure(
        manifestAt(AT, { dump: { path: 'dump', bytes: compressed }, tables: [sampleTable('t', { bytes: total })] }),
        { seconds: 1, peakMemory: 1 },
      ).performance.compression_ratio
    expect(ratio(8192, 20_000)).toBe(0)
    expect(ratio(0, 2000)).toBe(0)
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (total, compressed) => {
        expect(ratio(total, compressed)).toBeGreaterThanOrEqual(0)
        expect(ratio(total, compressed)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('the size of a set is that of all its files', () => {
    const file = (path: string, size: number) => ({ path, size, sha256: '0'.repeat(64) })
    expect(setBytes({ files: [file('a', 3), file('b', 4)] })).toBe(7)
  })
})

describe('the key of a table', () => {
  test.each([
    ['public', 'animals', 'animals'],
    ['public', 'Weird "Name"', 'Weird "Name"'],
    ['farm', 'animals', 'farm.animals'],
    ['public', 'farm.animals', 'public."farm.animals"'],
    ['far.m', 'a"b', '"far.m"."a""b"'],
  ])('of %s %s is %s', (schema, name, key) => {
    expect(tableKey({ schema, name })).toBe(key)
  })

  test('is another one for every other table', () => {
    const part = fc.oneof(
      fc.constantFrom('public', 'a', '.', '"', 'a.b', '"a"'),
      fc.string({ minLength: 1, unit: fc.constantFrom('a', '.', '"') }),
    )
    fc.assert(
      fc.property(fc.tuple(part, part), fc.tuple(part, part), ([schema, name], [otherSchema, otherName]) => {
        fc.pre(schema !== otherSchema || name !== otherName)
        expect(tableKey({ schema, name })).not.toBe(tableKey({ schema: otherSchema, name: otherName }))
      }),
      { numRuns: 2000 },
    )
  })

  test('__proto__ is a name like any other', () => {
    const manifest = manifestAt(AT, { tables: [sampleTable('__proto__', { rows: 9, bytes: 11 })] })
    const { size, records } = measure(manifest, { seconds: 1, peakMemory: 1 })
    expect(JSON.stringify([size.tables, records])).toBe('[{"__proto__":11},{"total":9,"by_table":{"__proto__":9}}]')
  })
})
