import { afterEach, describe, expect, test } from '@jest/globals'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { bufferSource, zipEntries } from '../../../src/platform/zip-file.js'
import { unpackZip } from '../../../src/platform/zip-unpack.js'
import { sha256 } from '../../support/github-services.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import { packed } from '../../support/zip.js'

afterEach(removeTemporaryFolders)

async function unpackedIn(zip: Buffer, signal?: AbortSignal) {
  const file = path.join(await temporaryFolder(), 'a.zip')
  await writeFile(file, zip)
  const folder = await temporaryFolder()
  const work = unpackZip(file, folder, signal === undefined ? {} : { signal })
  return { folder, work }
}

/** The same bytes with one name in the place of another of the same length. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  expect(to).toHaveLength(from.length)
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}

describe('unpacking', () => {
  test('writes every file for its owner alone, and tells what it wrote', async () => {
    const content = Buffer.from('content'.repeat(1000))
    const { folder, work } = await unpackedIn(await packed({ 'a/b/c': content, 'a/': Buffer.alloc(0), d: content }, 6))
    const files = await work
    expect(files.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'a/b/c', size: 7000, sha256: sha256(content) },
      { path: 'd', size: 7000, sha256: sha256(content) },
    ])
    expect((await readFile(path.join(folder, 'a/b/c'))).equals(content)).toBe(true)
    expect((await stat(path.join(folder, 'd'))).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['a file twice', { aaaa: 'x', bbbb: 'y' }, 'bbbb', 'aaaa'],
    ['a file that is also a folder', { 'aaaa/f': 'x', bbbb: 'y' }, 'bbbb', 'aaaa'],
  ])('refuses %s', async (_what, files, from, to) => {
    const contents = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))
    const { work } = await unpackedIn(renamed(await packed(contents), from, to))
    await expect(work).rejects.toMatchObject({ exitCode: 3, problem: expect.stringContaining('"aaaa" twice') })
  })

  test('writes nothing at all when one name leads outside', async () => {
    const zip = await packed({ good: Buffer.from('x'), eeeeeevil: Buffer.from('y') })
    const { folder, work } = await unpackedIn(renamed(zip, 'eeeeeevil', '../a/evil'))
    await expect(work).rejects.toThrow(/is no path inside of it/)
    expect(await readdir(folder)).toEqual([])
  })

  test('has what can be had when one file is damaged', async () => {
    const files = { bad: Buffer.from('b'.repeat(5000)), good: Buffer.from('g'.repeat(5000)), last: Buffer.from('l') }
    const zip = await packed(files, 6)
    const bad = (await zipEntries(bufferSource(zip))).find(({ name }) => name === 'bad')!
    zip.fill(0xff, bad.at + 33, bad.at + 33 + 8)
    const { folder, work } = await unpackedIn(zip)
    await expect(work).rejects.toMatchObject({ exitCode: 3, problem: expect.stringContaining('"bad"') })
    expect(await readFile(path.join(folder, 'good'), 'utf8')).toBe('g'.repeat(5000))
    expect(await readFile(path.join(folder, 'last'), 'utf8')).toBe('l')
  })

  test('stops when it is told to', async () => {
    const { work } = await unpackedIn(await packed({ a: Buffer.alloc(5_000_000) }), AbortSignal.abort('SIGINT'))
    await expect(work).rejects.toMatchObject({ exitCode: 130 })
  })
})
