import type { Logger } from '../context.js'
import { RedactingLogger, type Level, type LoggerOptions } from './logger.js'

/**
 * A logger for the log of a GitHub job: debug lines that show with step debugging, annotations for warnings and errors,
 * steps as folding groups. It writes the workflow commands itself, because the toolkit's `info` passes text on that the
 * runner would take for a command.
 *
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function actionsLogger(options: LoggerOptions): Logger {
  return new ActionsLogger(options)
}

/** GitHub shows so many annotations of a kind and step; further ones are dropped without a word. */
const MAX_ANNOTATIONS = 10

/** GitHub cuts longer annotations. */
const MAX_ANNOTATION_LENGTH = 4096

const CUT = '… (all of it is in the log)'

class ActionsLogger extends RedactingLogger {
  private readonly annotations = { warning: 0, error: 0 }
  private depth = 0
  private readonly masked = new Set<string>()

  override hide(secret: string): void {
    super.hide(secret)
    for (const text of new Set([secret, ...lines(secret)].map((line) => line.trim()))) {
      if (this.isHidden(text) && !this.masked.has(text)) {
        this.masked.add(text)
        this.command('add-mask', text)
      }
    }
  }

  protected override tell(level: Level, message: string): void {
    switch (level) {
      case 'debug':
        this.command('debug', message)
        break
      case 'info':
        this.plain(message)
        break
      case 'warning':
      case 'error':
        this.annotate(level, message)
        break
    }
  }

  /** Groups do not nest, and steps may run beside each other: only the outermost folds. */
  protected override stepBegins(title: string): void {
    if (this.depth === 0) {
      this.command('group', title)
    } else {
      this.plain(title)
    }
    this.depth += 1
  }

  protected override stepEnds(title: string, seconds: number, failed: boolean): void {
    this.depth -= 1
    this.plain(`${title}: ${failed ? 'failed' : 'done'} in ${seconds.toFixed(1)} s`)
    if (this.depth === 0) {
      this.write('::endgroup::\n')
    }
  }

  private annotate(level: 'warning' | 'error', message: string): void {
    const label = level === 'warning' ? 'Warning' : 'Error'
    this.annotations[level] += 1
    if (this.annotations[level] > MAX_ANNOTATIONS) {
      this.plain(`${label}: ${message}`)
      return
    }
    const isCut = message.length > MAX_ANNOTATION_LENGTH
    this.command(level, isCut ? message.slice(0, MAX_ANNOTATION_LENGTH - CUT.length) + CUT : message)
    if (isCut) {
      this.plain(`${label}: ${message}`)
    }
    if (this.annotations[level] === MAX_ANNOTATIONS) {
      this.plain(`GitHub shows ${MAX_ANNOTATIONS} annotations of a kind: further ${level}s are only in this log.`)
    }
  }

  private plain(message: string): void {
    this.write(`${harmless(message)}\n`)
  }

  private command(name: string, message: string): void {
    this.write(`::${name}::${escapeData(message)}\n`)
  }
}

function lines(text: string): string[] {
  return text.split(/\r\n|\r|\n/)
}

/** What the runner decodes again in a command's message. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/**
 * Text in which the runner finds no command: it takes a line whose first words are `::name…::`, and, from older days,
 * `##[name]` anywhere. A name of a table or a message of a program may hold either.
 */
export function harmless(text: string): string {
  return lines(text)
    .map((line) => line.replace(/^([\s\u0085]*)::/, '$1: :').replaceAll('##[', '## ['))
    .join('\n')
}
