import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { access, mkdir, mkdtemp, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createSampleDatabase } from '../../support/databases/index.js'
import { operate, summaryOf, type Given, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const ANIMALS = 250

describe('a dump that another tool made', () => {
  let source: TestCluster
  let scratch: TestCluster
  let root: string
  /** A new folder for each test, in which a dump is made. */
  let folder: string
  let whole: string
  let parts: number

  beforeAll(async () => {
    ;[source, scratch] = await Promise.all([startCluster(), startCluster()])
    await createSampleDatabase(source, 'masclet_imperi', ANIMALS)
    parts = Number((await source.query('SELECT count(*) FROM parts', 'masclet_imperi'))[0]?.count)
    root = await temporaryFolder()
    whole = path.join(root, 'weekly_20250311.sql')
    await dump(whole)
  })
  beforeEach(async () => {
    folder = await mkdtemp(path.join(root, 'dump-'))
  })
  afterAll(async () => {
    await Promise.all([source.remove(), scratch.remove()])
    await removeTemporaryFolders()
  })

  async function dump(file: string, ...args: string[]): Promise<string> {
    await source.run('pg_dump', ['-d', 'masclet_imperi', '-f', file, ...args])
    return file
  }

  /** The whole script, changed, under another name. */
  async function script(name: string, change: (text: string) => string | Buffer): Promise<string> {
    const file = path.join(folder, name)
    await writeFile(file, change(await readFile(whole, 'utf8')))
    return file
  }

  const zipped = async (text: string | Buffer) => promisify(gzip)(text)

  function validate(file: string, more: Given = {}): Promise<Operated> {
    return operate('validate', {
      backup: file,
      store: path.join(folder, 'no-store'),
      'scratch-url': scratch.url(),
      ...more,
    })
  }

  const rowsOf = ({ report }: Operated, table: string) =>
    report.tables.find(({ name }) => name === `public.${table}`)?.restoredRows

  /** Everything that can be said of it is good; and still nobody knows what it was made from. */
  function expectGood(operated: Operated): void {
    expect(operated.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(summaryOf(operated)).toMatchObject({ exitCode: 0, outcome: 'not-verified', failure: undefined })
    expect(operated.found).toContainEqual(expect.stringMatching(/^NO_MANIFEST /))
    expect(operated.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(operated.report.checks?.length).toBeGreaterThan(2)
    expect({ animals: rowsOf(operated, 'animals'), parts: rowsOf(operated, 'parts') }).toEqual({
      animals: ANIMALS,
      parts,
    })
  }

  describe('that is whole: it is read, restored and counted, and never called proven', () => {
    test.each([
      ['a script', 'a.sql', []],
      ['a script of INSERT statements, as the seed counts them', 'b.sql', ['--inserts']],
      ['with the columns named', 'c.sql', ['--column-inserts', '--rows-per-insert=7']],
      ['a custom archive', 'd.dump', ['-Fc']],
      ['a tar archive', 'e.tar', ['-Ft']],
      ['a directory archive', 'f', ['-Fd', '-j2']],
      ['a script that cleans up before', 'g.sql', ['--clean', '--if-exists']],
      ['of another name than its kind has', 'h.sql.gz.old', ['-Fc', '-Z0']],
    ])('%s', async (_, name, args) => {
      expectGood(await validate(await dump(path.join(folder, name), ...args)))
    })

    test("the seed's own: animals and parts, compressed with gzip", async () => {
      const file = await dump(path.join(folder, 'daily.sql'), '-t', 'animals', '-t', 'parts')
      const compressed = path.join(folder, 'daily_20250311.sql.gz')
      await writeFile(compressed, await zipped(await readFile(file)))
      const operated = await validate(compressed)
      // `-t` leaves out what the tables need: that the set does not restore by itself is found, not passed over.
      expect(summaryOf(operated)).toMatchObject({ exitCode: 3, outcome: 'failed' })
      expect(operated.found).toContainEqual(expect.stringMatching(/^RESTORE_ERROR /))
      const read = await validate(compressed, { verify: 'archive' })
      expect(summaryOf(read)).toMatchObject({ exitCode: 0, outcome: 'not-verified' })
      expect(read.report.checks?.join()).toContain(`${ANIMALS + parts} rows of 2 tables`)
    })

    test('gzip in several pieces, as parallel compressors write it', async () => {
      const text = await readFile(whole)
      const half = Math.floor(text.length / 2)
      const file = path.join(folder, 'pieces.sql.gz')
      await writeFile(file, Buffer.concat([await zipped(text.subarray(0, half)), await zipped(text.subarray(half))]))
      expectGood(await validate(file))
    })

    test('a mark of Windows before the text, and its line ends', async () => {
      expectGood(await validate(await script('bom.sql', (text) => `\ufeff${text}`)))
      expectGood(await validate(await script('crlf.sql', (text) => text.replaceAll('\n', '\r\n'))))
    })

    test.each([
      ['a directory dump in a tar file', ['tar', '-cf']],
      ['and that compressed', ['tar', '-czf']],
    ])('%s', async (_, [program = '', option = '']) => {
      await dump(path.join(folder, 'dir'), '-Fd')
      const file = path.join(folder, 'packed')
      execFileSync(program, [option, file, '-C', folder, 'dir'])
      const operated = await validate(file)
      expectGood(operated)
      expect(operated.found).toContain('DUMP_UNPACKED packed')
    })

    test('one archive in a compressed tar file, under a name of its own', async () => {
      await mkdir(path.join(folder, 'backup'))
      await dump(path.join(folder, 'backup', 'export'), '-Fc')
      const file = path.join(folder, 'app.tgz')
      execFileSync('tar', ['-czf', file, '-C', folder, 'backup'])
      expectGood(await validate(file))
    })

    test('compressed twice, and an archive compressed once more', async () => {
      const twice = path.join(folder, 'twice.sql.gz')
      await writeFile(twice, await zipped(await zipped(await readFile(whole))))
      expectGood(await validate(twice))
      const archive = path.join(folder, 'archive.dump.gz')
      await writeFile(archive, await zipped(await readFile(await dump(path.join(folder, 'archive.dump'), '-Fc'))))
      expectGood(await validate(archive))
    })

    test.each(['xz', 'bzip2'])('a script compressed with %s is restored too', async (program) => {
      const file = path.join(folder, 'script.sql.packed')
      await writeFile(file, execFileSync(program, ['-c', whole], { maxBuffer: 1e8 }))
      expectGood(await validate(file))
    })

    test('a script that cleans up without IF EXISTS, which fails in an empty database', async () => {
      const operated = await validate(await dump(path.join(folder, 'clean.sql'), '--clean'))
      expectGood(operated)
      expect(operated.found).toContain('DUMP_CLEANS clean.sql')
      const text = await readFile(path.join(folder, 'clean.sql'), 'utf8')
      const row = /^COPY public\.animals .*\n(.*)\n/m.exec(text)![1]!
      await writeFile(path.join(folder, 'clean.sql'), text.replace(row, `${row}\n${row}`))
      expect((await validate(path.join(folder, 'clean.sql'))).exitCode).toBe(3)
    })

    test('rows that were dumped through the partitioned table, whatever partition they come to lie in', async () => {
      await source.createDatabase('hashed')
      await source.query(
        `CREATE TYPE color AS ENUM ('red', 'green', 'blue');
         CREATE TABLE p (c color, n int) PARTITION BY HASH (c);
         CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
         CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);
         INSERT INTO p SELECT (ARRAY['red', 'green', 'blue'])[1 + g % 3]::color, g FROM generate_series(1, 90) g`,
        'hashed',
      )
      const file = path.join(folder, 'via-root.dump')
      await source.run('pg_dump', ['-d', 'hashed', '-f', file, '-Fc', '--load-via-partition-root'])
      const operated = await validate(file)
      expect(summaryOf(operated)).toMatchObject({ exitCode: 0, outcome: 'not-verified' })
    })

    test('at the tier archive no server is needed', async () => {
      const operated = await validate(whole, {
        verify: 'archive',
        'scratch-url': 'postgresql://u@no-such-host.invalid/x',
      })
      expect(summaryOf(operated)).toMatchObject({ exitCode: 0, outcome: 'not-verified', tier: 'archive' })
    })

    test('without a server it is read, and that it was not restored is said: exit code 4', async () => {
      const operated = await validate(whole, {
        scratch: 'service',
        'scratch-url': 'postgresql://u@no-such-host.invalid/x',
      })
      expect(summaryOf(operated)).toMatchObject({ exitCode: 4, outcome: 'not-verified' })
      expect(operated.found).toContain('SCRATCH_UNAVAILABLE scratch')
    })

    test('scratch is left as it was, and no store is made', async () => {
      await validate(whole)
      expect(await scratch.query("SELECT datname FROM pg_database WHERE datname LIKE 'lifeboat%'")).toEqual([])
      expect(await scratch.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'masclet%'")).toEqual([])
      await expect(access(path.join(folder, 'no-store'))).rejects.toThrow('ENOENT')
    })
  })

  describe('that holds a part only: what it is, is told', () => {
    const reasonOf = ({ report }: Operated) => (report.proof?.outcome === 'not-verified' ? report.proof.reason : '')

    test.each([['-s'], ['-s', '-Fc']])('definitions without a row (%s %s)', async (...args) => {
      const operated = await validate(await dump(path.join(folder, 'schema'), ...args))
      expect(operated.exitCode).toBe(0)
      expect(operated.found).toContain('DUMP_WITHOUT_ROWS schema')
    })

    test.each([['-a'], ['-a', '-Fc']])('rows without their tables (%s %s): exit code 4', async (...args) => {
      const operated = await validate(await dump(path.join(folder, 'data'), ...args))
      expect([operated.exitCode, reasonOf(operated)]).toEqual([4, expect.stringContaining('--data-only')])
      const read = await validate(path.join(folder, 'data'), { verify: 'archive' })
      expect([read.exitCode, read.report.checks?.join()]).toEqual([0, expect.stringContaining('rows of')])
    })

    test('roles alone: exit code 4', async () => {
      const file = path.join(folder, 'globals.sql')
      await source.run('pg_dumpall', ['--globals-only', '-f', file, '-d', source.url('postgres')])
      const operated = await validate(file)
      expect([operated.exitCode, reasonOf(operated)]).toEqual([4, expect.stringContaining('--globals-only')])
    })
  })

  describe('that is damaged: exit code 3', () => {
    test('what is packed and cut off', async () => {
      await dump(path.join(folder, 'dir'), '-Fd')
      execFileSync('tar', ['-cf', path.join(folder, 'cut.tar'), '-C', folder, 'dir'])
      await truncate(path.join(folder, 'cut.tar'), 9000)
      await expectDamaged(path.join(folder, 'cut.tar'), /^ARCHIVE_UNREADABLE cut\.tar/)
      const twice = await zipped(await zipped(await readFile(whole)))
      await writeFile(path.join(folder, 'cut.gz'), twice.subarray(0, twice.length / 2))
      await expectDamaged(path.join(folder, 'cut.gz'), /^ARCHIVE_UNREADABLE cut\.gz/)
    })

    async function expectDamaged(file: string, found: RegExp): Promise<Operated> {
      const operated = await validate(file)
      expect(summaryOf(operated)).toMatchObject({ exitCode: 3, outcome: 'failed' })
      expect(operated.found).toContainEqual(expect.stringMatching(found))
      return operated
    }

    test('a script cut off, in the middle and just before its end', async () => {
      await expectDamaged(
        await script('middle.sql', (text) => text.slice(0, text.length / 2)),
        /^ARCHIVE_INCOMPLETE middle\.sql/,
      )
      const end = await script('end.sql', (text) => text.slice(0, text.indexOf('-- PostgreSQL database dump complete')))
      await expectDamaged(end, /^ARCHIVE_INCOMPLETE end\.sql/)
    })

    test('a gzip file cut off: what gunzip -t sees, and one that gunzip -t does not see', async () => {
      const cut = path.join(folder, 'cut.sql.gz')
      await writeFile(cut, await zipped(await readFile(whole)))
      await truncate(cut, 5000)
      await expectDamaged(cut, /^ARCHIVE_(UNREADABLE|INCOMPLETE) cut\.sql\.gz/)

      // pg_dump died behind the pipe of `pg_dump | gzip`, and gzip closed its file properly.
      const died = path.join(folder, 'died.sql.gz')
      const text = await readFile(whole, 'utf8')
      await writeFile(died, await zipped(text.slice(0, text.length / 3)))
      await expect(promisify(gunzip)(await readFile(died))).resolves.toBeDefined()
      await expectDamaged(died, /^ARCHIVE_INCOMPLETE died\.sql\.gz/)
    })

    test('one bit flipped in a gzip file and in a custom archive', async () => {
      const files = [path.join(folder, 'flipped.sql.gz'), await dump(path.join(folder, 'flipped.dump'), '-Fc')]
      await writeFile(files[0]!, await zipped(await readFile(whole)))
      for (const file of files) {
        const bytes = await readFile(file)
        bytes[Math.floor(bytes.length * 0.6)]! ^= 4
        await writeFile(file, bytes)
        await expectDamaged(file, /^(ARCHIVE_|RESTORE_ERROR|TABLE_)/)
      }
    })

    test('a custom archive cut off, wherever it is', async () => {
      const bytes = await readFile(await dump(path.join(folder, 'whole.dump'), '-Fc'))
      for (const share of [0.01, 0.3, 0.7, 0.99]) {
        await writeFile(path.join(folder, 'cut.dump'), bytes.subarray(0, Math.floor(share * bytes.length)))
        await expectDamaged(path.join(folder, 'cut.dump'), /^ARCHIVE_UNREADABLE cut\.dump/)
      }
    })

    test('a tar archive cut off or with a damaged header, which pg_restore would read for ever', async () => {
      const bytes = await readFile(await dump(path.join(folder, 'whole.tar'), '-Ft'))
      const file = path.join(folder, 'cut.tar')
      // The end of it, all zeros, is as long as two blocks.
      for (const length of [700, 0.3, 0.5, 0.7, 0.9, bytes.length - 1025]) {
        await writeFile(file, bytes.subarray(0, length < 1 ? Math.floor(length * bytes.length) : length))
        await expectDamaged(file, /^ARCHIVE_UNREADABLE cut\.tar/)
      }
      const flipped = Buffer.from(bytes)
      flipped[130]! ^= 1
      await writeFile(file, flipped)
      await expectDamaged(file, /^ARCHIVE_UNREADABLE cut\.tar/)
    })

    test('an empty file, and the gzip of nothing', async () => {
      await writeFile(path.join(folder, 'empty.sql'), '')
      await expectDamaged(path.join(folder, 'empty.sql'), /^ARCHIVE_EMPTY empty\.sql/)
      await writeFile(path.join(folder, 'nothing.sql.gz'), await zipped(''))
      await expectDamaged(path.join(folder, 'nothing.sql.gz'), /^ARCHIVE_EMPTY nothing\.sql\.gz/)
    })

    test('the error message of a pg_dump that failed', async () => {
      const file = path.join(folder, 'error.sql.gz')
      const said =
        'pg_dump: error: connection to server at "db" (10.0.0.3), port 5432 failed: FATAL:  no such database\n'
      await writeFile(file, await zipped(said))
      const operated = await expectDamaged(file, /^ARCHIVE_UNREADABLE error\.sql\.gz/)
      expect(operated.findings.map(({ found }) => found).join()).toContain('pg_dump: error')
    })

    test('a dump of an empty database', async () => {
      await source.createDatabase('hollow')
      await source.run('pg_dump', ['-d', 'hollow', '-f', path.join(folder, 'hollow.sql')])
      await expectDamaged(path.join(folder, 'hollow.sql'), /^ARCHIVE_EMPTY hollow\.sql/)
    })

    test('rows that do not fit where they are restored', async () => {
      const doubled = await script('doubled.sql', (text) => {
        const line = /^COPY public\.animals .*\n(.*)\n/m.exec(text)![1]!
        return text.replace(line, `${line}\n${line}`)
      })
      await expectDamaged(doubled, /^RESTORE_ERROR /)
    })
  })

  describe('that is no dump of PostgreSQL', () => {
    test.each([
      ['of MySQL', '-- MySQL dump 10.13  Distrib 8.0.36\n--\nCREATE TABLE `animals` (`id` int);\n', /MySQL/],
      ['of MariaDB', '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\nCREATE TABLE `a`', /MariaDB/],
      ['of SQLite', 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n', /SQLite/],
      ['a page of HTML', '<!DOCTYPE html><html><body>404</body></html>', /HTML/],
      ['the error of a store', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /XML/],
      ['in UTF-16', '\xff\xfe-\0-\0', /UTF-16/],
      ['a zip file', 'PK\x03\x04\x14\0\0\0', /zip/],
      ['encrypted', 'age-encryption.org/v1\n-> X25519 abc\n', /encrypted/],
    ])('%s: exit code 2, with what it is', async (_, content, says) => {
      const file = path.join(folder, 'other.sql')
      await writeFile(file, content, 'latin1')
      const operated = await validate(file)
      expect([operated.exitCode, operated.report.failure?.message]).toEqual([2, expect.stringMatching(says)])
    })

    test.each([
      ['of MySQL', '-- MySQL dump 10.13\n', /MySQL/],
      ['in UTF-16', '\xff\xfe-\0-\0', /UTF-16/],
    ])('%s and compressed: exit code 2, with what it is', async (_, content, says) => {
      const file = path.join(folder, 'other.sql.gz')
      await writeFile(file, await zipped(Buffer.from(content, 'latin1')))
      const operated = await validate(file)
      expect([operated.exitCode, operated.report.failure?.message]).toEqual([2, expect.stringMatching(says)])
    })

    test('a link that leads nowhere, and a name that is not there: exit code 2, each told', async () => {
      await symlink('nowhere', path.join(folder, 'dangling.sql'))
      for (const [name, says] of [
        ['dangling.sql', /symbolic link/],
        ['none.sql', /neither "latest"/],
      ] as const) {
        const operated = await validate(path.join(folder, name))
        expect([operated.exitCode, operated.report.failure?.message]).toEqual([2, expect.stringMatching(says)])
      }
    })

    test('a tar file with several things in it: exit code 2, with their names', async () => {
      await writeFile(path.join(folder, 'a.sql'), 'x')
      await writeFile(path.join(folder, 'b.sql'), 'x')
      execFileSync('tar', ['-C', folder, '-cf', path.join(folder, 'two.tar'), 'a.sql', 'b.sql'])
      const operated = await validate(path.join(folder, 'two.tar'))
      expect([operated.exitCode, operated.report.failure?.message]).toEqual([
        2,
        expect.stringMatching(/a\.sql, b\.sql/),
      ])
    })

    test('a folder without an archive: exit code 2', async () => {
      expect((await validate(folder)).exitCode).toBe(2)
    })
  })

  describe('that holds commands of psql', () => {
    test.each([
      ['a program', (marker: string) => `\\! touch ${marker}`],
      [
        'a program, after a COPY that ends early',
        (marker: string) => `COPY nothing FROM stdin;\n\\! touch ${marker}\n\\.`,
      ],
      ['output to a program', (marker: string) => `\\o |touch ${marker}`],
      ['output to a file', (marker: string) => `\\o ${marker}\nSELECT 1;`],
      ['a copy to a program', (marker: string) => `\\copy (SELECT 1) TO PROGRAM 'touch ${marker}'`],
      ['a backquoted variable', (marker: string) => `\\set x \`touch ${marker}\``],
      ['in the middle of a statement', (marker: string) => `SELECT 1 \\! touch ${marker}\n;`],
      ['another connection', () => `\\connect postgres\nCREATE DATABASE evil;`],
      ['another connection, in short', () => `\\c postgres\nCREATE DATABASE evil;`],
    ])('%s: none is obeyed', async (_, command) => {
      const marker = path.join(folder, 'marker')
      const mark = '-- PostgreSQL database dump complete'
      // A newer pg_dump restricts psql itself; whoever means harm would leave that out.
      const file = await script('evil.sql', (text) =>
        text.replaceAll(/^\\(un)?restrict .*\n/gm, '').replace(mark, `${command(marker)}\n${mark}`),
      )
      const operated = await validate(file)
      await expect(access(marker)).rejects.toThrow('ENOENT')
      expect(await scratch.query("SELECT 1 FROM pg_database WHERE datname = 'evil'")).toEqual([])
      expect(operated.report.proof?.outcome).not.toBe('proven')
      expect([3, 4]).toContain(operated.exitCode)
    })

    test('a dump with --create is not restored, because it would leave the scratch database; it is said', async () => {
      const operated = await validate(await dump(path.join(folder, 'create.sql'), '--create'))
      expect(summaryOf(operated)).toMatchObject({ exitCode: 4, outcome: 'not-verified' })
      expect(operated.findings.map(({ found }) => found).join()).toContain('\\connect')
    })
  })
})
