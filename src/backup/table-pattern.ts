/**
 * A pattern that names tables as psql and pg_dump read it: `*` and `?` are wildcards, letters outside double quotes are
 * folded to small ones, what is in double quotes is taken literally, a dot parts the schema from the table.
 *
 * Not taken from psql: other regular expression characters stand for themselves.
 */
export interface TablePattern {
  text: string
  /** Null where the pattern names no schema: then it speaks of those in the search path. */
  schema: RegExp | null
  name: RegExp
}

/** Reads a pattern; returns null where it is malformed (an open quote, three parts, an empty part). */
export function parseTablePattern(text: string): TablePattern | null {
  const parts = splitParts(text)
  if (parts === null || parts.length > 2 || parts.includes('')) {
    return null
  }
  const [first = '', second] = parts
  return second === undefined
    ? { text, schema: null, name: anchored(first) }
    : { text, schema: anchored(first), name: anchored(second) }
}

/** Whether a table is meant; `searchPath` lists the schemas that a pattern without schema speaks of. */
export function matchesPattern(
  pattern: TablePattern,
  table: { schema: string; name: string },
  searchPath: readonly string[],
): boolean {
  const inSchema = pattern.schema === null ? searchPath.includes(table.schema) : pattern.schema.test(table.schema)
  return inSchema && pattern.name.test(table.name)
}

/** The regular expression source of each part, or null where a quote is left open. */
function splitParts(text: string): string[] | null {
  const parts = ['']
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '"') {
      if (quoted && text.charAt(index + 1) === '"') {
        append(parts, '"')
        index += 1
      } else {
        quoted = !quoted
      }
    } else if (quoted) {
      append(parts, escaped(character))
    } else if (character === '.') {
      parts.push('')
    } else {
      append(parts, unquoted(character))
    }
  }
  return quoted ? null : parts
}

function append(parts: string[], source: string): void {
  parts.push((parts.pop() ?? '') + source)
}

function unquoted(character: string): string {
  if (character === '*') {
    return '.*'
  }
  return character === '?' ? '.' : escaped(character.toLowerCase())
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`)
}

function anchored(source: string): RegExp {
  return new RegExp(`^${source}$`, 'su')
}
