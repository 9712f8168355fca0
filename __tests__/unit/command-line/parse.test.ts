import { describe, expect, test } from '@jest/globals'

import { commandSpecs } from '../../../src/command-line/commands.js'
import { EXAMPLES } from '../../../src/command-line/examples.js'
import { parse } from '../../../src/command-line/parse.js'
import { UsageError } from '../../../src/errors.js'
import { OPERATIONS } from '../../../src/option-list.js'

const LOOK = { columns: 80, colours: false }

const read = (line: string) => parse(line === '' ? [] : line.split(' '), LOOK)

/** The message of what is refused. */
function refusal(line: string): string {
  try {
    read(line)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as UsageError).message
  }
  throw new Error(`"${line}" was understood`)
}

describe('what is understood', () => {
  test('an operation with its flags, and how its results are wanted', () => {
    expect(read('backup --type daily --keep-daily 7 --json')).toEqual({
      kind: 'operation',
      operation: 'backup',
      flags: { type: 'daily', 'keep-daily': '7' },
      json: true,
      verbose: false,
    })
  })

  test('a flag that stands alone is true, and may be told false', () => {
    expect(read('rotate --dry-run')).toMatchObject({ flags: { 'dry-run': 'true' } })
    expect(read('backup --rotate false --verbose')).toMatchObject({ flags: { rotate: 'false' }, verbose: true })
    expect(read('backup --rotate=false')).toMatchObject({ flags: { rotate: 'false' } })
  })

  test('a value may look like anything but a flag', () => {
    expect(read('backup --store /a=b --tables a,b')).toMatchObject({ flags: { store: '/a=b', tables: 'a,b' } })
  })

  test.each(OPERATIONS)('%s has a help, and its examples are understood', (operation) => {
    expect(read(`${operation} --help`)).toMatchObject({
      kind: 'print',
      text: expect.stringContaining(`pg-lifeboat ${operation}`),
    })
    for (const { command } of EXAMPLES[operation]) {
      expect(read(command.replace(/^pg-lifeboat /, ''))).toMatchObject({ kind: 'operation', operation })
    }
  })

  test.each(['init', 'help'] as const)('the examples of %s are understood', (tool) => {
    for (const { command } of EXAMPLES[tool]) {
      expect(() => read(command.replace(/^pg-lifeboat /, ''))).not.toThrow()
    }
  })

  test('help about an operation is what the operation itself prints', () => {
    expect(read('help restore')).toEqual(read('restore --help'))
  })

  test('the version', () => {
    expect(read('--version')).toMatchObject({
      kind: 'print',
      text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

describe('what is not understood names the nearest that is', () => {
  test.each([
    ['bakcup', 'Did you mean "backup"?'],
    ['backup --tpye daily', 'Did you mean --type?'],
    ['restore --target-ulr x', 'Did you mean --target-url?'],
    ['help exitcodes', 'Did you mean "exit-codes"?'],
    ['completion bsh', 'Did you mean "bash"?'],
    ['watch --tables a', 'It is one of backup'],
    ['backup --schedule x', 'can only be given in lifeboat.yml'],
    ['backup --store', 'needs a value'],
    ['backup daily', 'takes no further words'],
    ['--store /x backup', 'Name the operation first'],
    ['completion', 'needs to be told the shell'],
    ['', 'no operation is named'],
  ])('%s', (line, told) => {
    expect(refusal(line).toLowerCase()).toContain(told.toLowerCase())
  })

  test('the value of a mistyped flag, which may be a secret, is not shown', () => {
    const message = refusal('backup --databse-url=postgresql://u:s3cret@h/d')
    expect(message).toContain('Did you mean --database-url?')
    expect(message).not.toContain('s3cret')
  })
})

test('no command has a flag twice, and none is for the file alone', () => {
  for (const { name, flags } of commandSpecs()) {
    const names = flags.map((flag) => flag.name)
    expect({ name, twice: names.filter((flag, index) => names.indexOf(flag) !== index) }).toEqual({ name, twice: [] })
    expect(names).not.toContain('schedule')
  }
})
