import path from 'node:path'
import type { Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { finding, type Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import type { Scratch } from '../postgres/scratch.js'
import { withSession, type Session } from '../postgres/session.js'
import { Complaints } from '../restore/complaints.js'

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
 */
export async function prepareRoles(
  scratch: Scratch,
  subject: RoleSubject,
  environment: Readonly<Record<string, string>>,
  context: Context,
): Promise<PreparedRoles> {
  if (scratch.kind === 'cluster') {
    const findings = await runGlobals(scratch, subject, environment, context)
    return {
      findings: [...findings, ...(await missingRoles(scratch, subject, context))],
      drop: () => Promise.resolve(),
    }
  }
  const created = await withSession(scratch.maintenance, { signal: context.signal }, (session) =>
    createMissing(session, subject),
  )
  return { findings: [], drop: () => dropRoles(scratch, created, context) }
}

async function runGlobals(
  scratch: Scratch,
  { folder }: RoleSubject,
  environment: Readonly<Record<string, string>>,
  { processes }: Context,
): Promise<Finding[]> {
  const complaints = new Complaints()
  await processes.run({
    ...scratch.programs.command('psql', ['--no-psqlrc', '--quiet', `--file=${path.join(folder, SET.globals)}`]),
    env: environment,
    doing: `restoring the roles of ${folder}`,
    onStderrLine: complaints.follow,
  })
  // Settings of a role in a database of its own cluster: that database is not here, and the set is not about it.
  const weighty = complaints.all.filter(({ message }) => !/^database ".*" does not exist$/.test(message))
  return weighty.map(({ message, about }) => finding('RESTORE_ERROR', `${SET.globals}, ${about}`, message))
}

async function missingRoles(scratch: Scratch, { source }: RoleSubject, { signal }: Context): Promise<Finding[]> {
  const present = await withSession(scratch.maintenance, { signal }, existingRoles)
  return source.roles
    .filter((role) => !present.has(role))
    .map((role) =>
      finding('ROLE_MISSING', role, `this role owns objects or holds privileges and ${SET.globals} does not make it`),
    )
}

async function existingRoles(session: Session): Promise<Set<string>> {
  const rows = await session.query<{ name: string }>('SELECT rolname AS name FROM pg_catalog.pg_roles')
  return new Set(rows.map(({ name }) => name))
}

async function createMissing(session: Session, { source, objects }: RoleSubject): Promise<string[]> {
  const present = await existingRoles(session)
  const missing = source.roles.filter((role) => !present.has(role))
  for (const role of missing) {
    // Some objects (event triggers, foreign-data wrappers) can belong only to a superuser.
    const attributes = role === source.bootstrapRole || isSuperuser(role, objects) ? 'NOLOGIN SUPERUSER' : 'NOLOGIN'
    await session.query(`CREATE ROLE ${quoteIdentifier(role)} ${attributes}`)
  }
  return missing
}

function isSuperuser(role: string, objects: readonly CatalogObject[]): boolean {
  const names = [role, quoteIdentifier(role)]
  return objects.some(({ kind, name, facts }) => kind === 'role' && names.includes(name) && facts.superuser === true)
}

/** Drops roles that were made for a proof, once no database of the scratch server uses them. Never throws. */
export async function dropRoles(scratch: Scratch, roles: readonly string[], { logger }: Context): Promise<void> {
  // A throw-away cluster is gone by then, with its roles.
  if (scratch.kind === 'cluster' || roles.length === 0) {
    return
  }
  // Without the signal: this must also happen after an interruption.
  await withSession(scratch.maintenance, {}, async (session) => {
    for (const role of roles) {
      await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(role)}`)
    }
  }).catch((error: unknown) => {
    logger.warning(`Roles made for the proof could not be dropped on the scratch server: ${String(error)}`)
  })
}
