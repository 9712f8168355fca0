import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { fitsPassfile, passfileContent, passwordIn } from '../../../src/postgres/passfile.js'

const key = { host: 'db', port: 5432, database: 'app', user: 'ann' }
const sign = fc.oneof(
  fc.constantFrom(':', '\\', '*', '#', ' '),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
)
const printable = fc
  .array(sign, { minLength: 1, maxLength: 30 })
  .map((signs) => signs.join(''))
  .filter((text) => !/[\r\n\0]/.test(text))

describe('a password file', () => {
  test('gives back the password that was written, whatever it is', () => {
    fc.assert(
      fc.property(printable, (password) => {
        fc.pre(fitsPassfile(password))
        expect(passwordIn(passfileContent(password), key)).toBe(password)
      }),
    )
  })

  test('is one line, and a password with line ends or of great length does not fit', () => {
    expect(passfileContent('a:b\\c')).toBe('*:*:*:*:a\\:b\\\\c\n')
    expect(fitsPassfile('x'.repeat(310))).toBe(true)
    expect(fitsPassfile('x'.repeat(320))).toBe(false)
    expect(fitsPassfile('two\nlines')).toBe(false)
  })

  test('the first line whose every field fits counts', () => {
    const content =
      'other:*:*:*:1\ndb:5433:*:*:2\ndb:*:shop:*:3\ndb:*:*:bob:4\nnot a line\ndb:5432:app:ann:5\n*:*:*:*:6\n'
    expect(passwordIn(content, key)).toBe('5')
    expect(passwordIn(content, { ...key, user: 'eve' })).toBe('6')
    expect(passwordIn('db:*:*:bob:4\n', key)).toBeUndefined()
  })

  test('fields may hold escaped colons', () => {
    fc.assert(
      fc.property(printable, printable, (database, user) => {
        const escape = (text: string): string => text.replaceAll(/[\\:]/g, '\\$&')
        const content = `*:*:${escape(database)}:${escape(user)}:right\n`
        expect(passwordIn(content, { ...key, database, user })).toBe('right')
      }),
    )
  })
})
