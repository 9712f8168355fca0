import { OPERATIONS } from '../option-list.js'
import { VERSION } from '../version.js'
import { commandSpecs, TOOLS, type CommandSpec, type FlagSpec } from './commands.js'
import type { Example } from './examples.js'
import { GROUP_TITLES } from './option-groups.js'
import { paintOf, wrapped, type Paint, type Style } from './style.js'
import { TOPICS, type Topic } from './topics.js'

type Look = Pick<Style, 'columns' | 'colours'>

/** What stands around the texts of a help. */
interface Page {
  paint: Paint
  columns: number
}

const pageOf = (look: Look): Page => ({ paint: paintOf(look), columns: look.columns })

/** The help of the whole program. */
export function programHelp(look: Look): string {
  const page = pageOf(look)
  const commands = commandSpecs()
  const named = (names: readonly string[]): [string, string][] =>
    commands.filter(({ name }) => names.includes(name)).map(({ name, summary }) => [name, summary])
  return joined([
    wrapped(`pg-lifeboat ${VERSION}: PostgreSQL backups that are proven to restore.`, page.columns),
    section('Usage', ['  pg-lifeboat <operation> [options]', '  pg-lifeboat help <operation or topic>'], page),
    section(
      'Begin here',
      BEGINNING.flatMap((example) => exampleLines(example, page)),
      page,
    ),
    section('Operations', columnsOf(named(OPERATIONS), page), page),
    section('Tools', columnsOf(named(TOOLS), page), page),
    section(
      'Topics',
      columnsOf(
        TOPICS.map(({ name, summary }) => [name, summary] as const),
        page,
      ),
      page,
    ),
  ])
}

const BEGINNING: readonly Example[] = [
  {
    for: 'Write a lifeboat.yml for a database',
    command: 'pg-lifeboat init --database-url postgresql://backup@db/app',
  },
  { for: 'See whether anything would go wrong', command: 'pg-lifeboat doctor --type daily' },
  { for: 'Take a backup and prove that it restores', command: 'pg-lifeboat backup --type daily' },
]

/** The help of one command: what it is for, examples, and its options by what they are about. */
export function commandHelp(command: CommandSpec, look: Look): string {
  const page = pageOf(look)
  const { name, summary, argument, flags, examples, notes = [] } = command
  const word = argument === undefined ? '' : argument.required ? ` <${argument.name}>` : ` [${argument.name}]`
  return joined([
    wrapped(`pg-lifeboat ${name}: ${summary}`, page.columns),
    ...notes.map((note) => prose(note, page)),
    section('Usage', [`  pg-lifeboat ${name}${word}${flags.length > 1 ? ' [options]' : ''}`], page),
    ...(argument === undefined
      ? []
      : [
          section(
            argument.name,
            wrapped(`${argument.describe} One of: ${argument.choices.join(', ')}.`, page.columns, '  '),
            page,
          ),
        ]),
    section(
      'Examples',
      examples.flatMap((example) => exampleLines(example, page)),
      page,
    ),
    ...GROUP_TITLES.map((title) => groupSection(title, flags, page)),
    prose(
      'Options may also stand in the environment or in lifeboat.yml: see `pg-lifeboat help environment` and `pg-lifeboat help configuration`.',
      page,
    ),
  ])
}

/** A page about something that concerns several operations. */
export function topicHelp({ name, summary, paragraphs }: Topic, look: Look): string {
  const page = pageOf(look)
  return joined([
    [page.paint('bold', `${name}: ${summary}`)],
    ...paragraphs.map((text) => (text.startsWith('  ') ? text.split('\n') : prose(text, page))),
  ])
}

function groupSection(title: string, flags: readonly FlagSpec[], page: Page): string[] {
  const own = flags.filter(({ group }) => group === title)
  return own.length === 0
    ? []
    : section(
        title,
        own.flatMap((flag) => flagLines(flag, page)),
        page,
      )
}

function flagLines({ name, value, describe, choices, default: fallback, example }: FlagSpec, page: Page): string[] {
  const { paint } = page
  const told = choices?.every((choice) => value?.includes(choice)) ?? true
  const facts = [
    ...(told ? [] : [`One of: ${choices?.join(', ') ?? ''}.`]),
    ...(fallback === undefined ? [] : [`Default: ${fallback}`]),
    ...(example === undefined ? [] : [`Example: \`${example}\``]),
  ]
  return [
    `  ${paint('cyan', `--${name}`)}${value === undefined ? '' : ` ${paint('faint', value)}`}`,
    ...[describe, ...facts].flatMap((text) => prose(text, page, '      ')),
  ]
}

function exampleLines({ for: purpose, command }: Example, { paint, columns }: Page): string[] {
  return [...wrapped(`# ${purpose}`, columns, '  ').map((line) => paint('faint', line)), `  ${command}`]
}

/** Names in one column, what they mean in the other. */
function columnsOf(rows: readonly (readonly [string, string])[], { paint, columns }: Page): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows.flatMap(([name, text]) => {
    const [first = '', ...rest] = wrapped(text, columns, ' '.repeat(width))
    return [`  ${paint('cyan', name)}${first.slice(name.length + 2)}`, ...rest]
  })
}

function section(title: string, lines: readonly string[], { paint }: Page): string[] {
  return lines.length === 0 ? [] : [paint('bold', title), ...lines]
}

/** Text whose names stand out: in colour where there is one, else between their backticks. */
function prose(text: string, { columns, paint }: Page, indent = ''): string[] {
  return wrapped(text, columns, indent).map((line) =>
    line.replaceAll(/`([^`]+)`/g, (quoted, name: string) => {
      const painted = paint('cyan', name)
      return painted === name ? quoted : painted
    }),
  )
}

function joined(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}
