import {
  FIRST_USER_OID,
  flag,
  isDumpedSchema,
  isNoMember,
  list,
  literal,
  objectQuery,
  procedure,
  quoted,
  word,
} from './sql.js'

/** The schemas that `pg_dump` writes, `public` among them. */
export function schemas(): string {
  return objectQuery({
    kind: `'schema'`,
    name: quoted('n.nspname'),
    owner: 'n.nspowner',
    acl: { column: 'n.nspacl', type: `'n'` },
    facts: {},
    from: `FROM pg_namespace n WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_namespace', 'n.oid')}`,
  })
}

/** Extensions. Whoever restores becomes their owner, and gets the version that the server has. */
export function extensions(): string {
  return objectQuery({
    kind: `'extension'`,
    name: quoted('e.extname'),
    facts: { schema: 'n.nspname', version: 'e.extversion' },
    from: 'FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace',
  })
}

export function languages(): string {
  return objectQuery({
    kind: `'language'`,
    name: quoted('l.lanname'),
    owner: 'l.lanowner',
    acl: { column: 'l.lanacl', type: `'l'` },
    facts: {
      trusted: flag('l.lanpltrusted'),
      handler: procedure('l.lanplcallfoid'),
      inline: procedure('l.laninline'),
      validator: procedure('l.lanvalidator'),
    },
    from: `FROM pg_language l WHERE l.lanispl AND l.oid >= ${FIRST_USER_OID} AND ${isNoMember('pg_language', 'l.oid')}`,
  })
}

export function accessMethods(): string {
  return objectQuery({
    kind: `'access method'`,
    name: quoted('a.amname'),
    facts: { type: word('a.amtype', { t: 'table', i: 'index' }), handler: procedure('a.amhandler') },
    from: `FROM pg_am a WHERE a.oid >= ${FIRST_USER_OID} AND ${isNoMember('pg_am', 'a.oid')}`,
  })
}

/**
 * What applies to the database as a whole. `pg_dump` writes it only for `--create`, so a set holds it in a file of its own:
 * compare it only where that was applied.
 *
 * @param named the database, which need not be the session's; the session's where it is not given
 */
export function database(named?: string): string {
  const setting = `coalesce(${quoted('pg_get_userbyid(nullif(s.setrole, 0))')} || ': ', '') || unnest(s.setconfig)`
  return objectQuery({
    kind: `'database'`,
    name: `'(this database)'`,
    owner: 'd.datdba',
    acl: { column: 'd.datacl', type: `'d'` },
    facts: {
      connectionLimit: 'nullif(d.datconnlimit, -1)',
      settings: list(`ARRAY(SELECT (${setting}) COLLATE "C"
        FROM pg_db_role_setting s WHERE s.setdatabase = d.oid ORDER BY 1)`),
      comment: `shobj_description(d.oid, 'pg_database')`,
      template: flag('d.datistemplate'),
      refusesConnections: flag('NOT d.datallowconn'),
      securityLabels: list(`ARRAY(SELECT (l.provider || ': ' || l.label) COLLATE "C"
        FROM pg_shseclabel l WHERE l.classoid = 'pg_database'::regclass AND l.objoid = d.oid ORDER BY 1)`),
    },
    from: `FROM pg_database d WHERE d.datname = ${named === undefined ? 'current_database()' : literal(named)}`,
  })
}
