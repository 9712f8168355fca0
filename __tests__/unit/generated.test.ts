import { describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { EXIT_CODES } from '../../src/errors.js'
import { FINDINGS } from '../../src/findings.js'
import { OPERATIONS, optionsOf, runOptionDefinitions } from '../../src/option-list.js'
import { OUTPUTS } from '../../src/outputs.js'

const root = path.resolve(import.meta.dirname, '../..')
const read = (name: string) => readFile(path.join(root, name), 'utf8')

interface ActionFile {
  inputs: Record<string, { description: string; default?: string; required?: boolean }>
  outputs: Record<string, { description: string }>
  runs: { using: string; main: string; post: string }
}

test('nothing that is generated is stale (npm run generate)', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/generate.mjs', '--check'], { cwd: root })
  expect(stdout).toBe('')
})

describe('action.yml', () => {
  const action = async () => parse(await read('action.yml')) as ActionFile

  test('has every option as a described input, and besides only the operation and the environment', async () => {
    const { inputs } = await action()
    expect(Object.keys(inputs)).toEqual(['operation', 'environment', ...runOptionDefinitions().map(({ name }) => name)])
    for (const { description } of Object.values(inputs)) {
      expect(description.length).toBeGreaterThan(20)
    }
  })

  test('leaves defaults to the code, so that lifeboat.yml and the environment are not overruled', async () => {
    const { inputs } = await action()
    expect(
      Object.entries(inputs)
        .filter(([, input]) => input.default !== undefined)
        .map(([name]) => name),
    ).toEqual(['operation'])
  })

  test('has every output', async () => {
    expect(Object.keys((await action()).outputs)).toEqual(Object.keys(OUTPUTS))
  })

  test('runs the bundle on node24, the post step too', async () => {
    expect((await action()).runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/index.js' })
  })
})

test('the reference has every option of each operation, finding and exit code', async () => {
  const reference = await read('docs/reference.md')
  const sections = reference.split(/^## /m)
  for (const operation of OPERATIONS) {
    const section = sections.find((text) => text.startsWith(`${operation}\n`)) ?? ''
    for (const { name } of optionsOf(operation)) {
      expect(section).toContain(`| \`${name}\``)
    }
  }
  for (const code of [...Object.keys(FINDINGS).map((name) => `\`${name}\``), ...Object.values(EXIT_CODES)]) {
    expect(reference).toContain(code)
  }
})
