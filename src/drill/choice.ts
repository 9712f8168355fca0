import type { StoredSet } from '../stores/store.js'
import type { DrillMeans } from './scenario.js'

/**
 * The type whose newest set is the best of all for a scenario that needs only one; the first type where the store can list
 * none. Only the list is looked at: the bytes are checked when the set is picked.
 *
 * @param measure the higher the better
 */
export async function bestType(
  { store, types, backup }: DrillMeans,
  measure: (set: StoredSet) => number,
): Promise<string> {
  const { sets } = await store.list()
  const newest = types.flatMap((type) => {
    const set = sets.find((each) => each.type === type && ['latest', each.id].includes(backup))
    return set === undefined ? [] : [set]
  })
  const [best] = newest.sort((a, b) => measure(b) - measure(a) || (a.id < b.id ? 1 : -1))
  const type = best?.type ?? types[0]
  if (type === undefined) {
    throw new TypeError('a drill has at least one type')
  }
  return type
}

/** How many tables a set holds the rows of. */
export function breadth({ manifest }: StoredSet): number {
  return manifest.tables.filter(({ data }) => data).length
}

/** The smaller the dump, the more. */
export function lightness({ manifest }: StoredSet): number {
  return -manifest.dump.bytes
}
