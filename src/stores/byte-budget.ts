/**
 * Keeps what is held in memory at one time below a bound. Those who ask are served in their order; one that asks for
 * more than all of it gets it alone.
 */
export class ByteBudget {
  private held = 0
  private readonly waiting: { bytes: number; serve: () => void }[] = []

  /** @param most bytes that may be held together */
  constructor(private readonly most: number) {}

  /** Resolves when so many bytes may be held, with a function that gives them back. */
  async take(bytes: number): Promise<() => void> {
    if (this.waiting.length > 0 || !this.fits(bytes)) {
      await new Promise<void>((serve) => this.waiting.push({ bytes, serve }))
    } else {
      this.held += bytes
    }
    return () => {
      this.held -= bytes
      this.serveNext()
    }
  }

  private fits(bytes: number): boolean {
    return this.held === 0 || this.held + bytes <= this.most
  }

  private serveNext(): void {
    for (let first = this.waiting[0]; first !== undefined && this.fits(first.bytes); first = this.waiting[0]) {
      this.waiting.shift()
      this.held += first.bytes
      first.serve()
    }
  }
}
