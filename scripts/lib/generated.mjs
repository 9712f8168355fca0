// What is generated, as pure functions of the definitions in src/.
import { Document, Scalar, visit } from 'yaml'

const NOTE = 'Written by scripts/generate.mjs from src/; change it there.'

/** An input of the action alone: elsewhere the environment is there already. */
const ENVIRONMENT =
  'Variables for `${…}` in lifeboat.yml, and for what reads its credentials from the environment: one `NAME=value` a line, or `NAME<<END`, the lines of the value, and `END`. Each value is masked in the log, and only this step gets them.'

/** The text of action.yml. */
export function actionFile(definitions) {
  const { OPERATIONS, OPERATION_SUMMARIES, runOptionDefinitions, outputDefinitions } = definitions
  const operations = OPERATIONS.map((name) => `\`${name}\` (${OPERATION_SUMMARIES[name]})`)
  const document = new Document({
    name: 'pg-lifeboat',
    description: 'PostgreSQL backups that are proven to restore: back up, prove, keep the right ones, report.',
    author: 'pg-lifeboat contributors',
    branding: { icon: 'life-buoy', color: 'blue' },
    inputs: {
      operation: { description: `What to do: ${listed(operations)}.`, default: 'backup' },
      environment: { description: ENVIRONMENT },
      // No defaults here: an input with one would always be given, and go before the environment and lifeboat.yml.
      ...Object.fromEntries(runOptionDefinitions().map((option) => [option.name, { description: described(option) }])),
    },
    outputs: Object.fromEntries(
      outputDefinitions().map((output) => [output.name, { description: outputDescribed(output) }]),
    ),
    runs: { using: 'node24', main: 'dist/index.js', post: 'dist/index.js' },
  })
  visit(document, { Pair: (_, { key, value }) => fold(key, value) })
  document.commentBefore = ` ${NOTE}`
  return document.toString({ lineWidth: 120 })
}

const ENGLISH = { inputs: ['Input', 'What it says', 'Default'], outputs: ['Output', 'What it holds'] }
/** The titles of README.es.md; what stands below them is the code's own English. */
export const SPANISH = {
  inputs: ['Entrada', 'Qué dice (en inglés, del código)', 'Valor por omisión'],
  outputs: ['Salida', 'Qué contiene (en inglés, del código)'],
}

/** A README with its tables between the markers made anew. */
export function withTables(readme, definitions, titles = ENGLISH) {
  const { runOptionDefinitions, outputDefinitions } = definitions
  const inputs = table(titles.inputs, [
    ['`operation`', `What to do: ${listed(definitions.OPERATIONS.map((name) => `\`${name}\``))}.`, '`backup`'],
    ['`environment`', ENVIRONMENT, 'none'],
    ...runOptionDefinitions().map((option) => [`\`${option.name}\``, withChoices(option), defaultOf(option)]),
  ])
  const outputs = table(
    titles.outputs,
    outputDefinitions().map((output) => [`\`${output.name}\``, outputDescribed(output)]),
  )
  return between(between(readme, 'inputs', inputs), 'outputs', outputs)
}

/** The text of docs/reference.md. */
export function reference(definitions) {
  const { OPERATIONS, OPERATION_SUMMARIES, optionsOf, outputDefinitions, FINDINGS, EXIT_CODES, metricDefinitions } =
    definitions
  return [
    `<!-- ${NOTE} -->`,
    '# Reference',
    'Action inputs, command line flags (`--name value`) and keys of `lifeboat.yml` ([configuration](configuration.md)) have the same names. A flag or input goes before the environment (`LIFEBOAT_NAME`), that before the configuration file, that before the default. An unknown name is an error.',
    ...OPERATIONS.flatMap((operation) => [
      `## ${operation}`,
      `${capitalised(OPERATION_SUMMARIES[operation])}.`,
      table(
        ['Option', 'What it says', 'Default', 'Example'],
        optionsOf(operation).map((option) => [
          `\`${option.name}\``,
          withPlace(option),
          defaultOf(option),
          option.example === undefined ? '' : `\`${option.example}\``,
        ]),
      ),
    ]),
    '## Outputs',
    "The action's outputs, and the keys of the object that the command line prints with `--json`. Structured values are JSON text in an output.",
    table(
      ['Output', 'What it holds', 'Set by', 'Example'],
      outputDefinitions().map((output) => [
        `\`${output.name}\``,
        output.describe,
        (output.operations ?? OPERATIONS).join(', '),
        `\`${output.example}\``,
      ]),
    ),
    '## Exit codes',
    table(['Code', 'Meaning'], Object.entries(EXIT_CODES)),
    '## Metrics',
    'What a run writes into `metrics-file`, as OpenMetrics text that the textfile collector of a node exporter reads too. All are gauges. A run replaces what the file has of the same metric and of the same values of the labels before the semicolon; what other databases, types, operations and stores have told stays. What was not measured is not there, and never 0. `docs/grafana/dashboard.json` shows them all.',
    table(
      ['Metric', 'What it is', 'Labels'],
      metricDefinitions().map(({ name, help, labels, parts = [] }) => [
        `\`${name}\``,
        help,
        [labels, parts]
          .filter((some) => some.length > 0)
          .map((some) => some.map((label) => `\`${label}\``).join(', '))
          .join('; '),
      ]),
    ),
    '## Findings',
    'What a preflight or a verification can find. Codes never change their meaning. An `error` is damage or a difference: the proof has failed. Something `inconclusive` could not be checked: there is no proof. A `warning` asks somebody to look; the result stands.',
    table(
      ['Code', 'Severity', 'Meaning', 'What to do'],
      Object.entries(FINDINGS).map(([code, { severity, meaning, advice }]) => [
        `\`${code}\``,
        severity,
        meaning,
        advice,
      ]),
    ),
  ].join('\n\n')
}

function fold(key, value) {
  if (key.value === 'description' && value.value.length > 100) {
    value.type = Scalar.BLOCK_FOLDED
  }
}

function described(option) {
  const { operations } = option
  const only =
    operations === undefined
      ? ''
      : ` For ${listed(
          operations.map((name) => `\`${name}\``),
          'and',
        )}.`
  const value = defaultOf(option)
  return `${withChoices(option)}${value === '' ? '' : ` Default: ${value}.`}${only}`
}

function withChoices({ describe, choices }) {
  return choices === undefined || choices.every((choice) => describe.includes(`\`${choice}\``))
    ? describe
    : `${describe} One of ${listed(choices.map((choice) => `\`${choice}\``))}.`
}

function withPlace(option) {
  const places = { file: ' Only in `lifeboat.yml`.', run: ' Not in `lifeboat.yml`.' }
  return `${withChoices(option)}${places[option.where] ?? ''}`
}

function defaultOf({ default: value, defaultText }) {
  return defaultText ?? (value === undefined ? '' : `\`${value}\``)
}

function outputDescribed({ describe, kind, operations }) {
  const json = kind === 'json' ? ' JSON.' : ''
  return `${describe}${json}${
    operations === undefined
      ? ''
      : ` Set by ${listed(
          operations.map((name) => `\`${name}\``),
          'and',
        )}.`
  }`
}

/** A page with what stands between the markers of a name replaced. */
export function between(text, name, content) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from < 0 || to < from) {
    throw new Error(`The page has no ${start} … ${end} for what is generated.`)
  }
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`
}

function table(titles, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

function listed(words, conjunction = 'or') {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
