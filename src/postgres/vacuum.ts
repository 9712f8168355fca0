import type { Context } from '../context.js'
import { describeConnection, parseConnection } from './connection.js'
import { connectionStringOf } from './identifier.js'
import { libpqEnvironment } from './libpq-environment.js'
import { findPrograms } from './programs.js'
import type { Queryable } from './queryable.js'
import { withSession } from './session.js'

export interface Vacuumed {
  /** `backup@db:5432/app` */
  database: string
  seconds: number
  /** The first lines of what vacuumdb said; `leftOut` says how many more there were. */
  output: string[]
  leftOut: number
  /** How many tables PostgreSQL left out because the role may not vacuum them. */
  skipped: number
}

/** Lines of vacuumdb that are kept and told: a database with thousands of tables can complain of each of them. */
const MOST_LINES = 200

const LONGEST_LINE = 500

/** Whether a database to vacuum was named at all, in an option or in a variable of libpq. */
export function namesDatabase(databaseUrl: string | undefined, { environment }: Pick<Context, 'environment'>): boolean {
  return databaseUrl !== undefined || ['PGHOST', 'PGDATABASE'].some((name) => (environment[name] ?? '') !== '')
}

/**
 * Vacuums and analyzes a database: `vacuumdb -z`. What it says is told in the log line by line, up to a bound.
 *
 * Throws `ConnectionError` where the database cannot be reached, `CommandError` where vacuumdb fails.
 */
export async function vacuum(
  { databaseUrl, postgresBin }: { databaseUrl?: string | undefined; postgresBin: readonly string[] },
  context: Context,
): Promise<Vacuumed> {
  const { environment, processes, workspace, logger, signal } = context
  const settings = parseConnection({ databaseUrl, environment })
  if (settings.password !== undefined) logger.hide(settings.password)
  const { major, skipped } = await withSession(settings, { signal }, async (session) => ({
    major: session.major,
    skipped: await forbiddenTables(session, session.major),
  }))
  const programs = await findPrograms({ serverMajor: major, preferredFolders: postgresBin, environment, processes })
  const said = new Said((line) => {
    logger.info(line)
  })
  const database = describeConnection(settings)
  const finished = await processes.run({
    ...programs.command('vacuumdb', [
      '--analyze',
      '--no-password',
      `--dbname=${connectionStringOf(settings.database)}`,
    ]),
    env: await libpqEnvironment(settings, { workspace, environment }),
    doing: `vacuuming ${database}`,
    advice: 'Read what vacuumdb says above; VACUUM waits for locks, and a long transaction holds it up.',
    stdout: (line) => {
      said.add(line)
    },
    onStderrLine: (line) => {
      said.add(line)
    },
    signal,
  })
  const { lines, leftOut } = said
  return { database, seconds: finished.duration / 1000, output: lines, leftOut, skipped }
}

/** The tables that VACUUM leaves out for this role. It only warns of them, in the server's language and without a code. */
async function forbiddenTables(session: Queryable, major: number): Promise<number> {
  const mayVacuum = major >= 17 ? `has_table_privilege(c.oid, 'MAINTAIN')` : `pg_has_role(c.relowner, 'USAGE')`
  const [row] = await session.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
      WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
        AND NOT pg_catalog.${mayVacuum} AND (c.relisshared OR NOT pg_catalog.pg_has_role(d.datdba, 'USAGE'))`,
  )
  return Number(row?.count ?? 0)
}

/** Keeps the first lines, counts all. */
class Said {
  readonly lines: string[] = []
  leftOut = 0

  constructor(private readonly tell: (line: string) => void) {}

  add(line: string): void {
    const text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line
    if (this.lines.length < MOST_LINES) {
      this.lines.push(text)
      this.tell(text)
    } else {
      this.leftOut += 1
    }
  }
}
