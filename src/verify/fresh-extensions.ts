import type { Context } from '../context.js'
import { InterruptedError } from '../errors.js'
import type { Finding } from '../findings.js'
import { readMemberRows } from '../postgres/catalog/member-rows.js'
import { readMembers } from '../postgres/catalog/members.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import { pinSettings } from '../postgres/pinned.js'
import { QueryError } from '../postgres/query-error.js'
import type { Queryable } from '../postgres/queryable.js'
import type { Scratch, ScratchDatabase } from '../postgres/scratch.js'
import { withSession } from '../postgres/session.js'
import { inTransaction } from '../postgres/transactions.js'
import { readVersions, versionsOf } from './compare-undumpable.js'
import type { Subject } from './copy.js'
import { comparableExtensions, compareMemberRows, compareMembers } from './difference.js'

type Extension = Subject['manifest']['source']['extensions'][number]

/**
 * Compares extensions that the restored copy has in another version than the source: a database of scratch gets them in
 * the source's version, as far as scratch has its scripts. What was said of them for want of that is taken back.
 */
export async function compareInSourceVersion(
  findings: readonly Finding[],
  subject: Subject,
  scratch: Scratch,
  context: Context,
): Promise<Finding[]> {
  const left = subject.manifest.source.extensions.filter(({ name }) =>
    findings.some(({ code, on }) => code === 'EXTENSION_NOT_COMPARED' && on === `extension ${name}`),
  )
  const { undumpable } = subject
  if (left.length === 0 || undumpable === undefined) return [...findings]
  const database = await anotherDatabase(scratch)
  if (database === null) return [...findings]
  return withSession(database.settings, { signal: context.signal }, async (session) => {
    await pinSettings(session)
    for (const extension of left) await createIfPossible(session, extension)
    const { comparable } = comparableExtensions(versionsOf(left), await readVersions(session))
    const sameMajor = scratch.major === subject.manifest.source.major
    const members = compareMembers(undumpable.members, await readMembers(session, scratch.major), comparable, {
      sameMajor,
    })
    const rows = await inTransaction(session, () => readMemberRows(session, subject.manifest.hash?.method ?? null))
    const contents = findings.some(({ code }) => code === 'HASH_DIFFERS') ? 'not-comparable' : 'compared'
    const settled = new Set([...comparable].map((name) => `extension ${name}`))
    return [
      ...findings.filter(({ code, on }) => code !== 'EXTENSION_NOT_COMPARED' || !settled.has(on)),
      ...members,
      ...compareMemberRows(undumpable.rows, rows, comparable, contents),
    ]
  })
}

/** Null where the server allows no second one: what was said stays. */
async function anotherDatabase(scratch: Scratch): Promise<ScratchDatabase | null> {
  try {
    return await scratch.createDatabase()
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    return null
  }
}

/** A server that lacks the scripts of this version refuses; then nothing is compared, which was said already. */
async function createIfPossible(session: Queryable, { name, version, schema }: Extension): Promise<void> {
  try {
    if (!schema.startsWith('pg_')) await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`)
    await session.query(
      `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} WITH SCHEMA ${quoteIdentifier(schema)}
        VERSION ${quoteIdentifier(version)} CASCADE`,
    )
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
  }
}
