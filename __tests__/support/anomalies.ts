import type { Manifest, TableEntry } from '../../src/backup/manifest.js'
import { idOf, timeOf } from '../../src/backup/manifest.js'
import type { CatalogObject } from '../../src/postgres/catalog/model.js'
import { historyOf, type EarlierSet } from '../../src/records/anomalies/history.js'
import { manifestAt, sampleTable } from './sample-manifest.js'
import { sampleProof } from './sample-set.js'

const DAY = 24 * 3600 * 1000

/** When the new set of a test was taken. */
export const TODAY = new Date('2026-11-24T02:00:00Z')

/** The id of the daily set that is so many days older than the new one. */
export function idBefore(days: number): string {
  return idOf(new Date(TODAY.getTime() - days * DAY))
}

/** The manifest of a daily set so many days before the new one, with rows by table name. */
export function manifestOf(
  rows: Readonly<Record<string, number>>,
  { days = 0, ...overrides }: Partial<Manifest> & { days?: number } = {},
): Manifest {
  const tables = Object.entries(rows).map(([name, count]) => sampleTable(name, { rows: count }))
  return manifestAt(timeOf(idBefore(days)), { tables, ...overrides })
}

/** The history that a store tells which lists these manifests, all proven. */
export function historyIn(manifests: readonly Manifest[], type = 'daily'): EarlierSet[] {
  const sets = manifests.map((manifest) => ({
    id: manifest.id,
    type: manifest.type,
    manifest,
    proof: sampleProof('proven'),
  }))
  return historyOf(sets, [], { type, before: TODAY, namesHidden: false })
}

/** A history of one table's rows, the newest first. */
export function historyOfRows(rows: readonly number[], table = 'animals'): EarlierSet[] {
  return historyIn(rows.map((count, index) => manifestOf({ [table]: count }, { days: index + 1 })))
}

/** A table whose rows are not in the set. */
export function leftOut(name: string, overrides: Partial<TableEntry> = {}): TableEntry {
  return { ...sampleTable(name, overrides), data: false, rows: undefined }
}

/** A table with its columns as the catalog describes them: `{ id: 'integer' }`. */
export function describedTable(name: string, columns: Readonly<Record<string, string>>): CatalogObject[] {
  const table = `table ${name}`
  return [
    { kind: 'table', name, of: 'schema public', owner: 'app', facts: {} },
    ...Object.entries(columns).map(([column, type]) => ({
      kind: 'column',
      name: `${name}.${column}`,
      of: table,
      facts: { type },
    })),
  ]
}
