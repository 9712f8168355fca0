import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { appendFile, cp, mkdir, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { Manifest } from '../../../src/backup/manifest.js'
import { describeFiles, writeChecksums } from '../../../src/backup/set.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import { operate, PROVEN, summaryOf, type Given, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const KINDS = ['dump/toc.dat', 'a data file', 'globals.sql', 'catalog.json', 'manifest.json', 'SHA256SUMS'] as const

describe('a stored set that was damaged', () => {
  let source: TestCluster
  let scratch: TestCluster
  /** Two sets of one database, one cow apart. Never touched; each test damages a copy. */
  let good: string
  let ids: string[]
  let dataFile: string

  beforeAll(async () => {
    ;[source, scratch] = await Promise.all([startCluster(), startCluster()])
    await createFarm(source)
    good = await temporaryFolder()
    const given = { 'database-url': source.url('farm'), 'scratch-url': scratch.url(), store: good, type: 'daily' }
    const first = await operate('backup', given)
    await source.query("UPDATE animals SET name = 'another' WHERE id = 800", 'farm')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const second = await operate('backup', given)
    expect([summaryOf(first), summaryOf(second)]).toEqual([PROVEN, PROVEN])
    ids = [first.report.id!, second.report.id!]
    const files = (await readdir(path.join(good, 'daily', ids[0]!, 'dump'))).filter((name) => name !== 'toc.dat')
    dataFile = `dump/${files.sort().at(-1)!}`
  })
  afterAll(async () => {
    await Promise.all([source.remove(), scratch.remove()])
    await removeTemporaryFolders()
  })

  /** A copy of the store, to be damaged, with the folder of its older set. */
  async function copyOfStore(): Promise<{ store: string; folder: string; inSet: (file: string) => string }> {
    const store = await temporaryFolder()
    await cp(good, store, { recursive: true })
    const folder = path.join(store, 'daily', ids[0]!)
    return { store, folder, inSet: (file) => path.join(folder, file === 'a data file' ? dataFile : file) }
  }

  function validate(store: string, more: Given = {}): Promise<Operated> {
    return operate('validate', { store, backup: ids[0]!, 'scratch-url': scratch.url(), ...more })
  }

  const nameOf = (file: string) => (file === 'a data file' ? dataFile : file)

  test('is proven while nothing was done to it', async () => {
    const { store } = await copyOfStore()
    expect(summaryOf(await validate(store))).toEqual(PROVEN)
  })

  test.each(KINDS)('one bit flipped in %s', async (file) => {
    const { store, inSet } = await copyOfStore()
    const bytes = await readFile(inSet(file))
    for (const at of [0, 0.37, 0.71, 0.999].map((share) => Math.floor(share * bytes.length))) {
      const bad = Buffer.from(bytes)
      bad[at]! ^= 1 << (at % 8)
      await writeFile(inSet(file), bad)
      const operated = await validate(store)
      expect(summaryOf(operated)).toMatchObject({ exitCode: 3, outcome: 'failed', failure: undefined })
      // The two lists vouch for each other: when they do not agree, either may be the one that was changed.
      const named = ['manifest.json', 'SHA256SUMS'].includes(file) ? ['manifest.json', 'SHA256SUMS'] : [nameOf(file)]
      expect(operated.findings.some(({ on }) => named.includes(on))).toBe(true)
    }
  })

  test.each(KINDS)('%s cut off', async (file) => {
    const { store, inSet } = await copyOfStore()
    await truncate(inSet(file), Math.floor((await readFile(inSet(file))).length / 2))
    const operated = await validate(store)
    expect(operated.exitCode).toBe(3)
    expect(operated.findings.map(({ on }) => on)).toContain(nameOf(file))
  })

  test.each(KINDS)('%s missing', async (file) => {
    const { store, inSet } = await copyOfStore()
    await rm(inSet(file))
    const operated = await validate(store)
    expect([operated.exitCode, operated.found]).toEqual([3, [`FILE_MISSING ${nameOf(file)}`]])
  })

  test('a file added', async () => {
    const { store, inSet } = await copyOfStore()
    await writeFile(inSet('dump/9999.dat'), '')
    const operated = await validate(store)
    expect([operated.exitCode, operated.found]).toEqual([3, ['FILE_UNEXPECTED dump/9999.dat']])
  })

  test.each(['a data file', 'dump/toc.dat', 'catalog.json', 'manifest.json', 'SHA256SUMS'])(
    '%s swapped with that of another set',
    async (file) => {
      const { store, inSet } = await copyOfStore()
      const other = path.join(store, 'daily', ids[1]!)
      // The last data file is that of the large objects; the one that differs is that of the animals.
      const names =
        file === 'a data file' ? (await readdir(path.join(other, 'dump'))).map((name) => `dump/${name}`) : [file]
      for (const name of names.filter((each) => file !== 'a data file' || each !== 'dump/toc.dat')) {
        await cp(path.join(other, name), inSet(name))
      }
      const operated = await validate(store)
      if (file === 'catalog.json') {
        // Both sets describe the same objects, so it is the same file.
        expect(summaryOf(operated)).toEqual(PROVEN)
        return
      }
      expect(operated.exitCode).toBe(3)
      expect(operated.findings.filter(({ severity }) => severity === 'error')).not.toEqual([])
    },
  )

  test('two sets that changed places', async () => {
    const { store } = await copyOfStore()
    const [one, other] = ids.map((id) => path.join(store, 'daily', id)) as [string, string]
    await rename(one, `${one}.away`)
    await rename(other, one)
    await rename(`${one}.away`, other)
    for (const id of ids) {
      const operated = await validate(store, { backup: id })
      expect(operated.exitCode).toBe(3)
      expect(operated.found).toContain(`SET_MISPLACED daily/${id}`)
    }
  })

  test('a folder renamed, and one moved to another type', async () => {
    const { store, folder } = await copyOfStore()
    await rename(folder, path.join(store, 'daily', '20200101T000000Z'))
    const renamed = await validate(store, { backup: '20200101T000000Z' })
    expect([renamed.exitCode, renamed.found]).toEqual([3, ['SET_MISPLACED daily/20200101T000000Z']])

    await mkdir(path.join(store, 'weekly'))
    await rename(path.join(store, 'daily', ids[1]!), path.join(store, 'weekly', ids[1]!))
    const moved = await validate(store, { backup: ids[1]! })
    expect([moved.exitCode, moved.found]).toEqual([3, [`SET_MISPLACED weekly/${ids[1]!}`]])
  })

  test('a damaged set is what "latest" means when it is the latest', async () => {
    const { store } = await copyOfStore()
    await appendFile(path.join(store, 'daily', ids[1]!, 'globals.sql'), '\n')
    const operated = await operate('validate', { store, backup: 'latest', verify: 'archive' })
    expect([operated.exitCode, operated.report.id, operated.found]).toEqual([3, ids[1], ['FILE_SIZE globals.sql']])
  })

  describe('by somebody who wrote the sums anew and removed the log', () => {
    /** Edits the manifest and lets SHA256SUMS agree with it; without the log, nothing else remembers what it was. */
    async function forge(
      edit: (manifest: Manifest, folder: string) => Promise<void> | void,
      { keepLog = false }: { keepLog?: boolean } = {},
    ): Promise<string> {
      const { store, folder, inSet } = await copyOfStore()
      const manifest = JSON.parse(await readFile(inSet('manifest.json'), 'utf8')) as Manifest
      await edit(manifest, folder)
      await writeFile(inSet('manifest.json'), JSON.stringify(manifest, null, 2))
      await writeChecksums(folder, manifest.files)
      if (!keepLog) {
        await rm(path.join(store, 'log'), { recursive: true })
      }
      return store
    }

    const animalsIn = ({ tables }: Manifest) => tables.find(({ name }) => name === 'animals')!

    test('anything: the log of the store remembers what the manifest was', async () => {
      const store = await forge(
        (manifest) => {
          manifest.tool.version = '9.9.9'
        },
        { keepLog: true },
      )
      const operated = await validate(store, { verify: 'archive' })
      expect([operated.exitCode, operated.found]).toEqual([3, ['MANIFEST_CHANGED manifest.json']])
    })

    test('rows: the archive itself is counted, already without a server', async () => {
      const store = await forge((manifest) => {
        animalsIn(manifest).rows = 799
      })
      const operated = await validate(store, { verify: 'archive' })
      expect([operated.exitCode, operated.found]).toEqual([3, ['ARCHIVE_ROWS_DIFFER public.animals']])
    })

    test('a fingerprint: the copy is hashed', async () => {
      const store = await forge((manifest) => {
        animalsIn(manifest).fingerprint = '1'
      })
      const operated = await validate(store, { verify: 'data' })
      expect([operated.exitCode, operated.found]).toEqual([3, ['TABLE_CONTENT_DIFFERS public.animals']])
    })

    test('the data of another set, with its sums: the copy is not what the fingerprint says', async () => {
      const store = await forge(async (manifest, folder) => {
        await rm(path.join(folder, 'dump'), { recursive: true })
        await cp(path.join(good, 'daily', ids[1]!, 'dump'), path.join(folder, 'dump'), { recursive: true })
        manifest.files = await describeFiles(folder)
      })
      const operated = await validate(store)
      expect([operated.exitCode, operated.found]).toEqual([3, ['TABLE_CONTENT_DIFFERS public.animals']])
    })

    test('a table less: it is in the dump', async () => {
      const store = await forge((manifest) => {
        manifest.tables = manifest.tables.filter(({ name }) => name !== 'diary')
      })
      const archive = await validate(store, { verify: 'archive' })
      expect([archive.exitCode, archive.found]).toEqual([3, ['ARCHIVE_ENTRY_UNEXPECTED public.diary']])
      const data = await validate(store, { verify: 'data' })
      expect([data.exitCode, data.found]).toEqual([3, ['TABLE_UNEXPECTED public.diary']])
    })

    test('the outcome of the proof: it is not believed, it is made again', async () => {
      const store = await forge((manifest) => {
        manifest.tables = manifest.tables.filter(({ name }) => name !== 'diary')
        manifest.proof = { ...manifest.proof, outcome: 'proven', tier: 'full' }
      })
      expect((await validate(store)).report.proof?.outcome).toBe('failed')
    })
  })
})
