import path from 'node:path'
import { encodingOfDump } from '../backup/manifest.js'
import { CommandError, CouldNotVerifyError, DamagedError, OperationError, UsageError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { codeOf } from '../platform/file-errors.js'
import { listArchive, type ArchiveList, type PgRestore } from '../postgres/archive-list.js'
import { programEnvironment } from '../postgres/libpq-environment.js'
import { compareWithManifest, type DumpedContents } from './archive-contents.js'
import { detectDump, type DetectedDump } from './detect.js'
import { readPlain, scannerSink, type ReadScript, type ReadingTools } from './plain-sql.js'
import { SqlScanner } from '../restore/sql-scanner.js'
import type { ScriptContents } from '../restore/sql-statements.js'
import { assertWholeTar } from './tar.js'

export interface ArchiveToVerify {
  /** The file, or the folder of a dump in directory format. */
  path: string
  /** How findings call it: its path in the set. Its file name by default. */
  name?: string
  /** What it is, where that is known; found by `detectDump` otherwise. */
  dump?: DetectedDump
  /** What the source was; a dump of another tool has none. */
  manifest?: DumpedContents
  /** Needed for all but plain scripts. */
  pgRestore?: PgRestore
}

export interface ArchiveVerification {
  findings: Finding[]
  /** Rows by table, as counted in the dump; by `tableKey`. Partial where the dump could not be read to its end. */
  rows: Map<string, number>
  /** What was checked and what that gave, as sentences without their full stop. */
  checks: string[]
  /** What the dump holds besides rows; null when it could not be opened. */
  contents: ScriptContents | null
  /** The table of contents; null for a plain script. */
  list: ArchiveList | null
}

/** How pg_restore ends when damage crashes it, as opposed to being ended by somebody. */
const CRASHES = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGFPE', 'SIGILL', 'SIGTRAP'])

/**
 * Reads a dump from its beginning to its end with PostgreSQL's own programs, without a server: is it whole, which tables
 * and how many rows does it hold, and is that what its manifest says?
 *
 * What is wrong with the dump is a finding, and so is what could not be checked. Throws `InterruptedError`.
 */
export async function verifyArchive(archive: ArchiveToVerify, tools: ReadingTools): Promise<ArchiveVerification> {
  const name = archive.name ?? path.basename(archive.path)
  let list: ArchiveList | null = null
  try {
    const dump = archive.dump ?? (await detectDump(archive.path))
    if (dump.kind === 'tar') await assertWholeTar(archive.path)
    if (dump.kind !== 'plain') {
      list = await listArchive(pgRestoreOf(archive), archive.path, {
        ...tools,
        encoding: archive.manifest && encodingOfDump(archive.manifest),
      })
    }
    const read = await readDump(archive, dump, tools)
    return { ...judge(read, archive, name), rows: read.contents.rows, contents: read.contents, list }
  } catch (error) {
    return { findings: [findingOf(error, name)], rows: new Map(), checks: [], contents: null, list }
  }
}

/** One pass over everything in the dump. */
async function readDump(archive: ArchiveToVerify, dump: DetectedDump, tools: ReadingTools): Promise<ReadScript> {
  if (dump.kind === 'plain') return readPlain(archive.path, dump.compression, tools)
  return readArchive(pgRestoreOf(archive), archive.path, tools)
}

/**
 * Reads an archive from its beginning to its end: pg_restore turns it into the script that it is, every data block
 * decompressed, and the script is counted as it passes by.
 *
 * Throws `CommandError` when pg_restore cannot read it.
 */
export async function readArchive(pgRestore: PgRestore, file: string, tools: ReadingTools): Promise<ReadScript> {
  const scanner = new SqlScanner()
  await tools.processes.run({
    ...pgRestore(['--file=-', file]),
    doing: `reading the archive ${file} from its beginning to its end`,
    env: programEnvironment(tools.environment),
    stdout: scannerSink(scanner, tools.onBytes),
    ...(tools.signal === undefined ? {} : { signal: tools.signal }),
  })
  return { contents: scanner.end(), problem: null }
}

function pgRestoreOf({ pgRestore, path: file }: ArchiveToVerify): PgRestore {
  if (pgRestore !== undefined) return pgRestore
  throw new CouldNotVerifyError({
    doing: `reading the archive ${file}`,
    problem: 'there is no pg_restore to read it with',
    advice: "Install PostgreSQL's client programs, or name their folder in postgres-bin.",
  })
}

function judge(
  read: ReadScript,
  { manifest }: ArchiveToVerify,
  name: string,
): { findings: Finding[]; checks: string[] } {
  const broken = wholeness(read, name)
  if (broken !== null) return { findings: [broken], checks: [] }
  const { contents } = read
  const checks = ['the dump was read from its beginning to its end', `${counted(contents)} were counted in it`]
  if (manifest !== undefined) {
    const compared = compareWithManifest(contents, manifest, name)
    return { findings: compared.findings, checks: [...checks, ...compared.checks] }
  }
  return { findings: withoutManifest(contents, name), checks }
}

function counted({ rows }: ScriptContents): string {
  const all = [...rows.values()].reduce((sum, count) => sum + count, 0)
  return `${all} rows of ${rows.size} ${rows.size === 1 ? 'table' : 'tables'}`
}

/** What keeps a dump from being whole, or null. */
function wholeness({ contents, problem }: ReadScript, name: string): Finding | null {
  if (contents.firstLine.startsWith('PGDMP') || contents.firstLine.startsWith('toc.dat\0')) {
    const advice = 'Decompress it first, then validate the result.'
    return finding('CHECK_NOT_RUN', name, 'it is an archive of pg_dump that was compressed once more', advice)
  }
  if (problem !== null) return finding('ARCHIVE_UNREADABLE', name, problem)
  if (contents.bytes === 0) return finding('ARCHIVE_EMPTY', name, 'there is not one byte of a dump in it')
  if (contents.header === null && holdsNothing(contents)) {
    return finding('ARCHIVE_UNREADABLE', name, `it is not a dump of PostgreSQL; it begins with "${contents.firstLine}"`)
  }
  if (contents.endsIn !== null) return finding('ARCHIVE_INCOMPLETE', name, `it ends within ${contents.endsIn}`)
  if (contents.complete) return null
  if (contents.header !== null)
    return finding('ARCHIVE_INCOMPLETE', name, 'its last lines are not those of a whole dump')
  const found = 'it does not carry the marks of pg_dump, so nobody can tell whether it is whole'
  return finding('CHECK_NOT_RUN', name, found, 'Restore it into a scratch server to see what is in it.')
}

function holdsNothing({ tables, rows, insertsByQuery, otherCopies, rolesMade, largeObjects }: ScriptContents): boolean {
  const counts = [tables.size, rows.size, insertsByQuery, otherCopies, rolesMade.size, largeObjects.made]
  return counts.every((count) => count === 0)
}

/** Which part of a database a dump holds. */
export function partOf(
  contents: ScriptContents,
): 'everything' | 'nothing' | 'roles' | 'definitions' | 'empty tables' | 'rows' {
  const { tables, rows, insertsByQuery, otherCopies, rolesMade, largeObjects } = contents
  if (holdsNothing(contents)) return 'nothing'
  const hasRows = [...rows.values()].some((count) => count > 0) || insertsByQuery + otherCopies + largeObjects.made > 0
  if (tables.size === 0) return hasRows || rows.size > 0 ? 'rows' : rolesMade.size > 0 ? 'roles' : 'nothing'
  if (hasRows) return 'everything'
  return rows.size > 0 ? 'empty tables' : 'definitions'
}

function withoutManifest(contents: ScriptContents, name: string): Finding[] {
  const findings: Finding[] = []
  const part = partOf(contents)
  if (part === 'roles') {
    const found = `it holds ${contents.rolesMade.size} roles and no database (pg_dumpall --globals-only)`
    findings.push(finding('CHECK_NOT_RUN', name, found, 'Validate the dump of the database: this one restores no row.'))
  } else if (part === 'nothing') {
    findings.push(finding('ARCHIVE_EMPTY', name, 'it is whole and holds no table and no row'))
  }
  if (part === 'definitions') {
    const found = `it defines ${contents.tables.size} tables and holds not one row (pg_dump --schema-only)`
    findings.push(finding('DUMP_WITHOUT_ROWS', name, found))
  }
  if (part === 'empty tables') {
    findings.push(finding('DUMP_WITHOUT_ROWS', name, `each of its ${contents.rows.size} tables is empty`))
  }
  if (contents.otherCopies > 0) {
    const found = `${contents.otherCopies} COPY blocks are in another form than pg_dump's, so their rows cannot be counted`
    findings.push(finding('CHECK_NOT_RUN', name, found))
  }
  if (contents.insertsByQuery > 0) {
    const found = `${contents.insertsByQuery} INSERT statements take their rows from a query, which cannot be counted`
    findings.push(finding('CHECK_NOT_RUN', name, found))
  }
  return findings
}

/** What an error while reading says about the dump. What says nothing about it is thrown again. */
export function findingOf(error: unknown, name: string): Finding {
  if (error instanceof CommandError) return findingOfCommand(error, name)
  if (error instanceof DamagedError || error instanceof UsageError) {
    return finding('ARCHIVE_UNREADABLE', name, error.problem, error.advice)
  }
  if (error instanceof CouldNotVerifyError) return finding('CHECK_NOT_RUN', name, error.problem, error.advice)
  if (error instanceof OperationError && codeOf(error.cause) !== undefined) {
    return finding('FILE_UNREADABLE', name, error.problem)
  }
  throw error
}

function findingOfCommand(error: CommandError, name: string): Finding {
  const said = error.stderrTail
  const [, version] = /unsupported version \(([\d.]+)\) in file header/.exec(said) ?? []
  if (version !== undefined) {
    return finding(
      'ARCHIVE_TOO_NEW',
      name,
      `its form is of version ${version}, which this ${error.program} cannot read`,
    )
  }
  if (/does not support compression|not supported in this installation|support for .* is not/i.test(said)) {
    return finding(
      'CHECK_NOT_RUN',
      name,
      error.problem,
      'Use PostgreSQL programs that were built with that compression.',
    )
  }
  if (/permission denied/i.test(said)) return finding('FILE_UNREADABLE', name, error.problem)
  if (error.code === null && !CRASHES.has(error.endedBy ?? '')) return finding('CHECK_NOT_RUN', name, error.problem)
  return finding('ARCHIVE_UNREADABLE', name, error.problem)
}
