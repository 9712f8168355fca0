import { printable } from '../control-characters.js'
import { definitionOf } from '../option-list.js'

/** A stretch of the file's text, as offsets, and whether it may be shown. */
export interface Stretch {
  from: number
  to: number
  isShown: boolean
}

/** A line as it may be shown, and where in it the mark stands. */
export interface Excerpt {
  text: string
  mark: number
}

const MASK = '***'
const LONGEST = 160

/**
 * One line of a file without what may be a secret: the values of secret options and of unknown keys, which may be
 * secret ones that are misspelled, and whatever follows the last stretch, which can only be a comment.
 *
 * @param stretches keys and values of the file
 * @param at the offset that is pointed at
 */
export function excerptOf(text: string, at: number, stretches: readonly Stretch[]): Excerpt | undefined {
  const from = text.lastIndexOf('\n', at - 1) + 1
  const to = endOfLine(text, at)
  const here = stretches.filter((one) => one.from < to && one.to > from).sort((a, b) => a.from - b.from)
  let shown = ''
  let mark: number | undefined
  let done = from
  for (const one of here) {
    const [start, end] = [Math.max(one.from, done), Math.min(one.to, to)]
    if (end > start) {
      shown += text.slice(done, start)
      mark ??= at < end ? shown.length + (one.isShown ? Math.max(0, at - start) : 0) : undefined
      shown += one.isShown ? withoutCredentials(text.slice(start, end)) : MASK
      done = end
    }
  }
  // Brackets, but no comment.
  shown += /^[\s:,[\]{}]*/.exec(text.slice(done, to))?.[0].trimEnd() ?? ''
  return here.length === 0 ? undefined : bounded({ text: shown, mark: mark ?? shown.length })
}

/**
 * One line of a file that is not YAML, where nobody knows what belongs to what: its key, and the rest only where that is
 * the value of a known option which is no secret.
 */
export function excerptOfBroken(text: string, at: number): Excerpt | undefined {
  const from = text.lastIndexOf('\n', at - 1) + 1
  const line = text.slice(from, endOfLine(text, at))
  const [, head, key = '', rest = ''] = /^(\s*["']?([\w.-]+)["']?\s*:)(.*)$/.exec(line) ?? []
  if (head === undefined) {
    return undefined
  }
  const holdsMore = /[\w.-]["']?\s*:\s/.test(rest)
  const shown = isOpen(key) && !holdsMore ? withoutCredentials(`${head}${rest.replace(/\s#.*$/, '')}`) : head
  return bounded({ text: shown, mark: Math.min(at - from, shown.length) })
}

/** Whether the value of this key may be shown: one that is known and no secret. */
export function isOpen(key: string): boolean {
  const definition = definitionOf(key)
  return key === 'operation' || (definition !== undefined && definition.secret !== true)
}

/** Without what stands like a password in a URL, a query or a command. */
function withoutCredentials(text: string): string {
  return text
    .replaceAll(/\/\/[^/@\s]*@/g, `//${MASK}@`)
    .replaceAll(/((?:pass(?:word)?|secret|token|key)\s*[=:]\s*)[^\s&"']+/gi, `$1${MASK}`)
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  const whole = end < 0 ? text.length : end
  return text[whole - 1] === '\r' ? whole - 1 : whole
}

/** Long lines are cut around the mark; control characters do not reach a terminal. */
function bounded({ text, mark }: Excerpt): Excerpt {
  const clean = printable(text)
  const start = mark < LONGEST - 40 ? 0 : mark - 40
  return { text: clean.slice(start, start + LONGEST), mark: mark - start }
}
