import type { Context } from '../context.js'
import { settingSearchPath } from '../postgres/catalog/search-path.js'
import { describeStatement, KEPT, type Complaint } from './complaint.js'
import { onlySql } from './only-sql.js'
import { ScriptPieces, type Piece } from './script-pieces.js'
import { lineEndsIn, ScriptSession, type Said } from './script-session.js'
import { textOf, type Script } from './script-text.js'
import {
  beginsTransaction,
  endsTransaction,
  entryOf,
  isOfEventTrigger,
  isSearchPath,
  isSetting,
  stageOf,
  type Stage,
} from './script-words.js'
import type { RestoreTarget } from './target-database.js'

/** A statement that failed, with the rows that belong to it; or a transaction of the script, in which one did. */
export interface FailedStatement {
  /** Its place in the script, by which it is found again. */
  index: number
  complaints: Complaint[]
}

/** What is run of a script; all of it where nothing is given. */
export interface Pass {
  /** Only these statements, besides the settings of the script. */
  only?: ReadonlySet<number>
  /** Names without a schema are looked up in this, and not in nothing, as pg_dump has it. */
  searchPath?: string
  /** Leaves out event triggers, which must not run on the rest of a restore; they are told to be put off. */
  withoutEventTriggers?: boolean
  /** Called behind the rows, where some failed: views and indexes come next, which read them. Returns what is left. */
  beforeRest?: (failed: readonly FailedStatement[]) => Promise<readonly FailedStatement[]>
  /** In one transaction and without a look at foreign keys and triggers; only some roles may do that. */
  unchecked?: boolean
}

export interface PassOutcome {
  failed: readonly FailedStatement[]
  /** How many failed besides these, which were too many to try again. */
  more: number
  /** What was said when the session ended before the script, or of no statement. */
  general: Complaint[]
  /** Statements of event triggers that were left out. */
  putOff: readonly FailedStatement[]
  /** Statements that the script's reader passed over, and that are told. */
  passedOver: readonly string[]
}

/** As many failed statements are kept; where more fail, something is wrong that no order mends. */
const MOST_FAILED = 1000

/** A statement that is longer goes to psql while it is read. */
const LONGEST_KEPT = 1024 * 1024

/**
 * Gives a script to psql, statement by statement, in one session, and goes on after errors. The rows of a COPY are only
 * sent where the server takes them: psql would read those of a COPY that failed as statements.
 *
 * Throws `HiddenCommandError`.
 */
export async function runScript(
  target: RestoreTarget,
  script: Script,
  pass: Pass,
  context: Context,
): Promise<PassOutcome> {
  const pieces = new ScriptPieces()
  const doing = pass.only === undefined ? `restoring ${script.file}` : `restoring again what failed of ${script.file}`
  const { foreign } = script
  const session = new ScriptSession(target, { doing, foreign, decode: pieces.decode }, context)
  const run = new ScriptRun(session, script, pass)
  try {
    await run.begin()
    for await (const piece of pieces.of(onlySql(textOf(script)))) await run.take(piece)
    return await run.end()
  } finally {
    await session.stop()
  }
}

/** A statement on its way. */
interface Statement {
  index: number
  /** Where its text begins: bytes and line ends before it in the script, and line ends that psql was given before it. */
  from: { byte: number; line: number; given: number | null }
  entry: string
}

class ScriptRun {
  private failed: FailedStatement[] = []
  private more = 0
  private readonly putOff: FailedStatement[] = []
  private readonly passedOver: string[] = []
  private readonly general: Complaint[] = []
  private index = 0
  /** Line ends of the script before what comes next. */
  private line = 0
  private entry = ''
  private stage: Stage = 'definitions'
  /** The text of the statement at hand that psql did not get yet. */
  private pending: Buffer[] = []
  private pendingLength = 0
  private statement: Statement | null = null
  /** Whether the script is in a transaction of its own, which counts as one statement. */
  private inTransaction = false
  private rows: 'sent' | 'passed over' | null = null

  constructor(
    private readonly session: ScriptSession,
    private readonly script: Script,
    private readonly pass: Pass,
  ) {}

  async begin(): Promise<void> {
    await this.session.begin()
    if (this.pass.unchecked === true) {
      await this.session.write('BEGIN;\nSET LOCAL session_replication_role = replica;\n')
      await this.mark(this.outside())
    }
  }

  async take(piece: Piece): Promise<void> {
    switch (piece.kind) {
      case 'text':
        return this.takeText(piece.bytes, piece.at)
      case 'statement':
        return this.endStatement(piece.words, piece.hasRows)
      case 'rows':
        return this.endRows()
      case 'comment':
        return this.takeComment(piece.text)
      case 'command':
        this.takeCommand()
        return
    }
  }

  async end(): Promise<PassOutcome> {
    if (this.isWanted()) await this.session.write(this.taken())
    if (this.pass.unchecked === true) {
      await this.session.write('COMMIT;\n')
      await this.mark(this.outside())
    }
    const { complaints } = await this.session.end()
    const { failed, more, putOff, passedOver } = this
    return { failed, more, general: [...this.general, ...complaints], putOff, passedOver }
  }

  private async takeComment(text: string): Promise<void> {
    const entry = entryOf(text)
    if (entry === null) return
    this.entry = entry
    const stage = stageOf(entry, this.stage)
    const isBehindRows = stage === 'rest' && stage !== this.stage
    this.stage = stage
    const { beforeRest } = this.pass
    if (!isBehindRows || beforeRest === undefined) return
    const { isReached } = await this.session.reach()
    if (isReached && this.failed.length > 0) this.failed = [...(await beforeRest(this.failed))]
  }

  /** A script of pg_dump has none but its own marks; those of other tools are passed over. */
  private takeCommand(): void {
    if (this.script.foreign || this.pass.only !== undefined) return
    const about = `line ${this.line + 1}`
    this.general.push({ by: 'program', message: 'it holds a command of psql, which was refused', about })
  }

  private async takeText(bytes: Buffer, at: number): Promise<void> {
    if (this.rows === null) {
      this.statement ??= this.begun(at)
      this.pending.push(bytes)
      this.pendingLength += bytes.length
      if (this.pendingLength >= LONGEST_KEPT) await this.sendEarly(this.statement)
    } else if (this.rows === 'sent') {
      await this.session.write(bytes)
    }
    this.line += lineEndsIn(bytes)
  }

  private async sendEarly(statement: Statement): Promise<void> {
    const text = this.taken()
    if (this.isWanted()) await this.send(text, statement)
  }

  private async endStatement(words: readonly string[], hasRows: boolean): Promise<void> {
    const statement = (this.statement ??= this.begun(0))
    statement.entry = this.entry
    this.inTransaction ||= beginsTransaction(words)
    const text = this.taken()
    const isLeftOut = this.isPutOff(words, statement) || this.passesOver(words, text)
    const isWanted = !isLeftOut && (this.isWanted() || isSetting(words))
    if (hasRows) {
      this.rows = isWanted && (await this.takesRows(text, statement)) ? 'sent' : 'passed over'
      if (this.rows === 'sent') await this.send(text, statement)
      return
    }
    if (isWanted) {
      await this.send(text, statement)
      await this.mark(statement)
      if (isSearchPath(words)) await this.setSearchPath()
    }
    if (endsTransaction(words)) this.inTransaction = false
    this.next()
  }

  private async endRows(): Promise<void> {
    if (this.rows === 'sent' && this.statement !== null) await this.mark(this.statement)
    this.rows = null
    this.next()
  }

  private isPutOff(words: readonly string[], { index }: Statement): boolean {
    if (this.pass.withoutEventTriggers !== true || !isOfEventTrigger(words)) return false
    this.putOff.push({ index, complaints: [] })
    return true
  }

  private passesOver(words: readonly string[], text: Buffer): boolean {
    const how = this.script.passOver?.(words) ?? null
    if (how === 'told') this.passedOver.push(describeStatement(text.toString('utf8')))
    return how !== null
  }

  /** Whether a COPY without rows succeeds; it is taken back, as triggers may run even so. */
  private async takesRows(text: Buffer, statement: Statement): Promise<boolean> {
    const isWithin = this.inTransaction || this.pass.unchecked === true
    await this.session.write(isWithin ? 'SAVEPOINT lifeboat;\n' : 'BEGIN;\n')
    await this.send(text, statement)
    await this.session.write('\\.\n')
    const said = await this.session.reach()
    this.tell(statement, said)
    await this.session.write(isWithin ? 'ROLLBACK TO SAVEPOINT lifeboat;\n' : 'ROLLBACK;\n')
    statement.from.given = null
    return said.isReached && !said.hasFailed
  }

  private async send(text: Buffer, { from }: Statement): Promise<void> {
    from.given ??= this.session.lines
    await this.session.write(text)
  }

  private async mark(statement: Statement): Promise<void> {
    await this.session.mark((said) => {
      this.tell(statement, said)
    })
  }

  private tell(statement: Statement, { complaints, hasFailed, isReached }: Said): void {
    const { index } = statement
    const told = complaints.map((complaint) => ({ ...complaint, about: placed(complaint.about, statement) }))
    if (!isReached) this.general.push(...told)
    else if (hasFailed) this.keep({ index, complaints: told })
  }

  private keep({ index, complaints }: FailedStatement): void {
    const last = this.failed.at(-1)
    if (last?.index === index) last.complaints = [...last.complaints, ...complaints].slice(0, KEPT)
    else if (this.failed.length < MOST_FAILED) this.failed.push({ index, complaints })
    else this.more += 1
  }

  private async setSearchPath(): Promise<void> {
    const { searchPath } = this.pass
    if (searchPath === undefined) return
    await this.session.write(`\n${settingSearchPath(searchPath)}\n`)
  }

  private begun(at: number): Statement {
    return { index: this.index, from: { byte: at, line: this.line, given: null }, entry: '' }
  }

  /** What is said of our own statements. */
  private outside(): Statement {
    return { ...this.begun(0), index: -1 }
  }

  private isWanted(): boolean {
    const { leftOut } = this.script
    const at = this.statement?.from.byte
    const isLeftOut = leftOut !== undefined && at !== undefined && at >= leftOut.from && at < leftOut.to
    return !isLeftOut && (this.pass.only?.has(this.index) ?? true)
  }

  private taken(): Buffer {
    const text = Buffer.concat(this.pending)
    this.pending = []
    this.pendingLength = 0
    return text
  }

  private next(): void {
    this.statement = null
    if (!this.inTransaction) this.index += 1
  }
}

/** psql counts the lines that it is given, which are not those of the script. */
function placed(about: string, { from, entry }: Statement): string {
  const [, line] = /^line (\d+)$/.exec(about) ?? []
  const place = line === undefined ? about : `line ${Number(line) - (from.given ?? 0) + from.line}`
  return [place, entry].filter((part) => part !== '').join(', ')
}
