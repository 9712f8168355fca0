import type { Manifest } from '../backup/manifest.js'
import { finding, type Finding } from '../findings.js'
import type { Queryable } from '../postgres/queryable.js'
import { findingsOf } from './causes.js'
import { complaintFrom } from './complaint.js'
import { partsOf, quotedIfNeeded } from './selection.js'
import { listedName, type ListedEntry } from './use-list.js'

export type LooseKeys = Manifest['looseForeignKeys']

/** Oid of `pg_constraint` itself, the same in every cluster: in an archive's list it stands before a constraint's own. */
const PG_CONSTRAINT = 2606

/**
 * True of the archive's entries for the foreign keys that lead to tables whose rows are not in the set; and for the
 * comments on those that cannot be added without a check, and so are not there.
 */
export function isLooseKey(keys: LooseKeys): (entry: ListedEntry) => boolean {
  const left = new Set(keys.map(({ oid }) => `${PG_CONSTRAINT} ${oid}`))
  const comments = keys.filter(({ statement }) => statement === null).map(commentOn)
  return ({ catalogId, text }) => left.has(catalogId) || comments.some((comment) => text.startsWith(comment))
}

/** How pg_restore lists the comment on a key: schema, then what pg_dump would write behind COMMENT ON. */
function commentOn({ table, name }: Pick<LooseKeys[number], 'table' | 'name'>): string {
  const { schema, name: relation } = partsOf(table)
  return listedName(`COMMENT ${schema} CONSTRAINT ${quotedIfNeeded(name)} ON ${quotedIfNeeded(relation)} `)
}

/** Adds these foreign keys without checking the rows that are there; new rows are checked. */
export async function addLooseKeys(
  session: Queryable,
  keys: readonly Pick<LooseKeys[number], 'statement' | 'table' | 'name'>[],
): Promise<Finding[]> {
  const findings: Finding[] = []
  // Event triggers of the restored database must not run on our statements; who is no superuser has made none of them.
  await session.query('SET session_replication_role = replica').catch(() => [])
  for (const { statement, table, name } of keys) {
    if (statement === null) {
      findings.push(
        finding(
          'FOREIGN_KEY_LEFT_OUT',
          `${table}.${name}`,
          'it leads to rows that are not there, and its table is partitioned',
        ),
      )
      continue
    }
    try {
      await session.query(statement)
    } catch (error) {
      findings.push(...findingsOf([complaintFrom(error, `foreign key ${name} of ${table}`, statement)], 1, table))
    }
  }
  return findings
}
