import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chooseTables, type ChoosableTable } from '../../../src/backup/table-choice.js'
import type { ForeignKey } from '../../../src/postgres/foreign-keys.js'
import { matchesPattern, parseTablePattern } from '../../../src/backup/table-pattern.js'

const table = (oid: number, name: string, schema = 'public', partitionOf?: string): ChoosableTable => ({
  oid,
  name,
  schema,
  inherits: [],
  ...(partitionOf !== undefined && { partitionOf: { schema: 'public', name: partitionOf } }),
})

const farm = [
  table(1, 'animals'),
  table(2, 'parts'),
  table(3, 'explotacions'),
  table(4, 'history'),
  table(5, 'history_2025', 'public', 'history'),
  table(6, 'history_2025_q1', 'public', 'history_2025'),
  table(7, 'animals', 'archive'),
  table(8, 'Odd, "name"', 'public'),
]

const key = (oid: number, from: number, to: number): ForeignKey => ({
  oid,
  from,
  to,
  name: `fk_${oid}`,
  table: 'public.parts',
  statement: 'ALTER TABLE … NOT VALID',
})

const choose = (include: string[], exclude: string[] = [], keys: ForeignKey[] = []) =>
  chooseTables(farm, keys, { include, exclude, searchPath: ['public'] })

describe('choosing tables', () => {
  test('no pattern means every table', () => {
    expect(choose([]).chosen.size).toBe(farm.length)
  })

  test('a name without schema is looked up in the search path only', () => {
    expect([...choose(['animals']).chosen]).toEqual([1])
    expect([...choose(['*.animals']).chosen].sort()).toEqual([1, 7])
  })

  test('partitions come with their parent, at every level, and leave with it', () => {
    expect([...choose(['history']).chosen].sort()).toEqual([4, 5, 6])
    expect(choose([], ['history_2025']).chosen.has(6)).toBe(false)
    expect(choose([], ['history_2025']).chosen.has(4)).toBe(true)
  })

  test('a pattern that matches nothing is an error that names the pattern', () => {
    const { findings } = choose(['animals', 'partz'], ['"open'])
    expect(findings.map(({ code, on, severity }) => [code, on, severity])).toEqual([
      ['TABLE_NOT_FOUND', 'partz', 'error'],
      ['TABLE_NOT_FOUND', '"open', 'error'],
    ])
  })

  test('foreign keys out of the choice are loose, and the missing table is named', () => {
    const { loose, findings } = choose(['animals', 'parts'], [], [key(10, 1, 3), key(11, 2, 1)])
    expect(loose.map(({ oid }) => oid)).toEqual([10])
    expect(findings[0]?.found).toContain('public.explotacions')
  })

  test('a foreign key is loose when only a part of the partitions that it leads to is chosen', () => {
    const toHistory = key(12, 1, 4)
    expect(choose(['animals', 'history'], [], [toHistory]).loose).toEqual([])
    expect(choose(['animals', 'history_2025'], [], [toHistory]).loose).toEqual([toHistory])
  })

  test('a foreign key of a partitioned table is loose when one of its partitions is chosen', () => {
    const fromHistory = key(13, 4, 1)
    expect(choose(['history_2025'], [], [fromHistory]).loose).toEqual([fromHistory])
  })
})

describe('table patterns', () => {
  test('read as psql reads them', () => {
    const matches = (pattern: string, schema: string, name: string) => {
      const parsed = parseTablePattern(pattern)
      return parsed !== null && matchesPattern(parsed, { schema, name }, ['public'])
    }
    expect(matches('ANIMALS', 'public', 'animals')).toBe(true)
    expect(matches('"ANIMALS"', 'public', 'animals')).toBe(false)
    expect(matches('audit_*', 'public', 'audit_2025')).toBe(true)
    expect(matches('"audit_*"', 'public', 'audit_2025')).toBe(false)
    expect(matches('a?c', 'public', 'abc')).toBe(true)
    expect(matches('a.c', 'public', 'abc')).toBe(false)
    expect(matches('"a.c"', 'public', 'a.c')).toBe(true)
    expect(matches('"Odd, ""name"""', 'public', 'Odd, "name"')).toBe(true)
    expect(matches('a+', 'public', 'aa')).toBe(false)
    for (const malformed of ['"open', 'a.b.c', '.a', '']) {
      expect(parseTablePattern(malformed)).toBeNull()
    }
  })

  test('any name in double quotes matches itself and no other', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(name, name, (one, other) => {
        const pattern = parseTablePattern(`"${one.replaceAll('"', '""')}"`)
        expect(pattern).not.toBeNull()
        expect(matchesPattern(pattern!, { schema: 'public', name: one }, ['public'])).toBe(true)
        expect(matchesPattern(pattern!, { schema: 'public', name: other }, ['public'])).toBe(one === other)
      }),
    )
  })
})
