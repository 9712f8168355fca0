const NAME = String.raw`(?:"(?:[^"]|"")*"|[^";\s]+)`

/** `CREATE ROLE name;`, and the line after it that gives the role its attributes. */
const CREATION = new RegExp(`^CREATE ROLE (${NAME});(?:\\nALTER ROLE \\1 WITH [^\\n;]*;)?$`, 'gm')

/**
 * Makes the roles that `pg_dumpall --roles-only` writes restorable where some of them are there already, as the bootstrap
 * superuser always is: a role that exists is passed over and keeps its attributes, for it may well be in use. The other
 * statements (settings, comments, memberships) may be run any number of times as they are.
 *
 * A DO block and not psql's `\gexec`: dumps since August 2025 are in psql's restricted mode, which knows no commands.
 */
export function repeatableRoles(script: string): string {
  const quote = dollarQuoteFor(script)
  return script.replaceAll(
    CREATION,
    (statements) =>
      `DO ${quote} BEGIN ${statements.replace(';\n', '; ')} EXCEPTION WHEN duplicate_object THEN NULL; END ${quote};`,
  )
}

/** One that no name in the script can end. */
function dollarQuoteFor(script: string): string {
  let tag = 'role'
  while (script.includes(`$${tag}$`)) {
    tag += '_'
  }
  return `$${tag}$`
}
