/** What a JSON text may be before it is parsed; a parsed value takes up to fifty times the memory of its text. */
export interface JsonBounds {
  /** Characters. */
  length: number
  /** How deep arrays and objects may stand in each other. */
  depth: number
  /** How many elements and members there may be in all. */
  values: number
}

/** Of one line, note or outcome. */
export const SMALL_JSON: JsonBounds = { length: 4 * 1024 * 1024, depth: 32, values: 500_000 }

/** Of a manifest or a catalog: one of a hundred thousand tables has some 40 MB and two million values. */
export const LARGE_JSON: JsonBounds = { length: 256 * 1024 * 1024, depth: 32, values: 4_000_000 }

/** A text that is beyond its bounds. */
export class JsonBoundsError extends Error {
  override readonly name = 'JsonBoundsError'
}

/**
 * Parses JSON that an untrusted party may have written: what would take memory or stack without bounds is refused before
 * anything is made of it.
 *
 * Throws `JsonBoundsError`, or `SyntaxError` as `JSON.parse` does.
 */
export function parseBoundedJson(text: string, bounds: JsonBounds): unknown {
  if (text.length > bounds.length) throw new JsonBoundsError(`it has more than ${bounds.length} characters`)
  checkStructure(text, bounds)
  return JSON.parse(text)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

function checkStructure(text: string, { depth: deepest, values: most }: JsonBounds): void {
  let depth = 0
  let values = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COMMA) values += 1
    else if (OPENING.has(code)) {
      depth += 1
      values += 1
      if (depth > deepest) throw new JsonBoundsError(`it is nested more than ${deepest} deep`)
    } else if (CLOSING.has(code)) depth -= 1
    if (values > most) throw new JsonBoundsError(`it has more than ${most} values`)
  }
}

/** Where the string that begins here ends, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0
    while (text.charCodeAt(quote - 1 - escapes) === BACKSLASH) escapes += 1
    if (escapes % 2 === 0) return quote
  }
  return text.length
}
