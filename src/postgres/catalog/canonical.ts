import type { CatalogObject, Fact } from './model.js'

/** A quoted name, or the schema of a type among arguments, in a cast, of a transform, or of its own. */
const QUOTED_OR_SCHEMA_OF_TYPE = /"((?:[^"]|"")*)"|(?<=[(,] ?| AS |\bfor |^type )pg_catalog\./g
const NEEDS_NO_QUOTES = /^[a-z_][a-z0-9_$]*$/

/**
 * A name as no major writes it otherwise: types without `pg_catalog.`, which 15 puts before `json` and 17 does not, and no
 * quotes around what only some majors' keywords make them quote.
 */
export function canonicalName(name: string): string {
  return name.replaceAll(QUOTED_OR_SCHEMA_OF_TYPE, (whole, inside?: string) => {
    if (inside === undefined) return ''
    return NEEDS_NO_QUOTES.test(inside) ? inside : whole
  })
}

/** The object as it is described on every major, whichever major, or version of pg-lifeboat, described it. */
export function canonicalObject(object: CatalogObject): CatalogObject {
  return {
    ...object,
    name: canonicalName(object.name),
    ...(object.of === undefined ? {} : { of: canonicalName(object.of) }),
    ...(isIcuCollation(object) && object.deparsed !== undefined && { deparsed: withoutCtype(object.deparsed) }),
  }
}

/** ICU has one locale for all; before 15 it was kept twice. */
function isIcuCollation({ kind, facts }: CatalogObject): boolean {
  return kind === 'collation' && facts.provider === 'icu'
}

function withoutCtype(deparsed: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(deparsed).filter(([name]) => name !== 'ctype'))
}

/** Facts that are words of users, in which every letter counts. */
const LITERAL: ReadonlySet<string> = new Set([
  'columnOrder',
  'comment',
  'connection',
  'foreignOptions',
  'granted',
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
