/** What `globals.sql` of a set says about roles, statement by statement. */
export interface RoleStatement {
  kind: 'create' | 'alter' | 'membership' | 'comment'
  /** The role that it makes or changes; of a membership, the member. */
  role: string
  /** Of a membership: the role that it is a membership in. */
  group?: string
  sql: string
}

const ROLE = String.raw`("(?:[^"]|"")*"|[^\s";]+)`
const CREATE = new RegExp(String.raw`CREATE ROLE ${ROLE};`)
const ALTER = new RegExp(String.raw`^ALTER ROLE ${ROLE} (?:WITH|SET|RESET)\b`)
const MEMBERSHIP = new RegExp(String.raw`^GRANT ${ROLE} TO ${ROLE}(.*?)(?: GRANTED BY ${ROLE})?;$`, 's')
const CREATE_ALONE = new RegExp(String.raw`^CREATE ROLE ${ROLE};$`)
const REPEATABLE = new RegExp(
  String.raw`^DO (\$role_*\$) BEGIN CREATE ROLE ${ROLE}; EXCEPTION WHEN duplicate_object THEN NULL; END \1;$`,
)
const COMMENT = new RegExp(String.raw`^COMMENT ON ROLE ${ROLE} IS `)

/**
 * Reads the statements about roles out of what `pg_dumpall --roles-only` wrote, so that those of single roles can be run.
 * Who granted a membership is left out: that role need not be on another server.
 */
export function roleStatements(script: string): RoleStatement[] {
  return statementsOf(script).flatMap((sql) => {
    const statement = roleStatement(sql)
    return statement === null ? [] : [statement]
  })
}

/** A statement of `globals.sql` and where it begins. */
export interface GlobalStatement {
  sql: string
  /** Counted from 1. */
  line: number
  /** Whether pg_dumpall writes such a statement about roles. */
  isKnown: boolean
}

/**
 * All that pg_dumpall writes for `--roles-only`, as `repeatableRoles` changed it. Nothing of it runs anything but itself; a
 * file that lay where others may write can hold more.
 */
const KNOWN = [
  CREATE_ALONE,
  REPEATABLE,
  /^SET (?:client_encoding|standard_conforming_strings|escape_string_warning|default_transaction_read_only) = [\w']+;$/,
  /^(?:SET SESSION AUTHORIZATION .*|RESET SESSION AUTHORIZATION|RESET ALL);$/s,
  /^ALTER ROLE .* (?:WITH|SET|RESET) .*;$/s,
  /^(?:GRANT|REVOKE) .*;$/s,
  /^COMMENT ON ROLE .*;$/s,
  /^SECURITY LABEL FOR .* ON ROLE .*;$/s,
]

/** Everything in `globals.sql` but comments, in its order; a command of psql is a statement that is not known. */
export function globalStatements(script: string): GlobalStatement[] {
  return splitted(script).map(({ sql, line }) => ({ sql, line, isKnown: KNOWN.some((form) => form.test(sql)) }))
}

function roleStatement(sql: string): RoleStatement | null {
  const created = /^(DO |CREATE ROLE )/.test(sql) ? CREATE.exec(sql)?.[1] : undefined
  if (created !== undefined) {
    return { kind: 'create', role: unquoted(created), sql: `CREATE ROLE ${created};` }
  }
  const altered = ALTER.exec(sql)?.[1]
  if (altered !== undefined) {
    return { kind: 'alter', role: unquoted(altered), sql }
  }
  const [, group, member, options = ''] = MEMBERSHIP.exec(sql) ?? []
  if (group !== undefined && member !== undefined) {
    return {
      kind: 'membership',
      role: unquoted(member),
      group: unquoted(group),
      sql: `GRANT ${group} TO ${member}${options};`,
    }
  }
  const commented = COMMENT.exec(sql)?.[1]
  return commented === undefined ? null : { kind: 'comment', role: unquoted(commented), sql }
}

function statementsOf(script: string): string[] {
  return splitted(script).flatMap(({ sql }) => (sql.startsWith('\\') ? [] : [sql]))
}

/** pg_dumpall of newer minors puts these around its script. */
const MARK = /^\\(?:un)?restrict [A-Za-z0-9]+$/

/** The statements of a script: they end with a semicolon outside of quotes, at the end of a line. */
function splitted(script: string): Pick<GlobalStatement, 'sql' | 'line'>[] {
  const statements: Pick<GlobalStatement, 'sql' | 'line'>[] = []
  let open = ''
  let begun = 0
  script.split('\n').forEach((line, index) => {
    if (open === '' && (/^(--|\s*$)/.test(line) || MARK.test(line))) return
    if (open === '') begun = index + 1
    open = open === '' ? line : `${open}\n${line}`
    if (open.startsWith('\\') || (open.endsWith(';') && isOutsideQuotes(open))) {
      statements.push({ sql: open, line: begun })
      open = ''
    }
  })
  return open === '' ? statements : [...statements, { sql: open, line: begun }]
}

function isOutsideQuotes(text: string): boolean {
  const rest = text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '')
  return !/['"]/.test(rest)
}

/**
 * The attributes that only a superuser may set, taken out of an `ALTER ROLE … WITH …`: even saying that a role has none of
 * them is refused to others.
 */
export function withoutSuperuserAttributes(sql: string): string {
  return sql.replaceAll(/ (NO)?(SUPERUSER|REPLICATION|BYPASSRLS)\b/g, '')
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
