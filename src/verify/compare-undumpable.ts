import type { Finding } from '../findings.js'
import { readBuiltIns } from '../postgres/catalog/built-ins.js'
import { readMemberRows } from '../postgres/catalog/member-rows.js'
import { readMembers } from '../postgres/catalog/members.js'
import type { HashMethod } from '../postgres/fingerprint-query.js'
import type { Queryable, RowSource } from '../postgres/queryable.js'
import { inTransaction } from '../postgres/transactions.js'
import type { Copy } from './copy.js'
import {
  comparableExtensions,
  compareBuiltIns,
  compareMemberRows,
  compareMembers,
  type Contents,
  type Versions,
} from './difference.js'

/**
 * What the source's extensions are beyond what a dump can hold, which is their names: held against the copy, where a
 * restore has just created them.
 */
export async function compareExtensions(session: Queryable, { subject, server }: Copy): Promise<Finding[]> {
  const { undumpable, manifest } = subject
  if (undumpable === undefined) return []
  const { comparable, findings } = comparableExtensions(
    versionsOf(manifest.source.extensions),
    await readVersions(session),
  )
  const sameMajor = server.major === manifest.source.major
  const members = await readMembers(session, server.major)
  const names = undumpable.builtIns.map(({ name }) => name)
  // Another major has other functions of its own.
  const builtIns = sameMajor
    ? compareBuiltIns(undumpable.builtIns, await readBuiltIns(session, server.major, names))
    : []
  const described = new Set(undumpable.members.map(({ extension }) => extension))
  return [
    ...findings.filter(({ on }) => described.has(on.replace('extension ', ''))),
    ...compareMembers(undumpable.members, members, comparable, { sameMajor }),
    ...builtIns,
  ]
}

/** The rows of extensions' tables that are in no dump. */
export async function compareExtensionRows(
  session: RowSource,
  { subject: { undumpable, manifest } }: Copy,
  method: HashMethod | null,
  contents: Contents,
): Promise<Finding[]> {
  if (undumpable === undefined || undumpable.rows.length === 0) return []
  const { comparable } = comparableExtensions(versionsOf(manifest.source.extensions), await readVersions(session))
  const rows = await inTransaction(session, () => readMemberRows(session, method))
  return compareMemberRows(undumpable.rows, rows, comparable, contents)
}

/** Extensions as versions by their names. */
export function versionsOf(extensions: readonly { name: string; version: string }[]): Versions {
  return new Map(extensions.map(({ name, version }) => [name, version]))
}

/** Those that a database has. */
export async function readVersions(session: Queryable): Promise<Versions> {
  return versionsOf(
    await session.query<{ name: string; version: string }>(
      'SELECT extname::text AS name, extversion AS version FROM pg_catalog.pg_extension',
    ),
  )
}
