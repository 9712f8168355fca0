import { describe, expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { anchorsOf, codeBlocks, codeSpans, prose, relativeLinks } from '../support/markdown.js'
import { stepsOf } from '../support/runnable-page.js'

const root = path.resolve(import.meta.dirname, '../..')
const read = (name: string) => readFile(path.join(root, name), 'utf8')
const english = await read('README.md')
const spanish = await read('README.es.md')

/** Of each line that begins like this, what stands before its words. */
const beginnings = (page: string, pattern: RegExp) => [...prose(page).matchAll(pattern)].map(([, begin = '']) => begin)

/** The rows of each table, as the number of their cells and the code in the first. */
function rowsOf(page: string): string[] {
  const lines = prose(page)
    .split('\n')
    .filter((line) => line.startsWith('|'))
  return lines.map((line) => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1)
    const name = /^ *(`[^|]*`) *$/.exec(cells[0] ?? '')?.[1] ?? ''
    return `${cells.length} cells ${name}`
  })
}

/** Where links lead; those to a heading of the same page by the heading's place in it. */
function targetsOf(page: string): string[] {
  const anchors = anchorsOf(page)
  return relativeLinks(page).map(({ file, anchor = '' }) =>
    file === '' ? `heading ${anchors.indexOf(anchor)}` : [file, anchor].join('#'),
  )
}

/** What is no prose in any language; the Spanish page says some of it twice, to tell what its word for it is. */
const codeOf = (page: string) => [...new Set(codeSpans(page))].sort()

describe('README.es.md is in step with README.md', () => {
  test('in its headings', () => {
    const headings = (page: string) => beginnings(page, /^(#{1,6}) /gm)
    expect(headings(spanish)).toEqual(headings(english))
  })

  test('in its code, and in what of it is run', () => {
    expect(codeBlocks(spanish)).toEqual(codeBlocks(english))
    expect(stepsOf(spanish)).toEqual(stepsOf(english))
  })

  test('in its lists and tables', () => {
    const items = (page: string) => beginnings(page, /^( *(?:-|\d+\.)) /gm)
    expect(items(spanish)).toEqual(items(english))
    expect(rowsOf(spanish)).toEqual(rowsOf(english))
  })

  test('in where its links lead, except for the one to the other language', () => {
    const [first, ...targets] = targetsOf(spanish)
    expect(first).toBe('README.md#')
    expect(targets).toEqual(targetsOf(english).slice(1))
    expect(targets.filter((target) => target === 'heading -1')).toEqual([])
  })

  test('in the names that it gives to options, files and commands', () => {
    expect(codeOf(spanish)).toEqual(codeOf(english))
  })

  test('and it is in Spanish', () => {
    const words = (page: string, word: string) => page.split(new RegExp(String.raw`\b${word}\b`)).length
    expect(words(spanish, 'de')).toBeGreaterThan(150)
    const ownWords = spanish.slice(0, spanish.indexOf('<!-- inputs:start -->'))
    expect(words(prose(ownWords), 'the')).toBeLessThan(20)
  })
})
