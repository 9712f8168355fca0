import type { TableFacts } from '../postgres/catalog/model.js'
import type { TableFingerprint } from '../postgres/fingerprint.js'
import type { TableEntry } from './manifest.js'

/**
 * What a manifest records of tables: their facts with what was counted and hashed, by oid; a table that is not in there
 * was not counted. `hasData` says whether a table was chosen; foreign tables and partitioned parents have no rows of
 * their own in a dump, and a materialized view only has them refilled if it was filled.
 */
export function tableEntries(
  tables: readonly TableFacts[],
  found: ReadonlyMap<number, Partial<TableFingerprint>>,
  hasData: (table: TableFacts) => boolean = () => true,
): TableEntry[] {
  return tables.map((table) => {
    const { schema, name, kind, bytes, unlogged, partitionOf } = table
    const data = kind !== 'foreign' && kind !== 'partitioned' && table.populated && hasData(table)
    const content = data ? found.get(table.oid) : undefined
    const more = { ...(unlogged && { unlogged }), ...(partitionOf !== undefined && { partitionOf }) }
    return { schema, name, kind, data, bytes, ...more, ...content }
  })
}
