import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { UsageError, messageOf } from '../errors.js'

/** How an option with keys is read. */
export interface KeyReading {
  /** The folder that paths start from. */
  folder: string
  /** Told every secret before anything else is done with it. */
  hide: (secret: string) => void
  /** Told what is not as it should be, and does not stop the run. */
  warn: (message: string) => void
}

/** A file of keys is small; what is larger is something else that was named by mistake. */
const LARGEST = 1024 * 1024

/**
 * The text of an option that holds keys or the path of a file with keys.
 *
 * @param mark what a text of keys has in it, and no path
 * @param warn told, of private keys, that other users can read the file
 * Throws `UsageError` when it is neither.
 */
export async function keyText(
  value: string,
  { option, mark, folder, warn }: { option: string; mark: RegExp; folder: string; warn?: (message: string) => void },
): Promise<string> {
  if (mark.test(value)) return value
  const doing = `reading the option ${option}`
  const file = path.resolve(folder, value.trim())
  try {
    const { size, mode } = await stat(file)
    if ((mode & 0o077) !== 0) {
      warn?.(
        `Other users of this machine can read or change the private key in ${file} (${option}); chmod 600 keeps them out.`,
      )
    }
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
