import type { Logger, Progress } from '../context.js'
import { PaceKeeper } from './progress-pace.js'
import { progressText } from './progress-text.js'
import { Redactor } from './redactor.js'

export type Level = 'debug' | 'info' | 'warning' | 'error'

export interface LoggerOptions {
  /** Where the text goes, line ends included. */
  write: (text: string) => void
  /** Milliseconds of a clock that never goes backwards. */
  monotonic?: () => number
}

/** What the faces share: secrets are removed first, then each face writes in the way of its place. */
export abstract class RedactingLogger implements Logger {
  protected readonly write: (text: string) => void
  protected readonly monotonic: () => number
  protected readonly pace: PaceKeeper
  private readonly redactor = new Redactor()

  constructor({ write, monotonic = () => performance.now() }: LoggerOptions) {
    this.write = write
    this.monotonic = monotonic
    this.pace = new PaceKeeper(monotonic)
  }

  protected abstract tell(level: Level, message: string): void
  protected abstract stepBegins(title: string): void
  protected abstract stepEnds(title: string, seconds: number, failed: boolean): void

  debug(message: string): void {
    this.tell('debug', this.redact(message))
  }

  info(message: string): void {
    this.tell('info', this.redact(message))
  }

  warning(message: string): void {
    this.tell('warning', this.redact(message))
  }

  error(message: string): void {
    this.tell('error', this.redact(message))
  }

  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const shown = this.redact(title)
    const startedAt = this.monotonic()
    let failed = true
    this.stepBegins(shown)
    try {
      const result = await work()
      failed = false
      return result
    } finally {
      this.stepEnds(shown, (this.monotonic() - startedAt) / 1000, failed)
    }
  }

  progress(progress: Progress): void {
    if (this.pace.isLineDue(progress)) {
      this.info(progressText(progress, this.pace.paceOf(progress)))
    }
  }

  hide(secret: string): void {
    this.redactor.hide(secret)
  }

  redact(text: string): string {
    return this.redactor.redact(text)
  }

  protected isHidden(secret: string): boolean {
    return this.redact(secret) !== secret
  }
}
