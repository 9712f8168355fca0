import type { Clock } from '../../src/context.js'

interface Sleeper {
  due: number
  wake: () => void
}

/** A clock on which time passes only while everybody sleeps: a minute of waiting takes no time, and cannot be too slow. */
export class VirtualClock implements Clock {
  /** Every sleep that was asked for, in milliseconds. */
  readonly sleeps: number[] = []
  private elapsed = 0
  /** How far somebody has set the clock. */
  private setBy = 0
  private sleepers: Sleeper[] = []

  constructor(private readonly start = new Date('2026-11-24T02:00:00Z')) {}

  now(): Date {
    return new Date(this.start.getTime() + this.elapsed + this.setBy)
  }

  /** Sets the clock, as an administrator does, or as it looks after a machine has slept: nobody who sleeps is woken. */
  jump(to: string): void {
    this.setBy += Date.parse(to) - this.now().getTime()
  }

  monotonic(): number {
    return this.elapsed
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(milliseconds)
    return new Promise((resolve, reject) => {
      const sleeper = { due: this.elapsed + milliseconds, wake: resolve }
      this.sleepers.push(sleeper)
      const wakeEarly = () => {
        this.sleepers = this.sleepers.filter((one) => one !== sleeper)
        reject(signal?.reason as Error)
      }
      if (signal?.aborted === true) wakeEarly()
      else signal?.addEventListener('abort', wakeEarly, { once: true })
    })
  }

  /** Lets time pass until the work is done. Rejects when everybody waits for something that never comes. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false }
    const finish = () => {
      state.isDone = true
    }
    work.then(finish, finish)
    for (;;) {
      await settled()
      if (state.isDone) return work
      this.sleepers.sort((a, b) => a.due - b.due)
      const next = this.sleepers.shift()
      if (next === undefined) throw new Error('nobody sleeps, and the work is not done: it hangs')
      this.elapsed = Math.max(this.elapsed, next.due)
      next.wake()
    }
  }
}

/** Everything that can go on without time passing has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}
