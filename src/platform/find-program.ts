import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'

/** Where a program without a path is looked for when the environment has no PATH; what `execvp` does. */
const DEFAULT_PATH = '/usr/local/bin:/bin:/usr/bin'

/** The file of a program, found as a shell finds it: by its path, or in the folders of PATH; null when there is none. */
export function findProgram(program: string, searchPath: string = DEFAULT_PATH, cwd = '/'): string | null {
  if (program.includes('/')) {
    const file = path.resolve(cwd, program)
    return isProgram(file) ? file : null
  }
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  return folders.map((folder) => path.join(folder, program)).find(isProgram) ?? null
}

/** Whether it is a file that may be executed. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // not there, or not for us: not a program
  }
}
