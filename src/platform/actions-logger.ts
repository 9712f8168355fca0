import type { Logger } from '../context.js'
import { RedactingLogger, type Level, type LoggerOptions } from './logger.js'

/**
 * A logger for the log of a GitHub job: debug lines that show with step debugging, annotations for warnings and errors,
 * steps as folding groups. It writes the workflow commands itself, because the toolkit's `info` passes text on that the
 * runner would take for a command.
 *
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function actionsLogger(options: LoggerOptions): JobLogger {
  return new ActionsLogger(options)
}

/** A logger of a job, which has a last word. */
export interface JobLogger extends Logger {
  /** Tells, once, in the last annotation of a kind how many more there would have been, and what they say. */
  finish: () => void
}

/** GitHub shows so many annotations of a kind and step; further ones are dropped without a word. */
const MAX_ANNOTATIONS = 10

/** GitHub cuts longer annotations. */
const MAX_ANNOTATION_LENGTH = 4096

const CUT = '… (all of it is in the log)'

/** So much of each of many messages stands in the annotation that they share. */
const MAX_SHARE = 300

/** More than have room in it. */
const MOST_HELD = 1000

type Kind = 'warning' | 'error'

class ActionsLogger extends RedactingLogger implements JobLogger {
  private readonly annotations = { warning: 0, error: 0 }
  /** What waits for the last annotation of its kind, the newest first; no more than could stand in it. */
  private readonly held: Record<Kind, string[]> = { warning: [], error: [] }
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

  finish(): void {
    for (const kind of ['error', 'warning'] as const) {
      const held = this.held[kind].splice(0)
      const [only] = held
      const count = this.annotations[kind] - MAX_ANNOTATIONS + 1
      if (only !== undefined) {
        this.command(kind, count === 1 ? cut(only) : sharedBy(held, count, kind))
      }
    }
  }

  /** The last annotation that GitHub shows is kept for those that it would not; until then they are lines of the log. */
  private annotate(kind: Kind, message: string): void {
    this.annotations[kind] += 1
    const isHeld = this.annotations[kind] >= MAX_ANNOTATIONS
    if (isHeld) {
      this.held[kind] = [message, ...this.held[kind]].slice(0, MOST_HELD)
    } else {
      this.command(kind, cut(message))
    }
    if (isHeld || cut(message) !== message) {
      this.plain(`${kind === 'warning' ? 'Warning' : 'Error'}: ${message}`)
    }
  }

  private plain(message: string): void {
    this.write(`${harmless(message)}\n`)
  }

  private command(name: string, message: string): void {
    this.write(`::${name}::${escapeData(message)}\n`)
  }
}

/** At most what GitHub keeps of an annotation. */
function cut(message: string): string {
  return message.length > MAX_ANNOTATION_LENGTH ? message.slice(0, MAX_ANNOTATION_LENGTH - CUT.length) + CUT : message
}

/** One annotation for many messages: how many they are, and the first words of as many as have room. */
function sharedBy(messages: readonly string[], count: number, kind: Kind): string {
  const head = `${count} more ${kind}s, which GitHub does not show one by one. The log of this step has all of them; the newest first:`
  let text = head
  for (const [index, message] of messages.entries()) {
    const first = lines(message)[0] ?? ''
    const item = `\n- ${first.length > MAX_SHARE ? `${first.slice(0, MAX_SHARE)}…` : first}`
    const rest = `\n… and ${count - index} earlier ones`
    if (text.length + item.length + rest.length > MAX_ANNOTATION_LENGTH) {
      return text + rest
    }
    text += item
  }
  return text
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
