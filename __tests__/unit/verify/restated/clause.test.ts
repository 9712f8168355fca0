import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { isOneClause, splitOutside } from '../../../../src/verify/restated/clause.js'

describe('one clause', () => {
  test.each([
    `(s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])`,
    `'it''s; -- no comment, (really'::text`,
    String.raw`E'back\\slash \' ) ;'::text`,
    `("odd "" column )" > $1)`,
    `nextval('public."a;b"'::regclass)`,
    `CHECK ((a[1] = '{1,2}'::integer[]))`,
  ])('is %s', (text) => {
    expect(isOneClause(text)).toBe(true)
  })

  test.each([
    '1) , DROP COLUMN x --',
    '1), (2',
    '1, 2',
    '1; SELECT 2',
    '(1',
    `'open`,
    '"open',
    '1 -- the rest',
    '1 /* the rest',
    '$$a$$',
    '$x$ ) $x$',
    ')(',
  ])('is not %s', (text) => {
    expect(isOneClause(text)).toBe(false)
  })

  test('stays one between brackets, whatever stands in its quotes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (literal, name) => {
        const text = `'${literal.replaceAll("'", "''")}'::text = "${name.replaceAll('"', '""')}"`
        expect(isOneClause(text)).toBe(true)
        expect(isOneClause(`${text})`)).toBe(false)
      }),
    )
  })

  test('is split outside of quotes and brackets only', () => {
    expect(splitOutside(`a: (x = ';'); "b;c": (f(1; 2))`, ';')).toEqual([`a: (x = ';')`, ` "b;c": (f(1; 2))`])
    expect(splitOutside('a)', ';')).toBeUndefined()
  })
})
