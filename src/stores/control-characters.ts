/** Whether a location holds a character that no name should have, and that a terminal or a protocol may act on. */
export function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text)
}
