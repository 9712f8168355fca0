import { StringDecoder } from 'node:string_decoder'

/** Longer lines are cut here, so that output without line ends cannot fill the memory. */
export const MAX_LINE_LENGTH = 256 * 1024

const CUT_MARK = ' [line cut here]'

/**
 * Cuts a stream of bytes into lines and hands each to `onLine`, without its line end. Lines longer than
 * `MAX_LINE_LENGTH` are cut and marked. Its memory is bounded by one line.
 */
export class LineSplitter {
  private readonly decoder: StringDecoder
  private pieces: string[] = []
  private length = 0

  /** @param decode reads the bytes of a line; as UTF-8 where it is not given */
  constructor(
    private readonly onLine: (line: string) => void,
    private readonly decode?: (line: Buffer) => string,
  ) {
    // Every byte is a character until the line is whole.
    this.decoder = new StringDecoder(decode === undefined ? 'utf8' : 'latin1')
  }

  push(chunk: Buffer): void {
    const parts = this.decoder.write(chunk).split('\n')
    const unfinished = parts.pop() ?? ''
    for (const part of parts) {
      this.keep(part)
      this.emit()
    }
    this.keep(unfinished)
  }

  /** Hands over what came after the last line end. */
  end(): void {
    this.keep(this.decoder.end())
    if (this.length > 0) {
      this.emit()
    }
  }

  private keep(text: string): void {
    const room = MAX_LINE_LENGTH - this.length
    if (text !== '' && room > 0) {
      this.pieces.push(text.slice(0, room))
    }
    this.length += text.length
  }

  private emit(): void {
    const text = this.pieces.join('')
    const line = this.decode === undefined ? text : this.decode(Buffer.from(text, 'latin1'))
    const isCut = this.length > MAX_LINE_LENGTH
    this.pieces = []
    this.length = 0
    this.onLine(isCut ? line + CUT_MARK : line.replace(/\r$/, ''))
  }
}

/** Remembers the last lines of something: at most so many, and at most so many characters of them. */
export class Tail {
  private readonly lines: string[] = []
  private length = 0

  constructor(
    private readonly maxLines = 40,
    private readonly maxLength = 8 * 1024,
  ) {}

  push(line: string): void {
    const kept = line.slice(0, this.maxLength)
    this.lines.push(kept)
    this.length += kept.length
    while (this.lines.length > this.maxLines || this.length > this.maxLength) {
      this.length -= this.lines.shift()?.length ?? 0
    }
  }

  toString(): string {
    return this.lines.join('\n')
  }
}
