import { describeContent, readingOf } from '../backup/describe-content.js'
import { displayName, type TableEntry, type Tier } from '../backup/manifest.js'
import { tableEntries } from '../backup/table-entries.js'
import type { Finding } from '../findings.js'
import type { CatalogObject } from '../postgres/catalog/model.js'
import { readObjects } from '../postgres/catalog/read-catalog.js'
import { readSequences } from '../postgres/catalog/read-sequences.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import { withSession, type Session } from '../postgres/session.js'
import { failedAssertions } from './assertions.js'
import { comparability, generatedNotCompared, unreadableTexts } from './comparability.js'
import { compareExtensionRows, compareExtensions } from './compare-undumpable.js'
import { withPinnedSessions, type Copy } from './copy.js'
import { compareLargeObjects, compareObjects, compareSequences, compareTables, undumpedFindings } from './difference.js'
import { restate } from './restated/restate.js'
import { settleAddresses } from './settle-addresses.js'

export interface Comparison {
  findings: Finding[]
  /** The tables of the restored copy, as far as they were counted. */
  tables: TableEntry[]
  /** The highest tier whose checks all passed; undefined where none did, or none was run. */
  held?: Tier
}

/** Asks the copy what the source was asked about its rows, and compares the answers. */
export async function compareContent(copy: Copy): Promise<Comparison> {
  const { manifest } = copy.subject
  return withPinnedSessions(copy, copy.check.jobs, async (sessions) => {
    const [session] = sessions
    const facts = await readTables(session)
    const dumped = new Set(manifest.tables.filter(({ data }) => data).map(displayName))
    // Tables whose rows should not be there are counted too; but an extension fills its own.
    const counted = facts.filter(
      (table) => table.kind === 'table' && (dumped.has(displayName(table)) || table.extension === undefined),
    )
    const content = await describeContent(sessions, counted, readingOf(manifest), copy.context)
    const tables = await settleAddresses(session, manifest.tables, facts, tableEntries(facts, content.tables))
    const { contents, findings } = await comparability(session, manifest, content.hash)
    return {
      tables,
      findings: [
        ...findings,
        ...generatedNotCompared(facts, tables),
        ...compareTables(manifest.tables, tables, contents),
        ...compareLargeObjects(manifest.largeObjects, content.largeObjects, contents),
        ...compareSequences(manifest.sequences, await readSequences(session), manifest.sequencesAfter),
        ...(await compareExtensionRows(session, copy, manifest.hash?.method ?? null, contents)),
      ],
    }
  })
}

/** Compares every object, the refilled views, and asks the user's own assertions. */
export async function compareRest(copy: Copy): Promise<Finding[]> {
  const { subject, server, check, context, omission } = copy
  const sameMajor = server.major === subject.manifest.source.major
  const { objects, restated, views, extensions } = await withPinnedSessions(copy, 1, async (sessions) => {
    const [session] = sessions
    const objects = await readObjects(session, server.major, describedRoles(subject))
    const restated = await restate(session, expectedObjects(copy), objects, sameMajor)
    const views = await compareMaterializedViews(sessions, copy)
    return { objects, restated, views, extensions: await compareExtensions(session, copy) }
  })
  const compared = compareObjects(restated.objects, objects, {
    sameMajor,
    restated: true,
    ownCluster: server.ownRoles,
    looseForeignKeys: [...subject.manifest.looseForeignKeys, ...(omission?.looseKeys ?? [])],
    // Large objects are rows of a kind: definitions alone bring none.
    ...(omission?.withoutRows === true && { ignoreKinds: new Set(['large object', 'large objects']) }),
  })
  const asserted = await withSession(copy.database.settings, { signal: context.signal }, (session) =>
    failedAssertions(session, check.assertions),
  )
  return [
    ...undumpedFindings(subject.objects),
    ...restated.findings,
    ...compared,
    ...unreadableTexts(subject),
    ...views,
    ...extensions,
    ...asserted,
  ]
}

/** Every role that the source told of, whatever made it tell. */
function describedRoles({ manifest, objects }: Copy['subject']): string[] {
  const told = objects.filter(({ kind }) => kind === 'role').map(({ name }) => withoutQuotes(name))
  return [...new Set([...manifest.source.roles, ...told])]
}

function withoutQuotes(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

/** They are refilled after everything else. */
async function compareMaterializedViews(
  sessions: readonly [Session, ...Session[]],
  { subject: { manifest }, context }: Copy,
): Promise<Finding[]> {
  const facts = (await readTables(sessions[0])).filter(isMaterializedView)
  const content = await describeContent(sessions, facts, readingOf(manifest), context)
  const { contents } = await comparability(sessions[0], manifest, content.hash)
  return compareTables(manifest.tables.filter(isMaterializedView), tableEntries(facts, content.tables), contents)
}

function isMaterializedView({ kind }: Pick<TableEntry, 'kind'>): boolean {
  return kind === 'materialized-view'
}

/**
 * A materialized view that was not chosen is not refilled by a restore, as a table that was not chosen has no rows. A
 * foreign key to a table without rows is left out where PostgreSQL cannot add it unchecked.
 */
function expectedObjects({ subject: { objects, manifest }, omission }: Copy): CatalogObject[] {
  const loose = [...manifest.looseForeignKeys, ...(omission?.looseKeys ?? [])]
  const leftOut = new Set(
    loose
      .filter(({ statement }) => statement === null)
      .flatMap(({ table, name }) => [`constraint ${table}.${name}`, `comment on table constraint ${name} on ${table}`])
      .map(unquoted),
  )
  const notRefilled = new Set(
    manifest.tables.filter((table) => isMaterializedView(table) && !table.data).map(displayName),
  )
  const kept = objects.filter(({ kind, name }) => !leftOut.has(unquoted(`${kind} ${name}`)))
  return kept.map((object) => {
    const isOne = object.kind === 'materialized view' && notRefilled.has(unquoted(object.name))
    return isOne ? { ...object, facts: { ...object.facts, populated: false } } : object
  })
}

function unquoted(name: string): string {
  return name.replaceAll('"', '')
}
