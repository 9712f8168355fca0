import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { UsageError, messageOf } from '../errors.js'

/** A file of keys is small; what is larger is something else that was named by mistake. */
const LARGEST = 1024 * 1024

/**
 * The text of an option that holds keys or the path of a file with keys.
 *
 * @param mark what a text of keys has in it, and no path
 * Throws `UsageError` when it is neither.
 */
export async function keyText(
  value: string,
  { option, mark, folder }: { option: string; mark: RegExp; folder: string },
): Promise<string> {
  if (mark.test(value)) return value
  const doing = `reading the option ${option}`
  const file = path.resolve(folder, value.trim())
  try {
    const { size } = await stat(file)
    if (size <= LARGEST) return await readFile(file, 'utf8')
  } catch (cause) {
    throw new UsageError({
      doing,
      problem: `it is neither a key nor the path of a file that can be read: ${messageOf(cause)}`,
      advice: 'Give the key itself, all of its lines, or the path of its file.',
    })
  }
  throw new UsageError({ doing, problem: `the file ${file} is too large to hold keys`, advice: 'Check the path.' })
}
