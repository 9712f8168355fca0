/**
 * What comes from outside (names of tables, messages of servers, paths) must not act in the page that shows it: no tags,
 * no Markdown, no text that runs backwards, no mention of a stranger. Everything is written as HTML, also in the job
 * summary: GitHub leaves Markdown inside an HTML block alone, so one rule of escaping is enough for both.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // Not special in HTML, but a table in Markdown, code and mathematics in what GitHub makes of it.
  '|': '&#124;',
  '`': '&#96;',
  '\\': '&#92;',
}

/**
 * Controls, line ends and marks that hide or reorder text (bidirectional overrides and isolates, zero-width characters,
 * the byte order mark, lone surrogates).
 */
const INVISIBLE = /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu

/** Makes what cannot be seen visible: a line end becomes `⏎`, a right-to-left override `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(INVISIBLE, (mark) => {
    switch (mark) {
      case '\n':
        return '⏎'
      case '\t':
        return ' '
      default:
        return `⟨U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
    }
  })
}

/** Text for the content of an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return visible(text).replaceAll(/[&<>"'|`\\]/g, (character) => ENTITIES[character] ?? character)
}

/**
 * Text that GitHub shall not make anything of either. Its filters look for mentions, issue numbers, addresses, emoji
 * names and formulas in the text of finished HTML, where entities are long gone; a zero-width space after the
 * character that starts each of them keeps them apart. Inside `<code>` they do not look, so names need none of this.
 */
export function escapeForGitHub(text: string): string {
  return escapeHtml(
    // Placeholders of the private use area live through the escaping of invisible characters.
    text
      .replaceAll('\ue000', '�')
      .replaceAll(/(?<=[@#$]|\b(?:GH-|www\.|https?:|ftp:))/gi, '\ue000')
      .replaceAll(/(?<!\d):(?=[\w+-]+:)/g, ':\ue000'),
  ).replaceAll('\ue000', '&#8203;')
}

/** At most so many UTF-16 units, with an ellipsis where something was cut off; half a character becomes visible as such. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
