import { TASK_OPERATIONS } from '../fleet-options.js'
import { definitionOf, type OptionDefinition, type OptionName } from '../option-list.js'
import { inputSchemaOf } from '../options.js'
import { optionsAt, type LevelKind } from './keys.js'
import { DATABASE_NAME, TYPE_NAME } from './levels.js'

type Schema = Readonly<Record<string, unknown>>

const SCALAR: Schema = { type: ['string', 'number', 'boolean'] }
const TEXT: Schema = { type: 'string' }

/** A text whose value is known only to a run. */
const OPEN_TEXT: Schema = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}|\\{(database|type)\\}' }

/** A key without a value is as if it were not there. */
const NOTHING: Schema = { enum: [null, ''] }

/** Forms that the options' own definitions check with code. */
const FORMS: Partial<Record<OptionName, Schema>> = {
  schedule: { type: 'string', pattern: '^\\s*(@[a-z]+|(\\S+\\s+){4}\\S+)\\s*$' },
}

const MAPPINGS: readonly OptionName[] = ['role-map', 'max-age', 'max-unproven']

/**
 * The JSON Schema of `lifeboat.yml`, for editors: it knows every key and where it may stand, and the form of its value. What
 * takes more than one key to judge, only the loader says.
 */
export function configurationSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'pg-lifeboat: lifeboat.yml',
    description: 'Options that hold for every database, and the databases and types that are backed up.',
    // An empty file says nothing, and is right.
    type: ['object', 'null'],
    ...level('top', {
      types: typesSchema('Types of backups of every database, each with its options.', [
        { $ref: '#/definitions/of-a-type' },
        NOTHING,
      ]),
      tasks: {
        description:
          'What else is done over and over, for every database: reports, drills, upkeep, each with its options.',
        anyOf: [
          {
            type: 'object',
            propertyNames: { pattern: TYPE_NAME.source },
            additionalProperties: { anyOf: [{ $ref: '#/definitions/of-a-task' }, NOTHING] },
          },
          NOTHING,
        ],
      },
      databases: {
        description: 'Databases, each with its options; without them the file describes a single one.',
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: DATABASE_NAME.source },
        additionalProperties: { anyOf: [{ $ref: '#/definitions/of-a-database' }, NOTHING] },
      },
    }),
    definitions: {
      'of-a-type': { description: 'A type of backups.', type: 'object', ...level('type', {}) },
      'of-a-task': {
        description: 'A task: something besides backups that is done over and over.',
        type: 'object',
        ...level('task', {
          operation: {
            description: 'What it does. Default: the operation that the task is named after.',
            anyOf: [{ enum: TASK_OPERATIONS }, NOTHING],
          },
        }),
      },
      'of-a-database': {
        description: 'A database.',
        type: 'object',
        ...level('database', {
          types: typesSchema('Types of this database, merged over those at the top; `off` removes one.', [
            { $ref: '#/definitions/of-a-type' },
            { enum: ['off', false, null] },
          ]),
        }),
      },
      ...Object.fromEntries(optionsAt('top').map((name) => [name, optionSchema(name)])),
    },
  }
}

function level(kind: LevelKind, structure: Readonly<Record<string, Schema>>): Schema {
  const options = optionsAt(kind).map((name) => [name, { $ref: `#/definitions/${name}` }] as const)
  return {
    properties: { ...structure, ...Object.fromEntries(options) },
    additionalProperties: false,
  }
}

function typesSchema(description: string, anyOf: readonly Schema[]): Schema {
  const types = { type: 'object', propertyNames: { pattern: TYPE_NAME.source }, additionalProperties: { anyOf } }
  return { description, anyOf: [types, NOTHING] }
}

function optionSchema(name: OptionName): Schema {
  const definition = definitionOf(name)
  if (definition === undefined) {
    return {}
  }
  const { describe, default: value, defaultText, example } = definition
  const fallback = defaultText ?? value
  return {
    description: `${describe}${fallback === undefined ? '' : ` Default: ${fallback}.`}`,
    ...(example !== undefined && { examples: [example] }),
    anyOf: [...formsOf(name, definition), OPEN_TEXT, NOTHING],
  }
}

/** The ways to write a value of each kind, as the loader takes them. */
function formsOf(name: OptionName, { kind, choices }: OptionDefinition): Schema[] {
  const own = inputSchemaOf(name)
  switch (kind) {
    case 'choice':
      return [{ enum: choices ?? [] }]
    case 'flag':
      return [{ type: 'boolean' }, { enum: ['true', 'false', 'True', 'False', 'TRUE', 'FALSE'] }]
    case 'count':
      return [own, { type: 'string', pattern: '^\\d+$' }]
    case 'duration':
      return [{ type: 'string', pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|min|h)$' }]
    case 'list':
      return [TEXT, { type: 'array', items: SCALAR }, ...(MAPPINGS.includes(name) ? [mappingOf(SCALAR)] : [])]
    case 'lines':
      return [TEXT, { type: 'array', items: name === 'copies' ? { anyOf: [TEXT, mappingOf(SCALAR)] } : TEXT }]
    case 'rules':
      return [TEXT, { type: 'array', items: TEXT }, mappingOf(mappingOf(SCALAR))]
    case 'text':
      return [FORMS[name] ?? own]
  }
}

function mappingOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}
