import { Readable } from 'node:stream'
import { exactPattern } from '../backup/dump-arguments.js'
import type { TableEntry } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { OperationError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { pinSettings } from '../postgres/pinned.js'
import type { Programs } from '../postgres/programs.js'
import { withSession, type Session } from '../postgres/session.js'
import { confinementOf, whileConfined } from './confinement.js'
import { onlySql } from './only-sql.js'
import { forAnyServer, withHead } from './portable-script.js'
import { knowsRestricted, restricted, unrestrictedPsql } from './restricted.js'
import { TELLING } from './script-complaints.js'
import { qualifiedName } from './selection.js'
import { environmentFor, type Target } from './target.js'

export interface Transfer {
  /** Of the server's own major, where there are some: newer ones say things that it does not understand. */
  programs: Programs
  /** The side database that holds the tables. */
  from: string
  /** Tables that are not there: they are brought back whole, with indexes, constraints, triggers and grants. */
  whole: readonly TableEntry[]
  /** Tables that are there and empty: only their rows are brought back. */
  rowsOnly: readonly TableEntry[]
  /** Whether the rows of the whole ones come too. */
  withRows: boolean
}

/**
 * Brings tables from a side database into the living target, all in one transaction: whatever happens, all of them are
 * there or none. PostgreSQL's own programs decide what belongs to a table. Triggers of users do not fire for the rows;
 * foreign keys are checked.
 */
export async function transferTables(target: Target, transfer: Transfer, context: Context): Promise<Finding[]> {
  const { settings } = target
  const sequencesBefore = await withPinned(settings, context, (session) => readPositions(session, transfer.rowsOnly))
  await runTransfer(target, transfer, context)
  return withPinned(settings, context, async (session) => {
    await forwardSequences(session, sequencesBefore)
    return validateKeys(session, transfer.whole)
  })
}

/** A session that names everything in full, whatever the database's search path is. */
function withPinned<T>(
  settings: ConnectionSettings,
  { signal }: Context,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession(settings, { signal }, async (session) => {
    await pinSettings(session)
    return work(session)
  })
}

async function runTransfer(
  target: Target,
  { programs, from, whole, rowsOnly, withRows }: Transfer,
  context: Context,
): Promise<void> {
  const { database, settings } = target
  refuseOldPsql(programs, database)
  const source = await environmentFor(target, from, context)
  const triggers = await withPinned(settings, context, (session) => triggerSwitches(session, rowsOnly))
  const confinement = await withPinned(settings, context, (session) =>
    confinementOf(session, rowsOnly.map(qualifiedName)),
  )
  const dump = (tables: readonly TableEntry[], args: readonly string[]): (() => AsyncIterable<Buffer>) =>
    async function* () {
      if (tables.length === 0) return
      const dumping = context.processes.start({
        ...programs.command('pg_dump', [
          '--no-password',
          ...args,
          ...tables.map((table) => `--table=${exactPattern(table)}`),
        ]),
        env: source,
        doing: `reading the restored tables from ${from}`,
        stdout: 'pipe',
      })
      yield* withHead(onlySql(dumping.stdout as AsyncIterable<Buffer>), forAnyServer)
      await dumping.finished
    }
  await context.processes.run({
    ...programs.command('psql', [
      '--no-psqlrc',
      '--quiet',
      '--no-password',
      '--set=ON_ERROR_STOP=1',
      ...TELLING,
      '--file=-',
    ]),
    env: await environmentFor(target, database, context),
    doing: `bringing tables back into ${database}`,
    advice: 'Nothing was changed: all of it is one transaction. Mend what psql says and start again.',
    stdin: Readable.from(
      restricted(
        script([
          text(['BEGIN', ...confinement.begin]),
          dump(whole, withRows ? [] : ['--schema-only']),
          text(triggers.off),
          dump(rowsOnly, ['--data-only']),
          text([...triggers.on, ...confinement.end, 'COMMIT']),
        ]),
      ),
      { objectMode: false },
    ),
  })
}

/** The names of what a set holds may be commands of psql, which a psql without a restricted mode would obey. */
function refuseOldPsql({ version }: Programs, database: string): void {
  if (!knowsRestricted(version)) {
    throw new OperationError({ doing: `bringing tables back into ${database}`, ...unrestrictedPsql(version) })
  }
}

/**
 * What psql reads, one part after the other. The last word commits, and comes only when all else did: psql takes the end
 * of its input, which also comes when we are killed, for a good end (and so would commit with `--single-transaction`).
 */
async function* script(parts: readonly (() => AsyncIterable<Buffer>)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    yield* part()
  }
}

function text(statements: readonly string[]): () => AsyncIterable<Buffer> {
  // eslint-disable-next-line @typescript-eslint/require-await -- a part like the others, which do wait
  return async function* () {
    yield Buffer.from(statements.map((statement) => `${statement};\n`).join(''))
  }
}

/** Statements that turn the users' triggers of tables off, and each back to what it was. */
async function triggerSwitches(
  session: Session,
  tables: readonly TableEntry[],
): Promise<{ off: string[]; on: string[] }> {
  const rows = await session.query<{ name: string; table: string; enabled: 'O' | 'R' | 'A' }>(
    `SELECT t.tgname AS name, t.tgrelid::regclass::text AS table, t.tgenabled AS enabled FROM pg_catalog.pg_trigger t
      WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid = ANY (SELECT pg_catalog.to_regclass(n) FROM unnest($1::text[]) n)`,
    [tables.map(qualifiedName)],
  )
  const words = { O: 'ENABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' } as const
  const alter = (table: string, what: string, name: string) =>
    `ALTER TABLE ${table} ${what} TRIGGER ${quoteIdentifier(name)}`
  return {
    off: rows.map(({ table, name }) => alter(table, 'DISABLE', name)),
    on: rows.map(({ table, name, enabled }) => alter(table, words[enabled], name)),
  }
}

interface Position {
  sequence: string
  value: string
  called: boolean
  increment: string
}

/** Where the sequences are that belong to columns of these tables. */
async function readPositions(session: Session, tables: readonly TableEntry[]): Promise<Position[]> {
  const owned = await session.query<{ sequence: string; increment: string }>(
    `SELECT d.objid::regclass::text AS sequence, s.seqincrement::text AS increment
       FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        AND d.refobjid = ANY (SELECT pg_catalog.to_regclass(n)::oid FROM unnest($1::text[]) n)`,
    [tables.map(qualifiedName)],
  )
  const positions: Position[] = []
  for (const { sequence, increment } of owned) {
    const [row] = await session.query<{ value: string; called: boolean }>(
      `SELECT last_value::text AS value, is_called AS called FROM ${sequence}`,
    )
    if (row !== undefined) positions.push({ sequence, increment, ...row })
  }
  return positions
}

/** A sequence that had come further in the living database goes back to there: its values may be in use elsewhere. */
async function forwardSequences(session: Session, before: readonly Position[]): Promise<void> {
  for (const { sequence, value, called, increment } of before) {
    const further = BigInt(increment) > 0n ? '>' : '<'
    await session.query(
      `SELECT pg_catalog.setval('${sequence.replaceAll("'", "''")}', $1::bigint, $2)
         FROM ${sequence} WHERE $1::bigint ${further} last_value`,
      [value, called],
    )
  }
}

/** Foreign keys came without a check of what was not restored beside them; now the living rows are there to check. */
async function validateKeys(session: Session, tables: readonly TableEntry[]): Promise<Finding[]> {
  const keys = await session.query<{ table: string; name: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name FROM pg_catalog.pg_constraint
      WHERE contype = 'f' AND NOT convalidated
        AND conrelid = ANY (SELECT pg_catalog.to_regclass(n)::oid FROM unnest($1::text[]) n)`,
    [tables.map(qualifiedName)],
  )
  const findings: Finding[] = []
  for (const { table, name } of keys) {
    const statement = `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`
    await whileConfined(session, 'COMMIT', () => session.query(statement)).catch((error: unknown) => {
      findings.push(
        finding('FOREIGN_KEY_NOT_VALID', `${table}.${name}`, error instanceof Error ? error.message : String(error)),
      )
    })
  }
  return findings
}
