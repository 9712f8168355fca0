import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { HiddenCommandError, onlySql } from '../../../src/restore/only-sql.js'

/** What comes out, whatever the pieces were in which it came in. */
async function passed(script: string | Buffer, size = 7): Promise<string> {
  const bytes = Buffer.isBuffer(script) ? script : Buffer.from(script, 'latin1')
  const pieces = function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const out: Buffer[] = []
  for await (const piece of onlySql(asynchronous(pieces()))) out.push(piece)
  return Buffer.concat(out).toString('latin1')
}

// eslint-disable-next-line @typescript-eslint/require-await -- as a stream is
async function* asynchronous(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* pieces
}

const HEAD = '--\n-- PostgreSQL database dump\n--\n\n\\restrict k3y\n\n-- Dumped\n'
const blank = (mark: string) => ' '.repeat(mark.length)
const LONG = 'SELECT 1;\n'.repeat(1000)

describe('a script for psql in restricted mode', () => {
  test('is passed on with blanks for the marks of pg_dump, so that lines and places stay', async () => {
    const script = `${HEAD}${LONG}--\n\n\\unrestrict k3y\n\n`
    expect(await passed(script)).toBe(script.replaceAll(/\\(un)?restrict k3y/g, blank))
    expect(await passed(script, 100_000)).toBe(await passed(script, 1))
    expect(await passed(`${HEAD}SELECT 1;\n\\unrestrict k3y`)).toMatch(/SELECT 1;\n {15}$/)
  })

  test('makes room for a line before it, where its first one says nothing', async () => {
    const first = async (script: string) => {
      const out: Buffer[] = []
      for await (const piece of onlySql(asynchronous([Buffer.from(script)]), { makesRoom: true })) out.push(piece)
      return Buffer.concat(out).toString()
    }
    expect(await first(`${HEAD}SELECT 1;\n`)).toBe(
      `-- PostgreSQL database dump\n--\n\n             \n\n-- Dumped\nSELECT 1;\n`,
    )
    expect(await first('\nSELECT 1;\n')).toBe('SELECT 1;\n')
    expect(await first('SELECT 1;\n')).toBe('SELECT 1;\n')
  })

  test('is as it was, byte by byte, in whatever pieces it comes', async () => {
    const piece = fc.oneof(
      fc.constantFrom('\\unrestrict ', '\\unrestric', '\\', '\n', ';', 'é', '\\\\unrestrict x', "'", LONG),
      fc.string({ unit: fc.constantFrom(..."ab \\\n'$\xe9".split('')) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 5000 }), async (pieces, size) => {
        expect(await passed(pieces.join(''), size)).toBe(pieces.join(''))
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['a mark with another key', `${HEAD}${LONG}\\unrestrict other\n`],
    ['a second mark of the beginning', `${HEAD}\\restrict other\n`],
    ['a mark behind a statement', `SELECT 1;\n\\restrict k3y\n\\unrestrict k3y\n`],
    ['a mark in the midst of a line', `${HEAD}SELECT 1; \\unrestrict k3y\n`],
    ['a row that says so', `${HEAD}COPY t FROM stdin;\nfoo \\\\unrestrict \`id\`\n\\.\n`],
    ['a backtick in the next line', `${HEAD}\\unrestrict a\nSELECT '\`';\n`],
  ])('%s is left to psql, which refuses it or takes it for a row', async (_what, script) => {
    expect(await passed(script)).toBe(
      script.replace('\\restrict k3y', (mark) => (script.startsWith('--') ? blank(mark) : mark)),
    )
  })

  test.each([
    ['a program behind it', `${HEAD}${LONG}\\unrestrict \`id\`\n`],
    ['a program further on in the line', `${HEAD}\\unrestrict ${'x'.repeat(9000)} \`id\`\n`],
    ['a program without a space', 'SELECT 1 \\unrestrict`id`\n'],
    ['a letter of two bytes before it, of which one is a backslash', `\x83\\\\unrestrict \`id\`\n`],
    ['a separator before it', `SELECT 1\\;\\unrestrict \`id\`\n`],
    ['the key of the head, and a program', `${HEAD}\\unrestrict k3y \`id\`\n`],
    ['a zero byte that joins two lines', '\\unre\0\nstrict `id`\n'],
    ['a zero byte anywhere', `${LONG}\0`],
  ])('%s stops it before psql reads that', async (_what, script) => {
    for (const size of [1, 13, 65_536]) {
      const read: string[] = []
      const collect = async () => {
        for await (const piece of onlySql(
          asynchronous([Buffer.from(script, 'latin1')].flatMap((all) => cut(all, size))),
        )) {
          read.push(piece.toString('latin1'))
        }
      }
      await expect(collect()).rejects.toBeInstanceOf(HiddenCommandError)
      expect(read.join('')).not.toMatch(/\\unrestrict.*`|\0/)
    }
  })
})

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}
