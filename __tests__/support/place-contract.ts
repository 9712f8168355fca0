import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { LifeboatError } from '../../src/errors.js'
import { entriesBelow } from '../../src/platform/files.js'
import type { FilePlace, PlacedFile, SentFile } from '../../src/stores/file-place.js'
import { removeTemporaryFolders, temporaryFolder } from './temporary.js'

/** A place of its own for one test, and a way round it. */
export interface PlaceFixture {
  place: FilePlace
  /** Another run's view of the same place. */
  again(): FilePlace
  /** Writes a file without the place's own code, over whatever is there. */
  plant(file: string, content: Buffer): Promise<void>
  /** What lies there, read without the place's own code; undefined where there is nothing. */
  peek(file: string): Promise<Buffer | undefined>
  /** Removes the place and everything in it. */
  dispose(): Promise<void>
}

export interface PlaceContractOptions {
  /** How many files to try at once: thousands, or, where each is a request, a little more than one of its lists holds. */
  many?: number
  /** All, or, for one more way to a kind of place that is tried whole, what may differ between the ways. */
  extent?: 'whole' | 'core'
  /** Names that this kind of place cannot keep, of those that are tried. */
  without?: readonly string[]
}

/** Names that have meant something to some shell, program or URL. */
export const ODD_NAMES: readonly string[] = [
  'a name with  spaces ',
  '-leading-dash',
  '--delete',
  '.hidden',
  'ñandú “quoted” 資料.dat',
  '100%41.dat',
  'a+b&c=d.dat',
  'what?.dat',
  'all*.dat',
  '[a-z].dat',
  '{a,b}.dat',
  'hash#1.dat',
  "it's.dat",
  '$HOME.dat',
  '~.dat',
  'semi;colon:.dat',
  '- filter.dat',
]

const SET = 'daily/20261124T020000Z'

/** A local folder with files of this content, as they are to be sent. */
async function local(contents: Readonly<Record<string, Buffer>>): Promise<{ folder: string; files: SentFile[] }> {
  const folder = await temporaryFolder()
  const files: SentFile[] = []
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), content)
    files.push({ path: name, size: content.length, sha256: createHash('sha256').update(content).digest('hex') })
  }
  return { folder, files }
}

/** All files below a local folder, by path. */
async function contentsOf(folder: string): Promise<Record<string, Buffer>> {
  const files = (await entriesBelow(folder)).filter(({ kind }) => kind === 'file')
  const read = await Promise.all(
    files.map(async (file) => [file.path, await readFile(path.join(folder, file.path))] as const),
  )
  return Object.fromEntries(read)
}

const names = (files: readonly PlacedFile[]): string[] => files.map((file) => file.path).sort()

/** What every place must do for `RemoteStore`. Each kind runs it with its own fixture. */
export function placeContract(
  kind: string,
  make: () => Promise<PlaceFixture>,
  { many, without = [], extent = 'whole' }: PlaceContractOptions = {},
): void {
  describe(`${kind} keeps the contract of places`, () => {
    let fixture: PlaceFixture
    let place: FilePlace

    beforeEach(async () => {
      fixture = await make()
      place = fixture.place
    })
    afterEach(async () => {
      await place.close?.()
      await fixture.dispose()
      await removeTemporaryFolders()
    })

    const download = async (folder: string, wanted?: (file: PlacedFile) => boolean): Promise<string> => {
      const to = path.join(await temporaryFolder(), 'new', 'folder')
      await place.download(folder, (await place.list(folder)).filter(wanted ?? (() => true)), to)
      return to
    }

    test('is empty at first, and says so without an error', async () => {
      expect(await place.list('')).toEqual([])
      expect(await place.list('daily/absent')).toEqual([])
      expect(await place.read('.lock/absent.json')).toBeUndefined()
      await place.remove([])
      await place.remove(['daily/absent', '.lock/absent.json'])
      await place.upload(await temporaryFolder(), [], SET)
      expect(await place.list('')).toEqual([])
      expect((await place.freeBytes()) ?? 0).toBeGreaterThanOrEqual(0)
      expect(place.name).not.toBe('')
    })

    test('writes and reads small files, and writes over them', async () => {
      await place.write('.lock/store/1-ñ.json', '{"a":\n"“x”"}\n')
      await place.write('log/2026-11-24.jsonl', '')
      expect(await fixture.again().read('.lock/store/1-ñ.json')).toBe('{"a":\n"“x”"}\n')
      expect(await place.read('log/2026-11-24.jsonl')).toBe('')
      const [before] = await place.list('.lock')
      expect(before).toMatchObject({ path: 'store/1-ñ.json', bytes: 17 })
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await place.write('.lock/store/1-ñ.json', '{"a":\n"“y”"}\n')
      expect(await fixture.again().read('.lock/store/1-ñ.json')).toBe('{"a":\n"“y”"}\n')
      const [after] = await fixture.again().list('.lock')
      // A heartbeat is seen by this alone.
      expect([after!.changed.getTime(), after!.version]).not.toEqual([before!.changed.getTime(), before!.version])
      expect(after!.changed.getTime()).toBeGreaterThan(before!.changed.getTime())
    })

    test('keeps the very bytes, in folders, empty and large', async () => {
      const contents = {
        SHA256SUMS: Buffer.from('x  y\n'),
        'dump/toc.dat': randomBytes(70_000),
        'dump/empty.dat': Buffer.alloc(0),
        'dump/deep/er/1.dat': Buffer.from([0, 10, 13, 255, 0]),
        'dump/big.dat': randomBytes(30 * 1024 * 1024),
      }
      const { folder, files } = await local(contents)
      const told: [number, number][] = []
      await place.upload(folder, files, SET, (done, total) => told.push([done, total]))
      for (const [name, content] of Object.entries(contents)) {
        expect((await fixture.peek(`${SET}/${name}`))?.equals(content)).toBe(true)
      }
      const total = files.reduce((sum, { size }) => sum + size, 0)
      expect(told.every(([, all]) => all === total)).toBe(true)
      expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).sort((a, b) => a - b))
      expect(told.at(-1)?.[0] ?? total).toBeLessThanOrEqual(total)

      const listed = await fixture.again().list(SET)
      expect(listed.map(({ path: file, bytes }) => [file, bytes]).sort()).toEqual(
        files.map(({ path: file, size }) => [file, size]).sort(),
      )
      expect(names(await place.list(''))).toEqual(files.map((file) => `${SET}/${file.path}`).sort())
      const fetched = await contentsOf(await download(SET))
      expect(Object.keys(fetched).sort()).toEqual(Object.keys(contents).sort())
      for (const [name, content] of Object.entries(contents)) expect(fetched[name]!.equals(content)).toBe(true)
    })

    test('keeps files of odd names apart', async () => {
      const odd = ODD_NAMES.filter((name) => !without.includes(name))
      const contents = Object.fromEntries(odd.map((name) => [`dump/${name}`, Buffer.from(`content of ${name}`)]))
      const { folder, files } = await local(contents)
      await place.upload(folder, files, SET)
      expect(names(await place.list(SET))).toEqual(Object.keys(contents).sort())
      for (const [name, content] of Object.entries(contents)) {
        expect((await fixture.peek(`${SET}/${name}`))?.toString()).toBe(content.toString())
      }
      expect(await contentsOf(await download(SET))).toEqual(contents)
      // Each by itself, or, where each is a connection, a few at a time.
      const step = extent === 'core' ? 6 : 1
      const isThere = async (name: string): Promise<boolean> =>
        (await fixture.peek(`${SET}/dump/${name}`)) !== undefined
      for (let index = 0; index < odd.length; index += step) {
        const some = odd.slice(index, index + step).map((name) => `dump/${name}`)
        expect(await place.read(`${SET}/${some[0]}`)).toBe(contents[some[0]!]!.toString())
        await place.remove(some.map((name) => `${SET}/${name}`))
        expect(await Promise.all(odd.map(isThere))).toEqual(odd.map((_, other) => other >= index + step))
      }
      expect(await place.list('')).toEqual([])
    })

    test('removes files, of those that are gone already too, and no others', async () => {
      for (const file of [`${SET}/a`, `${SET}/ab`, `${SET}/b/c`, `${SET}/b/d`]) {
        await fixture.plant(file, Buffer.from(file))
      }
      await place.remove([`${SET}/a`, `${SET}/absent`, `${SET}/b/c`, 'weekly/absent/x'])
      expect(names(await place.list(''))).toEqual([`${SET}/ab`, `${SET}/b/d`])
      await place.remove([`${SET}/a`, `${SET}/ab`, `${SET}/b/d`])
      await place.remove([`${SET}/ab`])
      expect(await place.list('')).toEqual([])
      await fixture.plant(`${SET}/a`, Buffer.from('again'))
      expect(names(await place.list(SET))).toEqual(['a'])
    })

    test('does several things at a time', async () => {
      const { folder, files } = await local({ 'a.dat': randomBytes(500_000), 'b.dat': randomBytes(10) })
      await Promise.all([
        place.upload(folder, files, 'daily/20261124T020000Z'),
        place.upload(folder, files, 'weekly/20261124T020000Z'),
        place.write('.lock/store/1.json', '{}'),
      ])
      const [, , text] = await Promise.all([
        download('daily/20261124T020000Z'),
        place.list(''),
        place.read('.lock/store/1.json'),
      ])
      expect(text).toBe('{}')
      expect(await place.list('')).toHaveLength(5)
    })

    if (extent === 'core') return

    test('a small file that is written over is seen old or new, never in parts', async () => {
      const texts = ['a', 'b'].map((letter) => letter.repeat(200_000))
      await place.write('log/2026-11-24.jsonl', texts[0]!)
      const seen = new Set<string>()
      const state = { writing: true }
      const writer = (async () => {
        for (let round = 1; round <= 6; round++) await place.write('log/2026-11-24.jsonl', texts[round % 2]!)
      })().finally(() => (state.writing = false))
      const reader = fixture.again()
      while (state.writing) {
        seen.add((await reader.read('log/2026-11-24.jsonl')) ?? 'absent')
        const listed = (await reader.list('log')).map(({ path: file, bytes }) => `${file} ${bytes}`)
        expect(listed).toEqual(['2026-11-24.jsonl 200000'])
      }
      await writer
      await reader.close?.()
      expect([...seen].filter((text) => !texts.includes(text))).toEqual([])
    })

    test('sends only the files that are asked for, and leaves the others that are there', async () => {
      const first = await local({ 'a.dat': Buffer.from('a'), 'dump/b.dat': Buffer.from('b') })
      await place.upload(first.folder, first.files, SET)
      const second = await local({ 'manifest.json': Buffer.from('{}'), 'unsent.dat': Buffer.from('x') })
      await place.upload(second.folder, second.files.slice(0, 1), SET)
      expect(names(await place.list(SET))).toEqual(['a.dat', 'dump/b.dat', 'manifest.json'])
    })

    test('sends again what is there with another content, whatever its size and date', async () => {
      const content = randomBytes(100_000)
      const { folder, files } = await local({ 'dump/1.dat': content })
      await fixture.plant(`${SET}/dump/1.dat`, randomBytes(100_000))
      const [there] = await place.list(SET)
      await utimes(path.join(folder, 'dump/1.dat'), there!.changed, there!.changed)
      await place.upload(folder, files, SET)
      expect((await fixture.peek(`${SET}/dump/1.dat`))!.equals(content)).toBe(true)
    })

    test('makes whole what an earlier transfer left in parts, and takes what is whole already', async () => {
      const contents = { 'dump/1.dat': randomBytes(3_000_000), 'dump/2.dat': randomBytes(50_000) }
      const { folder, files } = await local(contents)
      await fixture.plant(`${SET}/dump/1.dat`, contents['dump/1.dat'].subarray(0, 1_234_567))
      await fixture.plant(`${SET}/dump/2.dat`, contents['dump/2.dat'])
      for (let round = 0; round < 2; round++) {
        await place.upload(folder, files, SET)
        for (const [name, content] of Object.entries(contents)) {
          expect((await fixture.peek(`${SET}/${name}`))!.equals(content)).toBe(true)
        }
      }
      expect(names(await place.list(''))).toEqual([`${SET}/dump/1.dat`, `${SET}/dump/2.dat`])
    })

    test('a file that is not there to send is an error', async () => {
      const { folder, files } = await local({ 'a.dat': Buffer.from('a'), 'b.dat': Buffer.from('b') })
      await rm(path.join(folder, 'b.dat'))
      await expect(place.upload(folder, files, SET)).rejects.toBeInstanceOf(LifeboatError)
    })

    test('lists a folder and not its neighbours of a longer name', async () => {
      for (const file of ['daily/1/a', 'daily/10/b', 'daily/1.txt', 'dailyish/1/c']) {
        await fixture.plant(file, Buffer.from(file))
      }
      expect(names(await place.list('daily/1'))).toEqual(['a'])
      expect(names(await place.list('daily'))).toEqual(['1.txt', '1/a', '10/b'])
    })

    test('fetches only what is asked for, over what is in the way', async () => {
      const { folder, files } = await local({ 'a.dat': Buffer.from('aaa'), 'dump/b.dat': Buffer.from('bbb') })
      await place.upload(folder, files, SET)
      const to = await download(SET, (file) => file.path === 'dump/b.dat')
      expect(Object.keys(await contentsOf(to))).toEqual(['dump/b.dat'])
      for (const inTheWay of ['b', 'xxx', 'longer than it should be']) {
        await writeFile(path.join(to, 'dump/b.dat'), inTheWay)
        await place.download(SET, await place.list(SET), to)
        expect(await contentsOf(to)).toEqual({ 'a.dat': Buffer.from('aaa'), 'dump/b.dat': Buffer.from('bbb') })
      }
    })

    test.each<[string, (f: PlaceFixture) => Promise<unknown>]>([
      ['is shorter than it was listed', (f) => f.plant(`${SET}/dump/1.dat`, Buffer.alloc(500_000, 1))],
      ['is longer than it was listed', (f) => f.plant(`${SET}/dump/1.dat`, Buffer.alloc(700_000, 1))],
      ['is not there any more', (f) => f.place.remove([`${SET}/dump/1.dat`])],
    ])('a file that %s is an error, and leaves none that looks whole', async (_what, change) => {
      await fixture.plant(`${SET}/dump/1.dat`, Buffer.alloc(600_000, 1))
      const listed = await place.list(SET)
      await change(fixture)
      const to = await temporaryFolder()
      await expect(place.download(SET, listed, to)).rejects.toBeInstanceOf(LifeboatError)
      const left = await stat(path.join(to, 'dump/1.dat')).catch(() => undefined)
      expect(left?.size).not.toBe(600_000)
    })

    if (many !== undefined) {
      test('keeps very many files: lists, fetches and removes them all', async () => {
        const contents = Object.fromEntries(
          Array.from({ length: many }, (_, index) => [`dump/${index}.dat`, Buffer.from(String(index))]),
        )
        const { folder, files } = await local(contents)
        await place.upload(folder, files, SET)
        const listed = await fixture.again().list(SET)
        expect(names(listed)).toEqual(Object.keys(contents).sort())
        const fetched = await contentsOf(await download(SET))
        expect(Object.keys(fetched)).toHaveLength(many)
        expect(Object.entries(fetched).filter(([name, content]) => !content.equals(contents[name]!))).toEqual([])
        await place.remove(listed.map((file) => `${SET}/${file.path}`))
        expect(await place.list('')).toEqual([])
      })
    }
  })
}
