import { afterEach, describe, expect, test } from '@jest/globals'
import { open, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'

import { bufferSource, fileSource, zipContent, zipEntries } from '../../../src/platform/zip-file.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import { packed, unpacked, type ZipFiles } from '../../support/zip.js'

afterEach(removeTemporaryFolders)

const SAMPLE: ZipFiles = {
  'manifest.json': Buffer.from('{"a":1}'.repeat(1000)),
  'dump/3001.dat': Buffer.alloc(3_000_000, 'PK\u0007\u0008 and PK\u0001\u0002 ', 'latin1'),
  'dump/ñ “quoted”.dat': Buffer.from('x'),
  empty: Buffer.alloc(0),
}

describe('a zip file', () => {
  test.each([
    ['without compression', 0, false],
    ['with compression', 6, false],
    ['with large numbers', 0, true],
    ['with large numbers and compression', 1, true],
  ])('%s gives back what was put into it', async (_how, level, large) => {
    const read = await unpacked(await packed(SAMPLE, level, large))
    expect(Object.keys(read).sort()).toEqual(Object.keys(SAMPLE).sort())
    for (const [name, content] of Object.entries(SAMPLE)) expect(read[name]!.equals(content)).toBe(true)
  })

  test('any names and contents come back', async () => {
    const files = fc.dictionary(
      fc
        .string({ minLength: 1, unit: fc.constantFrom('a', 'B', '0', ' ', '.', '_', '-', '%', 'ñ', '表', '😀') })
        .filter((name) => !/^\.+$/.test(name)),
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
      { minKeys: 1, noNullPrototype: true },
    )
    await fc.assert(
      fc.asyncProperty(files, fc.constantFrom(0, 6), async (given, level) => {
        const names = Object.keys(given)
        const read = await unpacked(await packed(given, level))
        expect(Object.keys(read).sort()).toEqual(names.sort())
        for (const name of names) expect(read[name]!.equals(given[name]!)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('is read from a file piece by piece', async () => {
    const file = path.join(await temporaryFolder(), 'a.zip')
    await writeFile(file, await packed(SAMPLE, 0))
    const handle = await open(file)
    const source = fileSource(handle, (await handle.stat()).size)
    const entry = (await zipEntries(source)).find(({ name }) => name === 'dump/3001.dat')!
    expect(entry).toMatchObject({ method: 'stored', bytes: 3_000_000, stored: 3_000_000 })
    const sizes: number[] = []
    for await (const piece of zipContent(source, entry)) sizes.push(piece.length)
    expect(sizes).toEqual([1_048_576, 1_048_576, 902_848])
    await handle.close()
  })

  test('that is cut off anywhere is found', async () => {
    const whole = await packed({ a: Buffer.from('content of a'), b: Buffer.from('b'.repeat(300)) }, 6)
    for (let length = 0; length < whole.length; length++) {
      await expect(unpacked(whole.subarray(0, length))).rejects.toMatchObject({ exitCode: 3 })
    }
  })

  test('with any changed byte gives an error or the bytes it has, and never runs on', async () => {
    const whole = await packed({ a: Buffer.from('content of a'), b: Buffer.from('b'.repeat(3000)) }, 6)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(whole)
        changed[at]! ^= flip
        const result = await unpacked(changed).catch((error: unknown) => error)
        if (result instanceof Error) expect(result).toMatchObject({ exitCode: 3 })
      }),
      { numRuns: 500 },
    )
  })

  test('that tells of a larger content than it has, or of a smaller one, is found', async () => {
    const whole = await packed({ a: Buffer.from('a'.repeat(5000)) }, 6)
    const [entry] = await zipEntries(bufferSource(whole))
    for (const bytes of [4999, 5001]) {
      await expect(buffer(zipContent(bufferSource(whole), { ...entry!, bytes }))).rejects.toThrow(/has not the/)
    }
  })

  test.each([[''], ['not a zip file at all'], ['PK\u0005\u0006']])('is not %j', async (text) => {
    await expect(unpacked(Buffer.from(text, 'latin1'))).rejects.toThrow(/not a whole zip file/)
  })
})
