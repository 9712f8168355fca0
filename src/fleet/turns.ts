interface Waiting {
  key: string
  begin: () => void
}

/**
 * Lets at most so many works go on at once, and never two under one key. Those that wait begin in the order in which they
 * came, but for those whose key is busy: they hold up nobody behind them.
 */
export class Turns {
  private readonly waiting: Waiting[] = []
  private readonly busy = new Set<string>()

  constructor(private limit: number) {}

  /** Settles as the work does, once it has had its turn. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.waiting.push({ key, begin: resolve })
      this.advance()
    })
    try {
      return await work()
    } finally {
      this.busy.delete(key)
      this.advance()
    }
  }

  /** From now on; what is under way goes on. */
  setLimit(limit: number): void {
    this.limit = limit
    this.advance()
  }

  private advance(): void {
    while (this.busy.size < this.limit) {
      const index = this.waiting.findIndex(({ key }) => !this.busy.has(key))
      const [next] = index === -1 ? [] : this.waiting.splice(index, 1)
      if (next === undefined) {
        return
      }
      this.busy.add(next.key)
      next.begin()
    }
  }
}
