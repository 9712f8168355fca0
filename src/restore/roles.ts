import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ManifestDraft } from '../backup/draft.js'
import { SET } from '../backup/set.js'
import type { Context } from '../context.js'
import { messageOf } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { withSession } from '../postgres/session.js'
import { roleStatements, withoutSuperuserAttributes, type RoleStatement } from './globals.js'
import { standInStatements } from './stand-ins.js'
import type { TargetFacts } from './target-facts.js'
import type { Target } from './target.js'

/** What a set needs of the target's roles. */
export interface RoleNeeds {
  /** Roles to make from the set's globals, those that they are members of among them; before the ones that need them. */
  missing: string[]
  /** Of these and of the ones that are mapped away: superusers of the source. */
  superusers: string[]
  /** Roles that are needed, are not on the target, and are not in the set's globals either. */
  unknown: string[]
  /** Roles that are on the target, own objects of the set, and that we may not act for. */
  unusable: string[]
  mapped: { from: string; to: string }[]
  wrongMappings: { from: string; why: string }[]
  /** The statements that make the missing ones. */
  statements: RoleStatement[]
}

export interface RoleSubject {
  /** The folder of the set. */
  folder: string
  manifest: ManifestDraft
  objects: readonly CatalogObject[]
}

/** Holds the roles that a set needs against those that the target has. */
export async function readRoleNeeds(
  { folder, manifest, objects }: RoleSubject,
  facts: TargetFacts,
  map: Readonly<Record<string, string>>,
): Promise<RoleNeeds> {
  const statements = roleStatements(await readFile(path.join(folder, SET.globals), 'utf8'))
  const owners = new Set(
    objects.flatMap(({ kind, owner }) => (owner === undefined || kind === 'database' ? [] : [owner])),
  )
  const needed = manifest.source.roles.filter((role) => isNeeded(role, manifest, objects, owners))
  const mapped = Object.entries(map).map(([from, to]) => ({ from, to }))
  const isMapped = (role: string) => mapped.some(({ from }) => from === role)
  const wanted = needed.filter((role) => !facts.roles.has(role) && !isMapped(role))
  const missing = withGroups(wanted, statements, facts)
  const made = new Set(statements.filter(({ kind }) => kind === 'create').map(({ role }) => role))
  return {
    missing: missing.filter((role) => made.has(role)),
    superusers: missing.filter((role) => isSuperuser(role, statements)),
    unknown: missing.filter((role) => !made.has(role)),
    unusable: [...owners, ...mapped.filter(({ from }) => needed.includes(from)).map(({ to }) => to)].filter(
      (role) => facts.roles.get(role)?.usable === false && !isMapped(role) && !isPredefined(role),
    ),
    mapped: mapped.filter(({ from }) => needed.includes(from)),
    wrongMappings: mapped.flatMap(({ from, to }) => wrongMapping(from, to, facts)),
    statements,
  }
}

/** The role that `initdb` made is in every description; it is needed only where something is its own or granted to it. */
function isNeeded(
  role: string,
  { source }: ManifestDraft,
  objects: readonly CatalogObject[],
  owners: ReadonlySet<string>,
): boolean {
  return role !== source.bootstrapRole || owners.has(role) || JSON.stringify(objects).includes(`"${role}: `)
}

function wrongMapping(from: string, to: string, facts: TargetFacts): { from: string; why: string }[] {
  if (facts.roles.has(from)) {
    return [{ from, why: `"${from}" is on the target, so nothing needs to take its place` }]
  }
  return facts.roles.has(to) ? [] : [{ from, why: `"${to}", which is to take its place, is not on the target` }]
}

/** What belongs to `pg_database_owner` and the like belongs to whoever owns the database. */
function isPredefined(role: string): boolean {
  return role.startsWith('pg_')
}

/** With the roles that they are members of, as far as these are missing too; groups come first. */
function withGroups(roles: readonly string[], statements: readonly RoleStatement[], facts: TargetFacts): string[] {
  const all = new Set(roles)
  for (const role of all) {
    // A set grows while it is walked, so groups of groups are reached too.
    for (const { kind, role: member, group } of statements) {
      if (kind === 'membership' && member === role && group !== undefined && !facts.roles.has(group)) {
        all.add(group)
      }
    }
  }
  return [...all].reverse()
}

function isSuperuser(role: string, statements: readonly RoleStatement[]): boolean {
  return statements.some(
    (statement) => statement.kind === 'alter' && statement.role === role && / SUPERUSER\b/.test(statement.sql),
  )
}

/** Roles that a restore made, so that a failed one can take them back. */
export interface MadeRoles {
  findings: Finding[]
  names: string[]
}

/**
 * Makes the missing roles as the source had them, and stand-ins for the mapped ones, all or none. A role that is there is
 * never changed: neither its attributes nor its memberships.
 */
export async function makeRoles(
  { session, facts: { us } }: Pick<Target, 'session' | 'facts'>,
  needs: RoleNeeds,
  { clock }: Context,
): Promise<MadeRoles> {
  const names = [...needs.missing, ...needs.mapped.map(({ from }) => from)]
  if (names.length === 0) {
    return { findings: [], names: [] }
  }
  await session.query('BEGIN')
  try {
    for (const sql of statementsFor(needs, us, clock.now())) {
      // By the protocol that takes one statement: a line of the file can hold others behind it.
      await session.query(sql, [])
    }
    await session.query('COMMIT')
  } catch (error) {
    await session.query('ROLLBACK')
    throw error
  }
  const withLogin = needs.missing.filter((role) => mayLogIn(role, needs.statements))
  return {
    names,
    findings: withLogin.map((role) => finding('ROLE_WITHOUT_PASSWORD', role, 'it was made, and may log in')),
  }
}

function statementsFor(needs: RoleNeeds, us: TargetFacts['us'], now: Date): string[] {
  const missing = new Set(needs.missing)
  const of = (kind: RoleStatement['kind']) =>
    needs.statements.filter((one) => one.kind === kind && missing.has(one.role))
  const all = [...of('create'), ...of('alter'), ...of('membership'), ...of('comment')].map(({ sql }) =>
    us.superuser ? sql : withoutSuperuserAttributes(sql),
  )
  const standIns = needs.mapped.flatMap(({ from }) => standInStatements(from, now))
  // To give objects to a role, one must be a member of it.
  const memberships = [...needs.missing, ...needs.mapped.map(({ from }) => from)].map(
    (role) => `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(us.name)}`,
  )
  return [...all, ...standIns, ...(us.superuser ? [] : memberships)]
}

function mayLogIn(role: string, statements: readonly RoleStatement[]): boolean {
  return statements.some(({ kind, role: altered, sql }) => kind === 'alter' && altered === role && / LOGIN\b/.test(sql))
}

/** Takes back roles that were made for a restore that came to nothing. Never throws: a role that is in use stays. */
export async function takeBackRoles(
  { maintenance }: Pick<Target, 'maintenance'>,
  names: readonly string[],
  { logger }: Pick<Context, 'logger'>,
): Promise<void> {
  if (names.length === 0) {
    return
  }
  const stays = (what: string) => (error: unknown) => {
    logger.warning(`${what} for the restore could not be dropped: ${messageOf(error)}`)
  }
  // Without the signal: this must also happen after an interruption.
  await withSession(maintenance, {}, async (session) => {
    for (const name of [...names].reverse()) {
      await session
        .query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`)
        .catch(stays(`The role ${name}, which was made`))
    }
  }).catch(stays('Roles that were made'))
}
