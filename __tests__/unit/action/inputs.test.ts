import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readInputs } from '../../../src/action/inputs.js'
import { UsageError } from '../../../src/errors.js'
import { optionDefinitions } from '../../../src/option-list.js'
import { buildOptions } from '../../../src/options.js'

describe('readInputs', () => {
  test('the runner hands on capitals with hyphens; empty means not given', () => {
    const inputs = readInputs({ 'INPUT_KEEP-DAILY': '9', INPUT_TYPE: 'daily', INPUT_FORMAT: '', PATH: '/bin' })
    expect(inputs.operation).toBe('backup')
    expect(buildOptions([inputs.options])).toMatchObject({ keepDaily: 9, type: 'daily', format: 'directory' })
  })

  test('every option is an input', () => {
    fc.assert(
      fc.property(fc.constantFrom(...optionDefinitions()), ({ name }) => {
        const { options } = readInputs({ [`INPUT_${name.toUpperCase()}`]: 'x' })
        expect(options.values).toEqual({ [name]: 'x' })
      }),
    )
  })

  test('the operation is one of those there are', () => {
    expect(readInputs({ INPUT_OPERATION: 'rotate' }).operation).toBe('rotate')
    expect(() => readInputs({ INPUT_OPERATION: 'rotat' })).toThrow(
      /none of backup, validate, .*rotate.* Did you mean "rotate"\?/,
    )
  })

  test.each([
    ['INPUT_KEEP-DAYLY', 'Did you mean "keep-daily"?'],
    ['INPUT_OPERATON', 'Did you mean "operation"?'],
    ['INPUT_ZZZZZZZZZZ', 'The README lists all inputs.'],
  ])('a mistyped input is refused even when it is empty: %s', (variable, advice) => {
    for (const value of ['', 'x']) {
      expect(() => readInputs({ [variable]: value })).toThrow(advice)
    }
  })

  test('a wrong value is told by the name of the input', () => {
    const { options } = readInputs({ 'INPUT_KEEP-DAILY': 'often' })
    expect(() => buildOptions([options])).toThrow(UsageError)
    expect(() => buildOptions([options])).toThrow(/the input "keep-daily"/i)
  })

  test('secrets are named, so that they can be hidden before anything is said', () => {
    const inputs = readInputs({
      'INPUT_DATABASE-URL': 'postgresql://u:p@h/d',
      'INPUT_SCRATCH-URL': '',
      INPUT_STORE: '/b',
    })
    expect(inputs.secrets).toEqual(['postgresql://u:p@h/d'])
  })
})
