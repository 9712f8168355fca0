import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '../errors.js'
import { definitionOf } from '../option-list.js'
import { fromEnvironment, isGiven, type Source } from '../options.js'
import { codeOf } from '../platform/file-errors.js'
import type { Problem } from './problems.js'

const SUFFIX = '-file'
const LONGEST = 1024 * 1024

/**
 * The options that the environment gives: `LIFEBOAT_STORE`, and `LIFEBOAT_DATABASE_URL_FILE` for the path of a file that
 * holds the value, as containers are given their secrets. Line ends at the end of such a file do not count.
 *
 * @param folder where relative paths start
 */
export async function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<{ source: Source; problems: Problem[] }> {
  const all = fromEnvironment(environment)
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  const files = new Set<string>()
  for (const [name, value] of Object.entries(all.values)) {
    const option = optionOfFile(name)
    if (option === undefined) {
      values[name] = value
    } else if (typeof value === 'string' && value !== '') {
      files.add(option)
      const read = await readValue(path.resolve(folder, value))
      if (read.problem !== undefined) {
        problems.push({ message: `${all.label(name)} names ${value}, ${read.problem}` })
      } else if (isGiven(all.values[option])) {
        problems.push({ message: `${all.label(option)} and ${all.label(name)} are both given; leave one of them out` })
      } else {
        values[option] = read.text
      }
    }
  }
  const label = (name: string) => all.label(files.has(name) ? `${name}${SUFFIX}` : name)
  return { source: { label, values }, problems }
}

/** The option whose value a variable names the file of: `database-url` for `database-url-file`. */
function optionOfFile(name: string): string | undefined {
  const option = name.slice(0, -SUFFIX.length)
  const isOfFile = name.endsWith(SUFFIX) && definitionOf(name) === undefined && definitionOf(option) !== undefined
  return isOfFile ? option : undefined
}

async function readValue(
  file: string,
): Promise<{ text: string; problem?: undefined } | { text?: undefined; problem: string }> {
  try {
    if ((await stat(file)).size > LONGEST) {
      return { problem: 'which is too big for the value of an option' }
    }
    return { text: (await readFile(file, 'utf8')).replace(/[\r\n]+$/, '') }
  } catch (error) {
    return { problem: codeOf(error) === 'ENOENT' ? 'which is not there' : `which cannot be read: ${messageOf(error)}` }
  }
}
