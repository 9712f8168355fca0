import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context, Finished } from '../context.js'
import type { Options } from '../options.js'
import type { Catalog } from '../postgres/catalog/model.js'
import { readCatalog, readObjects } from '../postgres/catalog/read-catalog.js'
import { readSequences } from '../postgres/catalog/read-sequences.js'
import { writeCatalog } from '../postgres/catalog/stored.js'
import { hashMethodOf } from '../postgres/fingerprint.js'
import { readForeignKeys } from '../postgres/foreign-keys.js'
import { connectionStringOf } from '../postgres/identifier.js'
import { databaseIn, databaseScript } from './database-script.js'
import { describeContent, type Content } from './describe-content.js'
import { runDump } from './dump.js'
import { repeatableRoles } from './globals.js'
import { SET, dumpFileName } from './set.js'
import { holdSnapshot, joinSnapshot, type Snapshot } from './snapshot.js'
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
  sequencesAfter: Catalog['sequences']
  changedMeanwhile: string[]
  jobs: number
  dumpPath: string
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
        withoutData: catalog.tables.filter(({ oid, kind }) => !choice.chosen.has(oid) && kind !== 'partitioned'),
      },
    },
    context,
  )
  const describing = describeAtSnapshot(source, snapshot, withData, options, Math.ceil(jobs / 2), context)
  const [dumped, content] = await bothOrNeither(dumping, describing)
  await Promise.all([
    writeGlobals(source, folder, context),
    writeCatalog(path.join(folder, SET.catalog), catalog.source.major, catalog.objects),
    writeDatabase(folder, catalog),
  ])
  const after = await readAgain(source, catalog, context)
  return { snapshot, catalog, choice, content, ...after, jobs, dumpPath, dumped }
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
): Promise<Content> {
  const first = await joinSource(source, context)
  const sessions: [typeof first, ...(typeof first)[]] = [first]
  try {
    while (sessions.length < count) {
      sessions.push(await joinSource(source, context))
    }
    for (const session of sessions) {
      await joinSnapshot(session, snapshot.id)
    }
    const method = options.verify === 'none' ? null : hashMethodOf(source.session.major)
    return await describeContent(sessions, tables, method, context)
  } finally {
    await Promise.all(sessions.map((session) => session.end()))
  }
}

async function writeGlobals(source: Source, folder: string, context: Context): Promise<void> {
  const { stdout } = await context.processes.run({
    ...source.programs.command('pg_dumpall', [
      '--roles-only',
      '--no-role-passwords',
      '--no-password',
      `--database=${connectionStringOf(source.settings.database)}`,
    ]),
    env: source.environment,
    doing: 'dumping the roles',
    advice: 'The role that backs up must be able to read pg_roles.',
    stdout: 'collect',
  })
  await writeFile(path.join(folder, SET.globals), repeatableRoles(stdout), { mode: 0o600 })
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
