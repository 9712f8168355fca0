import { describeContent } from '../backup/describe-content.js'
import { displayName, type TableEntry, type Tier } from '../backup/manifest.js'
import { tableEntries } from '../backup/table-entries.js'
import type { Context } from '../context.js'
import { finding, worstOf, type Finding } from '../findings.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import { pinSettings } from '../postgres/pinned.js'
import type { Programs } from '../postgres/programs.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { withSession } from '../postgres/session.js'
import { restoreScript, restoreSection } from '../restore/section.js'
import { loadedThroughRoots, sumOfRows } from './archive-contents.js'
import type { ArchiveVerification } from './archive.js'
import type { DetectedDump } from './detect.js'
import type { CountedTable } from './prove.js'
import type { RestoreCheck } from './copy.js'
import { SharedRoles } from './shared-roles.js'
import { tableKey } from './table-key.js'

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

/** Each attempt makes the roles that the one before missed; objects of them may name further ones. */
const MOST_ATTEMPTS = 3

/** The least minors whose psql knows `\restrict`. */
const RESTRICTED_SINCE: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 }

/**
 * Restores a dump of another tool into scratch and counts what came of it. There is no description of its source, so the
 * counts are held against the dump's own.
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
  const made = new Set<string>()
  const roles = await SharedRoles.use(scratch, context)
  try {
    const { findings, database } = await restoreWithRoles(dump, scratch, check, { roles, made }, context)
    const counted = await check.phase('Counting the rows', () => countCopy(database, context))
    const tables = counted.filter(({ kind }) => kind === 'table')
    return {
      findings: [...findings, ...rolesNote(made), ...compareCounts(dump.read.rows, counted)],
      tables,
      checks: [`the dump was restored into PostgreSQL ${scratch.serverVersion}`, 'the restored rows were counted'],
    }
  } finally {
    await scratch.release()
    await roles.release()
  }
}

function whatCannotBeRestored({ detected, read, file }: ForeignDump, { version }: Programs): Finding | null {
  if (detected.kind !== 'plain') {
    return null
  }
  if (detected.compression !== 'none' && detected.compression !== 'gzip') {
    return finding('CHECK_NOT_RUN', file, `a script compressed with ${detected.compression} is only read, not restored`)
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
  return knowsRestricted(version)
    ? null
    : finding(
        'CHECK_NOT_RUN',
        file,
        `psql ${version} has no restricted mode, so it could obey commands in the dump`,
        'Update the PostgreSQL client programs.',
      )
}

/** `17.6` and later minors of each major. */
export function knowsRestricted(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major >= 18 || minor >= (RESTRICTED_SINCE[major] ?? Infinity)
}

/** A restore needs the roles that the dump names, and only its errors tell which these are. */
async function restoreWithRoles(
  dump: ForeignDump,
  scratch: Scratch,
  check: Pick<RestoreCheck, 'tier' | 'jobs' | 'phase'>,
  { roles, made }: { roles: SharedRoles; made: Set<string> },
  context: Context,
): Promise<{ findings: Finding[]; database: ScratchDatabase }> {
  for (let attempt = 1; ; attempt += 1) {
    const database = await scratch.createDatabase()
    const findings = await check.phase('Restoring', () => restoreOnce(dump, scratch, database, check, context))
    const missing = findings.flatMap(({ found }) => /^role "(.*)" does not exist$/.exec(found)?.[1] ?? [])
    const wanted = [...new Set(missing)].filter((role) => !made.has(role))
    if (wanted.length === 0 || attempt === MOST_ATTEMPTS) {
      return { findings, database }
    }
    await roles.make(wanted.map((name) => ({ name, isSuperuser: false })))
    wanted.forEach((name) => made.add(name))
  }
}

async function restoreOnce(
  { file, detected }: ForeignDump,
  scratch: Scratch,
  database: ScratchDatabase,
  { tier, jobs }: Pick<RestoreCheck, 'tier' | 'jobs'>,
  context: Context,
): Promise<Finding[]> {
  const environment = await libpqEnvironment(database.settings, context)
  const target = { programs: scratch.programs, environment, database: database.name }
  if (detected.kind === 'plain') {
    const compression = detected.compression === 'gzip' ? 'gzip' : 'none'
    return restoreScript(target, { file, compression, foreign: true }, context)
  }
  const findings: Finding[] = []
  for (const section of tier === 'full'
    ? (['pre-data', 'data', 'post-data'] as const)
    : (['pre-data', 'data'] as const)) {
    // A tar archive can only be read by one.
    const parallel = detected.kind === 'tar' ? 1 : jobs
    findings.push(...(await restoreSection(target, { section, archive: file, jobs: parallel }, context)))
  }
  return findings
}

/** Partitioned tables are among them, without rows of their own. */
async function countCopy({ settings }: ScratchDatabase, context: Context): Promise<TableEntry[]> {
  return withSession(settings, { signal: context.signal }, async (session) => {
    await pinSettings(session)
    const facts = (await readTables(session)).filter(({ kind }) => kind === 'table' || kind === 'partitioned')
    const { tables } = await describeContent([session], facts, { method: null }, context)
    return tableEntries(facts, tables)
  })
}

/** The dump's own counts against the copy's; a table that the dump does not name has no rows in it. */
function compareCounts(rows: ReadonlyMap<string, number>, tables: readonly TableEntry[]): Finding[] {
  const loaded = [...loadedThroughRoots(tables, rows).values()]
  const throughRoots = new Set(loaded.flatMap(({ parts }) => parts))
  const wholes = loaded.map(({ root, parts }) => ({ ...root, rows: sumOfRows(parts) }))
  const alone = tables.filter((table) => table.kind === 'table' && !throughRoots.has(table))
  return [...alone, ...wholes].flatMap((table) => {
    const inDump = rows.get(tableKey(table)) ?? rows.get(tableKey({ schema: null, name: table.name })) ?? 0
    if (table.rows === inDump) return []
    return [
      table.rows === undefined
        ? finding('CHECK_NOT_RUN', displayName(table), 'its rows in the restored copy could not be counted')
        : finding(
            'TABLE_ROWS_DIFFER',
            displayName(table),
            `${table.rows} rows in the restored copy, ${inDump} in the dump`,
          ),
    ]
  })
}

function rolesNote(made: ReadonlySet<string>): Finding[] {
  return made.size === 0
    ? []
    : [finding('ROLES_NOT_IN_DUMP', [...made].join(', '), 'the dump names these roles and does not make them')]
}

/** Whether a reading found what makes a restore pointless. */
export function isWorthRestoring({ findings }: ArchiveVerification, tier: Tier): tier is Exclude<Tier, 'archive'> {
  return tier !== 'archive' && !['error', 'inconclusive'].includes(worstOf(findings))
}
