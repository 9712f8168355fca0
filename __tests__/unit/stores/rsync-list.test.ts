import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { isUnfinished, parseListLine, placedFiles } from '../../../src/stores/rsync-list.js'

/** As rsync writes a name under LC_ALL=C. */
function escaped(name: string): string {
  return [...Buffer.from(name)]
    .map((byte, index, all) => {
      const octal = `\\#${byte.toString(8).padStart(3, '0')}`
      const isEscape = byte === 0x5c && /^\\#[0-7]{3}/.test(Buffer.from(all.slice(index, index + 5)).toString('latin1'))
      return byte < 0x20 || byte > 0x7e || isEscape ? octal : String.fromCharCode(byte)
    })
    .join('')
}

describe('what rsync lists', () => {
  test('files, with their size, date and path', () => {
    expect(parseListLine('-rw-------  1,234,567,890 2026/11/24 02:00:59 daily/a b/toc.dat')).toEqual({
      path: 'daily/a b/toc.dat',
      kind: 'file',
      bytes: 1_234_567_890,
      changed: new Date('2026-11-24T02:00:59Z'),
    })
    expect(parseListLine('drwxr-xr-x.          4096 2026/11/24 02:00:59 daily')).toMatchObject({ kind: 'folder' })
    expect(parseListLine('lrwxrwxrwx            123 2026/11/24 02:00:59 a -> b')).toMatchObject({ kind: 'other' })
  })

  test.each(['', 'Welcome to this server', 'receiving file list ... done', '-rw------- soon'])(
    'and nothing else: %j',
    (line) => {
      expect(parseListLine(line)).toBeUndefined()
    },
  )

  test('every name comes back as it is', () => {
    const name = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.stringMatching(/^[\\#0-7]{1,20}$/))
    fc.assert(
      fc.property(name, (text) => {
        const wellFormed = Buffer.from(text).toString()
        const line = `-rw-------             1 2026/11/24 02:00:59 ${escaped(wellFormed)}`
        expect(parseListLine(line)?.path).toBe(wellFormed)
      }),
    )
  })

  test('what is not finished is left out, and what only looks a little like it is not', () => {
    const unfinished = ['.1.dat.Ab3dE9', 'dump/.toc.dat.000000', '.lifeboat-partial/1.dat', 'dump/.~tmp~/1.dat']
    const finished = [
      '1.dat',
      '.hidden',
      'a.Ab3dE9',
      '.lock/store/1.json',
      'dump/.x.Ab3dE',
      '.x.Ab3dE90',
      '.sealed.age',
    ]
    expect(unfinished.filter(isUnfinished)).toEqual(unfinished)
    expect(finished.filter(isUnfinished)).toEqual([])
  })

  test('paths are told from the folder on', () => {
    const entry = (path: string) => ({ path, kind: 'file' as const, bytes: 1, changed: new Date(0) })
    const entries = [
      entry('daily/1/a'),
      entry('daily/10/b'),
      entry('daily/1/../../c'),
      { ...entry('daily/1/x'), kind: 'other' as const },
    ]
    expect(placedFiles(entries, 'daily/1').map((file) => file.path)).toEqual(['a'])
    expect(placedFiles(entries, '').map((file) => file.path)).toEqual(['daily/1/a', 'daily/10/b'])
  })
})
