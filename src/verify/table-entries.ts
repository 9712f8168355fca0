import type { TableEntry } from '../backup/manifest.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import type { TableFingerprint } from '../postgres/fingerprint.js'

/**
 * What a manifest records of tables: their facts with what was counted and hashed, by oid. `hasData` says whether a
 * table's rows are in the dump; those of foreign tables, partitioned parents and materialized views never are.
 */
export function tableEntries(
  tables: readonly TableFacts[],
  fingerprints: ReadonlyMap<number, TableFingerprint>,
  hasData: (table: TableFacts) => boolean = () => true,
): TableEntry[] {
  return tables.map((table) => {
    const { schema, name, kind, bytes, unlogged } = table
    const data = kind === 'table' && hasData(table)
    const found = data || kind === 'materialized-view' ? fingerprints.get(table.oid) : undefined
    return { schema, name, kind, data, bytes, ...(unlogged ? { unlogged } : {}), ...(found ?? {}) }
  })
}
