import type { Progress } from '../context.js'
import type { Pace } from './progress-text.js'

/** So long something must have run before its rate means anything. */
const SETTLING = 500

/** Lines of a log come at most so often. */
const LINE_INTERVAL = 10_000

interface Seen {
  firstAt: number
  firstDone: number
  lineAt: number
  ended: boolean
}

/** Remembers when each label was first seen, to tell its pace and when its next line is due. */
export class PaceKeeper {
  private readonly seen = new Map<string, Seen>()

  constructor(private readonly monotonic: () => number) {}

  paceOf({ label, done, total }: Progress): Pace {
    const { firstAt, firstDone } = this.entry(label, done)
    const elapsed = this.monotonic() - firstAt
    const rate = elapsed < SETTLING ? 0 : ((done - firstDone) / elapsed) * 1000
    return rate > 0 && total !== undefined ? { rate, remaining: Math.max(0, total - done) / rate } : { rate }
  }

  /** Whether a log should get a line now: every ten seconds, and once at the end of what took longer than that. */
  isLineDue({ label, done, total }: Progress): boolean {
    const entry = this.entry(label, done)
    const now = this.monotonic()
    const isEnd = total !== undefined && total > 0 && done >= total
    const due = isEnd ? !entry.ended : now - entry.lineAt >= LINE_INTERVAL
    entry.ended ||= isEnd
    if (due) {
      entry.lineAt = now
    }
    return due
  }

  private entry(label: string, done: number): Seen {
    const known = this.seen.get(label)
    // A smaller amount under the same label is a second run of it, such as a retry.
    if (known !== undefined && (done >= known.firstDone || !known.ended)) {
      return known
    }
    const now = this.monotonic()
    const fresh = { firstAt: now, firstDone: done, lineAt: now, ended: false }
    this.seen.set(label, fresh)
    return fresh
  }
}
