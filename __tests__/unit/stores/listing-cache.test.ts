import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'

import { FolderListingCache } from '../../../src/stores/listing-cache.js'
import { memoryLogger } from '../../support/ports.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

let folder: string
const again = () => new FolderListingCache(folder, memoryLogger())

beforeEach(async () => {
  folder = path.join(await temporaryFolder(), 'listing')
})
afterEach(removeTemporaryFolders)

const onlyFile = async () => path.join(folder, (await readdir(folder))[0]!)

describe('a listing cache in a folder', () => {
  test('gives back what was put, by its key, whatever both are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (key, text) => {
        await again().put(key, text)
        expect(await again().get(key)).toBe(text)
        expect(await again().get(`${key}!`)).toBeUndefined()
        await rm(folder, { recursive: true })
      }),
      { numRuns: 30 },
    )
  })

  test('is empty where there is no folder', async () => {
    expect(await again().get('a')).toBeUndefined()
    await again().prune()
  })

  test.each<[string, (written: string) => string]>([
    ['cut off', (written) => written.slice(0, -1)],
    ['changed in one character', (written) => written.replace('manifest', 'Manifest')],
    ['of another key', (written) => written.replace('"a@1"', '"a@2"')],
    ['empty', () => ''],
    ['something else', () => 'torn'],
  ])('has nothing when the file is %s', async (_what, change) => {
    await again().put('a@1', 'the manifest')
    const file = await onlyFile()
    await writeFile(file, change(await readFile(file, 'utf8')))
    expect(await again().get('a@1')).toBeUndefined()
    expect(await again().get('a@2')).toBeUndefined()
  })

  test('never fails, wherever it lies', async () => {
    const nowhere = new FolderListingCache('/proc/nowhere', memoryLogger())
    await nowhere.put('a', 'b')
    expect(await nowhere.get('a')).toBeUndefined()
    expect(nowhere.additions).toBe(0)
    await nowhere.prune()
  })

  test('forgets what a run had no use for', async () => {
    await again().put('old', 'x')
    await again().put('kept', 'y')
    const cache = again()
    await cache.get('kept')
    await cache.put('new', 'z')
    expect(cache.additions).toBe(1)
    await cache.prune()
    expect([await again().get('old'), await again().get('kept'), await again().get('new')]).toEqual([
      undefined,
      'y',
      'z',
    ])
  })

  test('does not take what is too large', async () => {
    const cache = again()
    await cache.put('a', 'x'.repeat(8 * 1024 * 1024 + 1))
    expect([await cache.get('a'), cache.additions]).toEqual([undefined, 0])
  })
})
