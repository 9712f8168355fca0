import { expect, test } from '@jest/globals'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'

import { codeBlocks, section } from '../../support/markdown.js'

const root = path.resolve(import.meta.dirname, '../../..')

interface Policy {
  Statement: { Action: string | string[]; Resource?: string }[]
}

/** Every permission that an error could name. */
async function askedFor(): Promise<string[]> {
  const names = (await readdir(path.join(root, 'src/stores'))).filter((name) => /^s3.*\.ts$/.test(name))
  const sources = await Promise.all(names.map((name) => readFile(path.join(root, 'src/stores', name), 'utf8')))
  const actions = sources.flatMap((source) => [...source.matchAll(/action: '(s3:\w+)'/g)].map(([, action]) => action!))
  return [...new Set(actions)].sort()
}

test('the policy in the documentation allows what is asked for, and nothing else', async () => {
  const page = await readFile(path.join(root, 'docs/stores.md'), 'utf8')
  const policies = codeBlocks(section(page, '## S3, and what speaks it'))
    .filter(({ language }) => language === 'json')
    .map(({ text }) => JSON.parse(text) as Policy)
  const allowed = policies
    .flatMap(({ Statement }) => Statement)
    .filter(({ Resource }) => Resource !== undefined)
    .flatMap(({ Action }) => Action)
  const asked = await askedFor()
  expect(asked).toContain('s3:PutObject')
  expect(allowed.sort()).toEqual(asked)
})
