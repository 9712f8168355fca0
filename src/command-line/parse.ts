import { Command, CommanderError } from 'commander'
import { UsageError } from '../errors.js'
import { nearest } from '../nearest.js'
import { OPERATIONS, OPTIONS, optionDefinitions, type Operation } from '../option-list.js'
import { VERSION } from '../version.js'
import { commandSpec, commandSpecs, TOOLS, type CommandSpec, type FlagSpec, type Tool } from './commands.js'
import { commandHelp, programHelp, topicHelp } from './help.js'
import type { Style } from './style.js'
import { TOPICS } from './topics.js'

/** What the command line asks for. */
export type Invocation =
  | { kind: 'operation'; operation: Operation; flags: Flags; json: boolean; verbose: boolean }
  | { kind: 'tool'; tool: Exclude<Tool, 'help'>; argument: string; flags: Flags; verbose: boolean }
  | { kind: 'print'; text: string }

/** The flags that were given, by their names without dashes. */
export type Flags = Readonly<Record<string, string>>

/**
 * Reads the command line.
 *
 * @param look how help looks where it is printed
 * Throws `UsageError` for what it does not understand, naming the nearest that it does.
 */
export function parse(argv: readonly string[], look: Pick<Style, 'columns' | 'colours'>): Invocation {
  if (argv.length === 0) {
    throw nothingAsked()
  }
  let invocation: Invocation | undefined
  const program = silent(new Command('pg-lifeboat')).helpCommand(false).helpOption('-h, --help').version(VERSION)
  program.configureHelp({ formatHelp: () => programHelp(look) })
  for (const spec of commandSpecs()) {
    const command = silent(program.command(spec.name)).helpOption('-h, --help')
    command.configureHelp({ formatHelp: () => commandHelp(spec, look) })
    spec.flags.filter(({ name }) => name !== 'help').forEach((flag) => command.option(flagText(flag)))
    if (spec.argument !== undefined) command.argument(`[${spec.argument.name}]`)
    command.action(() => {
      invocation = invocationOf(spec, command.args, flagsOf(command), look)
    })
  }
  const printed = runParser(program, argv)
  if (printed !== undefined) {
    return { kind: 'print', text: printed }
  }
  if (invocation === undefined) {
    throw nothingAsked()
  }
  return invocation
}

/** Lets commander parse; it prints nothing itself. Returns what was asked to be printed. */
function runParser(program: Command, argv: readonly string[]): string | undefined {
  let printed = ''
  const output = { writeOut: (text: string) => void (printed += text), writeErr: () => undefined }
  ;[program, ...program.commands].forEach((command) => command.configureOutput(output))
  try {
    program.parse([...argv], { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error
    }
    if (error.exitCode === 0) {
      return printed
    }
    throw misunderstood(error, argv)
  }
}

function silent(command: Command): Command {
  return command.exitOverride().showSuggestionAfterError(false).allowExcessArguments(false)
}

function flagText({ name, value, optional }: FlagSpec): string {
  const shown = value === undefined ? '' : optional === true ? ' [value]' : ' <value>'
  return `--${name}${shown}`
}

function flagsOf(command: Command): Record<string, string> {
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
  return Object.fromEntries(
    given.map((option) => {
      const value: unknown = command.getOptionValue(option.attributeName())
      return [option.name(), value === true ? 'true' : String(value)]
    }),
  )
}

function invocationOf(
  spec: CommandSpec,
  args: readonly string[],
  given: Flags,
  look: Pick<Style, 'columns' | 'colours'>,
): Invocation {
  const { json, verbose, ...flags } = given
  const operation = OPERATIONS.find((name) => name === spec.name)
  if (operation !== undefined) {
    return { kind: 'operation', operation, flags, json: json === 'true', verbose: verbose === 'true' }
  }
  const tool = TOOLS.find((name) => name === spec.name) ?? 'help'
  const argument = argumentOf(spec, args[0])
  return tool === 'help'
    ? { kind: 'print', text: helpAbout(argument, look) }
    : { kind: 'tool', tool, argument, flags, verbose: verbose === 'true' }
}

function argumentOf({ name, argument }: CommandSpec, given: string | undefined): string {
  if (argument === undefined || (given === undefined && !argument.required)) {
    return ''
  }
  if (given !== undefined && argument.choices.includes(given)) {
    return given
  }
  const near = given === undefined ? undefined : nearest(given, argument.choices)
  throw usage(
    given === undefined
      ? `${name} needs to be told the ${argument.name}`
      : `"${given}" is no ${argument.name} that ${name} knows`,
    near === undefined ? `Choose one of: ${argument.choices.join(', ')}.` : `Did you mean "${near}"?`,
  )
}

function helpAbout(name: string, look: Pick<Style, 'columns' | 'colours'>): string {
  const topic = TOPICS.find((each) => each.name === name)
  if (topic !== undefined) {
    return topicHelp(topic, look)
  }
  const command = commandSpec(name)
  return command === undefined ? programHelp(look) : commandHelp(command, look)
}

/** What commander found wrong, in words that name the nearest known thing. Values are not shown: one may be a secret. */
function misunderstood({ code, message }: CommanderError, argv: readonly string[]): UsageError {
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? ''
  const command = commandSpecs().find(({ name }) => argv[0] === name)
  switch (code) {
    case 'commander.unknownCommand':
      return unknownCommand(quoted)
    case 'commander.unknownOption':
      return unknownFlag(quoted.replace(/=.*$/s, ''), command)
    case 'commander.optionMissingArgument':
      return usage(`${quoted.split(' ')[0] ?? ''} needs a value`, `See pg-lifeboat help ${command?.name ?? ''}.`)
    case 'commander.excessArguments':
      return usage(
        `${command?.name ?? 'pg-lifeboat'} takes no further words`,
        'Options begin with two dashes; a value with blanks stands in quotes.',
      )
    default:
      return usage(message.replace(/^error: /, ''), 'See pg-lifeboat --help.')
  }
}

function unknownCommand(name: string): UsageError {
  const near = nearest(
    name,
    commandSpecs().map((each) => each.name),
  )
  return usage(
    `"${name}" is no operation of pg-lifeboat`,
    near === undefined ? 'pg-lifeboat --help lists them.' : `Did you mean "${near}"?`,
  )
}

function unknownFlag(flag: string, command: CommandSpec | undefined): UsageError {
  if (command === undefined) {
    return usage(
      `${flag} stands before the operation`,
      'Name the operation first: pg-lifeboat backup --store … ; pg-lifeboat --help lists them.',
    )
  }
  const name = flag.replace(/^-+/, '')
  const definition = optionDefinitions().find((each) => each.name === name)
  if (definition?.where === 'file') {
    return usage(`${flag} can only be given in lifeboat.yml`, 'See pg-lifeboat help configuration.')
  }
  if (Object.hasOwn(OPTIONS, name)) {
    const others = commandSpecs().filter(({ flags }) => flags.some((each) => each.name === name))
    return usage(
      `${flag} is no option of ${command.name}`,
      `It is one of ${others.map((each) => each.name).join(', ')}. In lifeboat.yml it may stand for all of them.`,
    )
  }
  const near = nearest(
    name,
    command.flags.map((each) => each.name),
  )
  return usage(
    `${flag} is no option of ${command.name}`,
    near === undefined ? `pg-lifeboat help ${command.name} lists them.` : `Did you mean --${near}?`,
  )
}

function nothingAsked(): UsageError {
  return usage('no operation is named', 'Begin with pg-lifeboat --help, or pg-lifeboat init.')
}

function usage(problem: string, advice: string): UsageError {
  return new UsageError({ doing: 'reading the command line', problem, advice })
}
