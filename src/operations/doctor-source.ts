import { inspectSource, type Inspection } from '../backup/inspect.js'
import { currentSchemas } from '../backup/source.js'
import type { Context } from '../context.js'
import type { Finding, FindingCode } from '../findings.js'
import type { Options } from '../options.js'
import type { SourceFacts } from '../postgres/catalog/model.js'
import { readDatabaseBytes } from '../postgres/catalog/source.js'
import { compressionAbility, resolveCompression } from '../postgres/compression.js'
import { connectionStringOf } from '../postgres/identifier.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import { findPrograms, type Programs } from '../postgres/programs.js'
import type { Session } from '../postgres/session.js'
import { counted, formatBytes } from '../units.js'
import type { Examination } from './examination.js'

/** What the other checks need to know of the database. */
export interface SourceSeen {
  facts: SourceFacts
  /** What the tables occupy whose rows are dumped. */
  tableBytes: number
  /** What the whole database occupies, indexes too: what a restored copy of it will. */
  databaseBytes: number
  compressed: boolean
  programs: Programs | undefined
}

const CHOICE: readonly FindingCode[] = [
  'TABLE_NOT_FOUND',
  'NOTHING_TO_BACK_UP',
  'REFERENCED_TABLE_LEFT_OUT',
  'PLAIN_NOT_RESTORABLE',
  'FOREIGN_TABLE_DATA',
]
const PRIVILEGES: readonly FindingCode[] = ['SCHEMA_UNREADABLE', 'TABLE_UNREADABLE', 'LARGE_OBJECTS_DENIED']

/** Looks whether the programs fit, and whether everything that must be dumped is there and may be read. */
export async function examineSource(
  seen: Examination,
  session: Session,
  options: Options,
  context: Context,
): Promise<SourceSeen | undefined> {
  const programs = await examinePrograms(seen, session, options, context)
  const inspection = await seen.check('Database', 'privileges', async () =>
    inspectSource({ session, searchPath: await currentSchemas(session), programs }, options),
  )
  if (inspection !== undefined) {
    tellInspection(seen, inspection)
  }
  await seen.check('Database', 'role', () => examineRole(seen, session))
  if (programs !== undefined) {
    await seen.check('Database', 'roles of the cluster', () => examineGlobals(seen, programs, session, context))
  }
  return inspection === undefined
    ? undefined
    : {
        facts: inspection.facts,
        tableBytes: inspection.bytes,
        databaseBytes: await wholeBytes(session, inspection),
        compressed: options.compression !== 'none',
        programs,
      }
}

async function examinePrograms(
  seen: Examination,
  { major }: Session,
  options: Options,
  { processes, environment }: Context,
): Promise<Programs | undefined> {
  const programs = await seen.check('Programs', 'client programs', () =>
    findPrograms({ serverMajor: major, preferredFolders: options.postgresBin, environment, processes }),
  )
  if (programs === undefined) {
    return undefined
  }
  const where = `PostgreSQL ${programs.version} in ${programs.origin}`
  if (programs.exact) {
    seen.ok('Programs', 'client programs', where)
  } else {
    seen.warning(
      'Programs',
      'client programs',
      `${where}, and the server is of major ${major}`,
      `Install the programs of PostgreSQL ${major}: a dump of newer ones may not restore into that major.`,
    )
  }
  await seen.check('Programs', 'compression', async () => {
    const ability = await compressionAbility(programs, { processes, environment })
    seen.ok('Programs', 'compression', resolveCompression(options.compression, options.format, ability))
  })
  return programs
}

function tellInspection(seen: Examination, { findings, tables, bytes }: Inspection): void {
  const of = (codes: readonly FindingCode[]): Finding[] => findings.filter(({ code }) => codes.includes(code))
  const some = `${counted(tables, 'table')}, ${formatBytes(bytes)}`
  seen.findings('Database', 'tables', of(CHOICE), `the rows of ${some} will be dumped`)
  seen.findings('Database', 'privileges', of(PRIVILEGES), 'everything that is dumped may be read')
  seen.findings(
    'Database',
    'row-level security',
    of(['ROW_SECURITY_ACTIVE']),
    'it hides no rows from the role that backs up',
  )
  const subscriptions = of(['SUBSCRIPTION_LEFT_OUT'])
  if (subscriptions.length > 0) {
    seen.findings('Database', 'subscriptions', subscriptions, '')
  }
}

interface RoleRow {
  name: string
  superuser: boolean
  reads_all: boolean
}

async function examineRole(seen: Examination, session: Session): Promise<void> {
  const [row] = await session.query<RoleRow>(
    `SELECT r.rolname::text AS name, r.rolsuper AS superuser,
            coalesce((SELECT pg_has_role(a.oid, 'USAGE') FROM pg_catalog.pg_roles a
                       WHERE a.rolname = 'pg_read_all_data'), false) AS reads_all
       FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
  )
  const name = row?.name ?? session.settings.user
  if (row?.superuser === true || row?.reads_all === true) {
    seen.ok(
      'Database',
      'role',
      `"${name}" ${row.superuser ? 'is a superuser' : 'is a member of pg_read_all_data'}: tables that are still to come may be read too`,
    )
    return
  }
  seen.warning(
    'Database',
    'role',
    `"${name}" is no member of pg_read_all_data: the first table that somebody else makes may end the backups`,
    session.major >= 14
      ? `GRANT pg_read_all_data TO "${name}"`
      : `ALTER DEFAULT PRIVILEGES … GRANT SELECT ON TABLES TO "${name}", for each role that makes tables.`,
  )
}

/** As a backup does it; it is also the first time that PostgreSQL's own programs connect. */
async function examineGlobals(
  seen: Examination,
  programs: Programs,
  { settings }: Session,
  { processes, workspace, environment }: Context,
): Promise<void> {
  const args = ['--roles-only', '--no-role-passwords', '--no-password']
  await processes.run({
    ...programs.command('pg_dumpall', [...args, `--database=${connectionStringOf(settings.database)}`]),
    env: await libpqEnvironment(settings, { workspace, environment }),
    doing: 'dumping the roles',
    advice: 'The role that backs up must be able to read pg_roles, and psql with the same settings to connect.',
  })
  seen.ok('Database', 'roles of the cluster', 'pg_dumpall writes them, without passwords')
}

/** Who may not ask for it gets what the tables occupy. */
function wholeBytes(session: Session, { bytes }: Inspection): Promise<number> {
  return readDatabaseBytes(session).catch(() => bytes)
}
