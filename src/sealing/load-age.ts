import type * as AgeEncryption from 'age-encryption'

/** The library is large, and most runs encrypt nothing. */
export function loadAge(): Promise<typeof AgeEncryption> {
  return import('age-encryption')
}
