import type { ByteProgress } from './store.js'

/** A part of a transfer that tells how far it is. */
export interface ProgressPart {
  /** So many bytes of this part are moved; may be told again from the start, when it is tried again. */
  reached: (bytes: number) => void
  done: () => void
}

/** Adds up the progress of parts that go on at a time. It never goes back, and never beyond the total. */
export class ProgressSum {
  private sum = 0

  constructor(
    private readonly total: number,
    private readonly progress: ByteProgress | undefined,
  ) {}

  part(bytes: number): ProgressPart {
    let most = 0
    const reached = (now: number): void => {
      const further = Math.min(bytes, now) - most
      if (further <= 0) return
      most += further
      this.sum += further
      this.progress?.(Math.min(this.total, this.sum), this.total)
    }
    return {
      reached,
      done: () => {
        reached(bytes)
      },
    }
  }
}
