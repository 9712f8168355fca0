import { DamagedError } from '../errors.js'

/** A script holds what psql would obey even in its restricted mode. */
export class HiddenCommandError extends DamagedError {
  constructor(what: string) {
    super({
      doing: 'reading the script for psql',
      problem: `it holds ${what}, which no dump has and psql could obey`,
      advice: 'It was not written by pg_dump alone. Find out who changed it; take the rows from another set.',
    })
  }
}

/** The mark of pg_dump comes before anything that the source could have chosen. */
const HEAD = 4096

/** The one command that psql obeys in restricted mode. */
const COMMAND = Buffer.from('\\unrestrict')

/** More than a line with the mark of the end has: `\unrestrict` and 63 characters, as pg_dump writes it. */
const LONGEST_MARK = 256

/** As much of what was passed on as it takes to tell whether a backslash begins a command. */
const LOOK_BACK = 64

const NUL = 0x00
const NEWLINE = 0x0a
const RETURN = 0x0d
const BACKSLASH = 0x5c
const BACKTICK = 0x60

/**
 * Passes a script on to a psql in restricted mode, with blanks for the marks of that mode which pg_dump itself puts around
 * it: psql would refuse them too. So errors name the lines of the script, and places in it stay the same.
 *
 * Restricted mode alone is not enough: until 2026, psql ran what stands in backticks behind `\unrestrict` before it looked
 * at the key. So such a line never reaches psql. Nor does a zero byte, at which psql would join two lines into one.
 *
 * Throws `HiddenCommandError` before psql gets to read either.
 *
 * @param options.makesRoom leaves out the first line where it says nothing, for one that is put before it
 */
export async function* onlySql(script: AsyncIterable<Buffer>, { makesRoom = false } = {}): AsyncGenerator<Buffer> {
  const filter = new Filter(makesRoom)
  for await (const piece of script) yield filter.next(piece)
  yield filter.end()
}

class Filter {
  private isHead = true
  private held: Buffer = Buffer.alloc(0)
  /** The line that ends the restricted mode of the script's own head; null where it has none. */
  private endMark: Buffer | null = null
  /** Whether the line that is not over yet has the command in it. */
  private isArmed = false
  /** The end of what was passed on. */
  private passedOn: Buffer = Buffer.from('\n')

  constructor(private readonly makesRoom: boolean) {}

  next(piece: Buffer): Buffer {
    this.held = Buffer.concat([this.held, piece])
    return this.isHead && this.held.length < HEAD ? Buffer.alloc(0) : this.pass(LONGEST_MARK)
  }

  end(): Buffer {
    return this.pass(0)
  }

  /** Everything but the last bytes, in which a mark may begin. */
  private pass(kept: number): Buffer {
    const text = this.isHead ? this.withRoom(this.withoutMark(this.held)) : this.held
    this.isHead = false
    const until = Math.max(0, text.length - kept)
    const passed: Buffer[] = []
    let at = 0
    while (at < until) {
      const found = text.indexOf(COMMAND, at)
      const end = found === -1 || found > until ? until : found
      passed.push(this.checked(text.subarray(at, end)))
      at = end
      if (at === until) break
      if (this.isEndMark(text, at)) {
        const { length } = this.endMark ?? ''
        passed.push(this.checked(blanks(length)))
        at += length
      } else {
        this.isArmed ||= mayBeginCommand(this.passedOn)
        passed.push(this.checked(text.subarray(at, at + COMMAND.length)))
        at += COMMAND.length
      }
    }
    this.held = text.subarray(at)
    return Buffer.concat(passed)
  }

  /** The mark stands behind nothing but comments, and its line stays. */
  private withoutMark(head: Buffer): Buffer {
    const text = head.toString('latin1')
    const [before, comments, key] = /^((?:(?:--[^\n]*)?\r?\n)*)\\restrict ([A-Za-z0-9]+)(?=\r?\n)/.exec(text) ?? []
    if (before === undefined || comments === undefined || key === undefined) return head
    this.endMark = Buffer.from(`\\unrestrict ${key}`)
    const mark = blanks(before.length - comments.length)
    return Buffer.concat([head.subarray(0, comments.length), mark, head.subarray(before.length)])
  }

  private withRoom(head: Buffer): Buffer {
    if (!this.makesRoom) return head
    const first = /^(?:--[^\n]*)?\r?\n/.exec(head.toString('latin1'))?.[0] ?? ''
    return head.subarray(first.length)
  }

  private isEndMark(text: Buffer, at: number): boolean {
    if (this.endMark === null || this.passedOn.at(-1) !== NEWLINE) return false
    const end = at + this.endMark.length
    return text.subarray(at, end).equals(this.endMark) && [NEWLINE, RETURN, undefined].includes(text[end])
  }

  private checked(text: Buffer): Buffer {
    if (text.includes(NUL)) throw new HiddenCommandError('a zero byte')
    if (this.isArmed) {
      const newline = text.indexOf(NEWLINE)
      const line = newline === -1 ? text : text.subarray(0, newline)
      if (line.includes(BACKTICK)) throw new HiddenCommandError("a program in psql's command \\unrestrict")
      this.isArmed = newline === -1
    }
    this.passedOn = Buffer.concat([this.passedOn, text.subarray(-LOOK_BACK)]).subarray(-LOOK_BACK)
    return text
  }
}

function blanks(length: number): Buffer {
  return Buffer.alloc(length, ' ')
}

/**
 * Whether a backslash behind this begins a command. Behind another backslash it does not, as in rows that say
 * `\unrestrict`; but that other one may be the second byte of a letter, behind a byte that is no ASCII.
 */
function mayBeginCommand(before: Buffer): boolean {
  let at = before.length - 1
  while (at >= 0 && before[at] === BACKSLASH) at -= 1
  const run = before.length - 1 - at
  const [byte] = before.subarray(Math.max(at, 0))
  return run === 0 || at < 0 || byte === undefined || byte >= 0x80
}
