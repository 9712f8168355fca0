import type { CatalogObject } from '../../postgres/catalog/model.js'

const NAME = String.raw`(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff]+)`
const TIME = String.raw`time(?:stamp)?(?:\(\d\))? with(?:out)? time zone`
const TYPE = String.raw`(?:(?:character|bit) varying|double precision|${TIME}|interval(?: [a-z ]+)?|(?:${NAME}\.)?${NAME})`

/** A constant, of any type: `NULL`, `NULL::character varying`. */
const NULL_CONSTANT = new RegExp(String.raw`^NULL(?:::${TYPE}(?:\([\d,]+\))?(?:\[\])*)?$`, 'u')

/**
 * Columns whose default is NULL have none: so it is for every type but a domain, whose own default it keeps away. pg_dump
 * writes `DEFAULT NULL` for a column whose parent has a default and which has none itself, and PostgreSQL keeps that where
 * the type has a length.
 */
export function withoutNullDefaults(objects: readonly CatalogObject[]): CatalogObject[] {
  const domains = new Set(objects.filter(isDomain).map(({ name }) => name))
  return objects.map((object) =>
    isNullDefault(object) && !domains.has(String(object.facts.type)) ? withoutDefault(object) : object,
  )
}

function isDomain({ kind, facts }: CatalogObject): boolean {
  return kind === 'type' && facts.domainOf !== undefined
}

function isNullDefault({ kind, facts, deparsed }: CatalogObject): boolean {
  return (
    kind === 'column' && facts.hasDefault === true && NULL_CONSTANT.test(deparsed?.default ?? String(facts.default))
  )
}

function withoutDefault(object: CatalogObject): CatalogObject {
  return {
    ...object,
    facts: without(object.facts, ['default', 'hasDefault']),
    ...(object.deparsed !== undefined && { deparsed: without(object.deparsed, ['default']) }),
  }
}

function without<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))
}
