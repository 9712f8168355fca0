import { describe, expect, test } from '@jest/globals'
import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { compareObjects } from '../../../src/verify/difference/objects.js'

const OPTIONS = { sameMajor: true, ownCluster: false }

function column(type: string, text?: string): CatalogObject {
  const object = { kind: 'column', name: 'public.t.c', of: 'table public.t' }
  return text === undefined
    ? { ...object, facts: { type } }
    : { ...object, facts: { type, hasDefault: true }, deparsed: { default: text } }
}

function found(source: CatalogObject[], copy: CatalogObject[]): string[] {
  return compareObjects(source, copy, OPTIONS).map(({ code, on }) => `${code} ${on}`)
}

describe('a default of NULL', () => {
  test.each(['NULL', 'NULL::character varying', 'NULL::timestamp(3) without time zone', 'NULL::"My".numeric[]'])(
    '%s is none',
    (text) => {
      expect(found([column('text')], [column('text', text)])).toEqual([])
      expect(found([column('text', text)], [column('text')])).toEqual([])
    },
  )

  test.each([
    "'NULL'::text",
    'NULLIF(1, 1)',
    "COALESCE(NULL::text, 'x'::text)",
    'NULL::text IS NULL',
    "NULL::text || 'x'",
  ])('%s is another', (text) => {
    expect(found([column('text')], [column('text', text)])).toEqual(['OBJECT_DIFFERS column public.t.c'])
  })

  test('is one for a domain, whose own it keeps away', () => {
    const domain: CatalogObject = { kind: 'type', name: 'public.d', facts: { domainOf: 'text' } }
    const [source, copy] = [column('public.d'), column('public.d', 'NULL::text')]
    expect(found([domain, source], [domain, copy])).toEqual(['OBJECT_DIFFERS column public.t.c'])
  })
})

function notNull(name: string, facts: CatalogObject['facts'] = {}): CatalogObject {
  const definition = facts.definition ?? 'NOT NULL "Odd ""at"'
  return {
    kind: 'not-null constraint',
    name: `public.t.${name}`,
    of: 'table public.t',
    facts: { ...facts, definition },
  }
}

describe('the name of a NOT NULL', () => {
  test('is not compared where it is the usual one, which no dump holds', () => {
    expect(found([notNull('"t_Odd ""at_not_null"')], [notNull('"t_Odd ""at_not_null1"')])).toEqual([])
  })

  test('is compared where it was given', () => {
    expect(found([notNull('given')], [notNull('given1')])).toEqual([
      'OBJECT_MISSING not-null constraint public.t.given',
      'OBJECT_UNEXPECTED not-null constraint public.t.given1',
    ])
  })

  test('says nothing of another column', () => {
    const [source, copy] = [{ definition: 'NOT NULL a' }, { definition: 'NOT NULL b' }]
    expect(found([notNull('t_a_not_null', source)], [notNull('t_a_not_null1', copy)])).toHaveLength(2)
  })
})
