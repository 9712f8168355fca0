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

/** The statements of a script: they end with a semicolon outside of quotes, at the end of a line. */
function statementsOf(script: string): string[] {
  const statements: string[] = []
  let open = ''
  for (const line of script.split('\n')) {
    if (open === '' && /^(--|\\|\s*$)/.test(line)) continue
    open = open === '' ? line : `${open}\n${line}`
    if (open.endsWith(';') && isOutsideQuotes(open)) {
      statements.push(open)
      open = ''
    }
  }
  return statements
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
