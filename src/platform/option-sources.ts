import { fromEnvironment, type Source } from '../options.js'
import { readConfigFile } from './config-file.js'

/**
 * Where options come from, the strongest first: what was given to this run (flags or inputs), the environment, the
 * configuration file that either of them names.
 *
 * Throws `UsageError` for a configuration file that cannot be used.
 */
export async function optionSources(
  given: Source,
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<Source[]> {
  const fromVariables = fromEnvironment(environment)
  const named = [given.values.config, fromVariables.values.config].find(
    (file): file is string => typeof file === 'string' && file !== '',
  )
  return [given, fromVariables, ...(await readConfigFile(named, folder))]
}
