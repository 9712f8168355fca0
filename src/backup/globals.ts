import { CommandError } from '../errors.js'
import { decoderOf } from '../platform/encoding.js'

/** What `pg_dumpall --roles-only` says, as text. */
export interface ReadableGlobals {
  script: string
  /** Statements that are not in it, because their bytes are no text in the database's encoding; as far as they can be read. */
  leftOut: string[]
}

/**
 * The roles as text. Roles belong to the whole server, and a name is in the encoding of the database where it was given;
 * seen from a database of another encoding it may be no text at all. Such a role can own nothing here that could be
 * restored, and one statement with such a name would end the whole script, so it is left out.
 *
 * @param source the database that is backed up; the others are asked for where pg_dumpall fails in it
 * @param dumpRoles runs pg_dumpall in a database, with some more arguments
 */
export async function readableGlobals(
  source: { database: string; encoding: string; others: () => Promise<string[]> },
  dumpRoles: (database: string, ...more: string[]) => Promise<Buffer>,
): Promise<ReadableGlobals> {
  const { database, encoding } = source
  const isOwn = encoding === 'UTF8' || encoding === 'SQL_ASCII'
  try {
    return isOwn
      ? readable(await dumpRoles(database), encoding)
      : readable(await dumpRoles(database, '--encoding=UTF8'), 'UTF8')
  } catch (error) {
    // The server could not read or convert one of the names; unconverted, another database gives all of them.
    if (!(error instanceof CommandError)) throw error
    const [other] = await source.others()
    if (other === undefined) throw error
    const { script, leftOut } = readable(await dumpRoles(other), encoding)
    const declared = encoding === 'SQL_ASCII' ? encoding : 'UTF8'
    return { script: script.replace(/^SET client_encoding = '\w+';/m, `SET client_encoding = '${declared}';`), leftOut }
  }
}

function readable(bytes: Buffer, encoding: string): ReadableGlobals {
  const decode = decoderOf(encoding, { fatal: true })
  const leftOut: string[] = []
  const kept = statementsOf(bytes.toString('latin1')).flatMap((statement) => {
    const own = Buffer.from(statement, 'latin1')
    try {
      return [decode(own)]
    } catch {
      leftOut.push(decoderOf(encoding)(own).trim())
      return []
    }
  })
  return { script: kept.join(''), leftOut }
}

/** The parts of a script that end with a semicolon at the end of a line, outside of quotes; comments are with what follows. */
function statementsOf(script: string): string[] {
  const parts: string[] = []
  let open = ''
  for (const line of script.split(/(?<=\n)/)) {
    open += line
    const isComment = open === line && /^(--|\s*$)/.test(line)
    if (isComment || (/;\s*$/.test(line) && (open.match(/'/g) ?? []).length % 2 === 0)) {
      parts.push(open)
      open = ''
    }
  }
  return open === '' ? parts : [...parts, open]
}

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
