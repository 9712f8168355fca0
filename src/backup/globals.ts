/**
 * Makes the roles that `pg_dumpall --roles-only` writes restorable where some of them are there already, as the bootstrap
 * superuser always is: each `CREATE ROLE` passes over a role that exists. The other statements (attributes, settings,
 * memberships) may be run any number of times as they are.
 *
 * A DO block and not psql's `\gexec`: dumps since August 2025 are in psql's restricted mode, which knows no commands.
 */
export function repeatableRoles(script: string): string {
  const quote = dollarQuoteFor(script)
  return script.replaceAll(
    /^CREATE ROLE ((?:"(?:[^"]|"")*")|[^";\s]+);$/gm,
    (statement) => `DO ${quote} BEGIN ${statement} EXCEPTION WHEN duplicate_object THEN NULL; END ${quote};`,
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
