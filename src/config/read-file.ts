import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../errors.js'
import { codeOf } from '../platform/file-errors.js'

/** The file that is read when none is named. */
export const DEFAULT_FILE = 'lifeboat.yml'

/** More than any person writes; a dump that is given by mistake must not be read into memory. */
const LONGEST = 4 * 1024 * 1024

/** A configuration file, read and not yet understood. */
export interface FileText {
  /** As it was named, for messages. */
  name: string
  /** Absolute. */
  path: string
  text: string
}

/**
 * Reads the configuration file.
 *
 * @param named as the user gave it; undefined means `lifeboat.yml`, if there is one
 * @param folder where relative paths start
 *
 * Throws `UsageError` for a file that was named and is not there, and for what cannot be read as text.
 */
export async function readConfiguration(named: string | undefined, folder: string): Promise<FileText | undefined> {
  const name = named ?? DEFAULT_FILE
  const file = path.resolve(folder, name)
  const bytes = await readBounded(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' && named === undefined) {
      return undefined
    }
    throw unreadable(name, error)
  })
  if (bytes === undefined) {
    return undefined
  }
  try {
    return { name, path: file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    throw trouble(name, 'it is not UTF-8 text', 'Save it as UTF-8, as editors do by default.', error)
  }
}

async function readBounded(file: string): Promise<Buffer> {
  const { size } = await stat(file)
  if (size > LONGEST) {
    throw trouble(file, `it has ${size} bytes, more than a configuration has`, 'Name the configuration file itself.')
  }
  return readFile(file)
}

function unreadable(name: string, error: unknown): UsageError {
  if (error instanceof UsageError) {
    return error
  }
  return codeOf(error) === 'ENOENT'
    ? trouble(name, 'the file is not there', 'Correct --config (or the input or variable), or write the file.', error)
    : trouble(name, 'the file cannot be read', 'See the cause below, and give this user the right to read it.', error)
}

function trouble(name: string, problem: string, advice: string, cause?: unknown): UsageError {
  return new UsageError({ doing: `reading the configuration file ${name}`, problem, advice, cause })
}
