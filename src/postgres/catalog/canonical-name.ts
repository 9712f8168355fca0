import type { CatalogObject, Fact } from './model.js'

/** A quoted name, or the schema that every database has, outside of quotes. */
const QUOTED_OR_SYSTEM_SCHEMA = /"((?:[^"]|"")*)"|(?<![\w$."])pg_catalog\./g
const NEEDS_NO_QUOTES = /^[a-z_][a-z0-9_$]*$/

/**
 * A name as no major writes it otherwise: without `pg_catalog.`, which 15 puts before `json` and 17 does not, and without
 * quotes around what only some majors' keywords make them quote.
 */
export function canonicalName(name: string): string {
  return name.replaceAll(QUOTED_OR_SYSTEM_SCHEMA, (whole, inside?: string) => {
    if (inside === undefined) return ''
    return NEEDS_NO_QUOTES.test(inside) ? inside : whole
  })
}

/** The object under the name that it has on every major, whichever major, or version of pg-lifeboat, described it. */
export function canonicallyNamed(object: CatalogObject): CatalogObject {
  return {
    ...object,
    name: canonicalName(object.name),
    ...(object.of === undefined ? {} : { of: canonicalName(object.of) }),
  }
}

/** Facts that are words of users, in which every letter counts. */
const LITERAL: ReadonlySet<string> = new Set([
  'comment',
  'foreignOptions',
  'initial',
  'label',
  'labels',
  'library',
  'movingInitial',
  'options',
  'settings',
  'source',
  'text',
  'toastOptions',
  'version',
])

/** A fact as no major writes it otherwise. */
export function canonicalFact(what: string, fact: Fact | undefined): Fact | undefined {
  if (LITERAL.has(what)) return fact
  if (Array.isArray(fact)) return fact.map(canonicalName)
  return typeof fact === 'string' ? canonicalName(fact) : fact
}
