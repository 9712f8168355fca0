import { SqlScanner } from './sql-scanner.js'

/** A script in its order: its text, with its place in bytes, and where parts of it end. */
export type Piece =
  | { kind: 'text'; bytes: Buffer; at: number }
  /** A statement ends here, with its semicolon; a COPY whose rows follow, with its line. */
  | { kind: 'statement'; words: readonly string[]; hasRows: boolean }
  /** Rows end here, with the line `\.`. */
  | { kind: 'rows' }
  /** A comment of a line, with its dashes; it is in the text too. */
  | { kind: 'comment'; text: string }
  /** A command of psql begins here, which is left out. */
  | { kind: 'command' }

type Found = { at: number } & (Exclude<Piece, { kind: 'text' }> | { kind: 'end of command' })

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Cuts a script where its statements end, as it passes by; nothing of it is kept. */
export class ScriptPieces {
  private found: Found[] = []
  private readonly scanner = new SqlScanner({
    statement: ({ at, words, hasRows }) => this.found.push({ kind: 'statement', at, words, hasRows }),
    rows: (at) => this.found.push({ kind: 'rows', at }),
    command: (at, part) => this.found.push({ kind: part === 'begin' ? 'command' : 'end of command', at }),
    comment: (text) => this.found.push({ kind: 'comment', at: 0, text }),
  })
  /** Whether what comes next is a command of psql. */
  private inCommand = false

  /** Reads what a server says whose client said that it speaks the script's encoding. */
  readonly decode = (bytes: Buffer): string => this.scanner.decode(bytes)

  async *of(script: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
    let before = 0
    for await (const chunk of script) {
      this.scanner.push(chunk)
      yield* this.cut(chunk, before)
      before += chunk.length
    }
  }

  private *cut(chunk: Buffer, before: number): Generator<Piece> {
    // Editors of Windows write a mark before the text, which psql passes over only where its file begins.
    const text = (start: number, end: number): Piece[] =>
      start < end && !this.inCommand ? [{ kind: 'text', bytes: chunk.subarray(start, end), at: before + start }] : []
    let from = before === 0 && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
    for (const { at, ...found } of this.found.splice(0)) {
      const to = Math.max(at - before, from)
      yield* text(from, to)
      from = to
      this.inCommand = found.kind === 'command'
      if (found.kind !== 'end of command') yield found
    }
    yield* text(from, chunk.length)
  }
}
