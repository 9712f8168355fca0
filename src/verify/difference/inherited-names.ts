import type { CatalogObject } from '../../postgres/catalog/model.js'
import { readNames } from '../restated/names.js'

/**
 * The copy's objects, those NOT NULL constraints under the source's name whose name no dump holds: one that comes from a
 * parent, for which PostgreSQL takes that of any parent; and the usual one of its column, which becomes another where
 * something that was restored before has it.
 */
export function underSourceNames(source: readonly CatalogObject[], copy: readonly CatalogObject[]): CatalogObject[] {
  const inCopy = new Set(copy.filter(isNotNull).map(({ name }) => name))
  const inSource = new Set(source.filter(isNotNull).map(({ name }) => name))
  const unmatched = new Map(
    source.filter((object) => isNotNull(object) && !inCopy.has(object.name)).map((object) => [place(object), object]),
  )
  return copy.map((object) => {
    const original = isNotNull(object) && !inSource.has(object.name) ? unmatched.get(place(object)) : undefined
    if (original === undefined) return object
    const isDumped = object.facts.nameInherited !== true && !hasUsualName(original)
    return isDumped ? object : { ...object, name: original.name }
  })
}

function isNotNull({ kind }: CatalogObject): boolean {
  return kind === 'not-null constraint'
}

/** The table and the column. */
function place({ of, facts }: CatalogObject): string {
  return JSON.stringify([of, facts.definition])
}

/** `readings_at_not_null`, for which pg_dump writes NOT NULL without a name. */
function hasUsualName({ of = '', name, facts }: CatalogObject): boolean {
  const column = lastName(String(facts.definition).replace(/^NOT NULL /, ''))
  return lastName(name) === `${lastName(of.replace(/^(?:foreign )?table /, ''))}_${column}_not_null`
}

function lastName(name: string): string {
  return readNames(name).names.at(-1) ?? ''
}
