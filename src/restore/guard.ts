import type { ManifestDraft } from '../backup/draft.js'
import { GuardError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { missingRows } from './coverage.js'
import type { RoleNeeds } from './roles.js'
import type { TargetFacts } from './target-facts.js'

export type RestoreMode = 'new' | 'replace' | 'add'
export type RestoreParts = 'all' | 'schema' | 'data'

/** What a restore is asked to do. */
export interface RestoreRequest {
  mode: RestoreMode
  parts: RestoreParts
  /** Patterns; none means every table. */
  tables: readonly string[]
  /** Tables that may be empty after a replacement. */
  excludeTables: readonly string[]
  /** The target's role for a role of the source. */
  roleMap: Readonly<Record<string, string>>
  confirm: string | undefined
}

export interface GuardSubject {
  request: RestoreRequest
  manifest: ManifestDraft
  objects: readonly CatalogObject[]
  /** The name of the database to restore into. */
  database: string
  facts: TargetFacts
  roles: RoleNeeds
}

/** How much more a database needs than its tables had at the source: indexes, and what is written to the log meanwhile. */
const SPACE_SHARE = 1.6

/** A guard refused, before anything was written. The findings say why, all of them. */
export class RestoreRefused extends GuardError {
  constructor(findings: readonly Finding[], doing: string) {
    const errors = findings.filter(({ severity }) => severity === 'error')
    super({
      doing,
      problem: `${errors.length === 1 ? 'something is' : `${errors.length} things are`} in the way: ${errors.map(({ code, on }) => `${code} ${on}`).join(', ')}`,
      advice: 'Do what the findings above say and start again. Nothing was written.',
    })
  }
}

/** Throws `RestoreRefused` when something that was found forbids the restore. */
export function refuseAtErrors(findings: readonly Finding[], doing: string): void {
  if (findings.some(({ severity }) => severity === 'error')) {
    throw new RestoreRefused(findings, doing)
  }
}

/** Everything that forbids a restore or that should be known before it, from what the target says of itself. */
export function guardFindings(subject: GuardSubject): Finding[] {
  return [
    ...serverFindings(subject),
    ...databaseFindings(subject),
    ...rightsFindings(subject),
    ...extensionFindings(subject),
    ...roleFindings(subject),
    ...partFindings(subject),
    ...spaceFindings(subject),
  ]
}

function serverFindings({ facts, manifest: { source } }: GuardSubject): Finding[] {
  const versions = `it is PostgreSQL ${facts.serverVersion}, the source was ${source.serverVersion}`
  return [
    ...(facts.standby ? [finding('TARGET_STANDBY', 'the target', 'it is in recovery')] : []),
    ...(facts.major < source.major ? [finding('TARGET_TOO_OLD', 'the target', versions)] : []),
    ...(facts.major > source.major ? [finding('TARGET_MAJOR_DIFFERS', 'the target', versions)] : []),
  ]
}

function databaseFindings({ request: { mode, confirm }, database, facts }: GuardSubject): Finding[] {
  const there = facts.database
  if (there === null) {
    return mode === 'new' ? [] : [finding('TARGET_MISSING', database, 'there is no such database on the server')]
  }
  if (mode === 'new') {
    return there.empty ? [] : [finding('TARGET_NOT_EMPTY', database, 'there are objects in it')]
  }
  const typed = confirm === undefined ? 'confirm is not given' : `confirm is "${confirm}"`
  return [
    ...(confirm === database ? [] : [finding('CONFIRM_NEEDED', database, `${typed}, the database is "${database}"`)]),
    ...(mode === 'replace' && there.preparedTransactions > 0
      ? [finding('TARGET_BUSY', database, `${there.preparedTransactions} prepared transactions are open in it`)]
      : []),
    ...(mode === 'replace' && there.isTemplate
      ? [finding('TARGET_BUSY', database, 'it is a template database (datistemplate)')]
      : []),
  ]
}

function rightsFindings({ request: { mode }, database, facts }: GuardSubject): Finding[] {
  const { us, database: there } = facts
  const forbid = (found: string): Finding => finding('TARGET_FORBIDDEN', us.name, found)
  const isInPlace = mode === 'new' && there !== null
  return [
    ...(us.createDatabase || isInPlace ? [] : [forbid('it may not create databases')]),
    ...(us.superuser || there === null || there.ours
      ? []
      : [forbid(`it does not own the database "${database}", which belongs to "${there.owner}"`)]),
  ]
}

function extensionFindings({ manifest: { source }, facts: { extensions } }: GuardSubject): Finding[] {
  return source.extensions.flatMap(({ name, version }) => {
    const offered = extensions.get(name)
    if (offered === undefined) {
      const found = `the source has version ${version}, the target does not have it`
      const advice = 'Install it on the server of the target, then start again.'
      return [{ ...finding('EXTENSION_MISSING', name, found, advice), severity: 'error' as const }]
    }
    return offered === version
      ? []
      : [finding('EXTENSION_VERSION_DIFFERS', name, `the source has version ${version}, the target has ${offered}`)]
  })
}

function roleFindings({ roles, facts }: GuardSubject): Finding[] {
  const { us } = facts
  return [
    ...roles.wrongMappings.map(({ from, why }) => finding('ROLE_MAP_WRONG', from, why)),
    ...roles.unknown.map((role) =>
      finding('TARGET_ROLE_MISSING', role, 'it is not on the target, and the set does not make it'),
    ),
    ...(us.createRole
      ? []
      : [...roles.missing, ...roles.mapped.map(({ from }) => from)].map((role) =>
          finding(
            'TARGET_ROLE_MISSING',
            role,
            `it is not on the target, and "${us.name}" may not create roles (CREATEROLE)`,
          ),
        )),
    ...(us.superuser
      ? []
      : roles.superusers.map((role) =>
          finding('TARGET_ROLE_MISSING', role, `it is a superuser at the source, and "${us.name}" may not make one`),
        )),
    ...roles.unusable.map((role) =>
      finding('TARGET_ROLE_MISSING', role, `it owns objects of the set, and "${us.name}" is not a member of it`),
    ),
  ]
}

function partFindings(subject: GuardSubject): Finding[] {
  const { request, manifest } = subject
  const isDivided = (request.tables.length > 0 || request.parts !== 'all') && request.mode !== 'add'
  return [
    ...(isDivided && manifest.options.format === 'plain'
      ? [finding('PLAIN_NOT_DIVISIBLE', manifest.dump.path, 'only a part of it was asked for')]
      : []),
    ...(request.mode === 'replace' ? partialSet(subject) : []),
  ]
}

/** A database that is replaced by one without the rows of some tables: seldom what was meant. */
function partialSet({ request, manifest }: GuardSubject): Finding[] {
  const missing = missingRows(manifest, { tables: [], excludeTables: request.excludeTables })
  return missing === null ? [] : [finding('SET_IS_PARTIAL', manifest.id, missing)]
}

function spaceFindings({ manifest, facts: { freeBytes }, request }: GuardSubject): Finding[] {
  if (freeBytes === null || request.parts === 'schema') {
    return []
  }
  const rows = manifest.tables.reduce((sum, { data, bytes }) => sum + (data ? bytes : 0), 0)
  const needed = Math.ceil(rows * SPACE_SHARE)
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`
  return freeBytes >= needed
    ? []
    : [
        finding(
          'DISK_SPACE_LOW',
          'the target',
          `${megabytes(freeBytes)} are free for its data, the restore is estimated to need ${megabytes(needed)}`,
          "Free some space on the server's disk, or restore into another server.",
        ),
      ]
}
