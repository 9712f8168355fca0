import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseEnvironment } from '../../../src/action/environment-input.js'
import { readInputs } from '../../../src/action/inputs.js'

describe('the input environment', () => {
  test('one variable a line; empty lines and comments count for nothing, and neither does an empty value', () => {
    const text = '# of the shop\nSHOP_PASSWORD=a=b#c d \n\n  CRM_PASSWORD="quoted"\r\nGONE=\n'
    expect(parseEnvironment(text)).toEqual({ SHOP_PASSWORD: 'a=b#c d ', CRM_PASSWORD: '"quoted"' })
  })

  test('a value of several lines, as in an environment file of GitHub', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\n# no comment\n\nA=B\n-----END OPENSSH PRIVATE KEY-----'
    expect(parseEnvironment(`SSH_KEY<<EOF\n${key}\nEOF\nMORE=1`)).toEqual({ SSH_KEY: key, MORE: '1' })
  })

  test('whatever value is written comes back', () => {
    const value = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text))
    const lines = fc.array(value, { minLength: 1 }).filter((some) => !some.includes('END'))
    fc.assert(
      fc.property(value, lines, (one, several) => {
        const text = `ONE=${one}\nSEVERAL<<END\n${several.join('\n')}\nEND`
        expect(parseEnvironment(text)).toEqual({ ONE: one, SEVERAL: several.join('\n') })
      }),
    )
  })

  test.each([
    ['what is no assignment', 'A=1\nhunter2', 'Line 2 of it is not NAME=value'],
    ['a value that never ends', 'A<<EOF\nhunter2', 'Line 1 of it begins a value that never ends'],
    [
      'a name of the runner',
      'A=1\n\nGITHUB_OUTPUT=hunter2',
      "Line 3 of it sets GITHUB_OUTPUT, which is the runner's own",
    ],
  ])('%s is refused by its line, without what stands in it', (_, text, said) => {
    expect(() => parseEnvironment(text)).toThrow(said)
    expect(() => parseEnvironment(text)).not.toThrow('hunter2')
  })

  test('its values are secrets, and it is no option', () => {
    const inputs = readInputs({
      INPUT_ENVIRONMENT: 'SHOP_PASSWORD=hunter22\nCRM_PASSWORD=secret33',
      INPUT_TYPE: 'daily',
    })
    expect(inputs.environment).toEqual({ SHOP_PASSWORD: 'hunter22', CRM_PASSWORD: 'secret33' })
    expect(inputs.secrets).toEqual(['hunter22', 'secret33'])
    expect(inputs.options.values).toEqual({ type: 'daily' })
  })
})
