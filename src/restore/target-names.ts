import { randomBytes } from 'node:crypto'
import { idOf } from '../backup/manifest.js'

/** PostgreSQL cuts longer names off without an error. */
const LONGEST_NAME = 63

/** What a database is called while a set is restored beside the one that it will take the place of. */
export function sideName(database: string): string {
  return withSuffix(database, `_lifeboat_${randomBytes(4).toString('hex')}`)
}

/** Whether a database is called so. That it is one of ours says only its note. */
export function isSideName(name: string): boolean {
  return /_lifeboat_[0-9a-f]{8}$/.test(name)
}

/** What a database is called once another has taken its place. */
export function beforeName(database: string, now: Date): string {
  return withSuffix(database, `_before_${idOf(now)}`)
}

/** What a restored database is called that is not equal to its set. */
export function unprovenName(database: string, now: Date): string {
  return withSuffix(database, `_unproven_${idOf(now)}`)
}

/** The name with a suffix, shortened by whole characters to what PostgreSQL takes. */
export function withSuffix(name: string, suffix: string): string {
  let stem = name
  while (Buffer.byteLength(stem + suffix) > LONGEST_NAME) {
    stem = stem.replace(/.$/su, '')
  }
  return stem + suffix
}
