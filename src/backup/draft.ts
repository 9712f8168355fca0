import type { Options } from '../options.js'
import { VERSION } from '../version.js'
import { MANIFEST_SCHEMA, idOf, type FileEntry, type Manifest } from './manifest.js'
import type { Source } from './source.js'
import { tableEntries } from './table-entries.js'
import type { Taken } from './take.js'

/** Everything that a manifest says but the outcome of verifying, which comes after. */
export type ManifestDraft = Omit<Manifest, 'proof'>

export interface SetIdentity {
  series: string
  type: string
}

/** Writes down what was dumped, from what, and what it must be equal to. */
export function draftManifest(
  { series, type }: SetIdentity,
  source: Source,
  taken: Taken,
  files: readonly FileEntry[],
  options: Options,
): ManifestDraft {
  const { snapshot, catalog, choice, content } = taken
  return {
    schema: MANIFEST_SCHEMA,
    id: idOf(snapshot.time),
    series,
    type,
    snapshot: {
      time: snapshot.time.toISOString(),
      lsn: snapshot.lsn,
      replayedUntil: snapshot.replayedUntil?.toISOString() ?? null,
    },
    source: catalog.source,
    tool: {
      version: VERSION,
      pgDump: `pg_dump (PostgreSQL) ${source.programs.version}`,
      pgDumpMajor: source.programs.major,
    },
    options: {
      format: options.format,
      compression: source.compression,
      jobs: taken.jobs,
      tables: options.tables,
      excludeTables: options.excludeTables,
      verify: options.verify,
    },
    dump: {
      path: taken.dumpPath,
      bytes: dumpBytes(taken.dumpPath, files),
      ...(taken.dumpEncoding !== catalog.source.encoding && { encoding: taken.dumpEncoding }),
    },
    files: [...files],
    tables: tableEntries(catalog.tables, content.tables, ({ oid }) => choice.chosen.has(oid)),
    sequences: catalog.sequences,
    sequencesAfter: taken.sequencesAfter,
    largeObjects: content.largeObjects,
    hash: content.hash,
    looseForeignKeys: choice.loose.map(({ oid, table, name, statement }) => ({ oid, table, name, statement })),
    changedMeanwhile: taken.changedMeanwhile,
  }
}

function dumpBytes(dumpPath: string, files: readonly FileEntry[]): number {
  const own = files.filter(({ path }) => path === dumpPath || path.startsWith(`${dumpPath}/`))
  return own.reduce((sum, { size }) => sum + size, 0)
}
