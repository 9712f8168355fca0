#!/usr/bin/env node
// Writes what is generated from src/: action.yml, the tables in README.md and docs/reference.md.
//
//   scripts/generate.mjs           writes what is stale, and says what it wrote
//   scripts/generate.mjs --check   writes nothing, and fails where something is stale
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from '@swc/core'
import prettier from 'prettier'
import { actionFile, reference, withTables } from './lib/generated.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const isCheck = process.argv.includes('--check')

const definitions = {
  ...(await load('src/option-list.ts')),
  ...(await load('src/outputs.ts')),
  ...(await load('src/findings.ts')),
  ...(await load('src/errors.ts')),
}
const readme = await readFile(path.join(root, 'README.md'), 'utf8').catch(() => null)
const wanted = {
  'action.yml': actionFile(definitions),
  'docs/reference.md': reference(definitions),
  ...(readme !== null && { 'README.md': withTables(readme, definitions) }),
}

const stale = []
for (const [name, content] of Object.entries(wanted)) {
  const file = path.join(root, name)
  const formatted = await prettier.format(content, { ...(await prettier.resolveConfig(file)), filepath: file })
  if (formatted !== (await readFile(file, 'utf8').catch(() => null))) {
    stale.push(name)
    if (!isCheck) {
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, formatted)
    }
  }
}
if (stale.length > 0) {
  console.log(isCheck ? `Stale: ${stale.join(', ')}. Run: npm run generate` : `Wrote ${stale.join(', ')}.`)
  process.exitCode = isCheck ? 1 : 0
}

/** Loads a module of definitions, one that imports nothing but types; Node 20 reads no TypeScript by itself. */
async function load(name) {
  const source = await readFile(path.join(root, name), 'utf8')
  const { code } = await transform(source, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  })
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
}
