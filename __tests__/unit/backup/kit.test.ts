import { describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'

import { recoveryKit } from '../../../src/backup/kit.js'
import {
  code,
  commands,
  connectionTo,
  hereDocument,
  oneLine,
  prose,
  shellWord,
  sqlText,
} from '../../../src/backup/kit/text.js'
import { manifestAt, sampleTable } from '../../support/sample-manifest.js'

/** Anything that a name can be: no NUL, and what UTF-8 can carry. */
const names = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(...`'"\\$\`(){};&|<>*?[]#~=%!-\n\r\t END`.split('')), maxLength: 12 }),
  )
  .filter((name) => !name.includes('\0'))

const shell = (script: string) => execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })

describe('names stay what they are', () => {
  test('as words of a shell', () => {
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 10 }), (words) => {
        expect(shell(`printf '%s\\377' ${words.map(shellWord).join(' ')}`.replace('\\377', '<end>'))).toBe(
          words.map((word) => `${word}<end>`).join(''),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('in a here-document, also when they are its usual end', () => {
    fc.assert(
      fc.property(fc.oneof(names, fc.constantFrom('END', 'x\nEND\nEND_\ny', 'END_')), (content) => {
        expect(shell(`cat ${hereDocument(content)}`)).toBe(`${content}\n`)
      }),
      { numRuns: 60 },
    )
  })

  test('in SQL, on one line', () => {
    expect(sqlText(`it's`)).toBe(`'it''s'`)
    expect(sqlText('a\\b\nc\rd\te')).toBe(`E'a\\\\b\\nc\\rd\\te'`)
    fc.assert(
      fc.property(names, (name) => {
        expect(sqlText(name)).not.toMatch(/[\n\r]/)
      }),
    )
  })

  test('as a database, never as connection parameters', () => {
    expect(connectionTo('app')).toBe('app')
    expect(connectionTo('postgresql://x')).toBe(`dbname='postgresql://x'`)
    expect(connectionTo(`a=b c'd\\e`)).toBe(`dbname='a=b c\\'d\\\\e'`)
  })
})

describe('in Markdown nothing acts', () => {
  test('prose and code hold no mark that Markdown, HTML or GitHub reads, and nothing unseen', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(prose(name)).not.toMatch(/[\\`*_{}[\]()+!|~@$<>"'\n]|#(?!\d+;)/)
        const inside = code(name).replace(/^(`|<code>)|(`|<\/code>)$/g, '')
        expect(inside).not.toMatch(/[`<>|\n]/)
      }),
    )
    expect(oneLine('a\u202eb\nc')).toBe('a\\u{202e}b\\u{a}c')
  })

  test('no command ends its fence', () => {
    expect(commands('echo ```` x').split('\n')[0]).toBe('`````sh')
  })
})

describe('the kit', () => {
  const manifest = manifestAt(new Date('2026-11-24T02:00:00Z'), {
    tables: Array.from({ length: 150 }, (_, i) => sampleTable(`t${i}`, { rows: i })),
  })
  const facts = { manifest, tables: [], hasPublicSchema: true }

  test('is the same text for the same facts', () => {
    expect(recoveryKit(facts)).toEqual(recoveryKit(structuredClone(facts)))
  })

  test('lists the tables with the most rows in RESTORE.md, and counts every one in restore.sh', () => {
    const { 'RESTORE.md': guide = '', 'restore.sh': script = '' } = recoveryKit(facts)
    expect(guide).toContain('150 tables with 11175 rows at the snapshot; the 100 with the most rows, 50 more are in')
    expect(guide).toContain('| `public.t149` | 149 |')
    expect(guide).not.toContain('`public.t49`')
    expect(script).toContain(`('public', 't0', 0, '', 'public.t0')`)
    expect(script.match(/^ {2}\('public', /gm)).toHaveLength(150)
    expect(script).toContain('\ntables=150\n')
  })

  test('drops the schema public where the source has none', () => {
    const { 'RESTORE.md': guide = '', 'restore.sh': script = '' } = recoveryKit({ ...facts, hasPublicSchema: false })
    expect(script).toContain('\npublic_is_absent=yes\n')
    expect(guide).toContain('DROP SCHEMA public')
  })

  test('creates the database in the words of its provider', () => {
    const source = { ...manifest.source, localeProvider: 'icu', icuLocale: `ca-ES-u-'x'` }
    const { 'RESTORE.md': guide = '', 'restore.sh': script = '' } = recoveryKit({
      ...facts,
      manifest: { ...manifest, source },
    })
    expect(script).toContain('\nlocale_provider=icu\n')
    expect(shell(`${/^locale=.*$/m.exec(script)?.[0] ?? ''}; printf %s "$locale"`)).toBe(
      `ICU_LOCALE 'ca-ES-u-''x''' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`,
    )
    expect(guide).toContain(`--locale-provider=icu --icu-locale='ca-ES-u-'\\''x'\\'''`)
  })
})
