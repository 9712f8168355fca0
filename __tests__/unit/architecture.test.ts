import { expect, test } from '@jest/globals'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Linter } from 'eslint'
import { codeBlocks, section } from '../support/markdown.js'

const root = path.resolve(import.meta.dirname, '../..')
const { UNBOUNDED_JSON } = (await import(path.join(root, 'eslint.config.js'))) as { UNBOUNDED_JSON: object[] }
const page = await readFile(path.join(root, 'docs/architecture.md'), 'utf8')
const picture = codeBlocks(page).find(({ language }) => language === 'mermaid')?.text ?? ''
const boxes = [...picture.matchAll(/^ {2}([\w-]+)\["/gm)].map(([, floor = '']) => floor)
const arrows = [...picture.matchAll(/^ {2}([\w-]+) --> ([\w-]+)$/gm)].map(([, from = '', to = '']) => ({ from, to }))

test('the picture shows every folder of src/, and the table tells of each in the same order', async () => {
  const entries = await readdir(path.join(root, 'src'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  expect([...boxes].sort()).toEqual(folders.sort())
  const rows = [...section(page, '## The floors').matchAll(/^\| `([\w-]+)\/`/gm)].map(([, floor]) => floor)
  expect(rows).toEqual(boxes)
})

test('every arrow leads down, and no floor hangs in the air', () => {
  expect(arrows.length).toBeGreaterThan(10)
  for (const { from, to } of arrows) expect(boxes.indexOf(to)).toBeGreaterThan(boxes.indexOf(from))
  const connected = new Set(arrows.flatMap(({ from, to }) => [from, to]))
  expect([...connected].sort()).toEqual([...boxes].sort())
})

test('an arrow is left out where a longer way says the same', () => {
  const reaches = (from: string, to: string): boolean =>
    arrows.some((arrow) => arrow.from === from && (arrow.to === to || reaches(arrow.to, to)))
  for (const { from, to } of arrows) {
    const others = arrows.filter((arrow) => arrow.from === from && arrow.to !== to)
    expect({ from, to, again: others.some((other) => reaches(other.to, to)) }).toEqual({ from, to, again: false })
  }
})

test.each([
  'JSON.parse(text)',
  "JSON['parse'](text)",
  'texts.map(JSON.parse)',
  'const { parse } = JSON',
  'await response.json()',
])('%s is refused: JSON is bounded before it is parsed', (code) => {
  expect(new Linter().verify(code, { rules: { 'no-restricted-syntax': ['error', ...UNBOUNDED_JSON] } })).toMatchObject([
    { ruleId: 'no-restricted-syntax' },
  ])
})

test('only one file parses JSON', async () => {
  const files = await readdir(path.join(root, 'src'), { recursive: true })
  const parsing: string[] = []
  for (const file of files.filter((each) => each.endsWith('.ts')))
    if ((await readFile(path.join(root, 'src', file), 'utf8')).includes('JSON.parse(')) parsing.push(file)
  expect(parsing).toEqual(['bounded-json.ts'])
})
