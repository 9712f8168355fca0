import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Context, Finished, Running } from '../context.js'
import type { Complaint } from './complaint.js'
import { ScriptComplaints, TELLING } from './script-complaints.js'
import type { RestoreTarget } from './target-database.js'

/** What psql said between two marks. */
export interface Said {
  complaints: Complaint[]
  /** Whether something failed in between that changes anything. */
  hasFailed: boolean
  /** Whether psql came to the second one. */
  isReached: boolean
}

/**
 * A psql that is given a script bit by bit, and says how far it came. It refuses its own commands, so that nothing in a
 * script acts outside of the database; only our marks are let through.
 */
export class ScriptSession {
  /** Lines that it was given. */
  lines = 0
  private complaints = new ScriptComplaints()
  private readonly waiting: ((said: Said) => void)[] = []
  private readonly key = randomBytes(24).toString('hex')
  private readonly word = `lifeboat-${randomBytes(12).toString('hex')}`
  private readonly running: Running
  private readonly ended: Promise<Finished>
  private isOver = false

  constructor(
    { programs, environment }: RestoreTarget,
    private readonly of: { doing: string; foreign: boolean; decode: (bytes: Buffer) => string },
    { processes }: Context,
  ) {
    this.running = processes.start({
      ...programs.command('psql', ['--no-psqlrc', '--quiet', '--no-password', ...TELLING, '--file=-']),
      env: environment,
      doing: of.doing,
      stdin: 'pipe',
      decodeStderr: of.decode,
      onStderrLine: this.follow,
      accept: [0, 1, 2, 3],
    })
    this.ended = this.running.finished.finally(() => {
      this.giveUpWaiting()
    })
    this.ended.catch(() => undefined)
  }

  async begin(): Promise<void> {
    await this.write(`\\restrict ${this.key}\n`)
  }

  /** Waits while psql has enough to do. What it does not read any more, because it ended, is dropped. */
  async write(text: string | Buffer): Promise<void> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    this.lines += lineEndsIn(bytes)
    const { stdin } = this.running
    if (stdin === null || stdin.destroyed || stdin.write(bytes)) return
    await Promise.race([once(stdin, 'drain'), this.ended]).catch(() => undefined)
  }

  /** Calls back when psql has come this far, or ended before. */
  async mark(told: (said: Said) => void): Promise<void> {
    this.waiting.push(told)
    if (this.isOver) this.giveUpWaiting()
    await this.write(`\n\\unrestrict ${this.key}\n\\warn ${this.word} :ERROR\n\\restrict ${this.key}\n`)
  }

  /** Waits until psql has come this far. */
  async reach(): Promise<Said> {
    const said = new Promise<Said>((resolve, reject) => {
      this.mark(resolve).catch(reject)
    })
    await Promise.race([said, this.ended])
    return said
  }

  /** Lets psql end, and returns what it said at last. */
  async end(): Promise<Said> {
    this.running.stdin?.end()
    const { code, stderrTail } = await this.ended
    const said = this.said(false)
    if (code === 0 || said.hasFailed) return said
    this.complaints.failedSilently(stderrTail)
    return this.said(true)
  }

  /** For when the script cannot be read on. */
  async stop(): Promise<void> {
    this.running.stop()
    await this.ended.catch(() => undefined)
  }

  private readonly follow = (line: string): void => {
    if (line !== `${this.word} true` && line !== `${this.word} false`) {
      this.complaints.follow(line)
      return
    }
    const said = this.said(line.endsWith('true'))
    this.waiting.shift()?.(said)
  }

  private said(isError: boolean): Said {
    this.complaints.end()
    if (!this.of.foreign) this.complaints.refusedAlone()
    const { kept, count, harmless } = this.complaints
    this.complaints = new ScriptComplaints()
    if (isError && count + harmless === 0) {
      this.complaints.failedSilently('')
      return this.said(false)
    }
    return { complaints: kept, hasFailed: count > 0, isReached: true }
  }

  /** psql is gone: what it said last belongs to the first mark that it did not reach. */
  private giveUpWaiting(): void {
    this.isOver = true
    for (const told of this.waiting.splice(0)) told({ ...this.said(false), isReached: false })
  }
}

export function lineEndsIn(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}
