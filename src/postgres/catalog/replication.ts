import { isDumpedRelation } from './relations.js'
import { flag, isDumpedSchema, isNoMember, list, objectQuery, quoted, word } from './sql.js'

/** True of a table that `pg_dump` adds to a publication: up to 17 none of an extension. */
export function isDumpedInPublication(major: number): string {
  return major >= 18 ? isDumpedSchema('n.nspname') : `(${isDumpedRelation(`'r', 'p'`)})`
}

function published(major: number): string {
  return `FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.prpubid = p.oid AND ${isDumpedInPublication(major)}`
}

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
      tables: list(
        `ARRAY(SELECT r.prrelid::regclass::text ${columnList(major)} COLLATE "C" ${published(major)} ORDER BY 1)`,
      ),
      schemas:
        major >= 15
          ? list(`ARRAY(SELECT n.nspname COLLATE "C" FROM pg_publication_namespace s
              JOIN pg_namespace n ON n.oid = s.pnnspid
              WHERE s.pnpubid = p.oid AND ${isDumpedSchema('n.nspname')} ORDER BY 1)`)
          : 'NULL',
    },
    deparsed: {
      filters:
        major >= 15
          ? `(SELECT string_agg(r.prrelid::regclass || ': ' || pg_get_expr(r.prqual, r.prrelid), '; '
              ORDER BY r.prrelid::regclass::text COLLATE "C") ${published(major)} AND r.prqual IS NOT NULL)`
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

/** The connection, with the values of those parameters alone that say where to connect and as whom. */
const CONNECTION = `(SELECT string_agg(m[1] || '=' || CASE
    WHEN m[1] IN ('host', 'hostaddr', 'port', 'dbname', 'user', 'sslmode', 'application_name', 'service', 'options')
      THEN m[2] ELSE '***' END, ' ' ORDER BY m[1] COLLATE "C")
  FROM regexp_matches(s.subconninfo, '(\\w+)\\s*=\\s*(''(?:[^''\\\\]|\\\\.)*''|(?:[^''\\\\\\s]|\\\\.)*)', 'g') m)`

function subscriptionOptions(major: number): Record<string, string> {
  const since = (first: number, value: string): string => (major >= first ? value : 'NULL')
  return {
    synchronousCommit: `nullif(s.subsynccommit, 'off')`,
    binary: since(14, flag('s.subbinary')),
    // A yes or no up to 15, three letters since; `true` and `t` both mean on.
    streaming: since(14, word('left(s.substream::text, 1)', { t: 'on', p: 'parallel' })),
    twoPhase: since(15, flag(`s.subtwophasestate <> 'd'`)),
    disableOnError: since(15, flag('s.subdisableonerr')),
    passwordNotRequired: since(16, flag('NOT s.subpasswordrequired')),
    runAsOwner: since(16, flag('s.subrunasowner')),
    origin: since(16, `nullif(s.suborigin, 'any')`),
    failover: since(17, flag('s.subfailover')),
  }
}

/**
 * Subscriptions without what is secret in their connection, and without `enabled`, which a restore turns off. `pg_dump`
 * leaves them out for a role that is not a superuser, so they are not described for one either.
 */
export function subscriptions(major: number, _roles: readonly string[], isSuperuser: boolean): string {
  return objectQuery({
    kind: `'subscription'`,
    name: quoted('s.subname'),
    owner: 's.subowner',
    facts: {
      publications: list('s.subpublications'),
      slot: 's.subslotname',
      ...(isSuperuser && { connection: connectionIsAddress(), ...subscriptionOptions(major) }),
    },
    from: isSuperuser
      ? `FROM pg_subscription s WHERE s.subdbid =
          (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`
      : `FROM pg_subscription s WHERE false`,
  })
}

/** An address says the same as words do, but is not taken apart: it is shown without its secrets. */
function connectionIsAddress(): string {
  return `CASE WHEN s.subconninfo ~ '^postgres(ql)?://'
    THEN regexp_replace(regexp_replace(s.subconninfo, '(://[^/@:]*:)[^/@]*@', '\\1***@'),
      '([?&](?:ssl)?passw\\w*=)[^&]*', '\\1***', 'g')
    ELSE ${CONNECTION} END`
}
