import { displayName, type TableEntry } from '../backup/manifest.js'
import type { ManifestDraft } from '../backup/draft.js'
import { chooseTables, type ChoosableTable } from '../backup/table-choice.js'
import { finding, type Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import type { ForeignKey } from '../postgres/foreign-keys.js'
import { listedName } from './use-list.js'

/** What of a set is to be restored. */
export interface Wanted {
  parts: 'all' | 'schema' | 'data'
  /** Patterns of tables whose rows are wanted; none means every table. */
  tables: readonly string[]
}

/** A set with less in it: its manifest says so, and what a restore leaves out. */
export interface Selection {
  /** The tables whose rows are not wanted count as tables without rows in the set. */
  manifest: ManifestDraft
  /** The tables that the patterns chose, with or without rows in the set; every table without patterns. */
  chosen: readonly TableEntry[]
  omission: {
    withoutRows: boolean
    entries: ReadonlySet<string>
    looseKeys: { table: string; name: string; statement: string | null }[]
  }
  findings: Finding[]
}

/** Schemas that a pattern without one speaks of: those of the source's search path are not known any more. */
const SEARCH_PATH = ['public']

/**
 * Chooses what is restored. The definitions of everything always are, so that the rows have what they need; foreign keys
 * from chosen tables to others are added without a check of the rows that are there.
 */
export function selectFrom(
  manifest: ManifestDraft,
  objects: readonly CatalogObject[],
  { parts, tables }: Wanted,
): Selection {
  // A script can only be restored whole; what is wanted of it is taken out afterwards.
  const isScript = manifest.options.format === 'plain'
  const withoutRows = parts === 'schema' && !isScript
  const choosable = choosableTables(manifest.tables, objects)
  const choice = chooseTables(choosable, tables.length === 0 ? [] : foreignKeys(choosable, objects), {
    include: tables,
    exclude: [],
    searchPath: SEARCH_PATH,
  })
  const chosen = manifest.tables.filter((_, oid) => choice.chosen.has(oid))
  const left = manifest.tables.filter((_, oid) => !choice.chosen.has(oid))
  const known = new Set(manifest.looseForeignKeys.map(({ table, name }) => `${table}.${name}`))
  const loose = choice.loose.filter(({ table, name }) => !known.has(`${table}.${name}`))
  const kept = manifest.tables.map((table, oid) =>
    !isScript && (withoutRows || !choice.chosen.has(oid)) ? withoutContent(table) : table,
  )
  return {
    manifest: { ...manifest, tables: kept },
    chosen,
    omission: {
      withoutRows,
      entries: new Set(
        isScript
          ? []
          : [
              ...(withoutRows ? manifest.tables : left).flatMap((table) => dataEntries(table, objects)),
              ...loose.map((key) => keyEntry(key, objects)),
            ],
      ),
      looseKeys: (isScript ? [] : loose).map(({ table, name, statement }) => ({ table, name, statement })),
    },
    findings: [
      ...choice.findings.filter(({ severity }) => severity === 'error'),
      ...(parts === 'schema' ? [] : missingRows(chosen, tables)),
    ],
  }
}

/** A table that was asked for by name and whose rows the set does not hold. */
function missingRows(chosen: readonly TableEntry[], patterns: readonly string[]): Finding[] {
  const empty = patterns.length === 0 ? [] : chosen.filter(({ kind, data }) => kind === 'table' && !data)
  return empty.map((table) =>
    finding('TABLE_NOT_IN_SET', displayName(table), 'its rows were left out when the backup was taken'),
  )
}

function withoutContent({ schema, name, kind, bytes, unlogged }: TableEntry): TableEntry {
  return { schema, name, kind, bytes, data: false, ...(unlogged !== undefined && { unlogged }) }
}

/** In place of oids, which a manifest does not record, the table's place in it. */
function choosableTables(tables: readonly TableEntry[], objects: readonly CatalogObject[]): ChoosableTable[] {
  const facts = new Map(objects.filter(isTable).map((object) => [object.name, object.facts]))
  return tables.map(({ schema, name }, oid) => {
    const { inherits, partitionBound } = facts.get(qualifiedName({ schema, name })) ?? {}
    const parents = (Array.isArray(inherits) ? inherits : []).map(partsOf)
    const [partitioned] = parents
    return partitionBound !== undefined && partitioned !== undefined
      ? { oid, schema, name, partitionOf: partitioned, inherits: [] }
      : { oid, schema, name, inherits: parents }
  })
}

function isTable({ kind }: CatalogObject): boolean {
  return ['table', 'foreign table', 'materialized view'].includes(kind)
}

const IDENTIFIER = '(?:"(?:[^"]|"")*"|[^\\s(."]+)'
const REFERENCES = new RegExp(` REFERENCES (${IDENTIFIER}\\.${IDENTIFIER})\\(`)

/** The foreign keys of the source, from what its catalog says. */
function foreignKeys(tables: readonly ChoosableTable[], objects: readonly CatalogObject[]): ForeignKey[] {
  const oids = new Map(tables.map((table) => [qualifiedName(table), table.oid]))
  const partitioned = new Set(objects.filter(({ facts }) => facts.partitionedBy !== undefined).map(({ name }) => name))
  return objects.flatMap((object) => {
    const definition = object.kind === 'constraint' ? object.facts.definition : undefined
    if (object.facts.type !== 'foreign key' || typeof definition !== 'string') return []
    const table = object.of?.replace(/^(foreign )?table /, '') ?? ''
    const name = partsOf(object.name.slice(table.length + 1)).name
    const [from, to] = [oids.get(table), oids.get(canonical(REFERENCES.exec(definition)?.[1] ?? ''))]
    if (from === undefined || to === undefined) return []
    const statement = partitioned.has(table)
      ? null
      : `ALTER TABLE ONLY ${table} ADD CONSTRAINT ${quoted(name)} ${definition} NOT VALID`
    return [{ oid: 0, name, from, to, table, statement }]
  })
}

/** The entries that bring a table's rows, as pg_restore lists them. */
function dataEntries(table: TableEntry, objects: readonly CatalogObject[]): string[] {
  const owner = objects.find((object) => isTable(object) && object.name === qualifiedName(table))?.owner ?? ''
  const rest = listedName(`${table.schema} ${table.name} ${owner}`)
  return [`TABLE DATA ${rest}`, `MATERIALIZED VIEW DATA ${rest}`]
}

function keyEntry({ table, name }: ForeignKey, objects: readonly CatalogObject[]): string {
  const owner = objects.find((object) => isTable(object) && object.name === table)?.owner ?? ''
  const { schema, name: tableName } = partsOf(table)
  return listedName(`FK CONSTRAINT ${schema} ${tableName} ${name} ${owner}`)
}

/** As the catalog names a relation: in double quotes only where a name needs them. */
export function qualifiedName({ schema, name }: { schema: string; name: string }): string {
  return `${quotedIfNeeded(schema)}.${quotedIfNeeded(name)}`
}

/** The parts of a qualified name as PostgreSQL prints it; of a name alone, with an empty schema. */
export function partsOf(text: string): { schema: string; name: string } {
  const parts = (text.match(new RegExp(IDENTIFIER, 'g')) ?? []).map(unquoted)
  return parts.length < 2 ? { schema: '', name: parts[0] ?? '' } : { schema: parts[0] ?? '', name: parts[1] ?? '' }
}

/** PostgreSQL also quotes its keywords, our catalog does not. */
function canonical(text: string): string {
  return qualifiedName(partsOf(text))
}

/** In double quotes only where a name needs them. */
export function quotedIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoted(name)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
