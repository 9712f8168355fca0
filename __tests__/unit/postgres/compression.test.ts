import { describe, expect, test } from '@jest/globals'

import { resolveCompression, type CompressionAbility } from '../../../src/postgres/compression.js'

const old: CompressionAbility = { major: 15, zstd: false, lz4: false }
const modern: CompressionAbility = { major: 17, zstd: true, lz4: true }
const bare: CompressionAbility = { major: 17, zstd: false, lz4: false }

describe('resolveCompression', () => {
  test('auto is zstd where it can be, else a quick gzip', () => {
    expect(resolveCompression('auto', 'directory', modern)).toBe('zstd:1')
    expect(resolveCompression('auto', 'custom', modern)).toBe('zstd:1')
    expect(resolveCompression('auto', 'plain', modern)).toMatch(/^gzip:\d$/)
    expect(resolveCompression('auto', 'directory', old)).toMatch(/^gzip:\d$/)
    expect(resolveCompression('auto', 'directory', bare)).toMatch(/^gzip:\d$/)
  })

  test.each(['none', 'gzip', 'gzip:9', 'lz4', 'zstd:3', 'zstd:22'])('%s is taken as it is', (choice) => {
    expect(resolveCompression(choice, 'directory', modern)).toBe(choice)
  })

  test.each([
    ['zstd:1', 'directory', old, /pg_dump of PostgreSQL 15 knows gzip only/],
    ['lz4', 'custom', old, /pg_dump of PostgreSQL 15 knows gzip only/],
    ['zstd', 'directory', bare, /built without zstd/],
    ['zstd:1', 'plain', modern, /plain format .* gzip only/],
    ['gzip:0', 'directory', modern, /no level 0/],
    ['gzip:10', 'directory', modern, /no level 10/],
    ['zstd:23', 'directory', modern, /no level 23/],
    ['none:1', 'directory', modern, /no level 1/],
  ] as const)('%s for the %s format is refused', (choice, format, ability, problem) => {
    expect(() => resolveCompression(choice, format, ability)).toThrow(problem)
  })
})
