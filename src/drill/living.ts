import { describeContent } from '../backup/describe-content.js'
import { displayName, type Manifest } from '../backup/manifest.js'
import { tableEntries } from '../backup/table-entries.js'
import { readObjects } from '../postgres/catalog/read-catalog.js'
import { readTables } from '../postgres/catalog/read-tables.js'
import type { ConnectionSettings } from '../postgres/connection.js'
import { pinSettings } from '../postgres/pinned.js'
import { withSession } from '../postgres/session.js'
import type { DrillMeans } from './scenario.js'

/** A database as it lives at a moment: the content of every table and every object, each as a text. */
export interface Living {
  tables: Map<string, string>
  objects: Map<string, string>
}

/** Describes all of a database, whatever is in it. */
export async function describeLiving(
  settings: ConnectionSettings,
  { hash }: Manifest,
  { context }: DrillMeans,
): Promise<Living> {
  return withSession(settings, { signal: context.signal }, async (session) => {
    await pinSettings(session)
    const facts = await readTables(session)
    const { tables } = await describeContent([session], facts, { method: hash?.method ?? 'record' }, context)
    return {
      tables: new Map(
        tableEntries(facts, tables).map((entry) => [displayName(entry), JSON.stringify({ ...entry, bytes: 0 })]),
      ),
      objects: new Map(
        (await readObjects(session, session.major)).map((object) => [
          `${object.kind} ${object.name}`,
          JSON.stringify(object),
        ]),
      ),
    }
  })
}

/** What is not as it was before, each as a sentence without its full stop. */
export function changesIn(before: Living, after: Living): string[] {
  return [...changes(before.tables, after.tables, 'the rows of '), ...changes(before.objects, after.objects, '')]
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>, what: string): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [then, now] = [before.get(name), after.get(name)]
    if (then === now) return []
    return [
      `${what}${name} ${now === undefined ? 'are gone' : then === undefined ? 'are new' : 'are not as they were'}`,
    ]
  })
}
