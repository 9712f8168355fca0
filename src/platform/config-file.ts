import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseDocument } from 'yaml'
import { UsageError } from '../errors.js'
import type { Source } from '../options.js'
import { codeOf } from './file-errors.js'

/** The file that is read when none is named. */
export const DEFAULT_CONFIG = 'lifeboat.yml'

/**
 * Reads a configuration file: a YAML mapping of option names to values.
 *
 * @param file as the user gave it; undefined means `lifeboat.yml`, if there is one
 * @param folder where relative paths start
 * @returns no source where there is no file
 *
 * Throws `UsageError` for a file that was named and is not there, and for what is not such a mapping.
 */
export async function readConfigFile(file: string | undefined, folder: string): Promise<Source[]> {
  const name = file ?? DEFAULT_CONFIG
  const text = await readText(path.resolve(folder, name), file !== undefined)
  if (text === null) {
    return []
  }
  const document = parseDocument(text)
  const [problem] = document.errors
  if (problem !== undefined) {
    throw unusable(name, `the file is not YAML: ${problem.message.split('\n')[0] ?? ''}`)
  }
  const values: unknown = document.toJS()
  if (values === null || values === undefined) {
    return []
  }
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw unusable(name, 'the file holds no mapping of option names to values')
  }
  return [{ label: (option) => `"${option}" in ${name}`, values: values as Record<string, unknown> }]
}

async function readText(file: string, required: boolean): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !required) {
      return null
    }
    throw unusable(file, codeOf(error) === 'ENOENT' ? 'the file is not there' : 'the file cannot be read', error)
  }
}

function unusable(file: string, why: string, cause?: unknown): UsageError {
  return new UsageError({
    doing: `reading the configuration file ${file}`,
    problem: why,
    advice: 'Write one option a line, such as "type: daily"; the README lists all options.',
    cause,
  })
}
