import { CommandError } from '../errors.js'
import { decoderOf, type Decoder } from '../platform/encoding.js'

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
    const bytes = await firstThatAnswers(await source.others(), dumpRoles)
    if (bytes === undefined) throw error
    const { script, leftOut } = readable(bytes, encoding)
    const declared = encoding === 'SQL_ASCII' ? encoding : 'UTF8'
    return { script: script.replace(/^SET client_encoding = '\w+';/m, `SET client_encoding = '${declared}';`), leftOut }
  }
}

async function firstThatAnswers(
  databases: readonly string[],
  dumpRoles: (database: string) => Promise<Buffer>,
): Promise<Buffer | undefined> {
  for (const database of databases) {
    try {
      return await dumpRoles(database)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
    }
  }
  return undefined
}

/** Characters that stand for bytes without a meaning in an encoding; PostgreSQL converts none of them. */
const NO_TEXT = /[\x80-\x9f\uE000-\uF8FF]/

function readable(bytes: Buffer, encoding: string): ReadableGlobals {
  const decode = decoderOf(encoding, { fatal: true })
  const isConverted = encoding !== 'UTF8' && encoding !== 'SQL_ASCII'
  const leftOut: string[] = []
  const kept = statementsOf(bytes.toString('latin1')).flatMap((statement) => {
    const own = Buffer.from(statement, 'latin1')
    const text = textOf(own, decode)
    if (text !== null && !(isConverted && NO_TEXT.test(text))) return [text]
    leftOut.push(decoderOf(encoding)(own).trim())
    return []
  })
  return { script: kept.join(''), leftOut }
}

/** Null where the bytes are no text. */
function textOf(bytes: Buffer, decode: Decoder): string | null {
  try {
    return decode(bytes)
  } catch {
    return null
  }
}

/** The parts of a script that end with a semicolon at the end of a line, outside of quotes; comments are with what follows. */
function statementsOf(script: string): string[] {
  const parts: string[] = []
  let open = ''
  for (const line of script.split(/(?<=\n)/)) {
    open += line
    const isComment = open === line && /^(--|\s*$)/.test(line)
    if (isComment || (/;\s*$/.test(line) && !/['"]/.test(withoutQuoted(open)))) {
      parts.push(open)
      open = ''
    }
  }
  return open === '' ? parts : [...parts, open]
}

/** Without its strings and names in quotes; a quote that is left is one that was not closed yet. */
function withoutQuoted(sql: string): string {
  return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '')
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
