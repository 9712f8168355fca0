import type { Manifest, TableEntry } from '../../backup/manifest.js'
import type { CatalogObject } from '../../postgres/catalog/model.js'

/** The tables whose rows a set holds: no partitioned parent, no foreign table, no view. */
export function tablesWithRows({ tables }: Pick<Manifest, 'tables'>): TableEntry[] {
  return tables.filter(({ kind, data }) => kind === 'table' && data)
}

/** A key that no other table has, whatever their names hold. */
export function keyOf({ schema, name }: Pick<TableEntry, 'schema' | 'name'>): string {
  return JSON.stringify([schema, name])
}

/** The columns of each table with their types as one text, by `keyOf`. */
export function columnsByTable(objects: readonly CatalogObject[]): Map<string, string> {
  const columns = new Map<string, string[]>()
  for (const { kind, name, of, facts } of objects) {
    if (kind !== 'column' || of?.startsWith(TABLE) !== true) continue
    const table = of.slice(TABLE.length)
    const key = JSON.stringify(partsOf(table))
    const described = `${name.slice(table.length + 1)} ${String(facts.type)}`
    const known = columns.get(key)
    if (known === undefined) columns.set(key, [described])
    else known.push(described)
  }
  return new Map([...columns].map(([key, list]) => [key, JSON.stringify(list.sort())]))
}

const TABLE = 'table '

/** The parts of a name as PostgreSQL writes it: `public."Odd.name"` is `public` and `Odd.name`. */
function partsOf(qualified: string): string[] {
  const parts = qualified.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part))
}
