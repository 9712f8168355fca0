import { decoderOf, type Decoder } from '../platform/encoding.js'
import { Statements, type ScriptContents } from './sql-statements.js'

/** Where in a script the scanner is. Each state has one method that consumes bytes. */
type State =
  | 'statement'
  | 'word'
  | 'string'
  | 'escape string'
  | 'after backslash'
  | 'after quote'
  | 'identifier'
  | 'after double quote'
  | 'dollar'
  | 'dollar string'
  | 'dash'
  | 'line comment'
  | 'slash'
  | 'block comment'
  | 'command'
  | 'line of copy'
  | 'rows'

/** What is told of a script while it is read, in its order. Places are bytes from its beginning. */
export interface ScriptListener {
  /** Behind a statement; behind the whole line of a COPY whose rows follow. */
  statement: (end: { at: number; words: readonly string[]; hasRows: boolean }) => void
  /** Behind the line `\.` that ends rows. */
  rows: (at: number) => void
  /** Where a command of psql begins with its backslash, and where its line ends. */
  command: (at: number, part: 'begin' | 'end') => void
  /** A comment of a line, with its dashes. */
  comment: (text: string) => void
}

/** What it is called when a script ends there. */
const UNFINISHED: Partial<Record<State, string>> = {
  string: 'a quoted string',
  'escape string': 'a quoted string',
  'after backslash': 'a quoted string',
  identifier: 'a quoted name',
  'dollar string': 'a dollar-quoted string',
  'block comment': 'a comment',
  'line of copy': 'the line of a COPY',
}

const [NEWLINE, RETURN, QUOTE, DOUBLE, DOLLAR, BACKSLASH, DOT] = [10, 13, 0x27, 0x22, 0x24, 0x5c, 0x2e]
const [SMALL_E, CAPITAL_E] = [0x65, 0x45]
const [OPEN, CLOSE, SEMICOLON, DASH, SLASH, STAR] = [0x28, 0x29, 0x3b, 0x2d, 0x2f, 0x2a]

/** Longer texts of comments, commands and names are cut: none that matters is so long. */
const LONGEST_TEXT = 1024
/** Within so many bytes pg_dump says what encoding its script is in. */
const LONGEST_BEGINNING = 4096

const FIRST_LINE = 200

/** 1 for the bytes of words: letters, digits, `_`, and everything that is not ASCII. */
const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 || /\w/.test(String.fromCharCode(byte)) ? 1 : 0,
)
/** The bytes that go on with a word, which may hold a dollar sign. */
const CONTINUES_WORD = Uint8Array.from(IS_WORD, (is, byte) => (byte === DOLLAR ? 1 : is))

/** What may follow the mark of the end: blanks, comments and psql's commands, whose own methods look closer. */
const BELONGS_TO_STATEMENT = Uint8Array.from(IS_WORD, (_, byte) =>
  [9, 10, 11, 12, 13, 32, DASH, SLASH, BACKSLASH].includes(byte) ? 0 : 1,
)
const ASCII_ONLY = /^[ -~]*$/
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Reads a script of pg_dump, pg_dumpall or pg_restore piece by piece and counts its rows.
 *
 * It splits statements as psql does, so that what stands in strings, comments and bodies of functions is not taken for a
 * statement. Rows of COPY blocks are only looked at for their line ends, at the speed of `Buffer.indexOf`. It holds no
 * more than the first words of a statement, wherever the pieces are cut.
 */
export class SqlScanner {
  private state: State = 'statement'
  private readonly statements = new Statements()
  private depth = 0
  /** The bytes of the word, name, comment, command or dollar quote at hand, each as one character. */
  private text = ''
  private wordStart = 0
  private wordLength = 0
  /** Whether the byte before was a word `e`, which makes the string that follows one with escapes. */
  private afterE = false
  /** How many bytes of the closing dollar quote were seen, and that quote. */
  private seen = 0
  private closing: Buffer = Buffer.alloc(0)
  private commentDepth = 0
  private lastInComment = 0
  /** The bytes that came before the piece at hand. */
  private before = 0
  private rows = 0
  /** The beginning of a row that the piece before cut: its length so far and its first bytes. */
  private rowLength = 0
  private readonly rowHead = new Uint8Array(3)

  /** How the script begins; there it says what encoding it is in. */
  private beginning = ''
  /** The words of a COPY whose line has not ended. */
  private copyWords: readonly string[] = []

  constructor(private readonly listener?: ScriptListener) {}

  /** Reads names, in the encoding that the script is in. */
  get decode(): Decoder {
    return this.statements.decode
  }

  push(chunk: Buffer): void {
    const { contents } = this.statements
    if (this.beginning.length < LONGEST_BEGINNING) this.readBeginning(chunk)
    if (contents.firstLine.length < FIRST_LINE && !contents.firstLine.includes('\n')) this.keepFirstLine(chunk)
    this.before = contents.bytes
    contents.bytes += chunk.length
    let at = contents.bytes === chunk.length && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
    while (at < chunk.length) at = this.consume(chunk, at)
  }

  /** What was in it, once everything was pushed. */
  end(): ScriptContents {
    if (this.state === 'line comment') this.endLineComment()
    if (this.state === 'command') this.endCommand(this.statements.contents.bytes)
    if (this.state === 'word') this.endWord()
    const { contents } = this.statements
    contents.firstLine = contents.firstLine.split('\n')[0]?.trim() ?? ''
    return this.statements.finish(UNFINISHED[this.state] ?? null)
  }

  private readBeginning(chunk: Buffer): void {
    this.beginning += chunk.toString('latin1', 0, LONGEST_BEGINNING - this.beginning.length)
    const [, encoding] = /^SET client_encoding = '(\w+)';/m.exec(this.beginning) ?? []
    if (encoding !== undefined) this.statements.decode = decoderOf(encoding)
  }

  private keepFirstLine(chunk: Buffer): void {
    const { contents } = this.statements
    const more = contents.firstLine + chunk.toString('utf8', 0, FIRST_LINE)
    contents.firstLine = more.trimStart().slice(0, FIRST_LINE)
  }

  private consume(chunk: Buffer, at: number): number {
    switch (this.state) {
      case 'rows':
        return this.consumeRows(chunk, at)
      case 'statement':
        return this.consumeStatement(chunk, at)
      case 'word':
        return this.consumeWord(chunk, at)
      case 'string':
        return this.through(chunk, at, QUOTE, 'statement')
      case 'identifier':
        return this.consumeIdentifier(chunk, at)
      case 'line comment':
      case 'command':
        return this.consumeLine(chunk, at)
      case 'line of copy':
        return this.consumeLineOfCopy(chunk, at)
      case 'dollar string':
        return this.consumeDollarString(chunk, at)
      case 'escape string':
        return this.consumeEscapeString(chunk, at)
      default:
        return this.consumeByte(chunk, at)
    }
  }

  /** States that one byte decides. */
  private consumeByte(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    switch (this.state) {
      case 'after backslash':
        return this.go('escape string', at + 1)
      case 'after quote':
        return byte === QUOTE ? this.go('escape string', at + 1) : this.go('statement', at)
      case 'after double quote':
        return byte === DOUBLE ? this.doubledQuote(chunk, at) : this.endIdentifier(at)
      case 'dash':
        return byte === DASH ? this.startText('line comment', at, '-') : this.go('statement', at)
      case 'slash':
        return byte === STAR ? this.startBlockComment(at) : this.go('statement', at)
      case 'dollar':
        return this.consumeDollar(chunk, at, byte)
      default:
        return this.consumeBlockComment(chunk, at)
    }
  }

  private go(state: State, at: number): number {
    this.state = state
    return at
  }

  /** Skips to behind the next such byte, where another state begins. */
  private through(chunk: Buffer, at: number, byte: number, next: State): number {
    const found = chunk.indexOf(byte, at)
    return found === -1 ? chunk.length : this.go(next, found + 1)
  }

  private consumeStatement(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    if (BELONGS_TO_STATEMENT[byte] === 1) this.statements.goesOn()
    if (IS_WORD[byte] === 1) return this.startWord(byte, at)
    const afterE = this.afterE
    this.afterE = false
    switch (byte) {
      case QUOTE:
        return this.go(afterE || !this.statements.standardStrings ? 'escape string' : 'string', at + 1)
      case DOUBLE:
        return this.startText('identifier', at + 1)
      case DOLLAR:
        return this.startText('dollar', at + 1)
      case DASH:
        return this.go('dash', at + 1)
      case SLASH:
        return this.go('slash', at + 1)
      case BACKSLASH:
        this.listener?.command(this.before + at, 'begin')
        return this.startText('command', at)
      default:
        return this.punctuation(byte, at)
    }
  }

  private punctuation(byte: number, at: number): number {
    if (byte === OPEN) {
      if (this.depth === 0) this.statements.parenthesis()
      this.depth++
    } else if (byte === CLOSE) {
      this.depth = Math.max(0, this.depth - 1)
    } else if (byte === DOT && this.depth === 0) {
      this.statements.dot()
    } else if (byte === SEMICOLON && this.depth === 0 && !this.statements.isInBody) {
      return this.endStatement(at + 1)
    }
    return at + 1
  }

  private endStatement(at: number): number {
    const { words } = this.statements
    const end = this.before + at
    if (this.statements.end(end)) {
      this.copyWords = words
      return this.go('line of copy', at)
    }
    this.listener?.statement({ at: end, words, hasRows: false })
    return at
  }

  private consumeLineOfCopy(chunk: Buffer, at: number): number {
    const next = this.through(chunk, at, NEWLINE, 'rows')
    if (this.state === 'rows') {
      this.listener?.statement({ at: this.before + next, words: this.copyWords, hasRows: true })
    }
    return next
  }

  private startText(state: State, at: number, begun = ''): number {
    this.text = begun
    return this.go(state, at)
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    const room = LONGEST_TEXT - this.text.length
    if (room > 0) this.text += chunk.toString('latin1', from, Math.min(to, from + room))
  }

  private taken(): string {
    return ASCII_ONLY.test(this.text) ? this.text : this.statements.decode(Buffer.from(this.text, 'latin1'))
  }

  private startWord(first: number, at: number): number {
    this.wordStart = first
    this.wordLength = 0
    return this.startText('word', at)
  }

  private consumeWord(chunk: Buffer, at: number): number {
    let end = at
    while (end < chunk.length && CONTINUES_WORD[chunk[end] ?? 0] === 1) end++
    if (this.wantsText) this.keep(chunk, at, end)
    this.wordLength += end - at
    if (end < chunk.length) this.endWord()
    return end
  }

  private get wantsText(): boolean {
    return this.depth === 0 && this.statements.wantsWords
  }

  private endWord(): void {
    this.afterE = this.wordLength === 1 && (this.wordStart === CAPITAL_E || this.wordStart === SMALL_E)
    if (this.wantsText) this.statements.word(this.taken())
    this.state = 'statement'
  }

  private consumeIdentifier(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(DOUBLE, at)
    this.keep(chunk, at, found === -1 ? chunk.length : found)
    return found === -1 ? chunk.length : this.go('after double quote', found + 1)
  }

  private doubledQuote(chunk: Buffer, at: number): number {
    this.keep(chunk, at, at + 1)
    return this.go('identifier', at + 1)
  }

  private endIdentifier(at: number): number {
    if (this.depth === 0) this.statements.identifier(this.taken())
    return this.go('statement', at)
  }

  private consumeLine(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(NEWLINE, at)
    this.keep(chunk, at, found === -1 ? chunk.length : found)
    if (found === -1) return chunk.length
    if (this.state === 'command') this.endCommand(this.before + found)
    else this.endLineComment()
    return found
  }

  private endLineComment(): void {
    const text = this.taken().trimEnd()
    this.statements.comment(text)
    this.listener?.comment(text)
    this.state = 'statement'
  }

  private endCommand(at: number): void {
    this.statements.command(this.taken())
    this.listener?.command(at, 'end')
    this.state = 'statement'
  }

  private consumeEscapeString(chunk: Buffer, at: number): number {
    for (let i = at; i < chunk.length; i++) {
      if (chunk[i] === QUOTE) return this.go('after quote', i + 1)
      if (chunk[i] === BACKSLASH) return this.go('after backslash', i + 1)
    }
    return chunk.length
  }

  /** Behind a dollar sign: a tag and another dollar sign begin a string; anything else, as in `$1`, does not. */
  private consumeDollar(chunk: Buffer, at: number, byte: number): number {
    if (byte === DOLLAR) {
      this.closing = Buffer.from(`$${this.text}$`, 'latin1')
      this.seen = 0
      return this.go('dollar string', at + 1)
    }
    const isDigit = byte >= 0x30 && byte <= 0x39
    if (IS_WORD[byte] !== 1 || (isDigit && this.text === '')) return this.go('statement', at)
    this.keep(chunk, at, at + 1)
    return at + 1
  }

  private consumeDollarString(chunk: Buffer, at: number): number {
    if (this.seen === 0) {
      const found = chunk.indexOf(DOLLAR, at)
      if (found === -1) return chunk.length
      this.seen = 1
      return found + 1
    }
    const byte = chunk[at] ?? 0
    if (byte === this.closing[this.seen]) this.seen++
    else this.seen = byte === DOLLAR ? 1 : 0
    return this.seen === this.closing.length ? this.go('statement', at + 1) : at + 1
  }

  private startBlockComment(at: number): number {
    this.commentDepth = 1
    this.lastInComment = 0
    return this.go('block comment', at + 1)
  }

  private consumeBlockComment(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    const pair = (this.lastInComment << 8) | byte
    const [begins, ends] = [pair === ((SLASH << 8) | STAR), pair === ((STAR << 8) | SLASH)]
    this.lastInComment = begins || ends ? 0 : byte
    if (begins) this.commentDepth++
    if (ends) this.commentDepth--
    return this.commentDepth === 0 ? this.go('statement', at + 1) : at + 1
  }

  private consumeRows(chunk: Buffer, start: number): number {
    let at = start
    if (this.rowLength > 0) {
      const end = chunk.indexOf(NEWLINE, at)
      this.cutRow(chunk, at, end === -1 ? chunk.length : end)
      if (end === -1) return chunk.length
      at = end + 1
      if (this.isLastRow(this.rowHead, 0, this.rowLength)) return this.endRows(at)
      this.rowLength = 0
      this.rows++
    }
    for (let end = chunk.indexOf(NEWLINE, at); end !== -1; end = chunk.indexOf(NEWLINE, at)) {
      if (chunk[at] === BACKSLASH && this.isLastRow(chunk, at, end)) return this.endRows(end + 1)
      this.rows++
      at = end + 1
    }
    this.cutRow(chunk, at, chunk.length)
    return chunk.length
  }

  /** Whether it is the line `\.`, also with the line ends of Windows. */
  private isLastRow(bytes: Uint8Array, from: number, to: number): boolean {
    const length = to - from
    const isEnd = bytes[from] === BACKSLASH && bytes[from + 1] === DOT
    return isEnd && (length === 2 || (length === 3 && bytes[from + 2] === RETURN))
  }

  /** Keeps of a row that goes on in the next piece what could make it the last one. */
  private cutRow(chunk: Buffer, from: number, to: number): void {
    for (let i = from; i < to && this.rowLength + i - from < this.rowHead.length; i++) {
      this.rowHead[this.rowLength + i - from] = chunk[i] ?? 0
    }
    this.rowLength += to - from
  }

  private endRows(at: number): number {
    this.statements.endCopy(this.rows)
    this.rows = 0
    this.rowLength = 0
    this.listener?.rows(this.before + at)
    return this.go('statement', at)
  }
}
