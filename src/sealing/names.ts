import { SET } from '../backup/set.js'

/** What an encrypted file is called: its name with this behind it. */
export const SUFFIX = '.age'

/** The files of an encrypted set that are no ciphertext: those that say what it is and how to open it. */
const READABLE: readonly string[] = [SET.guide, SET.script]

export function sealedName(file: string): string {
  return `${file}${SUFFIX}`
}

/** What the file is called once it is decrypted; null for a readable one. */
export function plainName(file: string): string | null {
  return READABLE.includes(file) || !file.endsWith(SUFFIX) ? null : file.slice(0, -SUFFIX.length)
}
