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
  ]
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
