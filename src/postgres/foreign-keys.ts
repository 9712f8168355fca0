import type { Queryable } from './queryable.js'

export interface ForeignKey {
  oid: number
  name: string
  /** Oid of the table that has the key, and of the one that it points to. */
  from: number
  to: number
  /** `public.parts` */
  table: string
  /**
   * Adds the key without checking the rows that are there; null on a partitioned table, where servers before 18 know no
   * such key.
   */
  statement: string | null
}

/** Every foreign key that a dump writes; those that partitions inherit come with their parent's. Needs pinned settings. */
export async function readForeignKeys(session: Queryable): Promise<ForeignKey[]> {
  return session.query<ForeignKey>(
    `SELECT c.oid::int8::float8 AS oid, c.conname AS name, c.conrelid::int8::float8 AS "from", c.confrelid::int8::float8 AS "to",
            c.conrelid::regclass::text AS table,
            CASE WHEN t.relkind = 'r' THEN
              format('ALTER TABLE ONLY %s ADD CONSTRAINT %I %s NOT VALID', c.conrelid::regclass, c.conname,
                     regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''))
            END AS statement
       FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
      WHERE c.contype = 'f' AND c.conparentid = 0
      ORDER BY c.oid`,
  )
}
