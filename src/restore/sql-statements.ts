import { decoderOf, type Decoder } from '../platform/encoding.js'
import { CleaningPart, type Cleaning } from './sql-cleaning.js'
import { nameOf, rolesNamed, type Token } from './sql-roles.js'
import { tableKey } from './table-key.js'

/** What a script of pg_dump, pg_dumpall or pg_restore holds, as far as it can be told by reading it. */
export interface ScriptContents {
  /** Bytes that were read. */
  bytes: number
  /** Its first line, at most 200 bytes: tells what something that is no dump is instead. */
  firstLine: string
  /** What its first comment says it is. */
  header: 'dump' | 'cluster' | null
  /** Whether the mark of its end is there and nothing but blank lines and comments follows. */
  complete: boolean
  /** In what it ends when it ends in the middle of something: `the rows of public.animals`. */
  endsIn: string | null
  /** `15.8`, where the script says it. */
  serverVersion: string | null
  pgDumpVersion: string | null
  /** Rows by table, from COPY blocks and INSERT statements; a table whose block is empty is there with 0. */
  rows: Map<string, number>
  /** Tables, foreign tables and materialized views that it creates. */
  tables: Set<string>
  /** INSERT statements whose rows a query makes, so that they cannot be counted. */
  insertsByQuery: number
  /** Large objects that it makes, and those whose content it has. */
  largeObjects: { made: number; filled: number }
  /** COPY blocks in another form than pg_dump's (CSV, other options): their lines are not rows. */
  otherCopies: number
  /** Roles that it gives objects or privileges to. */
  roles: Set<string>
  /** Roles that it makes. */
  rolesMade: Set<string>
  /** Extensions that it makes in the way of pg_dump, in its order. */
  extensions: NamedExtension[]
  /** The statements of `--clean` before everything else, without IF EXISTS: in an empty database they fail, as they must. */
  cleaning: Cleaning | null
  /** The names of psql's commands in it, but those of its restricted mode: `connect`. */
  commands: Set<string>
}

export interface NamedExtension {
  name: string
  /** Null where it does not say. */
  schema: string | null
}

const MARKS: Readonly<Record<string, 'dump' | 'cluster'>> = {
  '-- PostgreSQL database dump complete': 'dump',
  '-- PostgreSQL database cluster dump complete': 'cluster',
}
const HEADERS: Readonly<Record<string, 'dump' | 'cluster'>> = {
  '-- PostgreSQL database dump': 'dump',
  '-- PostgreSQL database cluster dump': 'cluster',
}

/** As many tokens of a statement as it takes to know it; INSERT INTO a.b OVERRIDING SYSTEM VALUE VALUES … ON CONFLICT. */
const HEAD = 12

/** As many tokens of its end: `TO a, b, c WITH GRANT OPTION`. */
const TAIL = 11

/**
 * Follows the statements of a script by their first words, as `SqlScanner` finds them: which tables it creates, which
 * rows it inserts, and whether it was written to its end.
 */
export class Statements {
  readonly contents: ScriptContents = {
    bytes: 0,
    firstLine: '',
    header: null,
    complete: false,
    endsIn: null,
    serverVersion: null,
    pgDumpVersion: null,
    rows: new Map(),
    tables: new Set(),
    insertsByQuery: 0,
    largeObjects: { made: 0, filled: 0 },
    otherCopies: 0,
    roles: new Set(),
    rolesMade: new Set(),
    extensions: [],
    cleaning: null,
    commands: new Set(),
  }
  /** Whether a backslash in a plain string is only a backslash; a script may switch it off. */
  standardStrings = true
  /** Reads names; a script says in what encoding they are. */
  decode: Decoder = decoderOf('UTF8')
  private head: Token[] = []
  private rowsHere = 0
  private lastWord = ''
  private isRoutine = false
  private bodyDepth = 0
  private database: string | null = null
  /** Where names without a schema are made: scripts until 10.2 set it before each part. */
  private schema: string | null = null
  private copying: string | null = null
  private hasCopyOptions = false
  private readonly cleaning = new CleaningPart()
  private isOtherCopy = false
  /** The last tokens of the statement, however long it is. */
  private tail: Token[] = []

  /** Whether words at the statement's outermost level still matter. */
  get wantsWords(): boolean {
    return this.head.length < HEAD || this.isRoutine || this.namesRoles
  }

  /** Statements of any length whose end tells of roles: `GRANT a, b, c, d ON TABLE t TO r`. */
  private get namesRoles(): boolean {
    const [verb, second] = this.head
    return ['grant', 'revoke', 'alter'].includes(verb ?? '') || (verb === 'create' && second === 'policy')
  }

  /** The first words of the statement at hand. */
  get words(): readonly Token[] {
    return this.head
  }

  get isEmpty(): boolean {
    return this.head.length === 0
  }

  /** Whether a semicolon here belongs to the body of a function: `BEGIN ATOMIC … END`. */
  get isInBody(): boolean {
    return this.bodyDepth > 0
  }

  /** Something of a statement comes, so what was read before was not the end. */
  goesOn(): void {
    this.contents.complete = false
  }

  word(text: string): void {
    const word = text.toLowerCase()
    this.add(word)
    if (this.isRoutine) this.followBody(word)
    this.lastWord = word
  }

  identifier(text: string): void {
    this.add(`"${text}`)
  }

  dot(): void {
    this.add('.')
  }

  /** A parenthesis at the outermost level: after VALUES each one is a row. */
  parenthesis(): void {
    if (this.head[0] === 'copy' && this.head.includes('stdin')) this.hasCopyOptions = true
    if (this.head[0] === 'insert' && this.head.at(-1) === 'values') this.rowsHere++
  }

  /** A comment of a line, with its dashes. */
  comment(text: string): void {
    const { contents } = this
    const header = HEADERS[text]
    if (header !== undefined) {
      contents.header ??= header
      contents.complete = false
    }
    const mark = MARKS[text]
    if (mark !== undefined) contents.complete = contents.header === null || contents.header === mark
    contents.serverVersion ??= /^-- Dumped from database version (\S+)/.exec(text)?.[1] ?? null
    contents.pgDumpVersion ??= /^-- Dumped by pg_dump version (\S+)/.exec(text)?.[1] ?? null
  }

  /** A command of psql, with its backslash. Tables of a cluster's dump are told apart by their database. */
  command(text: string): void {
    const [, database] = /^\\connect\s+(?:-reuse-previous=\w+\s+)?(.+)$/.exec(text.trim()) ?? []
    if (database !== undefined) this.database = /^"dbname='(.*)'"$/.exec(database)?.[1] ?? database
    if (!/^\\(un)?restrict\b/.test(text)) {
      this.contents.complete = false
      this.contents.commands.add(/^\\(\S+)/.exec(text)?.[1] ?? text)
    }
  }

  /**
   * The statement's semicolon. Returns whether rows follow it, up to a line `\.`.
   *
   * @param at the byte behind it, counted from the beginning of the script
   */
  end(at = 0): boolean {
    this.contents.cleaning = this.cleaning.follow(this.head, at)
    this.endStatement()
    this.head = []
    this.tail = []
    this.hasCopyOptions = false
    this.rowsHere = 0
    this.bodyDepth = 0
    this.isRoutine = false
    return this.copying !== null
  }

  private endStatement(): void {
    const [verb, second] = this.head
    rolesNamed(this.head, this.tail).forEach((role) => this.contents.roles.add(role))
    if (verb === 'copy') this.copying = this.copyTarget()
    else if (verb === 'insert') this.endInsert()
    else if (verb === 'create') this.endCreate()
    else if (verb === 'select' && second === 'pg_catalog') this.endCall(this.head[3])
    else if (verb === 'set') this.endSet()
  }

  private endSet(): void {
    const [, name, ...values] = this.head
    const [first] = values.filter((token) => token !== 'to')
    if (name === 'standard_conforming_strings') this.standardStrings = first !== 'off'
    // Of a value in quotes, such as '', nothing is known here: names are looked up as if nothing had been set.
    if (name === 'search_path') this.schema = first === undefined || first === 'pg_catalog' ? null : nameOf(first)
  }

  /** The end of the rows that followed a COPY. */
  endCopy(rows: number): void {
    if (this.copying !== null && this.isOtherCopy) this.contents.otherCopies++
    else if (this.copying !== null) this.count(this.copying, rows)
    this.copying = null
  }

  /** The end of the script, `within` something or after a whole statement. */
  finish(within: string | null): ScriptContents {
    const open = this.copying === null ? within : `the rows of ${this.copying}`
    this.contents.endsIn = open ?? (this.isEmpty ? null : `a statement that begins with ${this.opening()}`)
    if (this.contents.endsIn !== null) this.contents.complete = false
    return this.contents
  }

  private followBody(word: string): void {
    if (this.bodyDepth === 0) this.bodyDepth = word === 'atomic' && this.lastWord === 'begin' ? 1 : 0
    else if (word === 'case') this.bodyDepth++
    else if (word === 'end') this.bodyDepth--
  }

  private add(token: Token): void {
    this.tail = [...this.tail.slice(-TAIL), token]
    if (this.head.length >= HEAD) return
    this.head.push(token)
    this.isRoutine ||= isCreateRoutine(this.head)
  }

  private opening(): string {
    return this.head
      .slice(0, 3)
      .map((token) => token.replace(/^"/, '').toUpperCase())
      .join(' ')
  }

  private copyTarget(): string | null {
    const { table, next } = this.nameAt(1)
    const hasOids = this.head[next] === 'with' && this.head[next + 1] === 'oids'
    const from = hasOids ? next + 2 : next
    this.isOtherCopy = this.hasCopyOptions || this.head.length > from + 2
    return table !== null && this.head[from] === 'from' && this.head[from + 1] === 'stdin' ? table : null
  }

  private endInsert(): void {
    const { table, next } = this.nameAt(2)
    if (table === null) return
    if (this.rowsHere > 0) this.count(table, this.rowsHere)
    else if (this.head[next] === 'default' && this.head[next + 1] === 'values') this.count(table, 1)
    else this.contents.insertsByQuery++
  }

  private endCreate(): void {
    if (this.head[1] === 'extension') this.endCreateExtension()
    const kinds = ['unlogged', 'foreign', 'materialized', 'global', 'local', 'temp', 'temporary']
    let at = 1
    while (kinds.includes(this.head[at] ?? '')) at++
    const creates = this.head[at] === 'table' || (this.head[at] === 'view' && this.head[at - 1] === 'materialized')
    if (['role', 'user', 'group'].includes(this.head[at] ?? '')) this.endCreateRole(at + 1)
    if (!creates) return
    const ifNotExists = this.head[at + 1] === 'if' && this.head[at + 2] === 'not'
    const { table } = this.nameAt(ifNotExists ? at + 4 : at + 1)
    if (table !== null) this.contents.tables.add(table)
  }

  private endCreateRole(at: number): void {
    const name = this.head[at]
    if (name !== undefined && this.head[at] !== 'mapping') this.contents.rolesMade.add(nameOf(name))
  }

  /** `CREATE EXTENSION IF NOT EXISTS e WITH SCHEMA s`, and nothing that says more. */
  private endCreateExtension(): void {
    const words = this.head.slice(['if', 'not', 'exists'].every((word, at) => this.head[at + 2] === word) ? 5 : 2)
    const [name, ...rest] = words.filter((word, at) => at === 0 || word !== 'with')
    const isPlain = rest.length === 0 || (rest.length === 2 && rest[0] === 'schema')
    if (name === undefined || !isPlain) return
    this.contents.extensions.push({ name: nameOf(name), schema: rest[1] === undefined ? null : nameOf(rest[1]) })
  }

  /** Each large object is made by one statement and opened by another, before what fills it; also an empty one. */
  private endCall(routine: Token | undefined): void {
    if (routine === 'lo_create') this.contents.largeObjects.made++
    else if (routine === 'lo_open') this.contents.largeObjects.filled++
  }

  /** The name of a table at a place in the head, and the place after it. */
  private nameAt(start: number): { table: string | null; next: number } {
    const [first, dot, second] = this.head.slice(start, start + 3)
    if (first === undefined) return { table: null, next: start }
    const qualified = dot === '.' && second !== undefined
    const table = qualified
      ? tableKey({ schema: nameOf(first), name: nameOf(second) })
      : tableKey({ schema: this.schema, name: nameOf(first) })
    const key = this.database === null ? table : `${this.database}:${table}`
    return { table: key, next: start + (qualified ? 3 : 1) }
  }

  private count(table: string, rows: number): void {
    this.contents.rows.set(table, (this.contents.rows.get(table) ?? 0) + rows)
  }
}

function isCreateRoutine([verb, first, second, third]: readonly Token[]): boolean {
  const kind = first === 'or' && second === 'replace' ? third : first
  return verb === 'create' && (kind === 'function' || kind === 'procedure')
}
