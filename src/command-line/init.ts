import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context, Logger } from '../context.js'
import { GuardError, type ExitCode } from '../errors.js'
import { buildOptions } from '../options.js'
import { withContext } from '../platform/context.js'
import { codeOf, ifThere, orFileTrouble } from '../platform/file-errors.js'
import { counted, formatBytes } from '../units.js'
import { configurationText, passwordVariable } from './init-file.js'
import { lookAtDatabase, type Sight } from './init-look.js'
import type { Flags } from './parse.js'
import type { Surroundings } from './surroundings.js'

const USUAL_FILE = 'lifeboat.yml'

/**
 * Looks at the database and writes a configuration for it, which is used as it stands or changed by hand.
 *
 * Throws `GuardError` where the file is there already, `UsageError` for options that cannot be used.
 */
export async function init(given: Flags, logger: Logger, surroundings: Surroundings): Promise<ExitCode> {
  const { output = USUAL_FILE, ...flags } = given
  const { environment, workingDirectory, stdout } = surroundings
  const options = buildOptions([
    { label: (name) => `--${name}`, values: flags },
    {
      label: () => 'the variable LIFEBOAT_DATABASE_URL',
      values: { 'database-url': environment.LIFEBOAT_DATABASE_URL },
    },
  ])
  const file = path.resolve(workingDirectory, output)
  if (output !== '-') {
    await refuseExisting(file)
  }
  return withContext({ logger, environment, workingDirectory }, async (context): Promise<ExitCode> => {
    const sight = await logger.step('Looking at the database', () => lookAtDatabase(options, context))
    tellSight(sight, logger)
    const text = configurationText(sight, {
      store: flags.store ?? path.join(workingDirectory, 'backups', folderName(sight)),
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      today: context.clock.now().toISOString().slice(0, 10),
    })
    if (output === '-') {
      stdout.write(text)
      return 0
    }
    await writeNew(file, text)
    tellNext(output, sight, context)
    return 0
  })
}

/** Before anybody waits for the look at a database; the writing itself refuses too. */
async function refuseExisting(file: string): Promise<void> {
  if ((await ifThere(stat(file))) !== undefined) {
    throw alreadyThere(file)
  }
}

function alreadyThere(file: string): GuardError {
  return new GuardError({
    doing: 'writing the configuration',
    problem: `${file} is there already, and init never writes over a file`,
    advice: 'Print it with --output - and compare, or give another name with --output.',
  })
}

/** The check and the writing are one step, so that nothing can come in between. */
async function writeNew(file: string, text: string): Promise<void> {
  await orFileTrouble(`writing ${file}`, async () => {
    try {
      await writeFile(file, text, { flag: 'wx' })
    } catch (error) {
      throw codeOf(error) === 'EEXIST' ? alreadyThere(file) : error
    }
  })
}

function tellSight({ database, trouble }: Sight, logger: Logger): void {
  if (database === undefined) {
    logger.warning(
      `The database could not be looked at: ${trouble?.problem ?? 'unknown'}. ${trouble?.advice ?? ''} What is written is a template.`,
    )
    return
  }
  const { name, serverVersion, bytes, tables, nothing, programsTrouble, unreadable } = database
  logger.info(`"${name}": PostgreSQL ${serverVersion}, ${formatBytes(bytes)}, ${counted(tables.length, 'table')}.`)
  if (nothing !== undefined) {
    logger.warning(`"${name}": ${nothing.found}. ${nothing.advice}`)
  }
  if (programsTrouble !== undefined) {
    logger.warning(`PostgreSQL's programs: ${programsTrouble}`)
  }
  const [first] = unreadable.filter(({ severity }) => severity === 'error')
  if (first !== undefined) {
    logger.warning(`The role may not read everything, such as ${first.on}: ${first.found}. ${first.advice}`)
  }
}

function tellNext(output: string, sight: Sight, { logger }: Context): void {
  const config = output === USUAL_FILE ? '' : ` --config ${shellWord(output)}`
  const variable = passwordVariable(sight)
  const steps: [string, string][] = [
    ...(variable === undefined ? [] : [[`export ${variable}=…`, 'the password, percent-encoded'] as [string, string]]),
    [`pg-lifeboat doctor --type daily${config}`, 'would anything go wrong?'],
    [`pg-lifeboat backup --type daily${config}`, 'the first backup, proven'],
    [`pg-lifeboat schedule${config}`, 'from now on, by itself'],
  ]
  const width = Math.max(...steps.map(([command]) => command.length))
  logger.info(`Wrote ${output}. Next:`)
  steps.forEach(([command, purpose]) => {
    logger.info(`  ${command.padEnd(width)}  # ${purpose}`)
  })
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function folderName({ database, settings }: Sight): string {
  return (database?.name ?? settings?.database ?? 'app').replaceAll(/[^\w.-]+/g, '_').replace(/^\.+/, '_')
}
