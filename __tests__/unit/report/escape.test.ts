import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { escapeForGitHub, escapeHtml, shorten, visible } from '../../../src/report/escape.js'

const ANYTHING = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'<>&"\'`|\\@#$:\n\r\t\u202e\u200b\ud800-a'.split('')) }),
)

describe('escapeHtml', () => {
  test('leaves nothing that HTML, Markdown tables or code spans read', () => {
    fc.assert(
      fc.property(ANYTHING, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`|\\\n\r]/)
        expect(escapeHtml(text).replaceAll(/&(amp|lt|gt|quot|#39|#124|#96|#92);/g, '')).not.toContain('&')
      }),
    )
  })

  test('keeps what is harmless as it is', () => {
    expect(escapeHtml('públic.Größe_表 🐄')).toBe('públic.Größe_表 🐄')
  })

  test('different texts stay different', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(a !== b && !/[\t\r⏎⟨]/.test(a + b))
        expect(escapeHtml(a)).not.toBe(escapeHtml(b))
      }),
    )
  })
})

describe('visible', () => {
  test('shows marks that reorder or hide text', () => {
    expect(visible('a\u202Eb')).toBe('a⟨U+202E⟩b')
    expect(visible('a\u200bb')).toBe('a⟨U+200B⟩b')
    expect(visible('a\r\nb\nc')).toBe('a⏎b⏎c')
    expect(visible('\u0000')).toBe('⟨U+0000⟩')
    expect(visible('\ud800')).toBe('⟨U+D800⟩')
  })
})

describe('escapeForGitHub', () => {
  test.each([
    '@octocat',
    'a@b.c',
    '#123',
    'o/r#1',
    'GH-12',
    'https://evil.example',
    'HTTP://x',
    'www.x.org',
    ':tada:',
    '$x$',
  ])('keeps GitHub from making something of %s', (text) => {
    const shown = escapeForGitHub(text)
    expect(shown).toContain('&#8203;')
    expect(shown.replaceAll('&#8203;', '')).toBe(escapeHtml(text))
  })

  test('leaves times and plain prose alone', () => {
    expect(escapeForGitHub('equal at 02:00:03 UTC: 84,210 rows')).toBe('equal at 02:00:03 UTC: 84,210 rows')
  })

  test('no mention, number or address survives', () => {
    fc.assert(
      fc.property(ANYTHING, (text) => {
        const shown = escapeForGitHub(text).replaceAll(/&#?\w+;/g, (entity) => (entity === '&#8203;' ? '\u200b' : 'x'))
        expect(shown).not.toMatch(/[@#$](?!\u200b)/)
        expect(shown).not.toMatch(/https?:\/\//i)
      }),
    )
  })
})

test('shorten keeps short texts and marks what it cut', () => {
  expect(shorten('abc', 3)).toBe('abc')
  expect(shorten('abcd', 3)).toBe('ab…')
})
