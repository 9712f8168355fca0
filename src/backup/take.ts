import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context, Finished } from '../context.js'
import { InterruptedError } from '../errors.js'
import type { Options } from '../options.js'
import type { Catalog, MemberRows, Undumpable } from '../postgres/catalog/model.js'
import { readMemberRows } from '../postgres/catalog/member-rows.js'
import { readCatalog, readObjects } from '../postgres/catalog/read-catalog.js'
import { readSequences } from '../postgres/catalog/read-sequences.js'
import { writeCatalog } from '../postgres/catalog/stored.js'
import { hasOwnRows } from '../postgres/fingerprint.js'
import { hashMethodOf, type HashMethod } from '../postgres/fingerprint-query.js'
import { readForeignKeys } from '../postgres/foreign-keys.js'
import { connectionStringOf } from '../postgres/identifier.js'
import { reasonOf } from '../postgres/query-error.js'
import type { Session } from '../postgres/session.js'
import { databaseIn, databaseScript } from './database-script.js'
import { describeContent, type Content } from './describe-content.js'
import { dumpEncoding } from './dump-arguments.js'
import { runDump } from './dump.js'
import { readableGlobals, repeatableRoles } from './globals.js'
import { SET, dumpFileName } from './set.js'
import { holdSnapshot, joinSnapshot, returnToSnapshot, type Snapshot } from './snapshot.js'
import { joinSource, type Source } from './source.js'
import { chooseTables, type Choice } from './table-choice.js'

/** The database described at the snapshot: what is dumped must be equal to this. */
export interface Description {
  snapshot: Snapshot
  catalog: Catalog
  choice: Choice
}

/** What a dump under a snapshot gave. */
export interface Taken extends Description {
  content: Content
  /** What is in no dump. */
  undumpable: Undumpable
  sequencesAfter: Catalog['sequences']
  changedMeanwhile: string[]
  jobs: number
  dumpPath: string
  /** Of the texts in the dump. */
  dumpEncoding: string
  dumped: Finished
}

/** Exports a snapshot and describes what the database is at that instant. */
export async function describeSource(source: Source, options: Options): Promise<Description> {
  const snapshot = await holdSnapshot(source.session)
  const catalog = await readCatalog(source.session)
  const choice = chooseTables(catalog.tables, await readForeignKeys(source.session), {
    include: options.tables,
    exclude: options.excludeTables,
    searchPath: source.searchPath,
  })
  return { snapshot, catalog, choice }
}

/**
 * Dumps the database into a folder under the snapshot, and counts and hashes the rows of the same instant beside it.
 *
 * @param request.jobs how many tables are dumped at once; half as many are hashed at once
 */
export async function takeDump(
  source: Source,
  { snapshot, catalog, choice }: Description,
  { folder, type, jobs, options }: { folder: string; type: string; jobs: number; options: Options },
  context: Context,
): Promise<Taken> {
  const { format } = options
  const { compression } = source
  const dumpPath = dumpFileName(type, snapshot.time, format, compression !== 'none')
  const withData = catalog.tables.filter(({ oid }) => choice.chosen.has(oid))
  const withoutData = catalog.tables.filter(({ oid, kind }) => !choice.chosen.has(oid) && kind !== 'partitioned')
  const { encoding } = catalog.source
  const dumping = runDump(
    {
      programs: source.programs,
      environment: source.environment,
      tables: withData,
      plan: {
        format,
        compression,
        programsMajor: source.programs.major,
        jobs,
        snapshotId: snapshot.id,
        target: path.join(folder, dumpPath),
        database: source.settings.database,
        lockTimeout: options.lockTimeout,
        withoutData,
        tables: catalog.tables,
        encoding,
        throughRoots: withData.some(({ needsRootLoad }) => needsRootLoad === true),
      },
    },
    context,
  )
  const describing = describeAtSnapshot(source, snapshot, withData, options, Math.ceil(jobs / 2), context)
  const [dumped, { content, rows }] = await bothOrNeither(dumping, describing)
  const { objects, members, builtIns } = catalog
  const undumpable = { members, rows, builtIns }
  await Promise.all([
    writeGlobals(source, encoding, folder, context),
    writeCatalog(path.join(folder, SET.catalog), catalog.source.major, objects, undumpable),
    writeDatabase(folder, catalog),
  ])
  const after = await readAgain(source, catalog, context)
  return {
    snapshot,
    catalog,
    choice,
    content,
    undumpable,
    ...after,
    jobs,
    dumpPath,
    dumped,
    dumpEncoding: dumpEncoding({ encoding, withoutData, tables: catalog.tables }),
  }
}

/** Waits for both, also when one fails, so that nothing goes on behind the back of who handles the failure. */
async function bothOrNeither<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other])
  return Promise.all([one, other])
}

async function describeAtSnapshot(
  source: Source,
  snapshot: Snapshot,
  tables: Catalog['tables'],
  options: Options,
  count: number,
  context: Context,
): Promise<{ content: Content; rows: MemberRows[] }> {
  const sessions: Session[] = []
  try {
    const trouble = await joinAll(sessions, count, source, snapshot, context)
    const [first, ...others] = sessions
    if (first === undefined) {
      return { content: notDescribed(tables, trouble ?? 'no session', context), rows: [] }
    }
    const method = options.verify === 'none' ? null : hashMethodOf(source.session.major)
    const content = await describeContent(
      [first, ...others],
      tables,
      { method, startAfresh: returnToSnapshot },
      context,
    )
    return { content, rows: await memberRowsOf(first, method, context) }
  } finally {
    await Promise.all(sessions.map((session) => session.end()))
  }
}

/** Opens sessions in the snapshot; fewer where the server gives no more, with the reason for that. */
async function joinAll(
  sessions: Session[],
  count: number,
  source: Source,
  snapshot: Snapshot,
  context: Context,
): Promise<string | null> {
  try {
    while (sessions.length < count) {
      const session = await joinSource(source, context)
      sessions.push(session)
      await joinSnapshot(session, snapshot.id).catch((error: unknown) => {
        sessions.pop()
        return session.end().then(() => {
          throw error
        })
      })
    }
    return null
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    return reasonOf(error)
  }
}

/** What is in no dump must not cost the dump: that it could not be read is told. */
async function memberRowsOf(session: Session, method: HashMethod | null, { logger }: Context): Promise<MemberRows[]> {
  try {
    return await readMemberRows(session, method)
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    logger.warning(`The rows of extensions that no dump holds could not be counted: ${reasonOf(error)}`)
    return []
  }
}

/** The dump is made also where its source cannot be described beside it. */
function notDescribed(tables: Catalog['tables'], reason: string, { logger }: Context): Content {
  logger.warning(`The rows could not be counted and hashed: ${reason}`)
  const unread = new Map(tables.filter(hasOwnRows).map(({ oid }) => [oid, reason]))
  return { tables: { found: new Map(), unread }, largeObjects: null, hash: null }
}

async function writeGlobals(source: Source, encoding: string, folder: string, context: Context): Promise<void> {
  const dumpRoles = async (database: string, ...more: string[]): Promise<Buffer> => {
    const { stdout } = await context.processes.run({
      ...source.programs.command('pg_dumpall', [
        '--roles-only',
        '--no-role-passwords',
        '--no-password',
        ...more,
        `--database=${connectionStringOf(database)}`,
      ]),
      env: source.environment,
      doing: 'dumping the roles',
      advice: 'The role that backs up must be able to read pg_roles.',
      stdout: 'collect',
      decode: (bytes) => bytes.toString('latin1'),
    })
    return Buffer.from(stdout, 'latin1')
  }
  const { script, leftOut } = await readableGlobals(
    { database: source.settings.database, encoding, others: () => otherDatabases(source.session) },
    dumpRoles,
  )
  for (const statement of leftOut) {
    context.logger.warning(`${SET.globals} is without this, whose bytes are no text in ${encoding}: ${statement}`)
  }
  await writeFile(path.join(folder, SET.globals), repeatableRoles(script), { mode: 0o600 })
}

/**
 * The other databases of the server, first those whose encoding takes any byte for a character, so that names from all
 * others can be read there, then those in UTF8, where most names were given.
 */
async function otherDatabases(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT datname AS name FROM pg_catalog.pg_database
      WHERE datallowconn AND NOT datistemplate AND datname <> pg_catalog.current_database()
        AND (pg_catalog.pg_encoding_max_length(encoding) = 1 OR pg_catalog.pg_encoding_to_char(encoding) = 'UTF8')
        AND pg_catalog.has_database_privilege(oid, 'CONNECT')
      ORDER BY encoding = 0 DESC, pg_catalog.pg_encoding_max_length(encoding) = 1 DESC, datname`,
  )
  return rows.map(({ name }) => name)
}

/** What pg_dump writes only for `--create`, in a form that serves a database of any name. */
async function writeDatabase(folder: string, { objects }: Catalog): Promise<void> {
  const database = databaseIn(objects)
  if (database !== undefined) {
    await writeFile(path.join(folder, SET.database), databaseScript(database), { mode: 0o600 })
  }
}

/** Where the sequences are now, and which definitions changed since the snapshot: neither is wholly under it. */
async function readAgain(
  source: Source,
  { source: { major }, objects }: Catalog,
  context: Context,
): Promise<Pick<Taken, 'sequencesAfter' | 'changedMeanwhile'>> {
  const session = await joinSource(source, context)
  try {
    const sequencesAfter = await readSequences(session)
    return { sequencesAfter, changedMeanwhile: differing(objects, await readObjects(session, major)) }
  } finally {
    await session.end()
  }
}

/** `kind name` of the objects that are not the same in both, or not in both. */
function differing(before: Catalog['objects'], after: Catalog['objects']): string[] {
  const textsOf = (objects: Catalog['objects']) =>
    new Map(objects.map((object) => [`${object.kind} ${object.name}`, JSON.stringify(object)]))
  const [then, now] = [textsOf(before), textsOf(after)]
  return [...new Set([...then.keys(), ...now.keys()])].filter((name) => then.get(name) !== now.get(name))
}
