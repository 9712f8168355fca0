import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../errors.js'
import { DirectoryStore, type DirectoryStoreTools } from './directory.js'
import type { Store } from './store.js'

/** What a store can be, for messages. */
const KNOWN = 'a folder (/backups/db, ./backups) or a file: URL'

/**
 * The store that a location names.
 *
 * @param location as the user gave it; a relative path starts at `cwd`
 * Throws `UsageError` when it is none that is known.
 */
export function openStore(location: string, tools: DirectoryStoreTools & { cwd: string }): Store {
  const { cwd, ...rest } = tools
  return new DirectoryStore(path.resolve(cwd, folderOf(location)), rest, location)
}

function folderOf(location: string): string {
  if (location.trim() === '') throw unusable(location, 'it is empty')
  if (location.includes('\0')) throw unusable(location, 'it holds a NUL character')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase()
  if (scheme === 'file') return fromFileUrl(location)
  if (scheme !== undefined) throw unusable(withoutCredentials(location), `"${scheme}:" is not a known kind of store`)
  if (/^[^/]+:/.test(location) && !location.startsWith('.')) {
    throw unusable(location, 'it names another machine, and such stores are not known yet')
  }
  if (location.startsWith('~')) {
    throw unusable(location, '"~" stands for the home folder only in a shell, and this is not read by one')
  }
  return location
}

function fromFileUrl(location: string): string {
  try {
    return fileURLToPath(location)
  } catch (error) {
    throw unusable(location, 'it is not a file: URL of this machine', error)
  }
}

function withoutCredentials(location: string): string {
  return location.replace(/\/\/[^/]*@/, '//***@')
}

function unusable(location: string, why: string, cause?: unknown): UsageError {
  return new UsageError({
    doing: `opening the store "${location}"`,
    problem: `it cannot be used as a store: ${why}`,
    advice: `A store is ${KNOWN}. A folder with an odd name is written with ./ in front.`,
    cause,
  })
}
