/** What stands in quotes, words with what follows them, and single characters. `E''` comes before words. */
const TOKEN =
  /[Ee]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|--|\/\*|\$[A-Za-z_]*\$|[\s\S]/gu

/** What could hide the rest of a statement, or a quote that is not closed. */
const HIDING: ReadonlySet<string> = new Set(['--', '/*', "'", '"'])

/**
 * Splits a text at a character outside of quotes and brackets. Undefined where it closes what it did not open, leaves
 * something open, or holds a comment: PostgreSQL prints no such expression, so such a text may be made to be something
 * else.
 */
export function splitOutside(text: string, separator: ',' | ';'): string[] | undefined {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (HIDING.has(token) || /^\$.*\$$/.test(token)) return undefined
    if (token === '(' || token === '[') depth++
    if (token === ')' || token === ']') depth--
    if (depth < 0) return undefined
    if (token === separator && depth === 0) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  return depth === 0 ? [...parts, text.slice(start)] : undefined
}

/** Whether a text is one clause by itself, which can stand in a statement of ours and add nothing to it. */
export function isOneClause(text: string): boolean {
  return splitOutside(text, ',')?.length === 1 && splitOutside(text, ';')?.length === 1
}
