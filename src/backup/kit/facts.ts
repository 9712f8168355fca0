import type { TableFacts } from '../../postgres/catalog/model.js'
import { displayName, type Manifest } from '../manifest.js'
import type { ManifestDraft } from '../draft.js'

/** What the recovery kit of a set is written from. */
export interface KitFacts {
  manifest: ManifestDraft
  /** The source's tables, for the rows of extensions that are dumped only in part. */
  tables: readonly Pick<TableFacts, 'schema' | 'name' | 'extension'>[]
  /** Whether the source has a schema `public`; every new database has one. */
  hasPublicSchema: boolean
  /** What the source's sessions look names up in; PostgreSQL's default where it is not given. */
  searchPath?: string
}

/** A table whose rows are counted after a restore. */
export interface CountableTable {
  schema: string
  name: string
  rows: number
  bytes: number
  /** `WHERE …` of an extension's table, or nothing. */
  condition: string
}

/** Ordinary tables whose rows are in the dump. Materialized views are left out: a restore computes them anew. */
export function countableTables({ manifest, tables }: KitFacts): CountableTable[] {
  const conditions = new Map(tables.map((table) => [displayName(table), table.extension?.condition ?? '']))
  return manifest.tables.flatMap(({ schema, name, kind, data, rows, bytes }) =>
    kind === 'table' && data && rows !== undefined
      ? [{ schema, name, rows, bytes, condition: conditions.get(displayName({ schema, name })) ?? '' }]
      : [],
  )
}

/** Encoding and locale in the words of CREATE DATABASE, without the provider, which servers before 15 do not know. */
export interface LocaleWords {
  provider: 'libc' | 'icu' | 'builtin'
  /** Parameter and value: `LC_COLLATE`, `ca_ES.UTF-8`. */
  parameters: [string, string][]
}

export function localeOf({ localeProvider, collate, ctype, icuLocale }: Manifest['source']): LocaleWords {
  const provider = localeProvider === 'icu' || localeProvider === 'builtin' ? localeProvider : 'libc'
  const own: [string, string | null] = [provider === 'icu' ? 'ICU_LOCALE' : 'BUILTIN_LOCALE', icuLocale]
  const all: [string, string | null][] = [
    ...(provider === 'libc' ? [] : [own]),
    ['LC_COLLATE', collate],
    ['LC_CTYPE', ctype],
  ]
  return { provider, parameters: all.filter((each): each is [string, string] => each[1] !== null) }
}
