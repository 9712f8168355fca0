import type { HashMethod } from '../fingerprint-query.js'
import type { Queryable } from '../queryable.js'
import { objectQuery, privileges } from './sql.js'

export interface LargeObjectFacts {
  count: number
  /** A decimal number over identifiers, sizes and contents; null where this role may not read `pg_largeobject`. */
  fingerprint: string | null
}

/** Up to so many large objects are described one by one. */
const MOST_DESCRIBED = 10_000

const FEW = `(SELECT count(*) FROM (SELECT FROM pg_largeobject_metadata LIMIT ${MOST_DESCRIBED + 1}) f) <= ${MOST_DESCRIBED}`

/** Each large object by its oid, with its owner and who may use it. */
export function largeObjects(): string {
  return objectQuery({
    kind: `'large object'`,
    name: 'm.oid::text',
    owner: 'm.lomowner',
    acl: { column: 'm.lomacl', type: `'L'` },
    facts: {},
    from: `FROM pg_largeobject_metadata m WHERE ${FEW}`,
  })
}

/** There may be millions: then one object for all with the same owner and grants. */
export function manyLargeObjects(): string {
  return objectQuery({
    kind: `'large objects'`,
    name: `('owned by ' || pg_get_userbyid(g.owner)
      || CASE WHEN g.granted = '{}' THEN '' ELSE ' (' || array_to_string(g.granted, ', ') || ')' END)`,
    facts: { objects: 'g.objects', identifiers: 'g.identifiers' },
    from: `FROM (SELECT m.lomowner AS owner, ${privileges(`coalesce(m.lomacl, acldefault('L', m.lomowner))`)} AS granted,
        count(*) AS objects, sum(hashoidextended(m.oid, 0))::text AS identifiers
      FROM pg_largeobject_metadata m WHERE NOT ${FEW} GROUP BY 1, 2) g`,
  })
}

/**
 * The hash of the page of a large object. A page that was only written in part reads as if zeros followed, and one that
 * was never written as zeros, so pages are filled up and empty ones left out: a restore writes every page whole.
 */
function pageHash(method: HashMethod): string {
  const page = `CASE length(p.data) WHEN z.size THEN p.data
    ELSE p.data || substring(z.zeros FOR z.size - length(p.data)) END`
  const content =
    method === 'record'
      ? `hash_record_extended(ROW(${page}), p.loid::int8)`
      : `hashtextextended(encode(${page}, 'hex') COLLATE "C", p.loid::int8)`
  return `hashint4extended(p.pageno, ${content})`
}

function contentQuery(method: HashMethod): string {
  return `
    WITH z AS MATERIALIZED (
      SELECT b.size, decode(repeat('00', b.size), 'hex') AS zeros
      FROM (SELECT current_setting('block_size')::int / 4 AS size) b),
    each AS (
      SELECT p.loid, max(p.pageno::int8 * z.size + length(p.data)) AS length,
        coalesce(sum(${pageHash(method)}) FILTER (WHERE p.data <> substring(z.zeros FOR length(p.data))), 0) AS content
      FROM pg_largeobject p CROSS JOIN z GROUP BY p.loid)
    SELECT count(*)::text AS count, coalesce(sum(hashoidextended(m.oid, coalesce(e.length, 0)))
      + sum(coalesce(e.content, 0)), 0)::text AS fingerprint
    FROM pg_largeobject_metadata m LEFT JOIN each e ON e.loid = m.oid`
}

/** How many large objects there are, and a hash of them all, which the server takes where they lie. */
export async function describeLargeObjects(session: Queryable, method: HashMethod): Promise<LargeObjectFacts> {
  const [readable] = await session.query<{ readable: boolean }>(
    `SELECT has_table_privilege('pg_catalog.pg_largeobject', 'SELECT') AS readable`,
  )
  if (readable?.readable === true) {
    const [row] = await session.query<{ count: string; fingerprint: string }>(contentQuery(method))
    return { count: Number(row?.count ?? 0), fingerprint: row?.fingerprint ?? null }
  }
  const [row] = await session.query<{ count: string }>(
    'SELECT count(*)::text AS count FROM pg_catalog.pg_largeobject_metadata',
  )
  return { count: Number(row?.count ?? 0), fingerprint: null }
}
