import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { splitStatement, withHead } from '../../../../src/verify/restated/head.js'
import { asSql, lastAsSql, readNames } from '../../../../src/verify/restated/names.js'

describe('names of a catalog', () => {
  test('are read and quoted for SQL, keywords too', () => {
    expect(asSql('public.order')).toBe('"public"."order"')
    expect(asSql('public."say ""x"".y".é')).toBe('"public"."say ""x"".y"."é"')
    expect(lastAsSql('public."a.b"')).toBe('"a.b"')
    expect(readNames('a.b(c.d)')).toEqual({ names: ['a', 'b'], end: 3 })
    expect(readNames('(a)')).toEqual({ names: [], end: 0 })
  })

  test('come back from quotes as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (names) => {
        const text = names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
        expect(readNames(`${text} ON`)).toEqual({ names, end: text.length })
        expect(asSql(text)).toBe(text)
      }),
    )
  })
})

describe('a definition that is a statement', () => {
  const words = [/CREATE (?:UNIQUE )?INDEX /, / ON (?:ONLY )?/] as const

  test('is split after its names', () => {
    expect(splitStatement('CREATE UNIQUE INDEX "a ON b" ON ONLY public.t USING btree (id)', ...words)).toEqual({
      head: 'CREATE UNIQUE INDEX "a ON b" ON ONLY public.t',
      tail: ' USING btree (id)',
    })
    expect(splitStatement('DROP TABLE x', ...words)).toBeUndefined()
    expect(splitStatement('CREATE INDEX (', ...words)).toBeUndefined()
  })

  test('keeps its own head, but for quotes that only a major needs', () => {
    const statement = (head: string) => ({ head, tail: ' x' })
    expect(withHead(statement('CREATE INDEX "a"'), statement('CREATE INDEX a'), ' y')).toBe('CREATE INDEX a y')
    expect(withHead(statement('CREATE UNIQUE INDEX a'), statement('CREATE INDEX a'), ' y')).toBe(
      'CREATE UNIQUE INDEX a y',
    )
    expect(withHead(statement('CREATE INDEX a'), undefined, ' y')).toBe('CREATE INDEX a y')
  })
})
