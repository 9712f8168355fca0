import { flag, isNoMember, list, objectQuery, quoted } from './sql.js'

export function publications(major: number): string {
  return objectQuery({
    kind: `'publication'`,
    name: quoted('p.pubname'),
    owner: 'p.pubowner',
    facts: {
      allTables: flag('p.puballtables'),
      viaRoot: flag('p.pubviaroot'),
      publishes: `concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)`,
      generatedColumns: major >= 18 ? `nullif(p.pubgencols::text, 'n')` : 'NULL',
      tables: list(`ARRAY(SELECT r.prrelid::regclass::text ${columnList(major)} COLLATE "C"
        FROM pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY 1)`),
      schemas:
        major >= 15
          ? list(`ARRAY(SELECT n.nspname COLLATE "C" FROM pg_publication_namespace s
              JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid ORDER BY 1)`)
          : 'NULL',
    },
    deparsed: {
      filters:
        major >= 15
          ? `(SELECT string_agg(r.prrelid::regclass || ': ' || pg_get_expr(r.prqual, r.prrelid), '; '
              ORDER BY r.prrelid::regclass::text COLLATE "C") FROM pg_publication_rel r
              WHERE r.prpubid = p.oid AND r.prqual IS NOT NULL)`
          : 'NULL',
    },
    from: `FROM pg_publication p WHERE ${isNoMember('pg_publication', 'p.oid')}`,
  })
}

/** ` (a, b)` where only some columns of a table are published. */
function columnList(major: number): string {
  if (major < 15) return ''
  return `|| coalesce((SELECT ' (' || string_agg(a.attname, ', ' ORDER BY a.attname COLLATE "C") || ')'
    FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])), '')`
}

/**
 * Subscriptions without their connection, which holds a password, and without `enabled`, which a restore turns off.
 * `pg_dump` leaves them out for a role that is not a superuser, so they are not described for one either.
 */
export function subscriptions(): string {
  return objectQuery({
    kind: `'subscription'`,
    name: quoted('s.subname'),
    owner: 's.subowner',
    facts: { publications: list('s.subpublications'), slot: 's.subslotname' },
    from: `FROM pg_subscription s WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)`,
  })
}
