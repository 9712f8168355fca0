import { describe, expect, test } from '@jest/globals'

import { canonicalFact, canonicalName, canonicalObject } from '../../../../src/postgres/catalog/canonical.js'

describe('a name as no major writes it otherwise', () => {
  test.each([
    ['on function public.f(pg_catalog.json,pg_catalog.text)', 'on function public.f(json,text)'],
    ['function pg_catalog.json_array_elements(pg_catalog.json)', 'function pg_catalog.json_array_elements(json)'],
    ['on cast (pg_catalog.json AS public.pr)', 'on cast (json AS public.pr)'],
    ['on cast (public.pr AS pg_catalog.json)', 'on cast (public.pr AS json)'],
    ['on operator public.==(pg_catalog.json,pg_catalog.json)', 'on operator public.==(json,json)'],
    ['on transform for pg_catalog.json on language plpgsql', 'on transform for json on language plpgsql'],
    ['type pg_catalog.json', 'type json'],
    ['table pg_catalog.pg_class', 'table pg_catalog.pg_class'],
    ['public."json_value"(json)', 'public.json_value(json)'],
    ['public."Big".a', 'public."Big".a'],
    ['public."a(pg_catalog.b"', 'public."a(pg_catalog.b"'],
    ['public."say ""x"""', 'public."say ""x"""'],
  ])('of %s is %s', (name, canonical) => {
    expect(canonicalName(name)).toBe(canonical)
    expect(canonicalName(canonical)).toBe(canonical)
  })

  test('is the name of an object and of what it is a part of, and touches no word of a user', () => {
    const text = 'say "so", (pg_catalog.json)'
    const described = {
      kind: 'comment',
      name: 'on function public.f(pg_catalog.json)',
      of: 'function public.f(pg_catalog.json)',
      facts: { text },
    }
    expect(canonicalObject(described)).toEqual({
      ...described,
      name: 'on function public.f(json)',
      of: 'function public.f(json)',
    })
    expect(canonicalFact('text', text)).toBe(text)
    expect(canonicalFact('returns', '"json"')).toBe('json')
    expect(canonicalFact('inherits', ['public."order"'])).toEqual(['public.order'])
  })

  test('tells of a collation of ICU one locale, as every major since 15 does', () => {
    const collation = { kind: 'collation', name: 'public.c', facts: { provider: 'icu' } }
    expect(canonicalObject({ ...collation, deparsed: { locale: 'ca', ctype: 'ca' } }).deparsed).toEqual({
      locale: 'ca',
    })
    const libc = { ...collation, facts: { provider: 'libc' }, deparsed: { locale: 'C', ctype: 'POSIX' } }
    expect(canonicalObject(libc)).toEqual(libc)
  })
})
