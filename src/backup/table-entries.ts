import type { TableFacts } from '../postgres/catalog/model.js'
import type { Fingerprints } from '../postgres/fingerprint.js'
import type { TableEntry } from './manifest.js'

/**
 * What a manifest records of tables: their facts with what was counted and hashed, by oid; a table that is not in there
 * was not counted. `hasData` says whether a table was chosen; foreign tables and partitioned parents have no rows of
 * their own in a dump, and a materialized view only has them refilled if it was filled.
 */
export function tableEntries(
  tables: readonly TableFacts[],
  { found, unread }: Readonly<Fingerprints>,
  hasData: (table: TableFacts) => boolean = () => true,
): TableEntry[] {
  return tables.map((table) => {
    const { oid, schema, name, kind, bytes, unlogged, partitionOf, movesWithin } = table
    const data = kind !== 'foreign' && kind !== 'partitioned' && table.populated && hasData(table)
    const reason = data ? unread.get(oid) : undefined
    return {
      schema,
      name,
      kind,
      data,
      bytes,
      ...(unlogged && { unlogged }),
      ...(partitionOf !== undefined && { partitionOf }),
      ...(movesWithin !== undefined && { movesWithin }),
      ...(data && found.get(oid)),
      ...(reason !== undefined && { unread: reason }),
    }
  })
}
