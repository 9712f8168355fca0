import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'

import { checksumsText, parseChecksums } from '../../../src/backup/checksums.js'
import {
  describeFiles,
  dumpFileName,
  incompleteness,
  readManifest,
  writeChecksums,
  writeManifest,
} from '../../../src/backup/set.js'
import { sampleManifest, writeSampleSet } from '../../support/sample-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)
const run = promisify(execFile)

afterEach(removeTemporaryFolders)

test('calls dumps as the seed does, by the UTC day of the snapshot', () => {
  const date = new Date('2026-11-24T23:59:59Z')
  expect(dumpFileName('daily', date, 'plain')).toBe('daily_20261124.sql.gz')
  expect(dumpFileName('weekly', date, 'custom')).toBe('weekly_20261124.dump')
  expect(dumpFileName('manual', date, 'directory')).toBe('dump')
})

describe('describing files', () => {
  test('gives every file with its size and the checksum that others compute, and leaves out what grows', async () => {
    const folder = await temporaryFolder()
    await mkdir(path.join(folder, 'dump/deep'), { recursive: true })
    await mkdir(path.join(folder, 'proofs'))
    const contents: Record<string, Buffer> = {
      'dump/toc.dat': randomBytes(3_000_001),
      'dump/deep/empty': Buffer.alloc(0),
      'globals.sql': Buffer.from('x'),
    }
    for (const [name, content] of Object.entries(contents)) await writeFile(path.join(folder, name), content)
    for (const name of ['manifest.json', 'SHA256SUMS', 'proofs/20261124T020000Z.json'])
      await writeFile(path.join(folder, name), '')
    let bytes = 0
    const files = await describeFiles(folder, { onBytes: (more) => (bytes += more) })
    expect(files).toEqual(
      ['dump/deep/empty', 'dump/toc.dat', 'globals.sql'].map((name) => ({
        path: name,
        size: contents[name]!.length,
        sha256: createHash('sha256').update(contents[name]!).digest('hex'),
      })),
    )
    expect(bytes).toBe(3_000_002)
  })

  test('refuses what is no file: it could not be kept', async () => {
    const folder = await temporaryFolder()
    await symlink('/etc/passwd', path.join(folder, 'link'))
    await expect(describeFiles(folder)).rejects.toThrow(/"link" is a symbolic link/i)
  })

  test('stops when it is asked to', async () => {
    const folder = await temporaryFolder()
    await writeFile(path.join(folder, 'x'), 'x')
    await expect(describeFiles(folder, { signal: AbortSignal.abort() })).rejects.toMatchObject({ exitCode: 130 })
  })

  test('is quick and keeps the memory flat', async () => {
    const folder = await temporaryFolder()
    const piece = randomBytes(1024 * 1024)
    for (const name of ['a', 'b', 'c']) {
      const file = await open(path.join(folder, name), 'w')
      for (let i = 0; i < 50; i++) await file.write(piece)
      await file.close()
    }
    const before = process.memoryUsage().rss
    const files = await describeFiles(folder)
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBe(150 * 1024 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024)
  })
})

describe('the checksums of a set', () => {
  test('are checked by sha256sum, hostile names included', async () => {
    const folder = await temporaryFolder()
    const names = [
      'plain',
      'two words',
      'back\\slash',
      'new\nline',
      'both\\\n\\n',
      ' lead',
      '*star',
      '-dash',
      "quo'te",
      'ñ🐄',
    ]
    await writeSampleSet(folder, {
      id: '20261124T020000Z',
      files: Object.fromEntries(names.map((name) => [name, name])),
    })
    const { stdout } = await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder })
    expect(stdout.match(/: OK$/gm)).toHaveLength(names.length + 1)
    const all = await readdir(folder)
    const { stdout: theirs } = await run('sha256sum', ['--', ...all.filter((name) => name !== 'SHA256SUMS')], {
      cwd: folder,
    })
    const sorted = (text: string): string[] => text.split('\n').sort()
    expect(sorted(await readFile(path.join(folder, 'SHA256SUMS'), 'utf8'))).toEqual(sorted(theirs))
    await writeFile(path.join(folder, 'plain'), 'other')
    await expect(run('sha256sum', ['--status', '-c', 'SHA256SUMS'], { cwd: folder })).rejects.toMatchObject({ code: 1 })
  })

  test('can be read back, whatever the names', () => {
    const sum = fc.stringMatching(/^[0-9a-f]{64}$/)
    const name = fc
      .array(fc.constantFrom('a', '\\', '\n', '\r', 'n', ' ', '*'), { minLength: 1 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, sum), { selector: ([path]) => path }), (pairs) => {
        const files = pairs.map(([path, sha256]) => ({ path, sha256 }))
        expect(parseChecksums(checksumsText(files))).toEqual(new Map(pairs))
      }),
    )
  })
})

describe('the manifest of a set', () => {
  test('comes back as it was written, and nothing else is left in the folder', async () => {
    const folder = await temporaryFolder()
    const manifest = sampleManifest({ id: '20261124T020000Z' })
    await writeManifest(folder, manifest)
    await writeChecksums(folder, [])
    expect(await readManifest(folder)).toEqual(manifest)
    expect((await readdir(folder)).sort()).toEqual(['SHA256SUMS', 'manifest.json'])
  })

  test('is not written when no reader would take it', async () => {
    const folder = await temporaryFolder()
    await expect(writeManifest(folder, { ...sampleManifest({ id: 'x' }) })).rejects.toThrow()
    expect(await readdir(folder)).toEqual([])
  })

  test.each<[string, string | null, RegExp]>([
    ['is missing', null, /there is no manifest\.json/],
    ['is cut off', '{"schema": "pg-life', /is not JSON/],
    ['is empty', '', /is not JSON/],
    [
      'is of a newer form',
      '{"schema":"pg-lifeboat/manifest/2"}',
      /of the form "pg-lifeboat\/manifest\/2".*reads "pg-lifeboat\/manifest\/1"/,
    ],
    ['lacks what it must have', '{"schema":"pg-lifeboat/manifest/1"}', /not of the known form: .*id: .*more/],
    ['is a list', '[]', /not of the known form/],
  ])('that %s is damage, and the error says which', async (_what, content, problem) => {
    const folder = await temporaryFolder()
    if (content !== null) await writeFile(path.join(folder, 'manifest.json'), content)
    await expect(readManifest(folder)).rejects.toMatchObject({ exitCode: 3, problem: expect.stringMatching(problem) })
  })

  test.each([
    '../outside',
    '/etc/passwd',
    'a/../../b',
    'a//b',
    './a',
    '',
    'manifest.json',
    'SHA256SUMS',
    'proofs/x.json',
  ])('that lists %j is refused', async (file) => {
    const folder = await temporaryFolder()
    const files = [{ path: file, size: 0, sha256: '0'.repeat(64) }]
    await writeFile(
      path.join(folder, 'manifest.json'),
      JSON.stringify({ ...sampleManifest({ id: '20261124T020000Z' }), files }),
    )
    await expect(readManifest(folder)).rejects.toMatchObject({
      exitCode: 3,
      problem: expect.stringContaining('not a path inside'),
    })
  })

  test('that is a link to another is refused', async () => {
    const [folder, other] = [await temporaryFolder(), await temporaryFolder()]
    await writeManifest(other, sampleManifest({ id: '20261124T020000Z' }))
    await symlink(path.join(other, 'manifest.json'), path.join(folder, 'manifest.json'))
    await expect(readManifest(folder)).rejects.toThrow(/symbolic link/)
  })

  test('tells why other files than its own are not its set', () => {
    const manifest = {
      ...sampleManifest({ id: '20261124T020000Z' }),
      files: [{ path: 'a', size: 3, sha256: '0'.repeat(64) }],
    }
    const place = { id: '20261124T020000Z', type: 'daily' }
    expect(incompleteness(manifest, place, () => 3)).toBeNull()
    expect(incompleteness(manifest, place, () => 2)).toMatch(/a has 2 bytes, the manifest says 3/)
    expect(incompleteness(manifest, place, () => undefined)).toMatch(/a is missing/)
    expect(incompleteness(manifest, { ...place, type: 'weekly' }, () => 3)).toMatch(/daily\/20261124T020000Z/)
  })
})
