/** A menu has one line for each option. */
const LONGEST = 72

/** The first sentence of a description, short enough for a menu, without marks. */
export function brief(text: string): string {
  const plain = text.replaceAll('`', '').replaceAll(/\s+/g, ' ')
  const [sentence = plain] = /^.*?(?=[.:;]( |$))/.exec(plain) ?? []
  return sentence.length <= LONGEST ? sentence : `${sentence.slice(0, LONGEST - 1).trimEnd()}…`
}

/** A word in single quotes, as POSIX shells and fish take them; fish also reads a backslash before a quote. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '').replaceAll("'", String.raw`'\''`)}'`
}
