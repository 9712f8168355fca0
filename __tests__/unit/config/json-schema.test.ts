import { afterEach, describe, expect, test } from '@jest/globals'
import Ajv from 'ajv'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import type { LoadedConfiguration } from '../../../src/config/configuration.js'
import { configurationSchema } from '../../../src/config/json-schema.js'
import { ConfigurationError } from '../../../src/config/problems.js'
import { optionDefinitions } from '../../../src/option-list.js'
import { LoaderFolder } from '../../support/configuration.js'
import { removeTemporaryFolders } from '../../support/temporary.js'

const root = path.resolve(import.meta.dirname, '../../..')
const read = (name: string) => readFile(path.join(root, name), 'utf8')
const validate = new Ajv({ allErrors: true, jsonPointers: true }).compile(
  JSON.parse(await read('lifeboat.schema.json')) as object,
)

/** Where the schema finds fault with a file. */
function faultsIn(text: string): string[] {
  void validate(parse(text) ?? null)
  const errors = validate.errors ?? []
  return [...new Set(errors.filter(({ keyword }) => keyword !== 'anyOf').map(({ dataPath }) => dataPath))]
}

afterEach(removeTemporaryFolders)

/** What the program makes of a file; it must agree with the schema on every file here. */
async function load(text: string): Promise<LoadedConfiguration> {
  return (await LoaderFolder.make()).load(text)
}

test('the schema in the tree is the one that the options make (npm run generate)', async () => {
  expect(JSON.parse(await read('lifeboat.schema.json'))).toEqual(JSON.parse(JSON.stringify(configurationSchema())))
})

test('editors explain every option that a file can have', async () => {
  const { definitions } = JSON.parse(await read('lifeboat.schema.json')) as {
    definitions: Record<string, { description: string }>
  }
  const inFiles = optionDefinitions().filter(({ where }) => where !== 'run')
  const levels = ['of-a-type', 'of-a-database', 'of-a-task']
  expect(Object.keys(definitions).sort()).toEqual([...levels, ...inFiles.map(({ name }) => name)].sort())
  inFiles.forEach(({ name, describe: text }) => {
    expect(definitions[name]?.description).toContain(text)
  })
})

test('the example is right', async () => {
  const text = await read('lifeboat.example.yml')
  expect(faultsIn(text)).toEqual([])
  await expect(load(text)).resolves.toMatchObject({ entries: [{ name: 'masclet' }] })
  expect(text).toContain('# yaml-language-server: $schema=./lifeboat.schema.json\n')
})

test('the example is right with what is commented out in it, too', async () => {
  const text = (await read('lifeboat.example.yml')).replaceAll(/^( *)# ( *(- |(?!yaml)[a-z-]+:( |$)))/gm, '$1$2')
  expect(text).toContain('\n  shop:\n    database-url:')
  expect(text).toContain('\ncopies:\n  - backup@')
  await expect(load(text)).resolves.toMatchObject({ entries: [{ name: 'masclet' }, { name: 'shop' }] })
  expect(faultsIn(text)).toEqual([])
})

describe('good files', () => {
  test.each([
    ['nothing', ''],
    ['one database', 'database-url: postgresql://db/app\nstore: /backups\nkeep-daily: 7\nrotate: false'],
    ['variables where numbers, words and flags stand', 'jobs: ${JOBS}\nverify: ${TIER}\nrotate: "${ROTATE}"'],
    ['lists as texts and as lists', 'tables: a, b\nassertions: ["SELECT true"]\ncopies: [/a, {to: /b, keep-daily: 3}]'],
    [
      'mappings of pairs, ages and rules',
      'role-map: {a: b}\nmax-age: {daily: 26h}\nalerts: {critical: {size: "> 1GB"}}',
    ],
    ['a type that is switched off', 'store: /{database}\ntypes: {daily: }\ndatabases: {a: {types: {daily: off}}, b: }'],
    ['keys without values', 'store:\njobs:\ntypes:\ntasks:\n'],
    ['tasks', 'tasks: {maintain: , drill: {schedule: "@monthly"}, weekly: {operation: report, period: weekly}}'],
  ])('%s', async (_, text) => {
    expect(faultsIn(text)).toEqual([])
    await expect(load(text)).resolves.toBeDefined()
  })
})

describe('bad files', () => {
  test.each([
    ['an unknown key', 'stoer: x', ''],
    ['an unknown key in a database', 'databases: {a: {stoer: x}}', '/databases/a'],
    ['a database in a type', 'types: {daily: {databases: {}}}', '/types/daily'],
    ['what is said to a run', 'all: true', ''],
    ['a confirmation', 'confirm: app', ''],
    ['the top in a database', 'databases: {a: {parallel: 2}}', '/databases/a'],
    ['the top in a task', 'tasks: {drill: {parallel: 2}}', '/tasks/drill'],
    ['no operation of a task', 'tasks: {drill: {operation: backup}}', '/tasks/drill/operation'],
    ['a type in a type', 'types: {daily: {type: weekly}}', '/types/daily'],
    ['no database', 'databases: {}', '/databases'],
    ['a word that is no choice', 'verify: most', '/verify'],
    ['a number that is no number', 'jobs: many', '/jobs'],
    ['too many jobs', 'jobs: 65', '/jobs'],
    ['a wrong unit', 'time-limit: 2 days', '/time-limit'],
    ['no cron expression', 'types: {daily: {schedule: daily}}', '/types/daily/schedule'],
    ['a list where a text belongs', 'store: [a]', '/store'],
    ['a number where a text belongs', 'series: 7', '/series'],
    ['a name that cannot be a path', 'databases: {a/b: {}}', '/databases'],
  ])('%s', async (_, text, where) => {
    expect(faultsIn(text)).toContain(where)
    await expect(load(text)).rejects.toThrow(ConfigurationError)
  })
})
