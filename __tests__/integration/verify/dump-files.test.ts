import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { appendFile, cp, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { strayFiles } from '../../../src/verify/dump-files.js'
import { tocFiles } from '../../../src/verify/toc.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { describeMajors } from '../../support/describe-majors.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)
afterAll(removeTemporaryFolders)

/** The list of contents with another name for the first file in it. */
function renamed(toc: Buffer, file: string, to: string): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32LE(file.length)
  const [from, other] = [Buffer.concat([size, Buffer.from(file)]), Buffer.alloc(4)]
  other.writeInt32LE(to.length)
  const at = toc.indexOf(from)
  expect(at).toBeGreaterThan(0)
  return Buffer.concat([toc.subarray(0, at), other, Buffer.from(to), toc.subarray(at + from.length)])
}

describeMajors('the files of a dump in directory format', ({ major, clientBin }) => {
  let cluster: TestCluster
  let dump: string
  beforeAll(async () => {
    cluster = await startCluster({ major })
    await cluster.createDatabase('app')
    await cluster.query(
      `CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE "b/../c" (t text); COMMENT ON TABLE a IS '../../etc/passwd';
       CREATE VIEW v AS SELECT * FROM a; SELECT lo_from_bytea(0, 'x'); CREATE INDEX ON a (x)`,
      'app',
    )
    dump = path.join(await temporaryFolder(), 'dump')
    execFileSync(path.join(clientBin, 'pg_dump'), ['-Fd', '-f', dump, '-d', cluster.url('app')])
  })
  afterAll(() => cluster.remove())

  const copy = async (): Promise<string> => {
    const folder = path.join(await temporaryFolder(), 'dump')
    await cp(dump, folder, { recursive: true })
    return folder
  }
  const found = async (folder: string) => (await strayFiles(folder, 'dump')).map(({ code, on }) => `${code} ${on}`)

  test('are the ones that its lists name, and these are in it', async () => {
    const { names } = tocFiles(await readFile(path.join(dump, 'toc.dat')), 'toc.dat') ?? { names: [] }
    const there = (await readdir(dump)).map((name) => name.replace(/\.(gz|lz4|zst)$/, ''))
    expect(names.length).toBe(3)
    expect(there).toEqual(expect.arrayContaining(names))
    expect(await found(dump)).toEqual([])
  })

  test('may not lie elsewhere', async () => {
    const folder = await copy()
    const toc = await readFile(path.join(folder, 'toc.dat'))
    const [file = ''] = tocFiles(toc, 'toc.dat')?.names ?? []
    for (const name of ['../../../etc/passwd', '/etc/passwd', 'sub/file', '..', '.', 'a\nb']) {
      await writeFile(path.join(folder, 'toc.dat'), renamed(toc, file, name))
      expect([name, await found(folder)]).toEqual([name, ['DUMP_FILE_OUTSIDE dump/toc.dat']])
    }
  })

  test('may not lie elsewhere as large objects', async () => {
    const folder = await copy()
    const list = (await readdir(folder)).find((name) => /^blobs.*\.toc$/.test(name)) ?? ''
    await appendFile(path.join(folder, list), '4711 ../../../etc/shadow\n')
    expect(await found(folder)).toEqual([`DUMP_FILE_OUTSIDE dump/${list}`])
  })

  test('cannot be told from a list that is cut off at any place', async () => {
    const toc = await readFile(path.join(dump, 'toc.dat'))
    for (let length = 0; length < toc.length; length += Math.ceil(toc.length / 200)) {
      expect(() => tocFiles(toc.subarray(0, length), 'toc.dat')).toThrow()
    }
  })
})

describe('a dump of another format', () => {
  test('holds everything itself', async () => {
    const file = path.join(await temporaryFolder(), 'x.dump')
    await writeFile(file, 'PGDMP')
    expect(await strayFiles(file, 'x.dump')).toEqual([])
  })
})
