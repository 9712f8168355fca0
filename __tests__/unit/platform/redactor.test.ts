import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { Redactor } from '../../../src/platform/redactor.js'

function hiding(...secrets: string[]): Redactor {
  const redactor = new Redactor()
  secrets.forEach((secret) => redactor.hide(secret))
  return redactor
}

/** Long enough to be hidden, and not made of what the mask is made of. */
const secrets = fc.string({ minLength: 4, maxLength: 40, unit: 'grapheme' }).filter((text) => !text.includes('*') && text.trim().length >= 4) // prettier-ignore

describe('Redactor', () => {
  test('no text shows a secret, wherever it stands and however it is written', () => {
    const writings: ((secret: string) => string)[] = [
      (secret) => secret,
      (secret) => encodeURIComponent(secret),
      (secret) => encodeURIComponent(secret).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
      (secret) => encodeURI(secret),
      (secret) => JSON.stringify(secret).slice(1, -1),
      (secret) => Buffer.from(secret).toString('base64'),
      (secret) => secret.replaceAll("'", "''"),
      (secret) => secret.replaceAll(/[\\:]/g, '\\$&'),
    ]
    fc.assert(
      fc.property(secrets, fc.constantFrom(...writings), fc.string(), fc.string(), (secret, write, before, after) => {
        fc.pre(!['postgres', 'password', 'test', 'user', 'root', 'true', 'null'].includes(secret.toLowerCase()))
        const written = write(secret)
        const shown = hiding(secret).redact(`${before}|${written}|${after}`)
        expect(shown).not.toContain(`|${written}|`)
        expect(shown).toContain('***')
      }),
    )
  })

  test('text without secrets stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('horse'))
        expect(hiding('horsebattery').redact(text)).toBe(text)
      }),
    )
  })

  test('each line of a secret of several lines is one', () => {
    const redactor = hiding('-----BEGIN KEY-----\nabcdefgh\r\n  ijklmnop\n')
    expect(redactor.redact('it holds abcdefgh and ijklmnop')).toBe('it holds *** and ***')
  })

  test('the longer of two secrets wins', () => {
    expect(hiding('abcd', 'abcdefgh').redact('x abcdefgh y')).toBe('x *** y')
  })

  test('what is empty, very short or an ordinary word is not hidden, because that would shred every message', () => {
    const redactor = hiding('', 'abc', '  ', 'postgres')
    expect(redactor.redact('abc is a role of postgres in postgresql')).toBe('abc is a role of postgres in postgresql')
  })
})
