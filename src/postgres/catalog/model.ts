import type { ServerSettings } from './server-settings.js'

/** What a fact about an object can be. Facts that are as PostgreSQL makes them by default are left out. */
export type Fact = string | number | boolean | null | string[]

/** One thing in a database, described so that its restored copy reads exactly the same. */
export interface CatalogObject {
  /** `table`, `column`, `index`, `function`, … in PostgreSQL's words. */
  kind: string
  /** Qualified and quoted where needed, unique within its kind: `public.animals`, `public.animals.name`, `public.f(integer)`. */
  name: string
  /** `kind name` of what it is a part of and vanishes with: `table public.animals`. */
  of?: string
  /** The role it belongs to, where that survives a dump. */
  owner?: string
  /** `role: PRIVILEGE`, sorted; the default privileges are written out, so that "none given" and "the default given" are equal. */
  grants?: string[]
  facts: Record<string, Fact>
  /** Texts that PostgreSQL prints from a parsed expression; another major may word them differently. */
  deparsed?: Record<string, string>
  /** The earlier form of description that it was read in, which knew less; see forms.ts. Absent of the present one. */
  form?: 1
}

/** How the values of a column are hashed exactly: by a hash function of their own, or through their text. */
export type HashKind = 'int2' | 'int4' | 'int8' | 'bool' | 'oid' | 'uuid' | 'text' | 'bytea' | 'output'

export interface ColumnFacts {
  name: string
  /** `numeric(10,2)` */
  type: string
  /** The type below all domains, qualified: what the values are cast to; absent where the column has it already. */
  castTo?: string
  hash: HashKind
  /** The type's output function, qualified and quoted, where values are hashed through their text. */
  output?: string
  generated?: 'stored' | 'virtual'
  /** Whether its values hold addresses in the catalog (`regclass` and its kin, alone or within others). */
  address?: true
}

/** A table whose definition `pg_dump` writes, with what is needed to count, hash and choose it. */
export interface TableFacts {
  oid: number
  schema: string
  name: string
  kind: 'table' | 'partitioned' | 'materialized-view' | 'foreign'
  columns: ColumnFacts[]
  /** What heap and TOAST occupy. */
  bytes: number
  unlogged: boolean
  /** Whether row-level security is enabled on it. */
  rowSecurity: boolean
  /** Of a materialized view: whether it has ever been filled. True for all others. */
  populated: boolean
  /** The partitioned table it is a partition of. */
  partitionOf?: { schema: string; name: string }
  /**
   * The partitioned table within which its rows may lie in another partition after a restore, because their hash is
   * another one on another server: the topmost one that is partitioned by such a hash.
   */
  movesWithin?: { schema: string; name: string }
  /** Whether pg_dump must be told to load these rows through the root, which it does by itself only for some. */
  needsRootLoad?: true
  /** Parents by inheritance, partitions excluded. */
  inherits: { schema: string; name: string }[]
  /**
   * Whether planning any query over it would run, or write out, functions that users made: those of its indexes' and
   * statistics' expressions. Such a table is only read by COPY, which plans nothing.
   */
  runsCode: boolean
  /** Of a table that an extension marked as its configuration: the only rows of extensions that are dumped. */
  extension?: { name: string; /** `WHERE …`, or nothing for all rows. */ condition: string }
}

export interface SequenceFacts {
  schema: string
  name: string
  /** Absent, as `isCalled`, where it could not be read. */
  lastValue?: string
  isCalled?: boolean
  /** Why it could not be read. */
  unread?: string
  increment: string
  cycles: boolean
}

export interface SourceFacts {
  database: string
  serverVersion: string
  major: number
  systemIdentifier: string | null
  encoding: string
  localeProvider: string
  collate: string | null
  ctype: string | null
  icuLocale: string | null
  collationVersion: string | null
  owner: string
  bootstrapRole: string
  extensions: { name: string; version: string; schema: string }[]
  tablespaces: string[]
  roles: string[]
  /** What a server to restore into needs of this one's configuration; absent in sets of versions that did not look. */
  server?: ServerSettings | undefined
}

/** A member of an extension, or what was put on one: `CREATE EXTENSION` makes members anew, and no dump holds the rest. */
export interface MemberObject extends CatalogObject {
  extension: string
}

/** Rows of an extension's table that no dump holds, or where a sequence of it is. */
export interface MemberRows {
  extension: string
  schema: string
  name: string
  /** `pg_extension_config_dump` marked the rows of this condition: these here are the others. Absent where none are marked. */
  besides?: string
  /** Absent where they could not be read. */
  rows?: number
  /** Absent where they were not hashed. */
  fingerprint?: string
  /** Of a sequence: its last value, and whether it was given out. */
  position?: string
  /** Why they could not be read. */
  unread?: string
}

/** What a dump leaves to `CREATE EXTENSION` and to `initdb`, as the source has it. */
export interface Undumpable {
  members: MemberObject[]
  rows: MemberRows[]
  /** Functions that `initdb` made and that may have been changed since. */
  builtIns: CatalogObject[]
}

/** A database described: what must be the same in a restored copy, and what is needed to compare the data. */
export interface Catalog {
  source: SourceFacts
  tables: TableFacts[]
  sequences: SequenceFacts[]
  objects: CatalogObject[]
  /** What extensions and `initdb` made. */
  members: MemberObject[]
  builtIns: CatalogObject[]
}
