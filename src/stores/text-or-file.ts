import { readFile } from 'node:fs/promises'
import path from 'node:path'

import type { Context } from '../context.js'
import { UsageError } from '../errors.js'
import { fileTrouble } from '../platform/file-errors.js'

/** Where the files of settings are looked for. */
export type FileTools = Pick<Context, 'environment'> & Partial<Pick<Context, 'workingDirectory'>>

/** Characters that mean something to ssh's own parser of options, which has no way to write them as they are. */
const ODD = /["\\\n\r]|\$\{/

/** The path that a setting stands for: `~/` is the home folder, a relative one starts where the program was called. */
export function pathOf(setting: string, { environment, workingDirectory }: FileTools): string {
  const home = environment.HOME
  const expanded = setting.startsWith('~/') && home !== undefined ? path.join(home, setting.slice(2)) : setting
  return path.resolve(workingDirectory ?? process.cwd(), expanded)
}

/**
 * The path of a file that a setting names, once it is known that it can be read.
 *
 * Throws `UsageError` when it cannot, or when ssh could not be told of it.
 */
export async function readableFile(option: string, setting: string, tools: FileTools): Promise<string> {
  const file = pathOf(setting, tools)
  const doing = `reading the file of ${option}`
  if (ODD.test(file)) {
    throw new UsageError({
      doing,
      problem: 'its path holds a quotation mark, a backslash or "${", which ssh cannot be given',
      advice: `Give ${option} another path, or the text itself.`,
    })
  }
  await readFile(file).catch((error: unknown) => {
    const trouble = fileTrouble(error, doing)
    const advice = `Give ${option} the path of a file that can be read here, or the text itself.`
    throw new UsageError({ doing, problem: `${file}: ${trouble.problem}`, advice, cause: error })
  })
  return file
}

/** As ssh wants its files: line ends without carriage returns, one at the end. Secrets often lose the last one. */
export function tidyText(text: string): string {
  return `${text.replaceAll('\r', '').trim()}\n`
}
