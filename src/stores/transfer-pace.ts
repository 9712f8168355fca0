import type { Clock } from '../context.js'
import type { ByteProgress } from './store.js'

/** Counts what a transfer of files has moved, tells its progress, and knows how fast it goes. */
export class Pace {
  private readonly total: number
  private readonly begun: number
  private done = 0
  private carried = 0

  constructor(
    files: readonly { size: number }[],
    private readonly clock: Clock,
    private readonly progress: ByteProgress | undefined,
  ) {
    this.total = files.reduce((sum, { size }) => sum + size, 0)
    this.begun = clock.monotonic()
  }

  /** So many bytes have been moved. */
  moved(bytes: number): void {
    this.carried += bytes
    this.skip(bytes)
  }

  /** So many bytes need not be moved, because they are there: they are done, and say nothing of the pace. */
  skip(bytes: number): void {
    this.done += bytes
    this.progress?.(this.done, this.total)
  }

  /** What is left, and how fast it has gone so far; unknown before there is something to tell from. */
  remaining(): { bytes: number; bytesPerSecond: number | undefined } {
    const seconds = (this.clock.monotonic() - this.begun) / 1000
    const known = this.carried > 0 && seconds > 1
    return { bytes: this.total - this.done, bytesPerSecond: known ? this.carried / seconds : undefined }
  }
}
