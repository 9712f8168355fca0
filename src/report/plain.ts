import type { Text } from './content.js'

/** A sentence as plain text, for a terminal or a message. Of a link only its label is told. */
export function plainText(text: Text): string {
  return text.map(plainInline).join('')
}

function plainInline(inline: Text[number]): string {
  if (typeof inline === 'string') return inline
  if ('code' in inline) return inline.code
  return 'strong' in inline ? inline.strong : inline.label
}
