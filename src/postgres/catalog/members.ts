import type { Queryable } from '../queryable.js'
import { MEMBER_FAMILIES } from './families.js'
import type { MemberObject } from './model.js'
import { objectOf } from './object-row.js'
import { ofMembers } from './scopes.js'
import { objectQuery, type ObjectRow } from './sql.js'

const ANY_MEMBER = `SELECT EXISTS (SELECT FROM pg_depend d
  WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND d.objid >= 16384) AS there`

const ANNOTATIONS = `
  SELECT x.extname::text AS extension, a.what || ' on ' || o.type || ' ' || o.identity AS name, a.text
  FROM (SELECT 'comment' AS what, d.classoid, d.objoid, d.objsubid, d.description AS text FROM pg_description d
      UNION ALL SELECT 'security label of ' || l.provider, l.classoid, l.objoid, l.objsubid, l.label FROM pg_seclabel l) a
    JOIN pg_depend m ON m.classid = a.classoid AND m.objid = a.objoid AND m.deptype = 'e'
    JOIN pg_extension x ON x.oid = m.refobjid AND m.refclassid = 'pg_extension'::regclass
    CROSS JOIN LATERAL pg_identify_object(a.classoid, a.objoid, a.objsubid) o
  WHERE a.objoid >= 16384`

/** Comments and security labels of members. */
function annotations(): string {
  const query = objectQuery({
    kind: `'annotation'`,
    name: 'a.name',
    facts: { text: 'a.text' },
    from: `FROM (${ANNOTATIONS}) a`,
  })
  return query.replace(/^SELECT /, 'SELECT a.extension, ')
}

/** Who owns extensions: their members belong to the same role, or to the one that `initdb` made where they are trusted. */
const OWNERS = `SELECT e.extname::text AS extension, pg_get_userbyid(e.extowner)::text AS owner,
  pg_get_userbyid(10)::text AS bootstrap FROM pg_extension e`

/** What stands for the usual owner of a member, whose name is another one in each database. */
const USUAL_OWNER = 'the owner of its extension'

interface MemberRow extends ObjectRow {
  extension: string | null
}

/**
 * Describes the members of all extensions and what was put on them (indexes, constraints, triggers, columns, …) as
 * objects are described. Grants are left out: `pg_dump` writes those that were changed. The session needs pinned settings.
 */
export async function readMembers(session: Queryable, major: number): Promise<MemberObject[]> {
  const [any] = await session.query<{ there: boolean }>(ANY_MEMBER)
  if (any?.there !== true) return []
  const owners = await usualOwners(session)
  const found: MemberObject[] = []
  for (const query of [...MEMBER_FAMILIES.map((family) => ofMembers(family(major))), annotations()]) {
    for (const row of await session.query<MemberRow>(query)) {
      if (row.extension !== null) found.push(memberOf(row, row.extension, owners.get(row.extension)))
    }
  }
  return found
}

async function usualOwners(session: Queryable): Promise<Map<string, ReadonlySet<string>>> {
  const rows = await session.query<{ extension: string; owner: string; bootstrap: string }>(OWNERS)
  return new Map(rows.map(({ extension, owner, bootstrap }) => [extension, new Set([owner, bootstrap])]))
}

function memberOf(row: MemberRow, extension: string, usual: ReadonlySet<string> = new Set()): MemberObject {
  const { owner, ...object } = objectOf({ ...row, grants: null })
  if (owner === undefined) return { ...object, extension }
  return { ...object, owner: usual.has(owner) ? USUAL_OWNER : owner, extension }
}
