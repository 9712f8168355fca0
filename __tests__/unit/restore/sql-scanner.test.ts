import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { SqlScanner } from '../../../src/restore/sql-scanner.js'
import type { ScriptContents } from '../../../src/restore/sql-statements.js'
import { tableKey } from '../../../src/restore/table-key.js'

function scan(script: string | Buffer, size = Number.MAX_SAFE_INTEGER): ScriptContents {
  const bytes = Buffer.from(script)
  const scanner = new SqlScanner()
  for (let at = 0; at < bytes.length; at += size) {
    // A piece of its own that is overwritten afterwards: the scanner must not hold on to it.
    const piece = Buffer.from(bytes.subarray(at, at + size))
    scanner.push(piece)
    piece.fill(0x3b)
  }
  return scanner.end()
}

const HEADER = '--\n-- PostgreSQL database dump\n--\n\n'
const FOOTER = '\n--\n-- PostgreSQL database dump complete\n--\n\n'

/** A part of a script, with the rows and tables that it adds. */
interface Part {
  text: string
  rows?: [table: string, count: number]
  creates?: string
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
const escaped = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const hostile = fc.constantFrom(
  'INSERT INTO animals VALUES (1);',
  'COPY animals FROM stdin;\n1\n\\.\n',
  '\n\\.\n',
  '\\.',
  "'",
  "\\'",
  '"',
  '$$',
  '$fn$',
  '--',
  '/*',
  '*/',
  ';',
  '(',
  ')',
  '\\',
  '-- PostgreSQL database dump complete',
  'ñ🐄',
  'begin atomic',
)
const text = fc.array(fc.oneof(hostile, fc.string({ maxLength: 12 })), { maxLength: 5 }).map((parts) => parts.join(''))
const nonEmpty = text.map((name) => `x${name}`.slice(0, 60).replaceAll('\0', ''))
const name = fc.record({
  schema: fc.oneof(fc.constant('public'), nonEmpty),
  name: fc.oneof(fc.constant('animals'), nonEmpty),
})
const sqlName = (table: { schema: string; name: string }): string => `${quote(table.schema)}.${quote(table.name)}`

const copied = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')

const copy = fc
  .tuple(name, fc.array(fc.oneof(text, fc.constant('x'.repeat(500))), { maxLength: 20 }))
  .map(([table, rows]): Part => ({
    text: `COPY ${sqlName(table)} (a, "weird "" (col;", b) FROM stdin;\n${rows.map((row) => `${copied(row)}\n`).join('')}\\.\n\n\n`,
    rows: [tableKey(table), rows.length],
  }))
const insert = fc
  .tuple(name, fc.array(text, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([table, rows, columns]): Part => ({
    text:
      `INSERT INTO ${sqlName(table)} ${columns ? '(a, "b;(") OVERRIDING SYSTEM VALUE ' : ''}VALUES\n` +
      `${rows.map((row) => `\t(${literal(row)}, (1), ${escaped(row)})`).join(',\n')}${columns ? ' ON CONFLICT DO NOTHING' : ''};\n`,
    rows: [tableKey(table), rows.length],
  }))
const defaults = name.map((table): Part => ({
  text: `INSERT INTO ${sqlName(table)} DEFAULT VALUES;\n`,
  rows: [tableKey(table), 1],
}))
const create = fc
  .tuple(name, fc.constantFrom('TABLE', 'UNLOGGED TABLE', 'FOREIGN TABLE', 'MATERIALIZED VIEW'))
  .map(([table, kind]): Part => ({
    text: `CREATE ${kind} ${sqlName(table)} (\n  a text DEFAULT 'x;y',\n  "; ( --" integer\n);\n`,
    creates: tableKey(table),
  }))
const dollarQuoted = text.map((body): Part => {
  const tag = body.includes('$fn$') ? '$other$' : '$fn$'
  return {
    text: `CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS ${tag}\n${body.replaceAll(tag, '')}\n${tag};\n`,
  }
})
const atomic = fc.constant<Part>({
  text:
    'CREATE OR REPLACE FUNCTION public.g() RETURNS integer LANGUAGE sql\nBEGIN ATOMIC\n SELECT 1;\n INSERT INTO public.animals (a) VALUES (1);\n' +
    ' SELECT CASE WHEN true THEN 1 ELSE 2 END AS case_of;\nEND;\n',
})
const others = fc.oneof(
  text.map((comment): Part => ({ text: `COMMENT ON TABLE public.animals IS ${literal(comment)};\n` })),
  text.map((comment): Part => ({ text: `COMMENT ON TABLE public.animals IS ${escaped(comment)};\n` })),
  text.map((comment): Part => ({ text: `-- Name: ${comment.replaceAll(/[\n\r]/g, ' ')}\n` })),
  text.map((comment): Part => ({ text: `/* ${comment.replaceAll(/\/\*|\*\/|[/*]/g, '')} /* nested */ ; */\n` })),
  fc.constant<Part>({ text: 'SELECT $1, a$b$c FROM t WHERE x - 1 > 2 / 3;\n' }),
  fc.constant<Part>({
    text: 'CREATE RULE r AS ON INSERT TO public.t DO ALSO ( INSERT INTO l VALUES (1); SELECT 2; );\n',
  }),
  fc.constant<Part>({ text: '\\restrict aBc\n' }),
  fc.constant<Part>({ text: 'SET standard_conforming_strings = on;\n' }),
)
const part = fc.oneof(copy, insert, defaults, create, dollarQuoted, atomic, others)

function expected(parts: readonly Part[]): { rows: Map<string, number>; tables: Set<string> } {
  const rows = new Map<string, number>()
  for (const { rows: added } of parts) {
    if (added !== undefined) rows.set(added[0], (rows.get(added[0]) ?? 0) + added[1])
  }
  return { rows, tables: new Set(parts.flatMap(({ creates }) => (creates === undefined ? [] : [creates]))) }
}

describe('scanning a script', () => {
  test('counts what is in it, whatever stands in strings, comments, bodies and names, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (parts, size) => {
        const script = HEADER + parts.map((one) => one.text).join('') + FOOTER
        const contents = scan(script, size)
        expect(contents).toMatchObject({
          ...expected(parts),
          complete: true,
          endsIn: null,
          bytes: Buffer.byteLength(script),
        })
      }),
      { numRuns: 400 },
    )
  })

  test('counts rows as a reader of lines does', () => {
    const line = fc.oneof(fc.constantFrom('', '\\.x', '\\', '.', 'x\\.', ' \\.', '\\\\.'), fc.string({ maxLength: 30 }))
    const clean = line.map((row) => row.replaceAll(/[\n\r]/g, '')).filter((row) => row !== '\\.')
    fc.assert(
      fc.property(fc.array(clean, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (rows, size) => {
        const script = `COPY t (a) FROM stdin;\n${rows.map((row) => `${row}\n`).join('')}\\.\nCOPY u FROM stdin;\n\\.\n`
        expect([...scan(script, size).rows]).toEqual([
          ['t', rows.length],
          ['u', 0],
        ])
      }),
    )
  })

  test('says of no cut script that it is complete', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.nat(), (parts, where) => {
        const bytes = Buffer.from(HEADER + parts.map((one) => one.text).join('') + FOOTER)
        const mark = bytes.lastIndexOf('-- PostgreSQL database dump complete')
        const cut = where % (mark + '-- PostgreSQL database dump complete'.length)
        expect(scan(bytes.subarray(0, cut)).complete).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('reads rows of a hundred megabytes without holding them', () => {
    const scanner = new SqlScanner()
    scanner.push(Buffer.from('COPY t (a) FROM stdin;\n'))
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const before = process.memoryUsage().rss
    for (let i = 0; i < 100; i++) scanner.push(piece)
    scanner.push(Buffer.from('\nshort\n\\.\n'))
    expect(scanner.end().rows.get('t')).toBe(2)
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024)
  })

  test.each<[string, string, ScriptContents['complete']]>([
    ['whole', HEADER + FOOTER, true],
    ['whole, with the lines of newer ones', `${HEADER}\\restrict x\n${FOOTER}\n\\unrestrict x\n\n`, true],
    ['whole, with the line ends of Windows', (HEADER + FOOTER).replaceAll('\n', '\r\n'), true],
    ['whole, behind a byte order mark', `\ufeff${HEADER}${FOOTER}`, true],
    ['without its end', HEADER, false],
    ['with a statement behind its end', `${HEADER}${FOOTER}SELECT 1;\n`, false],
    ['with letters behind its end', `${HEADER}${FOOTER}garbage`, false],
    ['with zero bytes behind its end', `${HEADER}${FOOTER}\0\0`, false],
    ['two whole ones after another', `${HEADER}${FOOTER}${HEADER}${FOOTER}`, true],
    ['the second of two cut off', `${HEADER}${FOOTER}${HEADER}SELECT 1;`, false],
    ['with its end only in a string', `${HEADER}SELECT '${FOOTER}';`, false],
    ['with its end only in rows', `${HEADER}COPY t FROM stdin;\n${FOOTER}\n`, false],
    [
      'of a cluster, whole',
      '-- PostgreSQL database cluster dump\n-- PostgreSQL database cluster dump complete\n',
      true,
    ],
    ['of a cluster, cut after a database', `-- PostgreSQL database cluster dump\n${HEADER}${FOOTER}`, false],
  ])('%s', (_what, script, complete) => {
    expect(scan(script).complete).toBe(complete)
    expect(scan(script, 7).complete).toBe(complete)
  })

  test.each([
    ['the rows of public.animals', 'COPY public.animals (a) FROM stdin;\n1\n2'],
    ['a quoted string', "SELECT 'abc"],
    ['a quoted string', "SELECT E'it\\"],
    ['a quoted name', 'SELECT "abc'],
    ['a dollar-quoted string', 'SELECT $a$ $b$ $'],
    ['a comment', '/* /* */ '],
    ['a statement that begins with CREATE TABLE PUBLIC', 'CREATE TABLE public.animals (\n a int'],
  ])('says that a script ends in %s', (endsIn, script) => {
    expect(scan(HEADER + script).endsIn).toBe(endsIn)
    expect(scan(HEADER + script, 1).endsIn).toBe(endsIn)
  })

  test('takes a backslash for an escape where the script switches standard strings off', () => {
    const script =
      "SET standard_conforming_strings = off;\nSELECT 'it\\'; INSERT INTO u VALUES (1);';\nINSERT INTO t VALUES ('a\\\\');\n"
    expect([...scan(script).rows]).toEqual([['t', 1]])
  })

  test('finds the end of a dollar-quoted string behind what only looks like it', () => {
    for (const body of ['$', '$f', '$fn', '$f$', '$$', '$fn $f']) {
      const script = `SELECT $fn$ INSERT INTO u VALUES (1); ${body}$fn$;\nINSERT INTO t VALUES (1);\n`
      expect([...scan(script, 1).rows]).toEqual([['t', 1]])
    }
  })

  test('says how many statements it cannot count', () => {
    const contents = scan('INSERT INTO t SELECT * FROM u;\nINSERT INTO t (a) VALUES (1), (2);\n')
    expect(contents.insertsByQuery).toBe(1)
    expect([...contents.rows]).toEqual([['t', 2]])
  })

  test('tells the tables of a cluster apart by their database', () => {
    const script = `\\connect one\nCOPY public.t (a) FROM stdin;\n1\n\\.\n\\connect -reuse-previous=on "dbname='two words'"\nCOPY public.t (a) FROM stdin;\n\\.\n`
    expect([...scan(script).rows]).toEqual([
      ['one:public.t', 1],
      ['two words:public.t', 0],
    ])
  })

  test('keeps the first line of what is no dump', () => {
    expect(scan('\n\npg_dump: error: connection failed\nmore').firstLine).toBe('pg_dump: error: connection failed')
  })
})

test('a key of a table is like no other', () => {
  const odd = fc.stringMatching(/^[a."]{1,5}$/)
  fc.assert(
    fc.property(odd, odd, odd, odd, (a, b, c, d) => {
      const same = a === c && b === d
      expect(tableKey({ schema: a, name: b }) === tableKey({ schema: c, name: d })).toBe(same)
    }),
  )
})

describe('scripts of other times and tools', () => {
  const rowsOf = (script: string): Record<string, number> => Object.fromEntries(scan(script).rows)
  const key = (schema: string | null, name: string): string => tableKey({ schema, name })

  test('until 10.2, names are looked up in the schema that was set before', () => {
    const script = [
      'SET search_path = a, pg_catalog;',
      'CREATE TABLE t (i integer);',
      'SET search_path = "B c", pg_catalog;',
      'COPY t (i) FROM stdin;\n1\n\\.\n',
      'SET search_path TO a;',
      'COPY t (i) FROM stdin;\n1\n2\n\\.\n',
      'INSERT INTO t VALUES (1);',
      'SET search_path = pg_catalog;',
      "SELECT pg_catalog.set_config('search_path', '', false);",
      'COPY a.t (i) FROM stdin;\n1\n\\.\n',
    ].join('\n')
    expect(rowsOf(script)).toEqual({ [key('B c', 't')]: 1, [key('a', 't')]: 4 })
    expect([...scan(script).tables]).toEqual([key('a', 't')])
  })

  test('rows with oids are rows, lines of CSV are not', () => {
    expect(rowsOf('COPY t (i) WITH OIDS FROM stdin;\n1\t1\n\\.\n')).toEqual({ [key(null, 't')]: 1 })
    for (const form of ['WITH CSV', '(FORMAT csv)', "WITH (DELIMITER ';')", "DELIMITER ';'"]) {
      const found = scan(`COPY t (i) FROM stdin ${form};\n"a\nb"\n\\.\nSELECT 1;\n`)
      expect([form, found.rows.size, found.otherCopies, found.endsIn]).toEqual([form, 0, 1, null])
    }
  })

  test('the roles that it needs, and those that it makes', () => {
    const script = `
      CREATE ROLE made; ALTER ROLE made WITH LOGIN;
      CREATE SCHEMA s AUTHORIZATION r1;
      ALTER TABLE s.t OWNER TO "R 2";
      ALTER FUNCTION s.f(a integer, b text, c text, d text, e text, f text, g text) OWNER TO r3;
      GRANT SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE ON TABLE s.t TO r4 WITH GRANT OPTION;
      GRANT ALL ON SCHEMA s TO r5, "r,6";
      GRANT ALL ON SCHEMA s TO PUBLIC;
      REVOKE ALL ON FUNCTION s.f() FROM r7 CASCADE;
      ALTER DEFAULT PRIVILEGES FOR ROLE r8 IN SCHEMA s GRANT SELECT ON TABLES TO r9;
      ALTER DEFAULT PRIVILEGES FOR ROLE r8 REVOKE ALL ON FUNCTIONS FROM PUBLIC;
      CREATE POLICY p ON s.t AS PERMISSIVE FOR SELECT TO r10, r11 USING (true);
      CREATE USER MAPPING FOR r12 SERVER x OPTIONS (user 'a');
      SET SESSION AUTHORIZATION 'r13'; SET SESSION AUTHORIZATION r14; SET SESSION AUTHORIZATION DEFAULT;
      CREATE TABLE x (a text DEFAULT 'OWNER TO nobody'); SELECT 'GRANT x TO nobody';`
    const found = scan(script)
    const expected = ['R 2', 'r,6', 'r1', 'r10', 'r11', 'r12', 'r14', 'r3', 'r4', 'r5', 'r7', 'r8', 'r9']
    expect([...found.roles].sort()).toEqual(expected)
    expect([...found.rolesMade]).toEqual(['made'])
  })

  test('what --clean drops is told, byte by byte, wherever the script is cut', () => {
    const before = 'SET x = 1;\n'
    const dropping =
      '\nDROP TABLE a;\nALTER TABLE ONLY b DROP CONSTRAINT c;\nCREATE OR REPLACE VIEW v AS\nSELECT NULL;\nDROP SCHEMA public;'
    const script = `${before.trimEnd()}${dropping}\nCREATE TABLE a (i int);\nDROP TABLE z;\n`
    for (const size of [1, 7, 4096]) {
      const { cleaning } = scan(script, size)
      expect(cleaning).toMatchObject({ statements: 4, dropsPublic: true })
      expect(script.slice(cleaning?.from, cleaning?.to)).toBe(dropping)
    }
    expect(scan(script.replaceAll('DROP', 'DROP TABLE IF EXISTS')).cleaning).toBeNull()
    expect(scan('CREATE TABLE a (i int);\nDROP TABLE a;\n').cleaning).toBeNull()
  })
})
