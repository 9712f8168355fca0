import { finding, type Finding } from '../findings.js'
import { quoteIdentifier } from '../postgres/identifier.js'
import type { Judge } from '../restore/causes.js'
import { describeComplaint, describeStatement, type Complaint } from '../restore/complaint.js'
import { nameOf, type Token } from '../restore/sql-roles.js'
import type { ScriptContents } from '../restore/sql-statements.js'
import { tableKey } from '../restore/table-key.js'
import { listedName, type ListedEntry } from '../restore/use-list.js'
import type { MadeExtensions } from './dump-extensions.js'

/** SQLSTATE `insufficient_privilege`. */
const REFUSED = '42501'

/** SQLSTATE `undefined_object`. */
const NOT_THERE = '42704'

/** What gives privileges, or says something of an object: no row depends on it. */
const ABOUT_PRIVILEGES =
  /^\s*(?:(?:GRANT|REVOKE)\b.*?\sON\s|ALTER DEFAULT PRIVILEGES\b|SET SESSION AUTHORIZATION\b|COMMENT ON\b|ALTER\b[^;]*\sOWNER TO\s)/is

/** What only happens when something is done to the database later. */
const OF_LATER =
  /^\s*(CREATE|ALTER|COMMENT\s+ON|SECURITY\s+LABEL\b[^;]*?\sON)\s+(?:EVENT\s+TRIGGER|PUBLICATION|SUBSCRIPTION)\b/i

/**
 * What a statement that the server refused to a role without superuser comes to. An archive's first complaints have no
 * SQLSTATE; those about privileges are no damage either way.
 */
export function judgeOfRefusals({ rows }: Pick<ScriptContents, 'rows'>): Judge {
  return (complaint, on) => {
    const { by, state, statement = '' } = complaint
    if (by !== 'server') return null
    if (isOfLater(complaint)) return finding('DUMP_DEFINITION_PASSED_OVER', on, describeComplaint(complaint))
    if ((state ?? REFUSED) !== REFUSED) return null
    if (ABOUT_PRIVILEGES.test(statement)) {
      return finding('DUMP_PRIVILEGES_PASSED_OVER', on, describeStatement(statement))
    }
    if (state === undefined) return null
    return bringsNoRow(complaint, rows) ? 'harmless' : finding('DUMP_NEEDS_SUPERUSER', on, describeComplaint(complaint))
  }
}

/** That was refused; or what is said of one that was, and so is not there. */
function isOfLater({ state, statement = '' }: Complaint): boolean {
  const [, verb = ''] = OF_LATER.exec(statement) ?? []
  return verb !== '' && (state === REFUSED || (state === NOT_THERE && verb.toUpperCase() !== 'CREATE'))
}

/** The rows of an extension's own table, where the dump has none: pg_dump writes such a COPY for each. */
function bringsNoRow({ statement = '' }: Complaint, rows: ScriptContents['rows']): boolean {
  const [, schema, name] = EMPTY_COPY.exec(statement) ?? []
  return (
    schema !== undefined &&
    name !== undefined &&
    rows.get(tableKey({ schema: unquoted(schema), name: unquoted(name) })) === 0
  )
}

const EMPTY_COPY = /^\s*COPY ("(?:[^"]|"")+"|[^\s."]+)\.("(?:[^"]|"")+"|[^\s."(]+)(?: \([^';]*\))? FROM stdin;\s*$/i

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

/** Many privileges are one thing to say. */
export function withPrivilegesAsOne(findings: readonly Finding[]): Finding[] {
  const isOne = ({ code }: Finding): boolean => code === 'DUMP_PRIVILEGES_PASSED_OVER'
  const [first, ...others] = findings.filter(isOne)
  if (first === undefined || others.length === 0) return [...findings]
  const one = finding(
    'DUMP_PRIVILEGES_PASSED_OVER',
    first.on,
    `${first.found} (and ${others.length} more such ${others.length === 1 ? 'statement' : 'statements'})`,
  )
  return [...findings.filter((each) => !isOne(each)), one]
}

/**
 * Which statements of a script the role gets past: those about owners, as everything belongs to it; about roles, which are
 * the server's; and about what was made before.
 */
export function passingOver({
  extensions,
  schemas,
}: MadeExtensions): (words: readonly Token[]) => 'told' | 'untold' | null {
  return (words) => {
    if (isAboutRoles(words)) return 'told'
    const isOurs = isAboutOwners(words) || isAbout('extension', extensions, words) || isAbout('schema', schemas, words)
    return isOurs ? 'untold' : null
  }
}

function isAboutOwners(words: readonly Token[]): boolean {
  const [verb, second, third] = words
  if (verb === 'alter') return words.at(-3) === 'owner' && words.at(-2) === 'to'
  return (verb === 'set' || verb === 'reset') && second === 'session' && third === 'authorization'
}

const ROLE_WORDS = ['role', 'user', 'group']

function isAboutRoles([verb = '', second = '', third = '', ...rest]: readonly Token[]): boolean {
  if (['create', 'alter', 'drop'].includes(verb)) return ROLE_WORDS.includes(second) && third !== 'mapping'
  if (verb === 'comment') return second === 'on' && third === 'role'
  // GRANT a TO b: privileges are ON something.
  return (verb === 'grant' || verb === 'revoke') && ![second, third, ...rest].includes('on')
}

/** Making or dropping one of these, or a comment on an extension; a schema's comment is its owner's to make. */
function isAbout(kind: 'extension' | 'schema', made: ReadonlySet<string>, words: readonly Token[]): boolean {
  const [verb = '', ...rest] = words.filter((word) => !['if', 'not', 'exists'].includes(word))
  const [second, name] = verb === 'comment' && kind === 'extension' ? rest.slice(1) : rest
  return ['create', 'drop', 'comment'].includes(verb) && second === kind && name !== undefined && made.has(nameOf(name))
}

/** The same of an archive's entries. */
export function isMadeBefore({ extensions, schemas }: MadeExtensions): (entry: ListedEntry) => boolean {
  const starts = [
    // pg_dump writes the name in a comment's entry as SQL has it.
    ...[...extensions].flatMap((name) => [
      `EXTENSION - ${name}`,
      `COMMENT - EXTENSION ${name}`,
      `COMMENT - EXTENSION ${quoteIdentifier(name)}`,
    ]),
    ...[...schemas].map((name) => `SCHEMA - ${name}`),
  ].map(listedName)
  return ({ text }) => starts.some((start) => text === start || text.startsWith(`${start} `))
}

/** What may follow from statements that were not run is no damage; it is told, and nothing is proven. */
export function asConsequences(findings: readonly Finding[]): Finding[] {
  if (!findings.some(({ code }) => code === 'DUMP_NEEDS_SUPERUSER')) return [...findings]
  return findings.map((each) =>
    each.code === 'RESTORE_ERROR' || each.code === 'TABLE_ROWS_DIFFER'
      ? finding('DUMP_CONSEQUENCE', each.on, each.found)
      : each,
  )
}
