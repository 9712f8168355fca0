import { Readable } from 'node:stream'
import type { Context, Running } from '../context.js'
import { CommandError } from '../errors.js'
import { decoderOf } from '../platform/encoding.js'
import { connectionStringOf } from '../postgres/identifier.js'
import { ArchiveComplaints } from './archive-complaints.js'
import type { Complaint } from './complaint.js'
import { forAnyServer, lookedUpIn, withHead } from './portable-script.js'
import { HiddenCommandError, onlySql } from './only-sql.js'
import { knowsRestricted, restricted } from './restricted.js'
import { ScriptComplaints, TELLING } from './script-complaints.js'
import type { RestoreTarget } from './target-database.js'
import { writeUseList, type ListedEntry } from './use-list.js'

export interface Piece {
  archive: string
  /** In which the names in it are, and what a server says of them; UTF-8 where it is not given. */
  encoding?: string
  entries: readonly ListedEntry[]
  /** Everything belongs to the role that restores. */
  withoutOwners?: boolean
  /** Foreign keys and triggers are not looked at; only some roles may do that. */
  unchecked?: boolean
  /** Names without a schema are looked up in this, and not in nothing, as pg_restore has it. */
  searchPath?: string
}

/**
 * Restores some entries of an archive, and nothing else, in one transaction: all of them, or nothing. Returns what is
 * wrong; nothing where they were restored.
 */
export async function restoreAlone(target: RestoreTarget, piece: Piece, context: Context): Promise<Complaint[]> {
  const list = await writeUseList(piece.entries, context)
  // In an archive can be names that are psql's commands; an older psql would obey them.
  const complaints = knowsRestricted(target.programs.version)
    ? await runThroughPsql(target, piece, list, context)
    : await runDirectly(target, piece, list, context)
  const [first, ...others] = piece.entries
  return first === undefined || others.length > 0
    ? complaints
    : complaints.map((complaint) => ({ ...complaint, about: first.text, entry: first.dumpId }))
}

/** psql tells what pg_restore does not: SQLSTATE, and the statement of the entry that failed. */
async function runThroughPsql(
  { programs, environment }: RestoreTarget,
  piece: Piece,
  list: string,
  { processes }: Context,
): Promise<Complaint[]> {
  const complaints = new ScriptComplaints()
  const reading = new Reading(piece, () =>
    processes.start({
      ...programs.command('pg_restore', ['--file=-', ...whatOf(piece, list)]),
      env: environment,
      doing: `reading ${nameOf(piece)} from ${piece.archive}`,
      stdout: 'pipe',
    }),
  )
  const finished = await processes.run({
    ...programs.command('psql', [
      '--no-psqlrc',
      '--quiet',
      '--no-password',
      '--set=ON_ERROR_STOP=1',
      ...TELLING,
      '--file=-',
    ]),
    env: environment,
    doing: `restoring ${nameOf(piece)} of ${piece.archive} once more`,
    stdin: Readable.from(restricted(reading.script()), { objectMode: false }),
    decodeStderr: decoderOf(piece.encoding ?? 'UTF8'),
    onStderrLine: complaints.follow,
    accept: [0, 1, 2, 3],
  })
  complaints.end()
  const problem = await reading.end()
  if (complaints.count === 0 && problem !== null) {
    complaints.failedSilently(problem)
  } else if (complaints.count === 0 && finished.code !== 0) {
    complaints.failedSilently(finished.stderrTail)
  }
  return complaints.kept
}

/** What psql reads. The last word commits, and comes only when all else did: psql takes any end of its input for a good one. */
class Reading {
  private running: Running | undefined
  private problem: string | null = null

  constructor(
    private readonly piece: Piece,
    private readonly start: () => Running,
  ) {}

  async *script(): AsyncGenerator<Buffer> {
    const { unchecked = false } = this.piece
    yield Buffer.from(`BEGIN;\n${unchecked ? 'SET LOCAL session_replication_role = replica;\n' : ''}`)
    try {
      const { stdout, finished } = (this.running = this.start())
      if (stdout === null) throw new TypeError('what pg_restore writes is not piped')
      yield* withHead(onlySql(stdout as AsyncIterable<Buffer>), (head) =>
        this.emptied(lookedUpIn(forAnyServer(head), this.piece.searchPath)),
      )
      await finished
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof HiddenCommandError)) throw error
      this.problem = error.problem
    }
    if (this.problem === null) yield Buffer.from('\nCOMMIT;\n')
  }

  /** What kept the script from being whole, once nothing reads it any more. */
  async end(): Promise<string | null> {
    this.running?.stop()
    await this.running?.finished.catch(() => undefined)
    return this.problem
  }

  /**
   * Rows come by one COPY, which brings all or none. Where another tool had them written as INSERTs, some may be there
   * already: then the table is emptied, if it is the entry's own and nobody else's rows are in it.
   */
  private emptied(head: string): string {
    const [entry, ...others] = this.piece.entries
    const insert = /^INSERT INTO ((?:"(?:[^"]|"")*"|[^\s(."]+)\.(?:"(?:[^"]|"")*"|[^\s(."]+))/m.exec(head)
    if (entry?.text.startsWith('TABLE DATA ') !== true || insert === null || /^COPY /m.test(head)) return head
    const [, table = ''] = insert
    if (others.length > 0 || !isOwn(Buffer.from(table, 'latin1').toString('utf8'), entry)) {
      this.problem = 'its rows are written as INSERTs into another table, so it is not known which are there already'
      return ''
    }
    const literal = `'${table.replaceAll("'", "''")}'`
    const empty = `DELETE FROM ONLY ${table} WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objid = ${literal}::pg_catalog.regclass AND deptype = 'e');\n`
    return head.slice(0, insert.index) + empty + head.slice(insert.index)
  }
}

function isOwn(table: string, { text }: ListedEntry): boolean {
  const parts = (table.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  )
  return text.startsWith(`TABLE DATA ${parts.join(' ').replaceAll(/[\r\n]/g, ' ')} `)
}

async function runDirectly(
  { programs, environment, database }: RestoreTarget,
  piece: Piece,
  list: string,
  { processes }: Context,
): Promise<Complaint[]> {
  const complaints = new ArchiveComplaints()
  const finished = await processes.run({
    ...programs.command('pg_restore', [
      '--no-password',
      '--verbose',
      `--dbname=${connectionStringOf(database)}`,
      ...whatOf(piece, list),
    ]),
    env: environment,
    doing: `restoring ${nameOf(piece)} of ${piece.archive} once more`,
    decodeStderr: decoderOf(piece.encoding ?? 'UTF8'),
    onStderrLine: complaints.follow,
    accept: [0, 1],
  })
  complaints.end()
  if (finished.code !== 0 && complaints.count + complaints.harmless === 0) {
    complaints.failedSilently(finished.stderrTail)
  }
  return complaints.kept
}

function whatOf({ archive, withoutOwners = false }: Piece, list: string): string[] {
  return ['--no-tablespaces', ...(withoutOwners ? ['--no-owner'] : []), `--use-list=${list}`, archive]
}

function nameOf({ entries: [first, ...others] }: Piece): string {
  return others.length === 0 ? (first?.text ?? 'nothing') : `${others.length + 1} entries`
}
