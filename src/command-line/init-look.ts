import { nothingToBackUp } from '../backup/nothing.js'
import { hideSecrets } from '../backup/source.js'
import type { Context } from '../context.js'
import { InterruptedError, LifeboatError, messageOf } from '../errors.js'
import type { Finding } from '../findings.js'
import type { Options } from '../options.js'
import type { TableFacts } from '../postgres/catalog/model.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import { readDatabaseBytes, readSource } from '../postgres/catalog/source.js'
import { parseConnectionString } from '../postgres/connection-string.js'
import { parseConnection, type ConnectionSettings } from '../postgres/connection.js'
import { findPrograms, findServerPrograms } from '../postgres/programs.js'
import { unreadableThings } from '../postgres/readability.js'
import { withSession, type Session } from '../postgres/session.js'

/** A server that was only just started is waited for so long. */
const PATIENCE_MS = 5_000

/** What could be seen of a database, as far as it could. */
export interface Sight {
  /** Undefined where it is not even known what to connect to. */
  settings?: ConnectionSettings
  /** Where the password that was used stands; undefined where none was needed. */
  password?: 'url' | 'environment'
  database?: DatabaseSeen
  /** Why there is no more, as a sentence without its full stop, and what to do. */
  trouble?: { problem: string; advice: string }
}

export interface DatabaseSeen {
  name: string
  serverVersion: string
  major: number
  bytes: number
  /** The largest first. */
  tables: readonly TableSeen[]
  extensions: readonly { name: string; version: string }[]
  /** Where the programs are that will dump it; undefined where there are none. */
  programs?: string
  /** What keeps the programs from fitting, or there being none. */
  programsTrouble?: string
  /** The version of the throw-away cluster that will prove it; undefined where none can be started here. */
  scratch?: string
  /** That there is nothing in it. */
  nothing?: Finding
  /** What keeps the role from reading everything. */
  unreadable: readonly Finding[]
}

export interface TableSeen {
  /** As an option takes it: `public.animals`. */
  name: string
  bytes: number
  /** As the planner estimates them; undefined where the table was never analyzed. */
  rows?: number
}

type Given = Pick<Options, 'databaseUrl' | 'postgresBin' | 'scratchUrl'>

/** Looks at the database, reading only. What cannot be seen is told, and does not throw. */
export async function lookAtDatabase(given: Given, context: Context): Promise<Sight> {
  let sight: Sight = {}
  try {
    const settings = parseConnection({ databaseUrl: given.databaseUrl, environment: context.environment })
    hideSecrets(settings, given, context)
    sight = { settings, ...passwordIn(settings, given.databaseUrl) }
    const options = { signal: context.signal, patience: PATIENCE_MS }
    const database = await withSession(settings, options, (session) => look(session, given, context))
    return { ...sight, database }
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw error
    }
    return { ...sight, trouble: troubleOf(error) }
  }
}

function passwordIn(settings: ConnectionSettings, databaseUrl = ''): Pick<Sight, 'password'> {
  if (settings.password === undefined) {
    return {}
  }
  const isInUrl = parseConnectionString(databaseUrl, 'database-url').password !== undefined
  return { password: isInUrl ? 'url' : 'environment' }
}

async function look(session: Session, given: Given, context: Context): Promise<DatabaseSeen> {
  // Whoever changes the schema now must not hold this up.
  await session.query("SET lock_timeout = '10s'")
  const facts = await readSource(session, session.major)
  const tables = await readTables(session)
  const oids = new Set(tables.map(({ oid }) => oid))
  const [nothing] = await nothingToBackUp(session, facts.database, tables, oids)
  return {
    name: facts.database,
    serverVersion: session.serverVersion,
    major: session.major,
    bytes: await readDatabaseBytes(session),
    tables: await tablesOf(session, tables),
    ...(nothing !== undefined && { nothing }),
    extensions: facts.extensions.filter(({ name }) => name !== 'plpgsql'),
    unreadable: await unreadableThings(session, oids),
    ...(await programsFor(session.major, given, context)),
  }
}

async function tablesOf(session: Session, all: readonly TableFacts[]): Promise<TableSeen[]> {
  const rows = await session.query<{ oid: number; name: string; rows: number }>(
    `SELECT c.oid::int8::float8 AS oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
            c.reltuples::float8 AS rows
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`,
  )
  const known = new Map(rows.map((row) => [row.oid, row]))
  const tables = all.filter(({ kind }) => kind === 'table' || kind === 'materialized-view')
  return tables
    .map(({ oid, schema, name, bytes }) => {
      const estimate = known.get(oid)
      // Before 14, what was never analyzed has 0 rows and not -1.
      const isKnown = estimate !== undefined && (estimate.rows > 0 || (estimate.rows === 0 && bytes === 0))
      return { name: estimate?.name ?? `${schema}.${name}`, bytes, ...(isKnown && { rows: estimate.rows }) }
    })
    .sort((a, b) => b.bytes - a.bytes)
}

async function programsFor(
  major: number,
  { postgresBin }: Given,
  { processes, environment }: Context,
): Promise<Pick<DatabaseSeen, 'programs' | 'programsTrouble' | 'scratch'>> {
  const search = { preferredFolders: postgresBin, processes, environment }
  const server = await findServerPrograms({ ...search, major })
  const scratch = server === null ? {} : { scratch: server.version }
  try {
    const programs = await findPrograms({ ...search, serverMajor: major })
    const other = programs.exact ? {} : { programsTrouble: `they are of another major than the server's ${major}` }
    return { programs: `${programs.version} in ${programs.origin}`, ...other, ...scratch }
  } catch (error) {
    if (error instanceof InterruptedError || !(error instanceof LifeboatError)) {
      throw error
    }
    return { programsTrouble: `${error.problem}. ${error.advice}`, ...scratch }
  }
}

function troubleOf(error: unknown): { problem: string; advice: string } {
  return error instanceof LifeboatError
    ? { problem: error.problem, advice: error.advice }
    : { problem: messageOf(error), advice: 'Mend it and start init again.' }
}
