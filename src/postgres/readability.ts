import { finding, type Finding } from '../findings.js'
import type { Queryable } from './queryable.js'

interface Row {
  schema: string
  name: string
  kind: 'table' | 'sequence'
  oid: number
  usable: boolean
  readable: boolean
  hidden: boolean
}

/**
 * What keeps the role of the session from reading everything that must be dumped, table by table. pg_dump locks every
 * table whose definition it writes, so it must be able to read also those whose rows stay out.
 *
 * @param withData oids of the tables whose rows are dumped: only there does row-level security matter
 */
export async function unreadableThings(session: Queryable, withData: ReadonlySet<number>): Promise<Finding[]> {
  const rows = await session.query<Row>(
    `SELECT n.nspname AS schema, c.relname AS name, c.oid::int8::float8 AS oid,
            CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
            has_schema_privilege(n.oid, 'USAGE') AS usable,
            CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                           ELSE has_table_privilege(c.oid, 'SELECT') END AS readable,
            c.relkind <> 'S' AND row_security_active(c.oid) AS hidden
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'm', 'S')
        AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY 1, 2`,
  )
  const closed = [...new Set(rows.filter(({ usable }) => !usable).map(({ schema }) => schema))]
  return [
    ...closed.map((schema) =>
      finding('SCHEMA_UNREADABLE', schema, 'the role that backs up has no USAGE privilege on this schema'),
    ),
    ...rows.flatMap((row) => complaintsAbout(row, withData)),
    ...(await deniedLargeObjects(session)),
    ...(await omittedSubscriptions(session)),
  ]
}

/** Each large object has privileges of its own, which `pg_read_all_data` does not stand in for. */
async function deniedLargeObjects(session: Queryable): Promise<Finding[]> {
  const [row] = await session.query<{ count: string; example: string | null }>(
    `SELECT count(*)::text AS count, min(m.oid::int8)::text AS example
       FROM pg_catalog.pg_largeobject_metadata m
      WHERE NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
        AND NOT pg_has_role(m.lomowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
                           AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))`,
  )
  return row === undefined || row.count === '0'
    ? []
    : [
        finding(
          'LARGE_OBJECTS_DENIED',
          'large objects',
          `the role that backs up may not read ${row.count} of them, such as ${row.example ?? '?'}`,
        ),
      ]
}

/** https://www.postgresql.org/docs/current/app-pgdump.html: only a superuser's dump has subscriptions. */
async function omittedSubscriptions(session: Queryable): Promise<Finding[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT s.subname AS name FROM pg_catalog.pg_subscription s
      WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
        AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
      ORDER BY 1`,
  )
  return rows.map(({ name }) =>
    finding('SUBSCRIPTION_LEFT_OUT', name, 'pg_dump leaves subscriptions out for a role that is not a superuser'),
  )
}

function complaintsAbout(
  { schema, name, kind, oid, usable, readable, hidden }: Row,
  withData: ReadonlySet<number>,
): Finding[] {
  const on = `${schema}.${name}`
  if (usable && !readable) {
    return [finding('TABLE_UNREADABLE', on, `the role that backs up may not SELECT from this ${kind}`)]
  }
  return hidden && withData.has(oid)
    ? [finding('ROW_SECURITY_ACTIVE', on, 'row-level security applies to the role that backs up and could hide rows')]
    : []
}
