import { fingerprintByCopy } from '../fingerprint-copy.js'
import { fingerprintQuery, type HashMethod } from '../fingerprint-query.js'
import { quoteIdentifier } from '../identifier.js'
import { reasonOf } from '../query-error.js'
import type { Queryable, RowSource } from '../queryable.js'
import { inSubtransaction } from '../transactions.js'
import type { ColumnFacts, MemberRows, TableFacts } from './model.js'
import { RUNNING_CODE } from './read-hazards.js'
import { readColumns } from './read-tables.js'
import { extensionOf } from './scopes.js'

interface MemberRelation {
  oid: number
  relkind: 'r' | 'S'
  schema: string
  name: string
  extension: string
  /** What `pg_extension_config_dump` was told; null where the relation is not marked. */
  condition: string | null
  /** Whether a query over it would run functions that users made: of an index or statistics that they put on it. */
  runsCode: boolean
}

/** Members with rows of their own that no dump holds: all of those that are not marked, the others of marked ones. */
const RELATIONS = `
  WITH RECURSIVE ${RUNNING_CODE}
  SELECT * FROM (
    SELECT c.oid::int8::float8 AS oid, c.relkind, n.nspname AS schema, c.relname AS name,
      ${extensionOf(`'pg_class'::regclass`, 'c.oid')} AS extension,
      (SELECT k.condition FROM pg_extension e, unnest(e.extconfig, e.extcondition) AS k(oid, condition)
        WHERE k.oid = c.oid LIMIT 1) AS condition,
      c.oid IN (SELECT running_code.oid FROM running_code) AS "runsCode"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'S') AND c.relpersistence <> 't') m
  WHERE m.extension IS NOT NULL AND (m.condition IS NULL OR (m.relkind = 'r' AND m.condition <> ''))
  ORDER BY m.schema COLLATE "C", m.name COLLATE "C"`

/** How long to wait for a table that something else has locked: not for ever, since what is read here is in no dump. */
const LOCK_TIMEOUT = '10s'

const WOULD_RUN_CODE =
  "an index or statistics over it use functions that are not PostgreSQL's own, and a query would run them"

/**
 * Counts and hashes the rows of extensions' tables that `pg_extension_config_dump` did not mark, and reads where their
 * sequences are. What cannot be read is told as unread and breaks nothing. The session needs pinned settings and must be
 * inside a transaction.
 *
 * @param method null to count only
 */
export async function readMemberRows(session: RowSource, method: HashMethod | null): Promise<MemberRows[]> {
  const relations = await session.query<MemberRelation>(RELATIONS)
  if (relations.length === 0) return []
  // Without columns there is nothing to hash: what remains of the query is the count.
  const columns = method === null ? new Map<number, ColumnFacts[]>() : await readColumns(session)
  const found: MemberRows[] = []
  for (const relation of relations) {
    const { extension, schema, name, condition } = relation
    const { fingerprint, ...read } = await readRelation(session, relation, columns.get(relation.oid) ?? [], method)
    const hash = method !== null && fingerprint !== undefined && { fingerprint }
    found.push({ extension, schema, name, ...(condition !== null && { besides: condition }), ...read, ...hash })
  }
  return found
}

async function readRelation(
  session: RowSource,
  relation: MemberRelation,
  columns: ColumnFacts[],
  method: HashMethod | null,
): Promise<Partial<MemberRows>> {
  const ask = async (query: string): Promise<Partial<MemberRows>> => {
    const [row] = await session.query<{ rows?: string; fingerprint?: string; position?: string }>(query)
    return contentOf(row)
  }
  if (relation.relkind === 'S') return unlessRefused(session, () => ask(positionOf(relation)))
  if (!relation.runsCode) return unlessRefused(session, () => ask(unmarkedRows(relation, columns, method)))
  if (relation.condition !== null) return { unread: WOULD_RUN_CODE }
  const { schema, name, oid } = relation
  const table: TableFacts = { ...AN_ORDINARY_TABLE, oid, schema, name, columns }
  return unlessRefused(session, async () => {
    const { rows } = await fingerprintByCopy(session, table, { hashed: false, grouped: false })
    return { rows }
  })
}

function positionOf({ schema, name }: MemberRelation): string {
  return `SELECT last_value || CASE WHEN is_called THEN '' ELSE ' (not given out)' END AS position
    FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

function unmarkedRows(
  { schema, name, oid, condition }: MemberRelation,
  columns: ColumnFacts[],
  method: HashMethod | null,
): string {
  const table: TableFacts = { ...AN_ORDINARY_TABLE, oid, schema, name, columns }
  return fingerprintQuery(condition === null ? table : besides(table, condition), method ?? 'record')
}

/** The rows that a condition, which is any text after the table's name, does not choose. */
function besides(table: TableFacts, condition: string): TableFacts {
  const from = `ONLY ${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
  const marked = `(SELECT ctid AS place FROM ${from} ${condition}) marked`
  return {
    ...table,
    extension: { name: '', condition: `WHERE NOT EXISTS (SELECT FROM ${marked} WHERE marked.place = ctid)` },
  }
}

const AN_ORDINARY_TABLE = {
  kind: 'table',
  bytes: 0,
  unlogged: false,
  rowSecurity: false,
  runsCode: false,
  populated: true,
  inherits: [],
} as const satisfies Partial<TableFacts>

async function unlessRefused(
  session: Queryable,
  read: () => Promise<Partial<MemberRows>>,
): Promise<Partial<MemberRows>> {
  const attempt = await inSubtransaction(session, async () => {
    await session.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`)
    return read()
  })
  return 'done' in attempt ? attempt.done : { unread: reasonOf(attempt.refused) }
}

function contentOf(row: { rows?: string; fingerprint?: string; position?: string } = {}): Partial<MemberRows> {
  const { rows, fingerprint, position } = row
  return {
    ...(rows !== undefined && { rows: Number(rows) }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(position !== undefined && { position }),
  }
}
