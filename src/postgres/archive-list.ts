import type { Command, Context } from '../context.js'
import { decoderOf } from '../platform/encoding.js'
import { programEnvironment } from './libpq-environment.js'

/** How to run pg_restore with some arguments, here or in a container. */
export type PgRestore = (args: readonly string[]) => Pick<Command, 'program' | 'args'>

/** An entry of an archive's table of contents, as `pg_restore -l` shows it. */
export interface ArchiveEntry {
  dumpId: number
  /** Oid of the system catalog that the object is in, and its oid there; 0 where the entry is not an object. */
  catalog: number
  oid: number
  /** `TABLE`, `TABLE DATA`, `FK CONSTRAINT`, … */
  kind: string
  /** Null where the object is in no schema. */
  schema: string | null
  tag: string
  /** Empty where it has none. */
  owner: string
  /**
   * Everything behind the kind, as shown. pg_restore separates schema, tag and owner by spaces without quoting them, and
   * shows line ends in names as spaces: where names hold spaces, `schema`, `tag` and `owner` are a guess and this is not.
   */
  text: string
}

/** An archive's header and table of contents. */
export interface ArchiveList {
  /** `CUSTOM`, `DIRECTORY`, `TAR` */
  format: string
  /** Version of the archive's form: `1.14-0`. */
  dumpVersion: string
  database: string
  /** `gzip`, `zstd`, or a level in older versions. */
  compression: string
  /** `15.8 (Debian …)` */
  serverVersion: string
  pgDumpVersion: string
  /** Entries in the archive; `entries` shows fewer, because some are never restored by name. */
  count: number
  entries: ArchiveEntry[]
}

/** Kinds of more than one word. */
const LONG_KINDS = [
  'ACCESS METHOD', 'BLOB COMMENTS', 'BLOB METADATA', 'CHECK CONSTRAINT', 'DATABASE PROPERTIES', 'DEFAULT ACL',
  'EVENT TRIGGER', 'FK CONSTRAINT', 'FOREIGN DATA WRAPPER', 'FOREIGN TABLE', 'INDEX ATTACH', 'LARGE OBJECT',
  'MATERIALIZED VIEW DATA', 'MATERIALIZED VIEW', 'NOT NULL CONSTRAINT', 'OPERATOR CLASS', 'OPERATOR FAMILY',
  'PROCEDURAL LANGUAGE', 'PUBLICATION TABLES IN SCHEMA', 'PUBLICATION TABLE', 'ROW SECURITY', 'SECURITY LABEL',
  'SEQUENCE OWNED BY', 'SEQUENCE SET', 'SHELL TYPE', 'STATISTICS DATA', 'SUBSCRIPTION TABLE', 'TABLE ATTACH',
  'TABLE DATA', 'TEXT SEARCH CONFIGURATION', 'TEXT SEARCH DICTIONARY', 'TEXT SEARCH PARSER', 'TEXT SEARCH TEMPLATE',
  'USER MAPPING',
] // prettier-ignore

/** Of these, the first word is a kind too, whose objects have a catalog: `TABLE` in a schema named "DATA". */
const WITHOUT_CATALOG = new Set([
  'INDEX ATTACH',
  'MATERIALIZED VIEW DATA',
  'SEQUENCE OWNED BY',
  'SEQUENCE SET',
  'STATISTICS DATA',
  'TABLE ATTACH',
  'TABLE DATA',
])

/**
 * Reads an archive's table of contents. It says nothing of the data: a cut archive is listed without an error.
 *
 * Throws `CommandError` when pg_restore cannot read it.
 */
export async function listArchive(
  pgRestore: PgRestore,
  file: string,
  {
    processes,
    environment,
    signal,
    encoding = 'UTF8',
  }: Pick<Context, 'processes' | 'environment'> & { signal?: AbortSignal; encoding?: string | undefined },
): Promise<ArchiveList> {
  const lines = new ListReader()
  await processes.run({
    ...pgRestore(['--list', file]),
    doing: `listing the archive ${file}`,
    env: programEnvironment(environment),
    decode: decoderOf(encoding),
    stdout: (line) => {
      lines.read(line)
    },
    ...(signal === undefined ? {} : { signal }),
  })
  return lines.list
}

/** The same from its text. */
export function parseArchiveList(text: string): ArchiveList {
  const lines = new ListReader()
  for (const line of text.split('\n')) lines.read(line)
  return lines.list
}

class ListReader {
  readonly list: ArchiveList = {
    format: '',
    dumpVersion: '',
    database: '',
    compression: '',
    serverVersion: '',
    pgDumpVersion: '',
    count: 0,
    entries: [],
  }

  read(line: string): void {
    if (line.startsWith(';')) {
      this.readHeader(line)
      return
    }
    const entry = entryOf(line)
    if (entry !== null) this.list.entries.push(entry)
  }

  private readHeader(line: string): void {
    const [, name, value] = /^; {5}([^:]+): (.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) return
    if (name === 'dbname') this.list.database = value
    else if (name === 'Format') this.list.format = value
    else if (name === 'Dump Version') this.list.dumpVersion = value
    else if (name === 'Compression') this.list.compression = value
    else if (name === 'Dumped from database version') this.list.serverVersion = value
    else if (name === 'Dumped by pg_dump version') this.list.pgDumpVersion = value
    else if (name === 'TOC Entries') this.list.count = Number(value)
  }
}

/** `3393; 0 16388 TABLE DATA public animals postgres` */
function entryOf(line: string): ArchiveEntry | null {
  const [, dumpId, catalog, oid, rest] = /^(\d+); (\d+) (\d+) (.*)$/.exec(line) ?? []
  if (rest === undefined) return null
  const kind = kindOf(rest, catalog === '0')
  const text = rest.slice(kind.length + 1)
  return { dumpId: Number(dumpId), catalog: Number(catalog), oid: Number(oid), kind, text, ...partsOf(text) }
}

function kindOf(rest: string, isWithoutCatalog: boolean): string {
  const long = LONG_KINDS.find(
    (kind) => rest.startsWith(`${kind} `) && (isWithoutCatalog || !WITHOUT_CATALOG.has(kind)),
  )
  return long ?? rest.slice(0, rest.indexOf(' '))
}

function partsOf(text: string): Pick<ArchiveEntry, 'schema' | 'tag' | 'owner'> {
  const [first, last] = [text.indexOf(' '), text.lastIndexOf(' ')]
  const schema = text.slice(0, first)
  return {
    schema: schema === '-' ? null : schema,
    tag: last > first ? text.slice(first + 1, last) : text.slice(first + 1),
    owner: last > first ? text.slice(last + 1) : '',
  }
}
