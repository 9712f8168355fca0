/** The parts of a query that describes objects of one kind; `objectQuery` makes it whole. */
export interface ObjectQuery {
  /** SQL expressions. */
  kind: string
  name: string
  /** `kind name` of what it is a part of. */
  of?: string
  /** The oid of the owning role. */
  owner?: string
  /** An ACL column with the letter that `acldefault` knows its kind by; without a letter nothing is granted by default. */
  acl?: { column: string; type?: string }
  facts: Record<string, string>
  deparsed?: Record<string, string>
  /** From `FROM` on. */
  from: string
}

/** A row of what `objectQuery` asks for; nulls where an object has none. */
export interface ObjectRow {
  kind: string
  name: string
  of: string | null
  owner: string | null
  grants: string[] | null
  facts: Record<string, string | number | boolean | string[]>
  deparsed: Record<string, string> | null
}

/** One `SELECT` that gives `ObjectRow`s. Facts that are null are left out of the object. */
export function objectQuery({ kind, name, of, owner, acl, facts, deparsed, from }: ObjectQuery): string {
  return `SELECT ${kind} AS kind, ${name} AS name, ${of ?? 'NULL'} AS "of",
    ${owner === undefined ? 'NULL' : `pg_get_userbyid(${owner})::text`} AS owner,
    ${acl === undefined ? 'NULL' : grants(acl, owner)} AS grants,
    ${record(facts)} AS facts,
    ${deparsed === undefined ? 'NULL' : `nullif(${record(deparsed)}, '{}')`} AS deparsed
    ${from}`
}

function record(pairs: Record<string, string>): string {
  const list = Object.entries(pairs).map(([name, value]) => `'${name}', ${value}`)
  return `jsonb_strip_nulls(jsonb_build_object(${list.join(', ')}))`
}

function grants({ column, type }: { column: string; type?: string }, owner = '0'): string {
  return type === undefined
    ? `CASE WHEN ${column} IS NOT NULL THEN nullif(${privileges(column)}, '{}') END`
    : privileges(`coalesce(${column}, acldefault(${type}, ${owner}))`)
}

/**
 * An ACL as a sorted array of `role: PRIVILEGE`; who granted it is left out, since a restore may change that. What a role
 * has that is gone is no privilege of any role.
 */
export function privileges(acl: string): string {
  return `ARRAY(SELECT DISTINCT ${privilege('x')} COLLATE "C" FROM aclexplode(${acl}) x
    WHERE x.grantee = 0 OR ${isRole('x.grantee')} ORDER BY 1)`
}

/** True of the oid of a role that exists: a number is what PostgreSQL prints for one that is gone; names of digits get quotes. */
export function isRole(oid: string): string {
  return `${oid}::regrole::text !~ '^[0-9-]+$'`
}

/** A row of `aclexplode` as `role: PRIVILEGE`. */
export function privilege(row: string): string {
  return `((CASE ${row}.grantee WHEN 0 THEN 'PUBLIC' ELSE ${quoted(`pg_get_userbyid(${row}.grantee)`)} END)
    || ': ' || ${row}.privilege_type || CASE WHEN ${row}.is_grantable THEN ' (with grant option)' ELSE '' END)`
}

/** A name in double quotes where it needs them. Not `quote_ident`, whose keywords change from major to major. */
export function quoted(name: string): string {
  return `(CASE WHEN ${name} ~ '^[a-z_][a-z0-9_$]*$' THEN ${name}::text
    ELSE '"' || replace(${name}::text, '"', '""') || '"' END)`
}

/** `schema.name` */
export function qualified(schema: string, name: string): string {
  return `(${quoted(schema)} || '.' || ${quoted(name)})`
}

/**
 * Comments in the conditions that say what `pg_dump` writes: scopes.ts turns them into other conditions, so that the
 * same queries describe what extensions and `initdb` made.
 */
export const SCOPE_MARKS = { schema: '/* dumped schema */', member: '/* no member of' } as const

/** True of a schema whose objects `pg_dump` writes. */
export function isDumpedSchema(name: string): string {
  return `(${SCOPE_MARKS.schema} ${name} !~ '^pg_' AND ${name} <> 'information_schema')`
}

/** True of what an extension did not make: `pg_dump` leaves its members to `CREATE EXTENSION`. */
export function isNoMember(catalog: string, oid: string): string {
  return `(${SCOPE_MARKS.member} ${catalog}: ${oid} */ NOT ${isMember(`'${catalog}'::regclass`, oid)})`
}

/**
 * True of what an extension made; `classid` is an expression, such as `'pg_class'::regclass`. What is left of an extension
 * that is gone has no part in it, so `pg_dump` writes it.
 */
export function isMember(classid: string, oid: string): string {
  return `EXISTS (SELECT FROM pg_depend member JOIN pg_extension owning ON owning.oid = member.refobjid
    WHERE member.classid = ${classid} AND member.objid = ${oid} AND member.deptype = 'e'
      AND member.refclassid = 'pg_extension'::regclass)`
}

/** The extensions that an object is dropped with, though it is not their own: `ALTER … DEPENDS ON EXTENSION`. */
export function extensionsOfNeed(catalog: string, oid: string): string {
  return list(`ARRAY(SELECT needed.extname::text COLLATE "C" FROM pg_depend need
    JOIN pg_extension needed ON needed.oid = need.refobjid AND need.refclassid = 'pg_extension'::regclass
    WHERE need.classid = '${catalog}'::regclass AND need.objid = ${oid} AND need.deptype = 'x' ORDER BY 1)`)
}

/** Objects that `initdb` made have smaller oids than this. */
export const FIRST_USER_OID = 16_384

/** A function by its name and argument types; null where there is none. */
export function procedure(oid: string): string {
  return `nullif(${oid}::regprocedure::text, '-')`
}

/** `true` as a fact where a condition holds, and no fact where it does not. */
export function flag(condition: string): string {
  return `CASE WHEN ${condition} THEN true END`
}

/** One of several words for a one-letter code. */
export function word(code: string, words: Record<string, string>): string {
  const cases = Object.entries(words).map(([letter, text]) => `WHEN '${letter}' THEN '${text}'`)
  return `CASE ${code} ${cases.join(' ')} END`
}

/** An array as a fact where it has elements. */
export function list(array: string): string {
  return `nullif(to_jsonb(${array}), '[]')`
}

/**
 * Names of options whose values are secrets. Many others have "key" in their name, such as `key_column`, `primary_key` and
 * `sslkey`, which is a path, or are about a secret, such as `password_required`; `key` alone is a secret to some wrappers and a flag to others.
 */
const SECRET =
  '(passw|passphrase|passcode|pwd|secret|token|credential|(access|account|api|auth|client|encryption|master|private|server|shared|signing|storage)_?key)'
const NO_SECRET = '_(required|enabled|url|file|path|type)$'
const FLAG = '^(true|false|yes|no|on|off|[01])$'

/** Secrets inside of a value: `password=…` of a connection string, `user:password@` of an address. */
function withoutSecrets(value: string): string {
  const inWords = `regexp_replace(${value}, '((?:passw|secret|token)\\w*\\s*=\\s*)(''[^'']*''|[^\\s&;]+)', '\\1***', 'gi')`
  return `regexp_replace(${inWords}, '(://[^/@:\\s]*:)[^/@\\s]*@', '\\1***@', 'g')`
}

/**
 * Options of foreign objects; the values of those that are secrets are shown as `***`, so that none gets into a
 * description. Not even as a hash: many passwords can be guessed from one.
 */
export function options(column: string): string {
  return list(`ARRAY(SELECT CASE
      WHEN (o.option_name ~* '${SECRET}' AND o.option_name !~* '${NO_SECRET}')
        OR (o.option_name ~* '^key$' AND o.option_value !~* '${FLAG}')
      THEN o.option_name || '=***'
    ELSE o.option_name || '=' || ${withoutSecrets('o.option_value')} END COLLATE "C"
    FROM pg_options_to_table(${column}) o ORDER BY 1)`)
}

/** A text as SQL takes it; sessions that describe have `standard_conforming_strings` on. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
