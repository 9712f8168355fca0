/** Text from outside, made safe for the place where it stands: names of databases, roles and tables can hold anything. */

/** Controls, line ends, and marks that hide or reorder what stands beside them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** On one line and without anything that cannot be seen: a line end becomes `\u{a}`. */
export function oneLine(text: string): string {
  return text.replaceAll(UNSEEN, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`)
}

/** One word of a POSIX shell: `it's` is `'it'\''s'`. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A string constant of SQL on one line, whatever `standard_conforming_strings` is: `E'it''s'`. */
export function sqlText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `${escaped.includes('\\') ? 'E' : ''}'${escaped}'`
}

/** The text of a constant that `sqlText` wrote; null where it did not. */
export function textOfSql(literal: string): string | null {
  const [, escaped, body] = /^(E?)'(.*)'$/.exec(literal) ?? []
  if (body === undefined) return null
  const meanings: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }
  const unquoted = body.replaceAll("''", "'")
  const text =
    escaped === 'E' ? unquoted.replaceAll(/\\(.)/g, (both, letter: string) => meanings[letter] ?? both) : unquoted
  return sqlText(text) === literal ? text : null
}

/** A connection string that names a database, and can be nothing else: pg_restore takes `a=b` for parameters. */
export function connectionTo(database: string): string {
  return /^[\w-]+$/.test(database) ? database : `dbname='${database.replaceAll(/['\\]/g, '\\$&')}'`
}

/** What a here-document holds, word for word, with an end that is none of its lines. */
export function hereDocument(text: string): string {
  // No name in PostgreSQL has one; a shell passes over them, and so could find the end in another line.
  const content = text.replaceAll('\0', '')
  const lines = new Set(content.split('\n'))
  let end = 'END'
  while (lines.has(end)) {
    end += '_'
  }
  return `<<'${end}'\n${content}\n${end}`
}

/**
 * Text of a POSIX shell script, word for word. In it `@{` stands for the shell's own `${`, which a template literal would
 * take for itself.
 */
export function shell(text: TemplateStringsArray): string {
  return String.raw(text).replaceAll('@{', '${')
}

/** Prose in Markdown in which nothing acts. */
export function prose(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~@$"':]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** A name in Markdown, set as code; plain where it is tame, so that it reads well in a terminal too. */
export function code(text: string): string {
  return /^[\w .,/:()+-]+$/.test(text) && text.trim() === text ? `\`${text}\`` : `<code>${prose(text)}</code>`
}

/** Commands in Markdown, in a fence that none of them can end. */
export function commands(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sh\n${text}\n${fence}`
}
