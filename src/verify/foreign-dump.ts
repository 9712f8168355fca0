import path from 'node:path'
import { displayName, type Tier } from '../backup/manifest.js'
import type { Context } from '../context.js'
import { finding, worstOf, type Finding } from '../findings.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import { fingerprintTables } from '../postgres/fingerprint.js'
import { pinSettings } from '../postgres/pinned.js'
import type { Programs } from '../postgres/programs.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { withSession } from '../postgres/session.js'
import { Restorer } from '../postgres/restorer.js'
import { knowsRestricted, unrestrictedPsql } from '../restore/restricted.js'
import { restoreScript } from '../restore/script.js'
import { restoreSection } from '../restore/section.js'
import { lookAtServer, whatWasLeft } from './left-behind.js'
import { makeExtensions, type MadeExtensions } from './dump-extensions.js'
import { isMadeBefore, judgeOfRefusals, passingOver, asConsequences, withPrivilegesAsOne } from './without-superuser.js'
import { partOf, type ArchiveVerification } from './archive.js'
import { decompressTo } from './decompress.js'
import type { DetectedDump } from './detect.js'
import type { Cleaning } from '../restore/sql-cleaning.js'
import type { CountedTable } from './prove.js'
import type { RestoreCheck } from './copy.js'
import { SharedRoles } from './shared-roles.js'
import { tableKey } from '../restore/table-key.js'

/** A dump of another tool, read already. */
export interface ForeignDump {
  file: string
  detected: DetectedDump
  read: ArchiveVerification
}

export interface ForeignCheck {
  findings: Finding[]
  tables: CountedTable[]
  checks: string[]
}

/**
 * Restores a dump of another tool into scratch and counts what came of it. There is no description of its source, so the
 * counts are held against the dump's own.
 *
 * Anyone may have written it, so it is restored by a role that can fill its database and do nothing else; where scratch's
 * own role is no superuser, by that.
 */
export async function restoreForeign(
  dump: ForeignDump,
  scratch: Scratch,
  check: Pick<RestoreCheck, 'tier' | 'jobs' | 'phase'>,
  context: Context,
): Promise<ForeignCheck> {
  const refused = whatCannotBeRestored(dump, scratch.programs)
  if (refused !== null) {
    return { findings: [refused], tables: [], checks: [] }
  }
  const script = await readyToRestore(dump, context)
  const roles = await SharedRoles.use(scratch, context)
  let restorer: Restorer | null = null
  try {
    const before = await lookAtServer(scratch, context)
    const made = await makeRoles(dump, scratch, roles)
    const database = await scratch.createDatabase()
    restorer = scratch.superuser ? new Restorer(scratch, database, context) : null
    await restorer?.make()
    const place = await prepare(script, { scratch, database, restorer }, context)
    const restored = await check.phase('Restoring', () => restoreOnce(script, place, check, context))
    const left = await whatWasLeft(before, scratch, database, context)
    await restorer?.prepareToRead()
    const counted = await check.phase('Counting the rows', () => countCopy(place.settings, context))
    const findings = withPrivilegesAsOne([...place.made.findings, ...restored])
    return {
      findings: asConsequences([
        ...findings,
        ...cleaningNote(script),
        ...rolesNote(made),
        ...compareCounts(dump.read.rows, counted),
        ...left,
      ]),
      tables: counted.map(({ rows, schema, name }) => ({ schema, name, rows })),
      checks: [`the dump was restored into PostgreSQL ${scratch.serverVersion}`, 'the restored rows were counted'],
    }
  } finally {
    await scratch.release()
    await restorer?.drop()
    await roles.release()
  }
}

/** Where a dump is restored, and as whom. */
interface Place {
  scratch: Scratch
  database: ScratchDatabase
  /** Null where scratch's own role restores. */
  restorer: Restorer | null
}

interface PreparedPlace extends Place {
  settings: ConnectionSettings
  made: MadeExtensions
}

const NOTHING_MADE: MadeExtensions = { extensions: new Set(), schemas: new Set(), findings: [] }

/** Does for the role what only we can do. */
async function prepare(dump: ForeignDump, place: Place, context: Context): Promise<PreparedPlace> {
  const { database, restorer } = place
  if (cleaningOf(dump)?.dropsPublic === true) await dropPublic(database, context)
  if (restorer === null) return { ...place, settings: database.settings, made: NOTHING_MADE }
  const made = await makeExtensions(database, dump.read.contents?.extensions ?? [], restorer.name, context)
  return { ...place, settings: restorer.settings, made }
}

function whatCannotBeRestored({ detected, read, file }: ForeignDump, { version }: Programs): Finding | null {
  if (read.contents !== null && partOf(read.contents) === 'rows') {
    const found = 'it holds rows and does not make their tables (pg_dump --data-only), so it was read and not restored'
    return finding(
      'CHECK_NOT_RUN',
      file,
      found,
      'Dump with the definitions, or restore it by hand after they are there.',
    )
  }
  if (detected.kind !== 'plain') {
    return null
  }
  if (read.contents?.header === 'cluster') {
    return finding('CHECK_NOT_RUN', file, 'it is a dump of a whole cluster, which cannot be restored into one database')
  }
  const commands = [...(read.contents?.commands ?? [])]
  if (commands.length > 0) {
    const found = `it holds commands of psql (${commands
      .slice(0, 5)
      .map((name) => `\\${name}`)
      .join(', ')}), which could act outside of the scratch database`
    return finding('CHECK_NOT_RUN', file, found, 'Dump without --create, or remove the commands, and validate again.')
  }
  const { problem, advice } = unrestrictedPsql(version)
  return knowsRestricted(version) ? null : finding('CHECK_NOT_RUN', file, problem, advice)
}

/** A script as psql can be given it: what it does not decompress is decompressed into the workspace. */
async function readyToRestore(dump: ForeignDump, context: Context): Promise<ForeignDump> {
  const { compression } = dump.detected
  if (compression === 'none' || compression === 'gzip') return dump
  const file = path.join(await context.workspace.folder('script'), 'script.sql')
  await decompressTo(dump.file, compression, file, context)
  return { ...dump, file, detected: { ...dump.detected, compression: 'none' } }
}

/**
 * Makes the roles that the dump gives objects or privileges to. Those that it makes itself are made too where its own
 * statements about roles are passed over. Returns those that the dump does not make and that were missing.
 */
async function makeRoles({ read }: ForeignDump, { superuser }: Scratch, roles: SharedRoles): Promise<string[]> {
  const { roles: named = new Set<string>(), rolesMade = new Set<string>() } = read.contents ?? {}
  const wanted = superuser ? new Set([...named, ...rolesMade]) : named
  const ours = [...wanted].filter((role) => superuser || !rolesMade.has(role))
  const made = await roles.make(ours.map((name) => ({ name, isSuperuser: false })))
  return made.filter((role) => !rolesMade.has(role))
}

/** The part of a script that drops what an empty database does not have. */
function cleaningOf({ detected, read }: ForeignDump): Cleaning | null {
  return detected.kind === 'plain' ? (read.contents?.cleaning ?? null) : null
}

function cleaningNote(dump: ForeignDump): Finding[] {
  const cleaning = cleaningOf(dump)
  if (cleaning === null) return []
  return [finding('DUMP_CLEANS', path.basename(dump.file), `its first ${cleaning.statements} statements drop`)]
}

async function restoreOnce(
  dump: ForeignDump,
  { scratch, database, restorer, settings, made }: PreparedPlace,
  { tier, jobs }: Pick<RestoreCheck, 'tier' | 'jobs'>,
  context: Context,
): Promise<Finding[]> {
  const { file, detected, read } = dump
  const environment = await libpqEnvironment(settings, context)
  const target = { programs: scratch.programs, environment, database: database.name }
  const judge = judgeOfRefusals({ rows: read.rows })
  if (detected.kind === 'plain') {
    const cleaning = cleaningOf(dump)
    const script = {
      file,
      compression: detected.compression === 'gzip' ? 'gzip' : 'none',
      foreign: true,
      ...(cleaning !== null && { leftOut: cleaning }),
      ...(restorer !== null && { passOver: passingOver(made), judge }),
    } as const
    return restoreScript(target, script, context)
  }
  const how = restorer === null ? {} : { withoutOwners: true, isLeftOut: isMadeBefore(made), judge }
  const findings: Finding[] = []
  for (const section of tier === 'full'
    ? (['pre-data', 'data', 'post-data'] as const)
    : (['pre-data', 'data'] as const)) {
    // A tar archive can only be read by one.
    const parallel = detected.kind === 'tar' ? 1 : jobs
    findings.push(...(await restoreSection(target, { section, archive: file, jobs: parallel, ...how }, context)))
  }
  return findings
}

async function dropPublic({ settings }: ScratchDatabase, { signal }: Context): Promise<void> {
  await withSession(settings, { signal }, (session) => session.query('DROP SCHEMA IF EXISTS public'))
}

/** A table of the copy with its rows, and the partitioned tables above it, the nearest first. */
interface CountedCopy extends CountedTable {
  above: { schema: string; name: string }[]
}

async function countCopy(settings: ConnectionSettings, context: Context): Promise<CountedCopy[]> {
  return withSession(settings, { signal: context.signal }, async (session) => {
    await pinSettings(session)
    const facts = await readTables(session)
    const own = facts.filter(({ kind }) => kind === 'table')
    const parents = new Map(facts.map((table) => [tableKey(table), table.partitionOf]))
    const tables = await fingerprintTables([session], own, { method: null, signal: context.signal })
    for (const table of own) {
      const reason = tables.unread.get(table.oid)
      if (reason !== undefined) {
        context.logger.warning(`The rows of ${displayName(table)} could not be counted: ${reason}`)
      }
    }
    return own.map(({ oid, schema, name }) => ({
      schema,
      name,
      rows: tables.found.get(oid)?.rows,
      above: chainFrom({ schema, name }, parents),
    }))
  })
}

function chainFrom(
  table: { schema: string; name: string },
  parents: ReadonlyMap<string, { schema: string; name: string } | undefined>,
): { schema: string; name: string }[] {
  const parent = parents.get(tableKey(table))
  return parent === undefined ? [] : [parent, ...chainFrom(parent, parents)]
}

/**
 * The dump's own counts against the copy's; a table that the dump does not name has no rows in it. Rows that were dumped
 * through a partitioned table (`--load-via-partition-root`) may lie in any of its partitions, so they count as a whole.
 */
function compareCounts(rows: ReadonlyMap<string, number>, tables: readonly CountedCopy[]): Finding[] {
  const groups = new Map<string, { table: { schema: string; name: string }; inCopy: number; inDump: number }>()
  for (const table of tables) {
    const via = table.above.filter((parent) => rows.has(tableKey(parent)))
    const whole = via.at(-1) ?? table
    const key = tableKey(whole)
    const group = groups.get(key) ?? { table: whole, inCopy: 0, inDump: whole === table ? 0 : (rows.get(key) ?? 0) }
    group.inCopy += table.rows ?? 0
    group.inDump += rows.get(tableKey(table)) ?? rows.get(tableKey({ schema: null, name: table.name })) ?? 0
    groups.set(key, group)
  }
  return [...groups.values()].flatMap(({ table, inCopy, inDump }) =>
    inCopy === inDump
      ? []
      : [
          finding(
            'TABLE_ROWS_DIFFER',
            displayName(table),
            `${inCopy} rows in the restored copy, ${inDump} in the dump`,
          ),
        ],
  )
}

function rolesNote(made: readonly string[]): Finding[] {
  return made.length === 0
    ? []
    : [finding('ROLES_NOT_IN_DUMP', made.join(', '), 'the dump names these roles and does not make them')]
}

/** Whether a reading found what makes a restore pointless. */
export function isWorthRestoring({ findings }: ArchiveVerification, tier: Tier): tier is Exclude<Tier, 'archive'> {
  return tier !== 'archive' && !['error', 'inconclusive'].includes(worstOf(findings))
}
