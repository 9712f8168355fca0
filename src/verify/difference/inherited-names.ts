import type { CatalogObject } from '../../postgres/catalog/model.js'

/**
 * The copy's objects, those NOT NULL constraints under the source's name whose name comes from a parent and from another
 * one than at the source: PostgreSQL dumps no such name, and takes that of any parent.
 */
export function underSourceNames(source: readonly CatalogObject[], copy: readonly CatalogObject[]): CatalogObject[] {
  const inCopy = new Set(copy.filter(isNotNull).map(({ name }) => name))
  const inSource = new Set(source.filter(isNotNull).map(({ name }) => name))
  const unmatched = new Map(
    source.filter((object) => isNotNull(object) && !inCopy.has(object.name)).map((object) => [place(object), object]),
  )
  return copy.map((object) => {
    const hasOtherName = isNotNull(object) && object.facts.nameInherited === true && !inSource.has(object.name)
    const original = hasOtherName ? unmatched.get(place(object)) : undefined
    return original === undefined ? object : { ...object, name: original.name }
  })
}

function isNotNull({ kind }: CatalogObject): boolean {
  return kind === 'not-null constraint'
}

/** The table and the column. */
function place({ of, facts }: CatalogObject): string {
  return JSON.stringify([of, facts.definition])
}
