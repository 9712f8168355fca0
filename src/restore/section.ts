import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Context } from '../context.js'
import type { Finding } from '../findings.js'
import type { Programs } from '../postgres/programs.js'
import { Complaints, findingsOf } from './complaints.js'

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
  /** A file for `pg_restore --use-list`, when entries are left out. */
  list?: string
  /** Definitions only: no rows, no values of sequences, no large objects, no refilled views. */
  withoutRows?: boolean
}

/**
 * Restores one section of an archive and returns what PostgreSQL complained of; it goes on after an error, so that all
 * are told at once.
 */
export async function restoreSection(
  { programs, environment, database }: RestoreTarget,
  { section, archive, jobs, list, withoutRows = false }: ArchiveSection,
  { processes }: Context,
): Promise<Finding[]> {
  const complaints = new Complaints()
  const args = [
    '--no-password',
    `--dbname=${database}`,
    `--section=${section}`,
    '--no-tablespaces',
    // Grants are among the definitions, and one may need another before it: jobs do not wait for that.
    `--jobs=${section === 'pre-data' ? 1 : jobs}`,
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
  return findingsOf(finished.code === 0 ? complaints : atLeastOne(complaints, finished.stderrTail), section)
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
  return findingsOf(finished.code === 0 ? complaints : atLeastOne(complaints, finished.stderrTail), 'script')
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

/** A failure without a word is a complaint too. */
function atLeastOne(complaints: Complaints, said: string): Complaints {
  if (complaints.count + complaints.harmless === 0) {
    complaints.follow(`pg_restore: error: it ended with a failure${said === '' ? '' : `: ${said}`}`)
  }
  return complaints
}
