import { UsageError } from '../errors.js'
import { nearest } from '../nearest.js'
import { hasControls } from '../control-characters.js'

/** What a store's location names, by how it is written. */
export type Location =
  { kind: 'folder'; path: string } | { kind: 'rsync' | 's3' | 'artifact' | 'rclone'; location: string }

/** The ways to write one, for messages. */
const FORMS =
  'a folder (/backups/db, ./backups), rsync://user@host/module/path, user@host:/path or ssh://user@host:22/path (rsync over ssh), ' +
  's3://bucket/prefix?region=eu-west-1, artifact: (artifacts of this GitHub repository), or rclone:remote:path'

/** Schemes that are written with two slashes, and those with none. */
const URLS = { rsync: 'rsync', ssh: 'rsync', s3: 's3' } as const
const WORDS = { artifact: 'artifact', rclone: 'rclone' } as const
const SCHEMES = [...Object.keys(URLS), ...Object.keys(WORDS), 'file']

/** How each is written, for those who wrote it by halves. */
const EXAMPLES: Readonly<Record<string, string>> = {
  rsync: 'rsync://user@host/module/path',
  ssh: 'ssh://user@host:22/path',
  s3: 's3://bucket/prefix?region=eu-west-1',
  artifact: 'artifact:',
  rclone: 'rclone:remote:path',
}

/**
 * Tells what kind of store a location names. What each kind makes of the rest is its own matter.
 *
 * Throws `UsageError` for what is of no known kind, or written by halves.
 */
export function kindOfLocation(location: string): Location {
  if (location.trim() === '') throw unusable(location, 'it is empty')
  if (hasControls(location)) throw unusable(location, 'it holds a control character')
  if (/^[^/@:]+:[^/@]+@[^/:]+:/.test(location)) {
    throw unusable(location, 'it holds a password, which ssh does not take and all would see; give a key as ssh-key')
  }
  const [, scheme, slashes] = /^([a-z][a-z0-9+.-]*):(\/\/)?/i.exec(location) ?? []
  if (scheme === undefined) return withoutScheme(location)
  const name = scheme.toLowerCase()
  if (name === 'file') throw unusable(location, 'a folder is given by its path alone, without file:')
  if (isKey(WORDS, name)) return word(location, name, slashes)
  if (slashes === undefined) return isKey(URLS, name) ? refuseHalf(location, name) : { kind: 'rsync', location }
  if (isKey(URLS, name)) return { kind: URLS[name], location }
  const near = nearest(name, SCHEMES)
  const hint = near === undefined ? '' : `; did you mean ${near}:?`
  throw unusable(location, `"${name}:" is not a known kind of store${hint}`)
}

/** The location without what follows a user's name or stands in a query like a password, to be shown. */
export function shownLocation(location: string): string {
  return location
    .replace(/(\/\/|^)([^/@:]*):[^/@]*@/, '$1$2:***@')
    .replaceAll(/([?&][^=&]*(secret|token|password|key)[^=&]*=)[^&]*/gi, '$1***')
}

/** A folder, or `user@host:path`, whose user or host is no scheme. */
function withoutScheme(location: string): Location {
  if (/^[^/]+:/.test(location) && !location.startsWith('.') && !location.startsWith('~'))
    return { kind: 'rsync', location }
  if (location.startsWith('~')) {
    throw unusable(location, '"~" stands for the home folder only in a shell, and this is not read by one')
  }
  if (/^[^/:.]+@[^/:]+\.[^/:]+$/.test(location)) {
    throw unusable(location, `it names a machine and no folder of it: write ${location}:/path`)
  }
  return { kind: 'folder', path: location }
}

function word(location: string, name: keyof typeof WORDS, slashes: string | undefined): Location {
  if (slashes !== undefined) refuseHalf(location, name)
  if (name === 'rclone' && !/^rclone:[^:]*:/i.test(location)) refuseHalf(location, name)
  return { kind: WORDS[name], location }
}

function refuseHalf(location: string, name: string): never {
  throw unusable(location, `a store of this kind is written ${EXAMPLES[name] ?? name}`)
}

function isKey<T extends object>(object: T, key: string): key is keyof T & string {
  return Object.hasOwn(object, key)
}

function unusable(location: string, why: string): UsageError {
  return new UsageError({
    doing: `opening the store "${shownLocation(location)}"`,
    problem: `it cannot be used as a store: ${why}`,
    advice: `A store is ${FORMS}. A folder with an odd name is written with ./ in front.`,
  })
}
