import type { Logger, Progress } from '../context.js'
import { printable } from '../control-characters.js'
import { RedactingLogger, type Level, type LoggerOptions } from './logger.js'
import { progressBar, shareDone } from './progress-text.js'

export interface TerminalLoggerOptions extends LoggerOptions {
  /** Whether a person watches: progress is then one line that is written over. */
  isTerminal: boolean
  /** Whether lines are coloured: on a terminal, unless `NO_COLOR` asks for none, or where `FORCE_COLOR` does. */
  colours: boolean
  /** Width of the terminal, asked anew each time because windows change. */
  columns?: () => number
  /** Shows debug messages too. */
  verbose?: boolean
}

/** A logger for people and log files: plain lines, written to stderr because results go to stdout. */
export function terminalLogger(options: TerminalLoggerOptions): Logger {
  return new TerminalLogger(options)
}

const REDRAW_INTERVAL = 100

const COLOURS = { debug: '2', info: '', warning: '33', error: '31', heading: '1', good: '32' } as const

const PREFIXES: Readonly<Record<Level, string>> = { debug: 'debug: ', info: '', warning: 'Warning: ', error: 'Error: ' }

class TerminalLogger extends RedactingLogger {
  private bar = ''
  private drawnAt = -Infinity

  constructor(private readonly options: TerminalLoggerOptions) {
    super(options)
  }

  override progress(progress: Progress): void {
    if (!this.options.isTerminal) {
      super.progress(progress)
      return
    }
    const isEnd = shareDone(progress) === 1
    const pace = this.pace.paceOf(progress)
    if (isEnd || this.monotonic() - this.drawnAt >= REDRAW_INTERVAL) {
      this.drawnAt = this.monotonic()
      // One column less: a full last column makes some terminals wrap.
      this.draw(this.redact(progressBar(progress, pace, (this.options.columns?.() ?? 80) - 1)))
    }
    if (isEnd && this.pace.isLineDue(progress)) {
      this.write('\n')
      this.bar = ''
    }
  }

  protected override tell(level: Level, message: string): void {
    if (level !== 'debug' || this.options.verbose === true) {
      this.line(this.coloured(`${PREFIXES[level]}${printable(message)}`, COLOURS[level]))
    }
  }

  protected override stepBegins(title: string): void {
    this.line(this.coloured(`==> ${printable(title)}`, COLOURS.heading))
  }

  protected override stepEnds(title: string, seconds: number, failed: boolean): void {
    const words = `${printable(title)}: ${failed ? 'failed' : 'done'} in ${seconds.toFixed(1)} s`
    this.line(this.coloured(words, failed ? COLOURS.error : COLOURS.good))
  }

  private line(text: string): void {
    const { bar } = this
    this.clearBar()
    this.write(`${text}\n`)
    if (bar !== '') {
      this.draw(bar)
    }
  }

  private draw(bar: string): void {
    this.clearBar()
    this.write(printable(bar.replaceAll('\n', ' ')))
    this.bar = bar
  }

  private clearBar(): void {
    if (this.bar !== '') {
      this.write('\r\u001B[2K')
      this.bar = ''
    }
  }

  private coloured(text: string, colour: string): string {
    return this.options.colours && colour !== '' ? `\u001B[${colour}m${text}\u001B[0m` : text
  }
}
