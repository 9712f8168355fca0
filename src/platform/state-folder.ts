import { lstat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { LifeboatError, OperationError } from '../errors.js'
import { orFileTrouble } from './file-errors.js'
import { makeFolder } from './files.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Where things are kept from one run to the next, the preferred folder first: of the user alone, and over reboots. */
export function stateFolders(environment: Environment): string[] {
  const home = given(environment.HOME) ?? os.homedir()
  const state = given(environment.XDG_STATE_HOME) ?? path.join(home, '.local', 'state')
  // A service's user may have no home that it can write to.
  return [path.join(state, 'pg-lifeboat'), `/var/tmp/pg-lifeboat-${process.getuid?.() ?? 'user'}`]
}

/**
 * Makes the first of these folders that can be made, and returns it. One that others may write into is not taken.
 *
 * Throws `OperationError` when there is none.
 */
export async function makeStateFolder(environment: Environment, doing: string): Promise<string> {
  const troubles: unknown[] = []
  for (const folder of stateFolders(environment)) {
    try {
      await orFileTrouble(doing, () => makeFolder(folder))
      if (await isOurs(folder)) return folder
      troubles.push(new Error(`${folder} belongs to somebody else, or others may write into it`))
    } catch (error) {
      troubles.push(error)
    }
  }
  throw new OperationError({
    doing,
    problem: `none of the folders ${stateFolders(environment).join(', ')} can be used: ${troubles.map(problemOf).join('; ')}`,
    advice: 'Set XDG_STATE_HOME to a folder that only the user that runs this may write into.',
    cause: troubles[0],
  })
}

/** Whether a folder is one, is this user's, and nobody else may write into it. */
export async function isOurs(folder: string): Promise<boolean> {
  const there = await lstat(folder)
  return there.isDirectory() && (there.mode & 0o022) === 0 && there.uid === process.getuid?.()
}

function problemOf(error: unknown): string {
  return error instanceof LifeboatError ? error.problem : String(error)
}

function given(value: string | undefined): string | undefined {
  return value === undefined || !path.isAbsolute(value) ? undefined : value
}
