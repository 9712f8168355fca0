import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { JsonBoundsError, parseBoundedJson, type JsonBounds } from '../../src/bounded-json.js'

const WIDE: JsonBounds = { length: 1e6, depth: 1000, values: 1e6 }

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

describe('JSON within bounds', () => {
  test('is what JSON.parse makes of it, whatever is in its strings', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(parseBoundedJson(text, WIDE)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('is allowed exactly as deep as it is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const depth = depthOf(JSON.parse(text))
        expect(() => parseBoundedJson(text, { ...WIDE, depth })).not.toThrow()
        if (depth > 0) expect(() => parseBoundedJson(text, { ...WIDE, depth: depth - 1 })).toThrow(JsonBoundsError)
      }),
    )
  })

  test('refuses length, depth and number before anything is made of it', () => {
    expect(() => parseBoundedJson('"1234"', { ...WIDE, length: 5 })).toThrow('more than 5 characters')
    expect(() => parseBoundedJson('['.repeat(1_000_000), { ...WIDE, depth: 32 })).toThrow('nested more than 32 deep')
    expect(() => parseBoundedJson(`[${'[],'.repeat(100)}[]]`, { ...WIDE, values: 100 })).toThrow('more than 100 values')
    expect(() => parseBoundedJson('["[[[[", "\\"[,,,"]', { ...WIDE, depth: 1, values: 2 })).not.toThrow()
  })

  test.each(['', '{', '["x', '"\\', 'nothing'])('%p is a syntax error as ever', (text) => {
    expect(() => parseBoundedJson(text, WIDE)).toThrow(SyntaxError)
  })
})
