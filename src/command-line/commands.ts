import { OPERATIONS, OPERATION_SUMMARIES, optionsOf, type OptionDefinition, type OptionName } from '../option-list.js'
import { EXAMPLES, type Example } from './examples.js'
import { groupOf } from './option-groups.js'
import { TOPICS } from './topics.js'

/**
 * What the command line understands, as plain data: the parser, the help, the shells' completion and the docs are made
 * from it.
 */
export interface CommandSpec {
  name: string
  /** What it does, as the end of a sentence. */
  summary: string
  /** The one word that may follow the command's name. */
  argument?: ArgumentSpec
  flags: readonly FlagSpec[]
  examples: readonly Example[]
  /** A few sentences that its help begins with. */
  notes?: readonly string[]
}

export interface ArgumentSpec {
  name: string
  describe: string
  required: boolean
  choices: readonly string[]
}

export interface FlagSpec {
  /** Without its dashes. */
  name: string
  /** What stands for its value: `<text>`; undefined for a switch that takes none. */
  value?: string
  /** It may stand alone: `--dry-run` is `--dry-run true`. */
  optional?: boolean
  describe: string
  choices?: readonly string[]
  /** As the help tells it. */
  default?: string
  example?: string
  /** Its value names a file or a folder, so that shells can complete it. */
  names?: 'file' | 'folder'
  /** The heading that it stands below. */
  group: string
}

/** Commands that no job of a workflow needs, and so are no operations. */
export const TOOLS = ['schedule', 'init', 'completion', 'help'] as const
export type Tool = (typeof TOOLS)[number]

/** The shells that a completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

const NAMES_FILE: ReadonlySet<OptionName> = new Set<OptionName>([
  'config',
  'backup',
  'decrypt-key',
  'drill-report',
  'metrics-file',
  'report-file',
  'signing-key',
  'ssh-key',
  'ssh-known-hosts',
  'trusted-keys',
])

const NAMES_FOLDER: ReadonlySet<OptionName> = new Set<OptionName>(['store', 'copies', 'postgres-bin'])

/** All commands, the operations first. */
export function commandSpecs(): CommandSpec[] {
  const operations = OPERATIONS.map((name) => ({
    name,
    summary: OPERATION_SUMMARIES[name],
    flags: [
      ...optionsOf(name)
        .filter(({ where }) => where !== 'file')
        .map(flagOf),
      ...OUTPUT_FLAGS,
      HELP_FLAG,
    ],
    examples: EXAMPLES[name],
  }))
  return [...operations, ...toolSpecs()]
}

/** A command by its name. */
export function commandSpec(name: string): CommandSpec | undefined {
  return commandSpecs().find((command) => command.name === name)
}

/** `pg-lifeboat help …` takes these, besides the names of commands. */
export function topicNames(): string[] {
  return TOPICS.map(({ name }) => name)
}

function toolSpecs(): (CommandSpec & { name: Tool })[] {
  return [
    {
      name: 'schedule',
      summary: 'run the schedules of lifeboat.yml until it is stopped',
      flags: [...SCHEDULE_FLAGS, ...VERBOSE_FLAGS, HELP_FLAG],
      examples: EXAMPLES.schedule,
      notes: [
        'Stays in the foreground, for a container or a service manager, and runs each type, and each of the tasks, when its schedule says, on the clocks of its time zone. Two runs on one database never overlap, but for those that only look (report, watch). What was missed while it was down is made up once. SIGTERM and Ctrl-C stop it cleanly; SIGHUP makes it read the configuration again.',
      ],
    },
    {
      name: 'init',
      summary: 'look at the database and write a commented lifeboat.yml for it',
      flags: [...INIT_FLAGS, HELP_FLAG],
      examples: EXAMPLES.init,
      notes: [
        'Connects to the database, looks how large it is, what is in it and whether this machine has what a proof needs, and writes a configuration with the facts as comments. It reads, and changes nothing in the database. Passwords are not written: the file names the variables that hold them. A file that is there already is never written over.',
      ],
    },
    {
      name: 'completion',
      summary: 'print what makes a shell complete operations, options and their values',
      argument: { name: 'shell', describe: 'The shell that it is for.', required: true, choices: SHELLS },
      flags: [HELP_FLAG],
      examples: EXAMPLES.completion,
    },
    {
      name: 'help',
      summary: 'explain an operation or a topic',
      argument: {
        name: 'topic',
        describe: 'An operation, or a topic.',
        required: false,
        choices: [...OPERATIONS, 'schedule', 'init', 'completion', ...topicNames()],
      },
      flags: [HELP_FLAG],
      examples: EXAMPLES.help,
    },
  ]
}

const HELP_FLAG: FlagSpec = { name: 'help', describe: 'Print this help.', group: groupOf('help') }

const VERBOSE_FLAGS: readonly FlagSpec[] = [
  {
    name: 'verbose',
    describe: 'Tell also what is only of interest when something is wrong.',
    group: groupOf('verbose'),
  },
]

const OUTPUT_FLAGS: readonly FlagSpec[] = [
  { name: 'json', describe: 'Print the results as one JSON object on stdout.', group: groupOf('json') },
  ...VERBOSE_FLAGS,
]

const SCHEDULE_OPTIONS: readonly OptionName[] = ['config', 'parallel']

const SCHEDULE_FLAGS: readonly FlagSpec[] = optionsOf('backup')
  .filter(({ name }) => SCHEDULE_OPTIONS.includes(name))
  .map(flagOf)

const INIT_OPTIONS: readonly OptionName[] = ['database-url', 'store', 'postgres-bin']

const INIT_FLAGS: readonly FlagSpec[] = [
  ...optionsOf('backup')
    .filter(({ name }) => INIT_OPTIONS.includes(name))
    .map(flagOf)
    .map((flag) =>
      flag.name === 'store' ? { ...flag, default: '`backups/<database>`, below the folder you are in' } : flag,
    ),
  {
    name: 'output',
    value: '<file>',
    describe: 'The file to write; `-` prints it instead.',
    default: '`lifeboat.yml`',
    names: 'file',
    group: groupOf('output'),
  },
]

function flagOf(option: OptionDefinition & { name: OptionName }): FlagSpec {
  const { name, kind, describe, choices, default: value, defaultText, example } = option
  const fallback = defaultText ?? (value === undefined ? undefined : `\`${value}\``)
  return {
    name,
    describe,
    value: kind === 'flag' ? '[true|false]' : `<${placeholderOf(option)}>`,
    ...(kind === 'flag' && { optional: true, choices: ['true', 'false'] }),
    ...(choices !== undefined && { choices }),
    ...(fallback !== undefined && { default: fallback }),
    ...(example !== undefined && { example }),
    ...(NAMES_FILE.has(name) && { names: 'file' as const }),
    ...(NAMES_FOLDER.has(name) && { names: 'folder' as const }),
    group: groupOf(name),
  }
}

function placeholderOf({ kind, choices, name }: OptionDefinition & { name: OptionName }): string {
  if (choices !== undefined) return choices.join('|')
  if (kind === 'count') return 'n'
  if (name.endsWith('-url')) return 'url'
  return kind === 'rules' || kind === 'lines' ? 'text' : kind
}
