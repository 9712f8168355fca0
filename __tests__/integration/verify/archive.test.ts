import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { chmod, cp, open, readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { TableEntry } from '../../../src/backup/manifest.js'
import { spawnProcessRunner } from '../../../src/platform/process.js'
import type { PgRestore } from '../../../src/postgres/archive-list.js'
import type { DumpedContents } from '../../../src/verify/archive-contents.js'
import { verifyArchive, type ArchiveVerification } from '../../../src/verify/archive.js'
import { detectDump } from '../../../src/verify/detect.js'
import { verifyFiles } from '../../../src/verify/files.js'
import type { ReadingTools } from '../../../src/verify/plain-sql.js'
import { tableKey } from '../../../src/restore/table-key.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createEverything } from '../../support/databases/index.js'
import { describeMajors } from '../../support/describe-majors.js'
import { availableMajors } from '../../support/installations.js'
import { memoryLogger } from '../../support/ports.js'
import { sampleManifest, writeSampleSet } from '../../support/sample-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

const tools: ReadingTools = { processes: spawnProcessRunner({ logger: memoryLogger() }), environment: process.env }

/** What a manifest says of the tables of a database, from the catalog and not from a dump. */
async function describeTables(cluster: TestCluster, database: string): Promise<DumpedContents> {
  const kinds = `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'm' THEN 'materialized-view' ELSE 'foreign' END`
  const rows = await cluster.query(
    `SELECT n.nspname AS schema, c.relname AS name, ${kinds} AS kind,
       CASE WHEN c.relkind = 'r' THEN (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ONLY ' || c.oid::regclass, false, true, '')))[1]::text END AS rows
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')`,
    database,
  )
  const tables = rows.map(({ schema, name, kind, rows: count }): TableEntry => ({
    schema: String(schema),
    name: String(name),
    kind: kind as TableEntry['kind'],
    data: kind !== 'foreign',
    bytes: 0,
    ...(count === null ? {} : { rows: Number(count) }),
  }))
  const [large] = await cluster.query('SELECT count(*)::integer AS count FROM pg_largeobject_metadata', database)
  const { source } = sampleManifest({ id: '20261124T020000Z' })
  return {
    tables,
    source,
    dump: { path: 'dump', bytes: 0 },
    largeObjects: { count: Number(large!.count), fingerprint: null },
  }
}

function pgRestoreIn(bin: string): PgRestore {
  return (args) => ({ program: path.join(bin, 'pg_restore'), args })
}

/** Every kind of dump there is, by the arguments that make it. */
const DUMPS: Readonly<Record<string, readonly string[]>> = {
  custom: ['-Fc'],
  'custom-0': ['-Fc', '-Z0'],
  directory: ['-Fd', '-j2'],
  'directory-0': ['-Fd', '-Z0'],
  tar: ['-Ft'],
  'plain.sql': ['-Fp'],
  'gzipped.sql.gz': ['-Fp', '-Z6'],
  'inserts.sql': ['-Fp', '--inserts'],
  'many-rows.sql': ['-Fp', '--column-inserts', '--rows-per-insert=7', '--on-conflict-do-nothing'],
  'inserts-custom': ['-Fc', '--inserts'],
}

async function makeDumps(cluster: TestCluster, database: string, names = Object.keys(DUMPS)): Promise<string> {
  const folder = await temporaryFolder()
  for (const name of names) {
    await cluster.run('pg_dump', ['-f', path.join(folder, name), ...(DUMPS[name] ?? []), database])
  }
  return folder
}

describeMajors('verifying a dump of everything', (installation) => {
  let cluster: TestCluster
  let source: DumpedContents
  let folder: string

  beforeAll(async () => {
    cluster = await startCluster({ major: installation.major })
    await createEverything(cluster)
    source = await describeTables(cluster, 'everything')
    folder = await makeDumps(cluster, 'everything')
  })
  afterAll(async () => {
    await cluster.remove()
    await removeTemporaryFolders()
  })

  const expected = (emptyToo: boolean): [string, number][] =>
    source.tables
      .filter(({ kind, rows }) => kind === 'table' && (emptyToo || rows !== 0))
      .map((table): [string, number] => [tableKey(table), table.rows ?? -1])
      .sort()

  test.each(Object.keys(DUMPS))('%s: every table and every row, and no alarm', async (name) => {
    const file = path.join(folder, name)
    const inserts = name.includes('insert') || name.includes('many-rows')
    const { findings, rows, checks, list, contents } = await verifyArchive(
      {
        path: file,
        dump: await detectDump(file),
        pgRestore: pgRestoreIn(cluster.clientBin),
        // A table without rows leaves no trace among INSERT statements.
        ...(inserts ? {} : { manifest: source }),
      },
      tools,
    )
    expect(findings).toEqual([])
    expect([...rows].sort()).toEqual(expected(!inserts))
    expect(contents!.largeObjects).toEqual({ made: source.largeObjects!.count, filled: source.largeObjects!.count })
    expect(contents).toMatchObject({ complete: true, header: 'dump', insertsByQuery: 0 })
    expect(checks.join('\n')).toContain('read from its beginning to its end')
    if (list !== null)
      expect(list).toMatchObject({ database: 'everything', format: expect.stringMatching(/^(CUSTOM|DIRECTORY|TAR)$/) })
  })
})

describe('verifying what is not as it should be', () => {
  let cluster: TestCluster
  let source: DumpedContents
  let folder: string
  let pgRestore: PgRestore

  beforeAll(async () => {
    cluster = await startCluster()
    pgRestore = pgRestoreIn(cluster.clientBin)
    await cluster.createDatabase('farm')
    await cluster.psql(
      `CREATE TABLE animals (id integer PRIMARY KEY, name text);
       CREATE TABLE parts (id integer PRIMARY KEY, animal integer REFERENCES animals, note text);
       INSERT INTO animals SELECT g, md5(g::text) FROM generate_series(1, 800) AS g;
       INSERT INTO parts SELECT g, g, repeat(md5(g::text), 20) FROM generate_series(1, 400) AS g;
       SELECT lo_from_bytea(0, convert_to(repeat('large', 5000), 'UTF8'));`,
      'farm',
    )
    source = await describeTables(cluster, 'farm')
    folder = await makeDumps(cluster, 'farm')
  })
  afterAll(async () => {
    await cluster.remove()
    await removeTemporaryFolders()
  })

  const verify = async (file: string, manifest?: DumpedContents): Promise<ArchiveVerification> =>
    verifyArchive({ path: file, pgRestore, ...(manifest === undefined ? {} : { manifest }) }, tools)
  const codes = async (file: string): Promise<string[]> => (await verify(file)).findings.map(({ code }) => code)
  const written = async (content: string | Buffer, name = 'dump.sql'): Promise<string> => {
    const file = path.join(await temporaryFolder(), name)
    await writeFile(file, content)
    return file
  }

  test('other numbers of rows than at the source are told by table', async () => {
    const changed = source.tables.map((table) => (table.name === 'parts' ? { ...table, rows: 401 } : table))
    expect((await verify(path.join(folder, 'custom'), { ...source, tables: changed })).findings).toMatchObject([
      { code: 'ARCHIVE_ROWS_DIFFER', on: 'public.parts', found: '400 rows in the dump, 401 at the source' },
    ])
  })

  test('rows that should be in the dump and are not, and the other way round', async () => {
    const file = path.join(await temporaryFolder(), 'some')
    await cluster.run('pg_dump', ['-Fd', '-f', file, '--exclude-table-data=parts', 'farm'])
    expect((await verify(file, source)).findings).toMatchObject([
      { code: 'ARCHIVE_ENTRY_MISSING', on: 'public.parts', found: 'its rows are not in the dump' },
    ])
    const chosen = source.tables.map((table) => (table.name === 'animals' ? { ...table, data: false } : table))
    const unwanted = (await verify(file, { ...source, tables: chosen })).findings
    expect(unwanted.map(({ code, on }) => `${code} ${on}`).sort()).toEqual([
      'ARCHIVE_ENTRY_MISSING public.parts',
      'ARCHIVE_ENTRY_UNEXPECTED public.animals',
    ])
  })

  test('a table that is not in the dump at all', async () => {
    const file = path.join(await temporaryFolder(), 'one')
    await cluster.run('pg_dump', ['-Fc', '-f', file, '-t', 'animals', 'farm'])
    expect((await verify(file, source)).findings.map(({ found }) => found)).toEqual([
      'its definition is not in the dump',
      'its rows are not in the dump',
      'the dump makes 0 and has the content of 0, the source had 1',
    ])
  })

  test('an archive that is cut off anywhere is found without any checksum', async () => {
    for (const name of ['custom', 'custom-0', 'plain.sql', 'gzipped.sql.gz', 'inserts.sql']) {
      const whole = await readFile(path.join(folder, name))
      const file = await written(whole, name)
      // The blank lines at the very end of a script carry nothing.
      const last = name.endsWith('.sql') ? whole.lastIndexOf('complete') + 7 : whole.length - 1
      for (let part = 0; part < 24; part++) {
        const length = Math.round((last * part) / 23)
        await truncate(file, length)
        expect({ name, length, codes: await codes(file) }).not.toMatchObject({ codes: [] })
        await writeFile(file, whole)
      }
    }
  })

  test('files of a directory that are cut off or missing are found without any checksum', async () => {
    for (const name of ['directory', 'directory-0']) {
      const copy = path.join(await temporaryFolder(), name)
      await cp(path.join(folder, name), copy, { recursive: true })
      for (const file of (await readdir(copy)).map((each) => path.join(copy, each))) {
        const whole = await readFile(file)
        const isRaw = file.endsWith('.dat') && !file.endsWith('toc.dat')
        // The last bytes of some are blank lines, which carry nothing.
        for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - (isRaw ? 4 : 2)]) {
          await truncate(file, length)
          const { findings } = await verify(copy, source)
          // Of a large object that is not compressed, or of which nothing is left, only the checksum of the set tells the length.
          const isBlob = path.basename(file).startsWith('blob_')
          if (!isBlob || (!isRaw && length > 1)) {
            expect({ file, length, findings }).not.toMatchObject({ findings: [] })
          }
          await writeFile(file, whole)
        }
      }
    }
  })

  test('a flipped bit is a finding or harmless, and never a crash, a hang or an error of ours', async () => {
    const found: Record<string, number> = {}
    for (const name of ['custom', 'tar', 'gzipped.sql.gz']) {
      const file = await written(await readFile(path.join(folder, name)), name)
      const { size } = await stat(file)
      for (let part = 0; part < 40; part++) {
        const at = Math.floor((size * part) / 40)
        await flip(file, at)
        const { findings } = await verify(file, source)
        if (findings.length > 0) found[name] = (found[name] ?? 0) + 1
        await flip(file, at)
      }
    }
    // Compressed data carry checksums; what lies outside of them is for the sha256 of the set.
    expect(found['gzipped.sql.gz']).toBeGreaterThan(37)
    expect(found.custom).toBeGreaterThan(20)
  })

  test('every flipped bit of an uncompressed archive is found in its set, though pg_restore reads over most', async () => {
    const set = await temporaryFolder()
    const place = { id: '20261124T020000Z', type: 'daily' }
    const file = path.join(set, 'daily_20261124.dump')
    await cp(path.join(folder, 'custom-0'), file)
    await writeSampleSet(set, { ...place, files: {} })
    expect(await verifyFiles(set, place)).toEqual([])
    const { size } = await stat(file)
    let overlooked = 0
    for (let part = 0; part < 60; part++) {
      const at = Math.floor((size * part) / 60)
      await flip(file, at)
      expect(await verifyFiles(set, place)).toMatchObject([{ code: 'FILE_CHECKSUM', on: 'daily_20261124.dump' }])
      if (part % 10 === 5 && (await verify(file, source)).findings.length === 0) overlooked++
      await flip(file, at)
    }
    expect(overlooked).toBeGreaterThan(0)
  })

  test('an archive of a newer pg_dump is not damage: it could not be read', async () => {
    const [old, newest] = [availableMajors()[0]!, availableMajors().findLast(({ hasClient }) => hasClient)!]
    if (newest.major < 17 || old.major > 15) {
      process.stderr.write('Not tested: an archive that is too new, because PostgreSQL 17 is not on this machine.\n')
      return
    }
    const newer = await startCluster({ major: newest.major })
    try {
      const file = path.join(await temporaryFolder(), 'newer')
      await newer.run('pg_dump', ['-Fc', '-f', file, 'postgres'])
      expect((await verify(file)).findings).toMatchObject([
        { code: 'ARCHIVE_TOO_NEW', severity: 'inconclusive', found: expect.stringMatching(/version 1\.1\d/) },
      ])
    } finally {
      await newer.remove()
    }
  })

  test.each<[string, string | (() => Buffer), string, RegExp]>([
    ['nothing', '', 'ARCHIVE_EMPTY', /not one byte/],
    ['the gzip of nothing, 20 bytes', () => execFileSync('gzip', { input: '' }), 'ARCHIVE_EMPTY', /not one byte/],
    [
      'an error message instead of a dump',
      'pg_dump: error: query failed: ERROR:  permission denied for table pg_authid\n',
      'ARCHIVE_UNREADABLE',
      /begins with "pg_dump: error: query failed/,
    ],
    [
      'an error message, gzipped',
      () => execFileSync('gzip', { input: 'pg_dump: error: server version mismatch\n' }),
      'ARCHIVE_UNREADABLE',
      /server version mismatch/,
    ],
    [
      'roles only',
      '-- PostgreSQL database cluster dump\nCREATE ROLE x;\n-- PostgreSQL database cluster dump complete\n',
      'CHECK_NOT_RUN',
      /1 roles and no database/,
    ],
    [
      'SQL that somebody wrote',
      'CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n',
      'CHECK_NOT_RUN',
      /marks of pg_dump/,
    ],
    [
      'a script cut within a statement',
      '-- PostgreSQL database dump\nCREATE TABLE t (',
      'ARCHIVE_INCOMPLETE',
      /CREATE TABLE T/,
    ],
    [
      'a tar file of something else',
      () => execFileSync('tar', ['-c', '-C', '/', 'etc/passwd']),
      'ARCHIVE_UNREADABLE',
      /a tar file that pg_dump did not write/,
    ],
    ['a zip file', Buffer.from('504b0304', 'hex').toString('latin1'), 'ARCHIVE_UNREADABLE', /zip/],
    ['an encrypted file', 'age-encryption.org/v1\n', 'ARCHIVE_UNREADABLE', /encrypted/],
    [
      'what PowerShell writes',
      () => Buffer.from('\ufeff-- PostgreSQL database dump', 'utf16le'),
      'ARCHIVE_UNREADABLE',
      /UTF-16/,
    ],
    ['a dump of MySQL', '-- MySQL dump 10.13\n', 'ARCHIVE_UNREADABLE', /MySQL/],
    ['noise', () => Buffer.alloc(500, 'a\0b'), 'ARCHIVE_UNREADABLE', /neither text nor an archive/],
    ['the beginning of an archive', 'PGDMP', 'ARCHIVE_UNREADABLE', /none that is known/],
  ])('%s is told', async (_what, content, code, why) => {
    const file = await written(typeof content === 'string' ? Buffer.from(content, 'latin1') : content())
    expect((await verify(file)).findings).toMatchObject([{ code, on: 'dump.sql', found: expect.stringMatching(why) }])
  })

  test('what follows the end of compressed data is told, but for zeros that pad it', async () => {
    const whole = await readFile(path.join(folder, 'gzipped.sql.gz'))
    const with_ = async (tail: Buffer | string): Promise<string[]> =>
      codes(await written(Buffer.concat([whole, Buffer.from(tail)]), 'dump.sql.gz'))
    expect(await with_('')).toEqual([])
    expect(await with_(Buffer.alloc(512))).toEqual([])
    expect(await with_('garbage')).toEqual(['ARCHIVE_UNREADABLE'])
    expect(await with_(Buffer.concat([Buffer.alloc(512), Buffer.from('garbage')]))).toEqual(['ARCHIVE_UNREADABLE'])
    expect(await with_(whole)).toEqual([])
  })

  test.each([
    ['zstd', ['-q', '-c']],
    ['xz', ['-c']],
    ['bzip2', ['-c']],
    ['lz4', ['-q', '-c']],
  ])('a script compressed with %s is read, its damage found, and the missing program told', async (program, args) => {
    const script = path.join(folder, 'plain.sql')
    const compressed = execFileSync(program, [...args, script])
    const file = await written(compressed, `dump.sql.${program}`)
    const good = await verify(file, source)
    expect(good.findings).toEqual([])
    expect(good.rows.get('public.animals')).toBe(800)
    await truncate(file, Math.floor(compressed.length / 2))
    expect(await codes(file)).toEqual(['ARCHIVE_UNREADABLE'])
    const bare = await verifyArchive({ path: file }, { ...tools, environment: { PATH: '/nowhere' } })
    expect(bare.findings).toMatchObject([{ code: 'CHECK_NOT_RUN', advice: expect.stringContaining('apt-get install') }])
  })

  test('an archive in a gzip is told to be one', async () => {
    const file = await written(execFileSync('gzip', ['-c', path.join(folder, 'custom')]), 'dump.gz')
    expect((await verify(file)).findings).toMatchObject([
      { code: 'CHECK_NOT_RUN', found: expect.stringContaining('compressed once more') },
    ])
  })

  test('detects dumps by their content, whatever they are called', async () => {
    expect(await detectDump(path.join(folder, 'custom'))).toEqual({ kind: 'custom', compression: 'none' })
    expect(await detectDump(path.join(folder, 'directory'))).toEqual({ kind: 'directory', compression: 'none' })
    expect(await detectDump(path.join(folder, 'tar'))).toEqual({ kind: 'tar', compression: 'none' })
    expect(await detectDump(path.join(folder, 'plain.sql'))).toEqual({ kind: 'plain', compression: 'none' })
    expect(await detectDump(path.join(folder, 'gzipped.sql.gz'))).toEqual({ kind: 'plain', compression: 'gzip' })
    await expect(detectDump(path.join(folder, 'directory', 'toc.dat'))).rejects.toMatchObject({ exitCode: 2 })
    await expect(detectDump(path.join(folder, 'none'))).rejects.toMatchObject({
      exitCode: 2,
      problem: expect.stringMatching(/no such file/),
    })
    await expect(detectDump(folder)).rejects.toThrow(/no toc\.dat/)
  })

  test('a pg_restore that is ended, missing or asked to stop says nothing about the dump', async () => {
    const file = path.join(folder, 'custom')
    const killed = path.join(await temporaryFolder(), 'pg_restore')
    await writeFile(killed, '#!/bin/sh\nkill -KILL $$\n')
    await chmod(killed, 0o755)
    const ended = await verifyArchive({ path: file, pgRestore: (args) => ({ program: killed, args }) }, tools)
    expect(ended.findings).toMatchObject([{ code: 'CHECK_NOT_RUN', severity: 'inconclusive' }])
    expect((await verifyArchive({ path: file }, tools)).findings).toMatchObject([{ code: 'CHECK_NOT_RUN' }])
    const signal = AbortSignal.abort()
    await expect(verifyArchive({ path: file, pgRestore }, { ...tools, signal })).rejects.toMatchObject({
      exitCode: 130,
    })
    const script = path.join(folder, 'plain.sql')
    await expect(verifyArchive({ path: script }, { ...tools, signal })).rejects.toMatchObject({ exitCode: 130 })
  })

  test('tells how far it is', async () => {
    let bytes = 0
    await verifyArchive(
      { path: path.join(folder, 'custom'), pgRestore },
      { ...tools, onBytes: (more) => (bytes += more) },
    )
    expect(bytes).toBeGreaterThan((await stat(path.join(folder, 'plain.sql'))).size / 2)
  })
})

async function flip(file: string, at: number): Promise<void> {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, at)
  byte[0]! ^= 1 << (at % 8)
  await handle.write(byte, 0, 1, at)
  await handle.close()
}
