#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { withAlerts } from './alerts/alerting.js'
import { tellAlerts } from './alerts/tell.js'
import { LifeboatError, exitCodeOf, messagesOf } from './errors.js'
import {
  OPERATIONS,
  OPERATION_SUMMARIES,
  OPTIONS,
  optionsOf,
  type Operation,
  type OptionDefinition,
  type OptionName,
} from './option-list.js'
import { buildOptions } from './options.js'
import { withReportFile } from './operations/report-file.js'
import { runOperation } from './operations/run.js'
import { withContext } from './platform/context.js'
import { optionSources } from './platform/option-sources.js'
import { terminalLogger } from './platform/terminal-logger.js'
import { outputsOf } from './report/outputs.js'
import { exitCodeFor } from './report/report.js'
import { closingLines } from './report/terminal.js'
import { VERSION } from './version.js'

interface Parsed {
  operation: Operation
  flags: Readonly<Record<string, unknown>>
  json: boolean
  verbose: boolean
}

const EXIT_CODES = `
Exit codes:
  0 done · 1 failed · 2 bad usage or configuration · 3 verification found a difference or damage
  4 verification could not run · 5 a guard refused · 130 interrupted

Options may also stand in the environment (LIFEBOAT_STORE, LIFEBOAT_TYPE, …) or in lifeboat.yml.
Messages go to stderr, results to stdout.`

/** Reads the command line; commander prints help, versions and mistakes itself. */
function parse(argv: readonly string[]): Parsed {
  let parsed: Parsed | undefined
  const program = new Command('pg-lifeboat')
    .description('PostgreSQL backups that are proven to restore.')
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', EXIT_CODES)
  for (const operation of OPERATIONS) {
    const command = program.command(operation).description(OPERATION_SUMMARIES[operation]).exitOverride()
    optionsOf(operation).forEach((definition) => command.option(flagOf(definition), descriptionOf(definition)))
    command
      .option('--json', 'print the results as one JSON object on stdout')
      .option('--verbose', 'tell also what is only of interest when something is wrong')
      .addHelpText('after', exampleOf(operation))
      .action((values: Record<string, unknown>) => {
        parsed = { operation, flags: flagsOf(command), json: values.json === true, verbose: values.verbose === true }
      })
  }
  program.parse(argv, { from: 'user' })
  if (parsed === undefined) {
    throw new TypeError('commander returned without an operation')
  }
  return parsed
}

function flagOf({ name, kind }: OptionDefinition & { name: OptionName }): string {
  return kind === 'flag' ? `--${name} [boolean]` : `--${name} <${kind === 'count' ? 'n' : kind}>`
}

function descriptionOf(definition: OptionDefinition): string {
  const { describe, choices, default: value, defaultText } = definition
  const known = choices === undefined ? '' : ` One of: ${choices.join(', ')}.`
  const fallback = defaultText ?? value
  return `${describe}${known}${fallback === undefined ? '' : ` Default: ${fallback}.`}`
}

function exampleOf(operation: Operation): string {
  const examples: Readonly<Record<Operation, string>> = {
    backup:
      'PGPASSWORD=… pg-lifeboat backup --database-url postgresql://backup@db/app --type daily --store /backups/app',
    validate:
      'pg-lifeboat validate --store /backups/app --backup latest\n  pg-lifeboat validate --backup old-dump.sql.gz',
    restore:
      'pg-lifeboat restore --store /backups/app --target-url postgresql://postgres@db/app --restore-mode replace --confirm app',
    drill: 'pg-lifeboat drill --store /backups/app --scenario latest,clean-room --drill-report docs/drills/2026-Q4.md',
    report: 'pg-lifeboat report --store /backups/app --period weekly --timezone Europe/Madrid --json',
    rotate: 'pg-lifeboat rotate --store /backups/app --dry-run',
    watch: 'pg-lifeboat watch --store /backups/app --max-age daily=26h,weekly=8d',
    maintain: 'pg-lifeboat maintain --store /backups/app --database-url postgresql://postgres@db/app --dry-run',
  }
  return `\nExample:\n  ${examples[operation]}\n${EXIT_CODES}`
}

/** The flags that were given, by the option's own name. */
function flagsOf(command: Command): Record<string, unknown> {
  const known = command.options.filter((option) => option.name() in OPTIONS)
  const given = known.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
  return Object.fromEntries(
    given.map((option) => {
      const value: unknown = command.getOptionValue(option.attributeName())
      return [option.name(), value === true ? 'true' : value]
    }),
  )
}

/** Runs what the command line asks for and returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const { operation, flags, json, verbose } = parse(argv)
  const workingDirectory = process.cwd()
  const options = buildOptions(
    await optionSources({ label: (name) => `--${name}`, values: flags }, process.env, workingDirectory),
  )
  const logger = terminalLogger({
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    colours: process.stderr.isTTY && process.env.NO_COLOR === undefined,
    columns: () => process.stderr.columns,
    verbose,
  })
  const { report, reportPath } = await withContext(
    { logger, environment: process.env, workingDirectory },
    async (context) => {
      const told = await withAlerts({ operation, options }, context, async () => ({
        report: await runOperation(operation, options, context),
      }))
      return withReportFile(told.report, options, context)
    },
  )
  tellAlerts(report, logger)
  if (report.failure !== undefined) {
    logger.error([report.failure.message, ...report.failure.causes.map((cause) => `Cause: ${cause}`)].join('\n'))
  }
  closingLines(report).forEach((line) => {
    logger.info(line)
  })
  if (json) {
    const outputs = { ...outputsOf(report), ...(reportPath !== undefined && { 'report-path': reportPath }) }
    process.stdout.write(logger.redact(`${JSON.stringify(outputs)}\n`))
  }
  return exitCodeFor(report)
}

/** The exit code for what was thrown before an operation could begin; its message is on stderr. */
function explained(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : 2
  }
  const told =
    error instanceof LifeboatError ? messagesOf(error) : ['Unexpected error, please report it.', ...messagesOf(error)]
  process.stderr.write(`Error: ${told.join('\nCause: ')}\n`)
  return exitCodeOf(error)
}

// An explicit exit: keep-alive sockets would hold the process for minutes after the work is done.
process.exitCode = await main(process.argv.slice(2)).catch(explained)
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
