/** Without it a repeated order could leave one out for ever, which says nothing about what is tested. */
const FAIR_EVERY = 101

/**
 * Lets the steps of things that go on at the same time fall in an order that is given, so that a property test can try
 * many of them: mostly one goes on for a while, and then another.
 */
export class Interleaving {
  private readonly waiting: (() => void)[] = []
  private turn = 0

  /** @param choices numbers from 0 to 99; they are used again and again */
  constructor(private readonly choices: readonly number[]) {}

  /** A step: everything waits here until it is its turn. */
  readonly pause = (): Promise<void> => new Promise((resolve) => this.waiting.push(resolve))

  /** Gives turns until the work is done. Throws when nobody moves any more, or after too many. */
  async until(work: Promise<unknown>): Promise<void> {
    const state = { isOver: false }
    const over = work.finally(() => (state.isOver = true))
    over.catch(() => undefined)
    for (let steps = 0; ; steps++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (state.isOver) break
      if (this.waiting.length === 0 || steps > 50_000) throw new Error('Nobody moves any more.')
      this.waiting.splice(this.choose(), 1)[0]?.()
    }
    await over
  }

  /** Who was stopped last goes on, more often than not; now and then who waits longest, as every real machine has it. */
  private choose(): number {
    if (this.turn % FAIR_EVERY === FAIR_EVERY - 1) {
      this.turn++
      return 0
    }
    const choice = this.choices[this.turn++ % this.choices.length] ?? 0
    return choice < 70 ? this.waiting.length - 1 : choice % this.waiting.length
  }
}
