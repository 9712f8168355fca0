#!/usr/bin/env node
// Writes what is generated from src/: action.yml, the tables of both READMEs, docs/reference.md, the picture of
// docs/architecture.md, what docs/command-line.md shows of the help, and lifeboat.schema.json.
//
//   scripts/generate.mjs           writes what is stale, and says what it wrote
//   scripts/generate.mjs --check   writes nothing, and fails where something is stale
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from '@swc/core'
import prettier from 'prettier'
import { FLOORS } from '../eslint.config.js'
import { SPANISH, actionFile, between, reference, withTables } from './lib/generated.mjs'
import { commandLinePage } from './lib/command-line.mjs'
import { importPicture, importsBetween } from './lib/picture.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const isCheck = process.argv.includes('--check')

const definitions = {
  ...(await load('src/option-list.ts')),
  ...(await load('src/outputs.ts')),
  ...(await load('src/findings.ts')),
  ...(await load('src/errors.ts')),
  ...(await load('src/records/metric-list.ts')),
}
const { configurationSchema } = await load('src/config/json-schema.ts')
const picture = importPicture(FLOORS, await importsBetween(FLOORS, path.join(root, 'src')))
const wanted = {
  'action.yml': actionFile(definitions),
  'docs/reference.md': reference(definitions),
  'README.md': withTables(await read('README.md'), definitions),
  'README.es.md': withTables(await read('README.es.md'), definitions, SPANISH),
  'lifeboat.schema.json': JSON.stringify(configurationSchema()),
  'docs/command-line.md': commandLinePage(await read('docs/command-line.md'), {
    ...(await load('src/command-line/commands.ts')),
    ...(await load('src/command-line/help.ts')),
    ...(await load('src/command-line/topics.ts')),
  }),
  'docs/architecture.md': between(await read('docs/architecture.md'), 'imports', picture),
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

function read(name) {
  return readFile(path.join(root, name), 'utf8')
}

/** Loads a module of definitions and those that it takes more from; Node 20 reads no TypeScript by itself. */
async function load(name) {
  return import(await asDataUrl(path.join(root, name)))
}

async function asDataUrl(file) {
  const { code } = await transform(await readFile(file, 'utf8'), {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  })
  let linked = code
  for (const [clause, module] of code.matchAll(/ from ["']([^"']+)["']/g)) {
    // Data URLs have no folder and no node_modules: every name becomes an address.
    const url = module.startsWith('.')
      ? await asDataUrl(path.resolve(path.dirname(file), module.replace(/\.js$/, '.ts')))
      : import.meta.resolve(module)
    linked = linked.replaceAll(clause, () => ` from ${JSON.stringify(url)}`)
  }
  return `data:text/javascript;base64,${Buffer.from(linked).toString('base64')}`
}
