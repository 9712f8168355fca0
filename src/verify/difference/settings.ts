import type { CatalogObject } from '../../postgres/catalog/model.js'

/**
 * Two descriptions of one object with its settings (of a database, role or function) by name: a value may be a secret.
 * One that has another value in each says so.
 */
export function withoutValues(source: CatalogObject, copy: CatalogObject): [CatalogObject, CatalogObject] {
  const [ours, theirs] = [settingsOf(source), settingsOf(copy)]
  return [named(source, ours, theirs, 'its value'), named(copy, theirs, ours, 'another value')]
}

function settingsOf({ facts }: CatalogObject): string[] {
  return Array.isArray(facts.settings) ? facts.settings : []
}

function named(object: CatalogObject, own: readonly string[], other: readonly string[], words: string): CatalogObject {
  if (own.length === 0) return object
  const others = new Set(other.map(keyOf))
  const shown = own.map((setting) => {
    const key = keyOf(setting)
    return other.includes(setting) || !others.has(key) ? key : `${key} (${words})`
  })
  return { ...object, facts: { ...object.facts, settings: shown } }
}

/** `reader: work_mem` of `reader: work_mem=8MB` */
function keyOf(setting: string): string {
  return /^(?:"(?:[^"]|"")*": )?[^=]*/.exec(setting)?.[0] ?? setting
}
