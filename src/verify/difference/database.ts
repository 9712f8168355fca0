import type { Aspect, Entry } from '../../backup/database-script.js'
import type { Finding } from '../../findings.js'
import type { CatalogObject } from '../../postgres/catalog/model.js'
import { compareObjects } from './objects.js'

/**
 * In what a database differs as a whole: owner, grants, connection limit, settings, comment, labels.
 *
 * @param unless what is known to differ and told already, such as a setting that the server refused
 */
export function compareDatabases(
  source: CatalogObject,
  copy: CatalogObject,
  { sameMajor, unless }: { sameMajor: boolean; unless: readonly Aspect[] },
): Finding[] {
  const [expected, found] = [source, copy].map((object) => unless.reduce(without, object))
  return expected === undefined || found === undefined
    ? []
    : compareObjects([expected], [found], { sameMajor, ownCluster: true, database: true })
}

function without(object: CatalogObject, aspect: Aspect): CatalogObject {
  if (typeof aspect !== 'string') return withoutEntry(object, aspect)
  switch (aspect) {
    case 'owner':
      // The owner's own privileges are written out with his name.
      return withoutKeys(object, ['owner', 'grants'])
    case 'grants':
      return withoutKeys(object, ['grants'])
    default:
      return { ...object, facts: withoutKeys(object.facts, [aspect]) }
  }
}

function withoutEntry(object: CatalogObject, { fact, key }: Entry): CatalogObject {
  const entries = object.facts[fact]
  if (!Array.isArray(entries)) return object
  const left = entries.filter((entry) => !entry.startsWith(`${key}=`) && !entry.startsWith(`${key}: `))
  const others = withoutKeys(object.facts, [fact])
  return { ...object, facts: left.length === 0 ? others : { ...others, [fact]: left } }
}

function withoutKeys<T extends object>(record: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key))) as T
}
