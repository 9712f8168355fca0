import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import type { Programs } from '../postgres/programs.js'
import { Complaints, findingsOf } from './complaints.js'
import { writeUseList, type ListedEntry } from './use-list.js'

/** The parts of an archive, in the order in which they are restored. */
export type Section = 'pre-data' | 'data' | 'post-data'

export interface RestoreTarget {
  programs: Programs
  /** The variables that tell libpq where and as whom to connect, the database among them. */
  environment: Readonly<Record<string, string>>
  /** Its name, as a plain identifier: pg_restore would take `a=b` for connection parameters. */
  database: string
}

export interface ArchiveSection {
  section: Section
  /** A file or a folder. */
  archive: string
  /**
   * How many entries are restored at once. Definitions are not: pg_restore would only hand out their privileges at once,
   * and a grant by somebody who was granted the right may then come before the USAGE of the schema that he needs.
   */
  jobs: number
  /** Says of each entry whether it is left out; everything is restored where it is not given. */
  isLeftOut?: (entry: ListedEntry) => boolean
  /** In which the names in the archive are; UTF8 where it is not given. */
  encoding?: string
  /** Definitions only: no rows, no values of sequences, no large objects, no refilled views. */
  withoutRows?: boolean
}

/**
 * Restores one section of an archive and returns what PostgreSQL complained of; it goes on after an error, so that all
 * are told at once.
 */
export async function restoreSection(
  target: RestoreTarget,
  section: ArchiveSection,
  context: Context,
): Promise<Finding[]> {
  const complaints = new Complaints()
  for (const round of await roundsOf(target, section, context)) {
    await restoreRound(target, section, round, complaints, context)
  }
  return findingsOf(complaints, section.section)
}

/** One run of pg_restore. */
interface Round {
  jobs: number
  /** A file for `--use-list`; everything where it is not given. */
  list?: string
}

async function roundsOf(
  { programs }: RestoreTarget,
  { section, archive, jobs, isLeftOut, encoding = 'UTF8' }: ArchiveSection,
  context: Context,
): Promise<Round[]> {
  if (section === 'post-data' && jobs > 1) {
    return attachingInTurn(programs, archive, { jobs, isLeftOut, encoding }, context)
  }
  // Grants are among the definitions, and one may need another before it: jobs do not wait for that.
  const inTurn = section === 'pre-data' ? 1 : jobs
  return isLeftOut === undefined
    ? [{ jobs: inTurn }]
    : [{ jobs: inTurn, list: await writeUseList(programs, archive, isLeftOut, encoding, context) }]
}

/**
 * The index of a partitioned table becomes valid when the index of its last partition is attached. Jobs that attach at the
 * same time can each miss the other's, and it stays invalid: seen in one restore of thirty with partitions of partitions.
 * So these entries come one after the other, behind what they attach and before the foreign keys that need them.
 */
async function attachingInTurn(
  programs: Programs,
  archive: string,
  {
    jobs,
    isLeftOut,
    encoding,
  }: Pick<ArchiveSection, 'jobs'> & {
    isLeftOut: ArchiveSection['isLeftOut']
    encoding: string
  },
  context: Context,
): Promise<Round[]> {
  const counts = { indexes: 0, attachments: 0, rest: 0 }
  const only = (wanted: keyof typeof counts) => (entry: ListedEntry) => {
    const isIn = stageOf(entry) === wanted && isLeftOut?.(entry) !== true
    if (isIn) counts[wanted] += 1
    return !isIn
  }
  const attachments = await writeUseList(programs, archive, only('attachments'), encoding, context)
  if (counts.attachments === 0) {
    return [{ jobs, ...(isLeftOut && { list: await writeUseList(programs, archive, isLeftOut, encoding, context) }) }]
  }
  return [
    { jobs, list: await writeUseList(programs, archive, only('indexes'), encoding, context) },
    { jobs: 1, list: attachments },
    { jobs, list: await writeUseList(programs, archive, only('rest'), encoding, context) },
  ]
}

function stageOf({ catalogId, text }: ListedEntry): 'indexes' | 'attachments' | 'rest' {
  if (catalogId === '0 0' && text.startsWith('INDEX ATTACH ')) {
    return 'attachments'
  }
  return /^(INDEX|CONSTRAINT) /.test(text) ? 'indexes' : 'rest'
}

async function restoreRound(
  { programs, environment, database }: RestoreTarget,
  { section, archive, withoutRows = false }: ArchiveSection,
  { jobs, list }: Round,
  complaints: Complaints,
  { processes }: Context,
): Promise<void> {
  const before = complaints.count + complaints.harmless
  const args = [
    '--no-password',
    `--dbname=${database}`,
    `--section=${section}`,
    '--no-tablespaces',
    `--jobs=${jobs}`,
    ...(list === undefined ? [] : [`--use-list=${list}`]),
    ...(withoutRows ? ['--schema-only'] : []),
    archive,
  ]
  const finished = await processes.run({
    ...programs.command('pg_restore', args),
    env: environment,
    doing: `restoring the ${section} of ${archive}`,
    onStderrLine: complaints.follow,
    // 1 is for errors that were passed over or that ended it; what they were is in the complaints.
    accept: [0, 1],
  })
  if (finished.code !== 0 && complaints.count + complaints.harmless === before) {
    complaints.failedSilently(finished.stderrTail)
  }
}

export interface Script {
  file: string
  compression: 'none' | 'gzip'
  /** Whether somebody else made it: then psql must not obey the commands in it. */
  foreign: boolean
}

/**
 * Runs a plain dump, which knows no sections. In a foreign one, psql's own commands are refused: `\!` would run programs
 * here, `\connect` would leave the scratch database. Rows after a COPY that failed would be read as commands too.
 *
 * https://www.postgresql.org/docs/current/app-psql.html, command \restrict
 */
export async function restoreScript(
  { programs, environment }: RestoreTarget,
  script: Script,
  { processes }: Context,
): Promise<Finding[]> {
  const complaints = new Complaints()
  const finished = await processes.run({
    ...programs.command('psql', ['--no-psqlrc', '--quiet', '--no-password', '--file=-']),
    env: environment,
    doing: `restoring ${script.file}`,
    stdin: scriptStream(script),
    onStderrLine: complaints.follow,
    accept: [0, 1, 2, 3],
  })
  if (finished.code !== 0 && complaints.count + complaints.harmless === 0) {
    complaints.failedSilently(finished.stderrTail)
  }
  return findingsOf(complaints, 'script')
}

function scriptStream({ file, compression, foreign }: Script): Readable {
  const raw = createReadStream(file)
  const text = compression === 'gzip' ? unzipped(raw) : raw
  return foreign ? Readable.from(restricted(text), { objectMode: false }) : text
}

function unzipped(raw: Readable): Readable {
  const text = createGunzip()
  // With pipeline an error of the file reaches whoever reads the text; who reads it handles it there.
  pipeline(raw, text, () => undefined)
  return text
}

async function* restricted(text: Readable): AsyncGenerator<Buffer> {
  yield Buffer.from(`\\restrict ${randomBytes(24).toString('hex')}\n`)
  yield* text as AsyncIterable<Buffer>
}
