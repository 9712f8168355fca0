import { describe, expect, test } from '@jest/globals'

import { dumpArguments, dumpEncoding, type DumpPlan } from '../../../src/backup/dump-arguments.js'
import { readableGlobals } from '../../../src/backup/globals.js'
import { CommandError } from '../../../src/errors.js'
import { decoderOf, isReadable } from '../../../src/platform/encoding.js'

const script = (...statements: string[]) => Buffer.from(statements.join(''), 'latin1')
const refused = () =>
  new CommandError(
    { doing: 'dumping the roles', problem: 'it failed', advice: '' },
    { program: 'pg_dumpall', code: 1, endedBy: null, stderrTail: '' },
  )

describe('the roles of a server, seen from a database', () => {
  test('are left out one by one where their names are no text there', async () => {
    const dumped = script(
      `SET client_encoding = 'UTF8';\n\n--\n-- Roles\n--\n\n`,
      `CREATE ROLE a;\n`,
      `CREATE ROLE "r\xe9";\n`,
      `COMMENT ON ROLE "r\xe9" IS 'it; \nis long';\n`,
      `COMMENT ON ROLE a IS 'two;\nlines';\n`,
      `GRANT a TO b;\n`,
    )
    const source = { database: 'd', encoding: 'UTF8', others: () => Promise.resolve([]) }
    const { script: kept, leftOut } = await readableGlobals(source, () => Promise.resolve(dumped))
    expect(kept).toContain('CREATE ROLE a;\n')
    expect(kept).toContain(`COMMENT ON ROLE a IS 'two;\nlines';\nGRANT a TO b;\n`)
    expect(kept).not.toContain('it;')
    expect(leftOut.map((one) => one.slice(0, 15))).toEqual(['CREATE ROLE "r\uFFFD', 'COMMENT ON ROLE'])
  })

  test('come from a database that takes any byte, where this one cannot read them', async () => {
    const asked: string[][] = []
    const source = { database: 'd', encoding: 'LATIN2', others: () => Promise.resolve(['latin']) }
    const { script: kept, leftOut } = await readableGlobals(source, (...args) => {
      asked.push(args)
      return args[0] === 'd'
        ? Promise.reject(refused())
        : Promise.resolve(script(`SET client_encoding = 'LATIN1';\n`, `CREATE ROLE "\xb3";\n`, `CREATE ROLE "\x99";\n`))
    })
    expect(asked).toEqual([['d', '--encoding=UTF8'], ['latin']])
    expect(kept).toBe(`SET client_encoding = 'UTF8';\nCREATE ROLE "ł";\n`)
    expect(leftOut).toHaveLength(1)
  })

  test('come from the first database that can read them all', async () => {
    const source = { database: 'd', encoding: 'EUC_JP', others: () => Promise.resolve(['bad', 'good', 'more']) }
    const { script: kept } = await readableGlobals(source, (database) =>
      ['d', 'bad'].includes(database)
        ? Promise.reject(refused())
        : Promise.resolve(script(`CREATE ROLE ${database};\n`)),
    )
    expect(kept).toBe('CREATE ROLE good;\n')
  })

  test('whose names have quotes of any kind take no other statement with them', async () => {
    const dumped = script(
      `CREATE ROLE "O'B\xff";\n`,
      `CREATE ROLE "two ""\nlines'";\n`,
      `COMMENT ON ROLE a IS 'a "quote; \nand ''another';\n`,
      `GRANT SET ON PARAMETER work_mem TO a;\n`,
    )
    const source = { database: 'd', encoding: 'UTF8', others: () => Promise.resolve([]) }
    const { script: kept, leftOut } = await readableGlobals(source, () => Promise.resolve(dumped))
    expect(leftOut).toEqual([`CREATE ROLE "O'B\uFFFD";`])
    expect(kept).toBe(dumped.toString('latin1').split('\n').slice(1).join('\n'))
  })
})

test('every encoding that can be read has a reader', () => {
  const encodings = ['EUC_JP', 'EUC_CN', 'EUC_KR', 'KOI8R', 'KOI8U', 'WIN866', 'WIN874', 'ISO_8859_5', 'ISO_8859_8']
  const numbered = (from: number, to: number, name: string) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${name}${from + index}`)
  for (const encoding of [...encodings, ...numbered(1, 10, 'LATIN'), ...numbered(1250, 1258, 'WIN')]) {
    expect(isReadable(encoding)).toBe(true)
    expect(decoderOf(encoding, { fatal: true })(Buffer.from('role'))).toBe('role')
  }
  expect(decoderOf('LATIN10')(Buffer.from([0xa4, 0xaa, 0xde, 0xff]))).toBe('€ȘȚÿ')
})

describe('the encoding of a dump', () => {
  const t = (name: string) => ({ schema: 'public', name })
  const plan = (encoding: string, withoutData: string[], tables: string[]) => ({
    encoding,
    withoutData: withoutData.map(t),
    tables: tables.map(t),
  })

  test('is that of the database, unless a name in an argument could be another table', () => {
    expect(dumpEncoding(plan('LATIN1', [], ['é']))).toBe('LATIN1')
    expect(dumpEncoding(plan('LATIN1', ['café'], ['café', 'tea']))).toBe('LATIN1')
    expect(dumpEncoding(plan('LATIN1', ['café'], ['café', 'cafe']))).toBe('UTF8')
    expect(dumpEncoding(plan('LATIN1', ['café', 'cafe'], ['café', 'cafe']))).toBe('LATIN1')
    expect(dumpEncoding(plan('EUC_TW', [], []))).toBe('UTF8')
    expect(dumpEncoding(plan('SQL_ASCII', ['é'], ['é', 'e']))).toBe('SQL_ASCII')
  })

  test('decides how a table is named', () => {
    const argument = (encoding: string, tables: string[]) =>
      dumpArguments({
        ...plan(encoding, ['caféb"x'], tables), format: 'plain', compression: 'none', programsMajor: 17, jobs: 1,
        snapshotId: '1-1', target: 'x', database: 'd', lockTimeout: 1, throughRoots: true,
      } satisfies DumpPlan) // prettier-ignore
    expect(argument('LATIN1', [])).toContain('--exclude-table-data="public"."caf"?"b""x"')
    expect(argument('UTF8', [])).toContain('--exclude-table-data="public"."caféb""x"')
    expect(argument('UTF8', [])).toContain('--load-via-partition-root')
    expect(argument('LATIN1', ['cafeb"x'])).toEqual(
      expect.arrayContaining(['--encoding=UTF8', '--exclude-table-data="public"."caféb""x"']),
    )
  })
})
