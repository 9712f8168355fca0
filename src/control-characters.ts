/** Whether a text holds a character that no name should have, and that a terminal or a protocol may act on. */
export function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text)
}

/**
 * Without the control characters that could move the cursor or recolour a terminal, each of them seen as U+FFFD: names of
 * tables may hold anything. Tabs and line feeds stay.
 */
export function printable(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\u{FFFD}')
}
