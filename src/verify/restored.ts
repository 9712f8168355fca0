import path from 'node:path'
import { describeContent, type Content } from '../backup/describe-content.js'
import type { ManifestDraft } from '../backup/draft.js'
import { displayName, type TableEntry, type Tier } from '../backup/manifest.js'
import { tableEntries } from '../backup/table-entries.js'
import type { Context } from '../context.js'
import { finding, worstOf, type Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { readObjects } from '../postgres/catalog/read-catalog.js'
import { readSequences } from '../postgres/catalog/read-sequences.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import { libpqEnvironment } from '../postgres/libpq-environment.js'
import { pinSettings } from '../postgres/pinned.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { connect, withSession, type Session } from '../postgres/session.js'
import { addLooseKeys, listWithoutLooseKeys } from '../restore/loose-keys.js'
import { restoreScript, restoreSection, type RestoreTarget, type Section } from '../restore/section.js'
import { failedAssertions } from './assertions.js'
import { compareLargeObjects, compareObjects, compareSequences, compareTables } from './difference.js'
import { missingExtensions } from './extensions.js'
import { prepareRoles } from './scratch-roles.js'

/** A set that is to be compared with what its manifest says of the source. */
export interface Subject {
  /** The folder of the set. */
  folder: string
  manifest: ManifestDraft
  /** Every object of the source: the set's catalog. */
  objects: readonly CatalogObject[]
}

export interface RestoreCheck {
  tier: Exclude<Tier, 'archive'>
  jobs: number
  /** SQL that must be true in the restored copy; only looked at in the tier `full`. */
  assertions: readonly string[]
  /** Does a step under a title and times it. */
  phase: <T>(title: string, work: () => Promise<T>) => Promise<T>
}

export interface Comparison {
  findings: Finding[]
  /** The tables of the restored copy, as far as they were counted. */
  tables: TableEntry[]
}

/** A restored copy under way. */
interface Copy {
  subject: Subject
  scratch: Scratch
  database: ScratchDatabase
  target: RestoreTarget
  check: RestoreCheck
  context: Context
}

/**
 * Restores a set into scratch, in phases, asks the copy the questions that the source was asked, and compares. Releases
 * the scratch.
 */
export async function verifyRestored(
  subject: Subject,
  scratch: Scratch,
  check: RestoreCheck,
  context: Context,
): Promise<Comparison> {
  const extensions = await missingExtensions(scratch, subject.manifest, context)
  if (worstOf(extensions) === 'inconclusive') {
    return { findings: extensions, tables: [] }
  }
  const database = await scratch.createDatabase()
  const environment = await libpqEnvironment(database.settings, context)
  const { folder, manifest, objects } = subject
  const roles = await prepareRoles(scratch, { folder, source: manifest.source, objects }, environment, context)
  try {
    const target = { programs: scratch.programs, environment, database: database.name }
    const { findings, tables } = await compareCopy({ subject, scratch, database, target, check, context })
    const notes = [...extensions, ...majorNote(manifest, scratch), ...localeNote(database), ...roles.findings]
    return { findings: [...notes, ...findings], tables }
  } finally {
    await scratch.release()
    await roles.drop()
  }
}

/** An error of a phase ends it: what comes after would only say the same in other words. */
async function compareCopy(copy: Copy): Promise<Comparison> {
  const { check } = copy
  const restored = await restoreContent(copy)
  if (isOver(restored)) {
    return { findings: restored, tables: [] }
  }
  const { findings, tables } = await check.phase('Comparing the data', () => compareContent(copy))
  if (check.tier === 'data') {
    return { findings: [...restored, ...findings], tables }
  }
  const finishing = await check.phase('Restoring indexes and constraints', () => restoreRest(copy))
  const rest = isOver(finishing) ? [] : await check.phase('Comparing the schema', () => compareRest(copy))
  return { findings: [...restored, ...findings, ...finishing, ...rest], tables }
}

function isOver(findings: readonly Finding[]): boolean {
  return ['error', 'inconclusive'].includes(worstOf(findings))
}

/** The definitions and the rows. A script knows no phases: it restores everything at once. */
async function restoreContent({ subject, database, target, check, context }: Copy): Promise<Finding[]> {
  const { manifest, folder } = subject
  const archive = path.join(folder, manifest.dump.path)
  await dropPublicWhereAbsent(subject, database, context)
  if (manifest.options.format === 'plain') {
    const compression = archive.endsWith('.gz') ? 'gzip' : 'none'
    const script = { file: archive, compression, foreign: false } as const
    return check.phase('Restoring', () => restoreScript(target, script, context))
  }
  const section = (name: Section) => () => restoreSection(target, { section: name, archive, jobs: check.jobs }, context)
  const definitions = await check.phase('Restoring the definitions', section('pre-data'))
  return isOver(definitions)
    ? definitions
    : [...definitions, ...(await check.phase('Restoring the data', section('data')))]
}

/** Every new database has a schema `public`; a source that dropped it must not get it back. */
async function dropPublicWhereAbsent(
  { objects }: Subject,
  { settings }: ScratchDatabase,
  context: Context,
): Promise<void> {
  const isThere = objects.some(({ kind, name }) => kind === 'schema' && name === 'public')
  if (!isThere) {
    await withSession(settings, { signal: context.signal }, (session) => session.query('DROP SCHEMA IF EXISTS public'))
  }
}

/** Indexes, constraints, triggers; and the foreign keys that could not be restored with their check. */
async function restoreRest({ subject, database, target, check, context }: Copy): Promise<Finding[]> {
  const { manifest, folder } = subject
  if (manifest.options.format === 'plain') {
    return []
  }
  const archive = path.join(folder, manifest.dump.path)
  const list = await listWithoutLooseKeys(target.programs, archive, manifest.looseForeignKeys, context)
  const findings = await restoreSection(
    target,
    { section: 'post-data', archive, jobs: check.jobs, ...(list !== null && { list }) },
    context,
  )
  const added = await withSession(database.settings, { signal: context.signal }, (session) =>
    addLooseKeys(session, manifest.looseForeignKeys),
  )
  return [...findings, ...added]
}

async function compareContent(copy: Copy): Promise<Comparison> {
  const { manifest } = copy.subject
  return withPinnedSessions(copy, copy.check.jobs, async (sessions) => {
    const [session] = sessions
    const facts = await readTables(session)
    const dumped = new Set(manifest.tables.filter(({ data }) => data).map(displayName))
    // Tables whose rows should not be there are counted too; but an extension fills its own.
    const counted = facts.filter(
      (table) => table.kind === 'table' && (dumped.has(displayName(table)) || table.extension === undefined),
    )
    const content = await describeContent(sessions, counted, manifest.hash?.method ?? null, copy.context)
    const tables = tableEntries(facts, content.tables)
    return {
      tables,
      findings: [
        ...hashFindings(manifest.hash, content.hash),
        ...compareTables(manifest.tables, tables),
        ...compareLargeObjects(manifest.largeObjects, content.largeObjects),
        ...compareSequences(manifest.sequences, await readSequences(session), manifest.sequencesAfter),
      ],
    }
  })
}

/** The same question to both servers' hash functions; where they answer otherwise, fingerprints say nothing. */
function hashFindings(source: Content['hash'], copy: Content['hash']): Finding[] {
  if (source === null) {
    return [
      finding('FINGERPRINT_MISSING', 'all tables', 'the backup was taken with verify none, so only rows were counted'),
    ]
  }
  return source.probe === copy?.probe
    ? []
    : [
        finding(
          'HASH_DIFFERS',
          'hash functions',
          `the probe gives ${copy?.probe ?? 'nothing'} here, ${source.probe} there`,
        ),
      ]
}

async function compareRest(copy: Copy): Promise<Finding[]> {
  const { subject, scratch, check, context } = copy
  const sameMajor = scratch.major === subject.manifest.source.major
  const { objects, views } = await withPinnedSessions(copy, 1, async (sessions) => ({
    objects: await readObjects(sessions[0], scratch.major),
    views: await compareMaterializedViews(sessions, copy),
  }))
  const compared = compareObjects(expectedObjects(subject), objects, {
    sameMajor,
    ownCluster: scratch.kind === 'cluster',
    looseForeignKeys: subject.manifest.looseForeignKeys,
  })
  const asserted = await withSession(copy.database.settings, { signal: context.signal }, (session) =>
    failedAssertions(session, check.assertions),
  )
  return [...compared, ...views, ...asserted]
}

/** They are refilled after everything else. */
async function compareMaterializedViews(
  sessions: readonly [Session, ...Session[]],
  { subject: { manifest }, context }: Copy,
): Promise<Finding[]> {
  const facts = (await readTables(sessions[0])).filter(isMaterializedView)
  const { tables } = await describeContent(sessions, facts, manifest.hash?.method ?? null, context)
  return compareTables(manifest.tables.filter(isMaterializedView), tableEntries(facts, tables))
}

function isMaterializedView({ kind }: Pick<TableEntry, 'kind'>): boolean {
  return kind === 'materialized-view'
}

/** A materialized view that was not chosen is not refilled by a restore, as a table that was not chosen has no rows. */
function expectedObjects({ objects, manifest }: Subject): CatalogObject[] {
  const notRefilled = new Set(
    manifest.tables.filter((table) => isMaterializedView(table) && !table.data).map(displayName),
  )
  return objects.map((object) => {
    const isOne = object.kind === 'materialized view' && notRefilled.has(object.name.replaceAll('"', ''))
    return isOne ? { ...object, facts: { ...object.facts, populated: false } } : object
  })
}

async function withPinnedSessions<T>(
  { database, context }: Copy,
  count: number,
  work: (sessions: readonly [Session, ...Session[]]) => Promise<T>,
): Promise<T> {
  const sessions: Session[] = []
  try {
    while (sessions.length < count) {
      const session = await connect(database.settings, { signal: context.signal })
      sessions.push(session)
      await pinSettings(session)
    }
    const [first, ...others] = sessions
    if (first === undefined) {
      throw new TypeError('at least one session is needed')
    }
    return await work([first, ...others])
  } finally {
    await Promise.all(sessions.map((session) => session.end()))
  }
}

function majorNote({ source }: ManifestDraft, { major, serverVersion }: Scratch): Finding[] {
  return major === source.major
    ? []
    : [
        finding(
          'SCRATCH_MAJOR_DIFFERS',
          'scratch',
          `the source is PostgreSQL ${source.serverVersion}, scratch is ${serverVersion}`,
        ),
      ]
}

function localeNote({ localeFallback }: ScratchDatabase): Finding[] {
  return localeFallback === null ? [] : [finding('LOCALE_DIFFERS', 'scratch', localeFallback)]
}
