import { describe, expect, test } from '@jest/globals'
import { stripVTControlCharacters } from 'node:util'

import { commandSpecs } from '../../../src/command-line/commands.js'
import { commandHelp, programHelp, topicHelp } from '../../../src/command-line/help.js'
import { GROUP_TITLES, groupOf, OTHER_GROUP } from '../../../src/command-line/option-groups.js'
import { paintOf, styleOf, wrapped } from '../../../src/command-line/style.js'
import { TOPICS } from '../../../src/command-line/topics.js'
import { EXIT_CODES } from '../../../src/errors.js'
import { optionDefinitions } from '../../../src/option-list.js'

const LOOK = { columns: 72, colours: false }

test('every option stands below a heading of the help: add new ones to src/command-line/option-groups.ts', () => {
  const homeless = optionDefinitions().filter(({ name }) => groupOf(name) === OTHER_GROUP)
  expect(homeless.map(({ name }) => name)).toEqual([])
})

describe.each(commandSpecs())('the help of $name', (command) => {
  const text = commandHelp(command, LOOK)

  test('has every flag once, with what it means', () => {
    for (const { name, describe: meaning } of command.flags) {
      expect(text.split('\n').filter((line) => new RegExp(`^  --${name}( |$)`).test(line))).toHaveLength(1)
      expect(text.replaceAll(/\s+/g, ' ')).toContain(meaning.replaceAll(/\s+/g, ' '))
    }
  })

  test('has its headings in their order', () => {
    const found = GROUP_TITLES.filter((title) => text.includes(`\n${title}\n`))
    expect(found.length).toBeGreaterThan(0)
    const places = found.map((title) => text.indexOf(`\n${title}\n`))
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('fits the terminal, but for what cannot be broken', () => {
    const tooLong = text.split('\n').filter((line) => line.length > 72 && !/^ {2}pg-lifeboat|^ {2}source/.test(line))
    expect(tooLong.filter((line) => /\S\s+\S/.test(line.trim().replaceAll(/`[^`]*`/g, '_')))).toEqual(
      tooLong.filter((line) => /^ {2}--/.test(line)),
    )
  })
})

test('the help of the program names every command and topic', () => {
  const text = programHelp(LOOK)
  for (const { name } of [...commandSpecs(), ...TOPICS]) {
    expect(text).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  }
})

test('the topic on exit codes has them all', () => {
  const topic = TOPICS.find(({ name }) => name === 'exit-codes')!
  for (const [code, meaning] of Object.entries(EXIT_CODES)) {
    expect(topicHelp(topic, LOOK)).toContain(`${code}  ${meaning}`)
  }
})

test('colours are only where they are asked for, and change nothing else', () => {
  const [command] = commandSpecs()
  const coloured = commandHelp(command!, { columns: 72, colours: true })
  const plain = commandHelp(command!, LOOK)
  expect(plain).not.toContain('\u001B')
  expect(coloured).toContain('\u001B[1mUsage\u001B[0m')
  expect(stripVTControlCharacters(coloured)).toBe(plain.replaceAll('`', ''))
})

describe('how it looks where it goes', () => {
  const terminal = { isTTY: true, columns: 120 }

  test.each([
    ['a terminal', terminal, {}, { isTerminal: true, colours: true, columns: 100 }],
    ['a file', {}, {}, { isTerminal: false, colours: false, columns: 80 }],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, { isTerminal: true, colours: false }],
    ['an empty NO_COLOR asks for nothing', terminal, { NO_COLOR: '' }, { colours: true }],
    ['FORCE_COLOR in a pipe', {}, { FORCE_COLOR: '1' }, { isTerminal: false, colours: true }],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, { isTerminal: true, colours: false }],
    ['FORCE_COLOR goes before NO_COLOR', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, { colours: true }],
    ['a CI that pretends to be a terminal', terminal, { CI: 'true' }, { isTerminal: false, colours: false }],
    ['colours asked for in a CI', terminal, { CI: 'true', FORCE_COLOR: '1' }, { isTerminal: false, colours: true }],
    ['CI=false', terminal, { CI: 'false' }, { isTerminal: true, colours: true }],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, { isTerminal: false, colours: false }],
    ['a narrow terminal', { isTTY: true, columns: 8 }, {}, { columns: 40 }],
  ])('%s', (_, output, environment, style) => {
    expect(styleOf(output, environment)).toMatchObject(style)
  })

  test('lines break between words, and never within what stands between backticks', () => {
    expect(wrapped('one `two three` four', 10)).toEqual(['one', '`two three`', 'four'])
    expect(wrapped('', 10, '  ')).toEqual([])
    expect(paintOf({ colours: true })('red', '')).toBe('')
  })
})
