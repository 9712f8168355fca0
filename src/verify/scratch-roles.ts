import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { CouldNotVerifyError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { orFileTrouble } from '../platform/file-errors.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { QueryError } from '../postgres/query-error.js'
import type { Scratch } from '../postgres/scratch.js'
import { withSession, type Session } from '../postgres/session.js'
import { findingsOf } from '../restore/causes.js'
import { complaintFrom, type Complaint } from '../restore/complaint.js'
import { globalStatements } from '../restore/globals.js'
import { SharedRoles, type WantedRole } from './shared-roles.js'

/** SQLSTATE `invalid_catalog_name`. */
const NO_SUCH_DATABASE = '3D000'

export interface RoleSubject {
  /** The folder of the set. */
  folder: string
  source: Manifest['source']
  objects: readonly CatalogObject[]
}

export interface PreparedRoles {
  findings: Finding[]
  /** Removes the roles that were made here. Only possible once the scratch database is dropped. */
  drop(): Promise<void>
}

/**
 * Makes the roles that the set's objects belong to. In a throw-away cluster the set's own globals are run, and so proven
 * too; on a server that others may use, only the roles that are missing are made, without login, and dropped afterwards.
 *
 * @param database the scratch database. Names of roles are bytes in the encoding of the database where they are given, so
 * they are given in one of the source's encoding.
 */
export async function prepareRoles(
  scratch: Scratch,
  subject: RoleSubject,
  database: { settings: ConnectionSettings },
  context: Context,
): Promise<PreparedRoles> {
  if (scratch.kind === 'cluster') {
    const findings = await runGlobals(subject, database.settings, context)
    return {
      findings: [...findings, ...(await missingRoles(database.settings, subject, context))],
      drop: () => Promise.resolve(),
    }
  }
  refuseUnshareable(subject.source)
  const roles = await SharedRoles.use(scratch, context)
  try {
    await roles.make(wantedRoles(subject))
  } catch (error) {
    await roles.release()
    throw error
  }
  return { findings: [], drop: () => roles.release() }
}

/** A server's maintenance database has its own encoding; in another one, a name that is no ASCII is another name. */
function refuseUnshareable({ encoding, roles }: Manifest['source']): void {
  const foreign = roles.filter((role) => /[^\0-\x7f]/.test(role))
  if (encoding === 'UTF8' || encoding === 'SQL_ASCII' || foreign.length === 0) return
  throw new CouldNotVerifyError({
    doing: 'making the roles of the set on the scratch server',
    problem: `the role ${foreign[0] ?? ''} has a name in ${encoding}, which a server that others use cannot be given`,
    advice: 'Leave scratch-url out, so that a throw-away cluster is used.',
  })
}

/** Statement by statement and not by psql, which would obey commands of its own in a file that others can write to. */
async function runGlobals(
  { folder }: RoleSubject,
  settings: ConnectionSettings,
  { signal }: Context,
): Promise<Finding[]> {
  const file = path.join(folder, SET.globals)
  const script = await orFileTrouble(`reading ${file}`, () => readFile(file, 'utf8'))
  const complaints = await withSession(settings, { signal }, (session) => complaintsAbout(session, script))
  return findingsOf(complaints, complaints.length, SET.globals)
}

async function complaintsAbout(session: Session, script: string): Promise<Complaint[]> {
  const complaints: Complaint[] = []
  for (const { sql, line, isKnown } of globalStatements(script)) {
    const about = `${SET.globals}, line ${line}`
    if (!isKnown) {
      const message = 'this is none of the statements about roles that pg_dumpall writes, so it was not run'
      complaints.push({ by: 'program', message, about, statement: sql })
      continue
    }
    try {
      // By the protocol that takes one statement: a line can hold others behind it.
      await session.query(sql, [])
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      // Settings of a role in a database of its own cluster: that database is not here, and the set is not about it.
      if (error.code !== NO_SUCH_DATABASE) complaints.push(complaintFrom(error, about, sql))
    }
  }
  return complaints
}

async function missingRoles(
  settings: ConnectionSettings,
  { source }: RoleSubject,
  { signal }: Context,
): Promise<Finding[]> {
  const present = await withSession(settings, { signal }, existingRoles)
  return source.roles
    .filter((role) => !present.has(role))
    .map((role) =>
      finding('ROLE_MISSING', role, `this role owns objects or holds privileges and ${SET.globals} does not make it`),
    )
}

/** The names of all roles of a server. */
export async function existingRoles(session: Session): Promise<Set<string>> {
  const rows = await session.query<{ name: string }>('SELECT rolname AS name FROM pg_catalog.pg_roles')
  return new Set(rows.map(({ name }) => name))
}

/** Some objects (event triggers, foreign-data wrappers) can belong only to a superuser. */
function wantedRoles({ source, objects }: RoleSubject): WantedRole[] {
  return source.roles.map((name) => ({
    name,
    isSuperuser: name === source.bootstrapRole || isSuperuser(name, objects),
  }))
}

function isSuperuser(role: string, objects: readonly CatalogObject[]): boolean {
  const names = [role, quoteIdentifier(role)]
  return objects.some(({ kind, name, facts }) => kind === 'role' && names.includes(name) && facts.superuser === true)
}
