import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { appendFile, cp, mkdir, readFile, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { Finding } from '../../../src/findings.js'
import { verifyFiles } from '../../../src/verify/files.js'
import { sampleProof, writeSampleSet } from '../../support/sample-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

const PLACE = { id: '20261124T020000Z', type: 'daily' }
const FILES = ['SHA256SUMS', 'dump/3393.dat', 'dump/toc.dat', 'globals.sql', 'manifest.json']

describe('verifying the files of a set', () => {
  let folder: string

  beforeEach(async () => {
    folder = await temporaryFolder()
    const files = {
      'dump/toc.dat': 'PGDMP…',
      'dump/3393.dat': '1\t2\n'.repeat(50),
      'globals.sql': 'CREATE ROLE breeder;\n',
    }
    await writeSampleSet(folder, { ...PLACE, files })
  })
  afterEach(removeTemporaryFolders)

  const inSet = (file: string): string => path.join(folder, file)
  const findings = async (): Promise<Finding[]> => verifyFiles(folder, PLACE)
  const found = async (): Promise<string[]> => (await findings()).map(({ code, on }) => `${code} ${on}`)

  test('finds nothing in a good one, and tells how much it read', async () => {
    let bytes = 0
    expect(await verifyFiles(folder, PLACE, { onBytes: (more) => (bytes += more) })).toEqual([])
    expect(bytes).toBe(8 + 200 + 21)
    expect(await verifyFiles(folder, null)).toEqual([])
  })

  test('every flipped bit of every file is found, on that file', async () => {
    for (const file of FILES) {
      const good = await readFile(inSet(file))
      const step = Math.max(1, Math.floor(good.length / 60))
      for (let at = 0; at < good.length; at += step) {
        const bad = Buffer.from(good)
        bad[at]! ^= 1 << (at % 8)
        await writeFile(inSet(file), bad)
        const result = await findings()
        expect({ file, at, codes: result.map(({ code }) => code) }).not.toMatchObject({ codes: [] })
        const named = ['SHA256SUMS', 'manifest.json'].includes(file) ? ['SHA256SUMS', 'manifest.json'] : [file]
        expect(result.some(({ on, severity }) => named.includes(on) && severity === 'error')).toBe(true)
      }
      await writeFile(inSet(file), good)
    }
    expect(await findings()).toEqual([])
  })

  test('every cut of every file is found', async () => {
    for (const file of FILES) {
      const good = await readFile(inSet(file))
      const step = Math.max(1, Math.floor(good.length / 25))
      for (let length = 0; length < good.length; length += step) {
        await truncate(inSet(file), length)
        expect({ file, length, found: await found() }).not.toMatchObject({ found: [] })
        await writeFile(inSet(file), good)
      }
    }
  })

  test('tells a file that is missing, too many, too long or changed, all of them at once', async () => {
    await rm(inSet('globals.sql'))
    await writeFile(inSet('dump/extra.dat'), '')
    await appendFile(inSet('dump/3393.dat'), 'x')
    await writeFile(inSet('dump/toc.dat'), 'PGDMP‥')
    expect((await found()).sort()).toEqual([
      'FILE_CHECKSUM dump/toc.dat',
      'FILE_MISSING globals.sql',
      'FILE_SIZE dump/3393.dat',
      'FILE_UNEXPECTED dump/extra.dat',
    ])
  })

  test('tells an edited manifest, and one that was edited with its checksum', async () => {
    const edited = (await readFile(inSet('manifest.json'), 'utf8')).replace('"masclet_imperi"', '"other"')
    await writeFile(inSet('manifest.json'), edited)
    expect(await found()).toEqual(['MANIFEST_CHANGED manifest.json'])
    await writeFile(inSet('globals.sql'), 'CREATE ROLE burglar;\n')
    const names = ['dump/3393.dat', 'dump/toc.dat', 'globals.sql', 'manifest.json']
    await writeFile(inSet('SHA256SUMS'), execFileSync('sha256sum', names, { cwd: folder }))
    expect(await found()).toEqual(['FILE_CHECKSUM globals.sql', 'FILE_CHECKSUM SHA256SUMS'])
  })

  test('tells a manifest that is missing or none, and checksums that are missing', async () => {
    await rm(inSet('SHA256SUMS'))
    expect(await found()).toEqual(['FILE_MISSING SHA256SUMS'])
    await writeFile(inSet('manifest.json'), '{}')
    expect(await found()).toEqual(['MANIFEST_INVALID manifest.json'])
    await rm(inSet('manifest.json'))
    expect(await found()).toEqual(['FILE_MISSING manifest.json'])
    await rm(folder, { recursive: true })
    await expect(findings()).rejects.toMatchObject({ exitCode: 1 })
  })

  test('tells a set in the place of another', async () => {
    expect(await verifyFiles(folder, { ...PLACE, type: 'weekly' })).toMatchObject([
      { code: 'SET_MISPLACED', on: 'weekly/20261124T020000Z', found: 'its manifest is of daily/20261124T020000Z' },
    ])
  })

  test('tells files that were swapped with those of another set', async () => {
    const other = await temporaryFolder()
    await cp(folder, other, { recursive: true })
    const files = {
      'dump/toc.dat': 'PGDMP.',
      'dump/3393.dat': '1\t3\n'.repeat(50),
      'globals.sql': 'CREATE ROLE milkman;\n',
    }
    await rm(other, { recursive: true })
    await mkdir(other)
    await writeSampleSet(other, { id: '20261125T020000Z', files })
    for (const file of FILES) {
      await rename(inSet(file), inSet('kept'))
      await cp(path.join(other, file), inSet(file))
      expect({ file, found: await found() }).not.toMatchObject({ found: [] })
      await rename(inSet('kept'), inSet(file))
    }
    expect(await found()).toEqual([])
  })

  test('takes no link and no device for a file, and follows none', async () => {
    const outside = await temporaryFolder()
    await cp(inSet('globals.sql'), path.join(outside, 'globals.sql'))
    await rm(inSet('globals.sql'))
    await symlink(path.join(outside, 'globals.sql'), inSet('globals.sql'))
    await symlink(outside, inSet('folder'))
    execFileSync('mkfifo', [inSet('pipe')])
    expect((await found()).sort()).toEqual([
      'FILE_UNEXPECTED folder',
      'FILE_UNEXPECTED globals.sql',
      'FILE_UNEXPECTED pipe',
    ])
    await rm(inSet('SHA256SUMS'))
    await symlink(inSet('manifest.json'), inSet('SHA256SUMS'))
    expect(await found()).toContain('FILE_UNEXPECTED SHA256SUMS')
  })

  test('expects later outcomes, and nothing else in their folder', async () => {
    await mkdir(inSet('proofs'))
    await writeFile(inSet('proofs/20261125T020000Z.json'), JSON.stringify(sampleProof('proven')))
    await writeFile(inSet('proofs/20261125T020000Z-2.json'), JSON.stringify(sampleProof('failed')))
    expect(await found()).toEqual([])
    await writeFile(inSet('proofs/payload'), '')
    expect(await found()).toEqual(['FILE_UNEXPECTED proofs/payload'])
  })

  test('stops when it is asked to', async () => {
    await expect(verifyFiles(folder, PLACE, { signal: AbortSignal.abort() })).rejects.toMatchObject({ exitCode: 130 })
    expect((await readdir(folder)).length).toBe(4)
  })
})
