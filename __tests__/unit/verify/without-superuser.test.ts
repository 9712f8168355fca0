import { describe, expect, test } from '@jest/globals'

import { finding } from '../../../src/findings.js'
import type { Complaint } from '../../../src/restore/complaint.js'
import { SqlScanner } from '../../../src/restore/sql-scanner.js'
import {
  asConsequences,
  isMadeBefore,
  judgeOfRefusals,
  passingOver,
  withPrivilegesAsOne,
} from '../../../src/verify/without-superuser.js'

const MADE = { extensions: new Set(['uuid-ossp', 'hstore']), schemas: new Set(['ext', 'public']), findings: [] }

/** How each statement of a script is passed over. */
function passed(sql: string): (string | null)[] {
  const passOver = passingOver(MADE)
  const how: (string | null)[] = []
  const scanner = new SqlScanner({
    statement: ({ words }) => how.push(passOver(words)),
    rows: () => undefined,
    command: () => undefined,
    comment: () => undefined,
  })
  scanner.push(Buffer.from(sql))
  scanner.end()
  return how
}

describe('statements that are passed over', () => {
  test.each([
    ['CREATE ROLE a;'],
    ['create user a superuser;'],
    ['CREATE GROUP g;'],
    ['ALTER ROLE "x y" SET search_path = a;'],
    ['DROP ROLE IF EXISTS a;'],
    ['GRANT a TO b WITH ADMIN OPTION;'],
    ['REVOKE a FROM b;'],
    ["COMMENT ON ROLE a IS 'x';"],
    ['GRANT a, "on", c TO d;'],
  ])('%s is about roles, and told', (sql) => {
    expect(passed(sql)).toEqual(['told'])
  })

  test.each([
    ['ALTER TABLE ONLY public.a OWNER TO b;'],
    ['ALTER FUNCTION public.f(a integer, VARIADIC b text[]) OWNER TO "B c";'],
    ['ALTER LARGE OBJECT 17 OWNER TO a;'],
    ['ALTER OPERATOR CLASS public.c USING btree OWNER TO a;'],
    ["SET SESSION AUTHORIZATION 'a';"],
    ['RESET SESSION AUTHORIZATION;'],
    ['SET SESSION AUTHORIZATION DEFAULT;'],
    ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA ext;'],
    ['DROP EXTENSION IF EXISTS hstore;'],
    ["COMMENT ON EXTENSION hstore IS 'x';"],
    ['CREATE SCHEMA ext;'],
    ['DROP SCHEMA IF EXISTS public;'],
  ])('%s is done already', (sql) => {
    expect(passed(sql)).toEqual(['untold'])
  })

  test.each([
    ['GRANT SELECT, INSERT, DELETE, UPDATE ON TABLE a TO b;'],
    ['REVOKE ALL ON SCHEMA public FROM PUBLIC;'],
    ['CREATE USER MAPPING FOR a SERVER s;'],
    ['ALTER TABLE a RENAME TO owner;'],
    ['ALTER TABLE a OWNER TO b, ADD COLUMN c int;'],
    ['CREATE SCHEMA other;'],
    ["COMMENT ON SCHEMA ext IS 'x';"],
    ['CREATE EXTENSION dblink;'],
    ['ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b;'],
    ['CREATE TABLE role (a int);'],
    ['CREATE TABLE public."user" (a int);'],
  ])('%s is not', (sql) => {
    expect(passed(sql)).toEqual([null])
  })

  test('entries of an archive, by their whole names', () => {
    const isMade = isMadeBefore(MADE)
    const of = (text: string): boolean => isMade({ dumpId: 1, catalogId: '0 0', text })
    expect(['EXTENSION - uuid-ossp ', 'COMMENT - EXTENSION "uuid-ossp" ', 'SCHEMA - ext postgres'].map(of)).toEqual([
      true,
      true,
      true,
    ])
    expect(
      ['EXTENSION - hstore_plperl ', 'SCHEMA - ext2 a', 'TABLE ext SCHEMA - ext', 'COMMENT - SCHEMA ext a'].map(of),
    ).toEqual([false, false, false, false])
  })
})

describe('what the server refused', () => {
  const judge = judgeOfRefusals({
    rows: new Map([
      ['public.spatial_ref_sys', 0],
      ['cron."job.s"', 0],
      ['cron.job', 2],
    ]),
  })
  const refused = (statement: string, more: Partial<Complaint> = {}): string | null => {
    const judged = judge({ by: 'server', message: 'nicht erlaubt', about: '', state: '42501', statement, ...more }, 'x')
    return judged === null || judged === 'harmless' ? judged : judged.code
  }

  test.each([
    ["COPY t FROM PROGRAM 'x';", 'DUMP_NEEDS_SUPERUSER'],
    ['COPY cron.job (a) FROM stdin;', 'DUMP_NEEDS_SUPERUSER'],
    ['COPY public.spatial_ref_sys (srid) FROM stdin;', 'harmless'],
    ['COPY cron."job.s" (a) FROM stdin;', 'harmless'],
    ["COPY public.spatial_ref_sys FROM PROGRAM 'x'; --  FROM stdin;", 'DUMP_NEEDS_SUPERUSER'],
    ["COPY public.spatial_ref_sys FROM PROGRAM 'x FROM stdin;';", 'DUMP_NEEDS_SUPERUSER'],
    ['GRANT ALL ON FUNCTION public.f(a int) TO b;', 'DUMP_PRIVILEGES_PASSED_OVER'],
    ['GRANT pg_read_server_files TO b;', 'DUMP_NEEDS_SUPERUSER'],
    ['SET SESSION AUTHORIZATION b;', 'DUMP_PRIVILEGES_PASSED_OVER'],
    ['CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f();', 'DUMP_DEFINITION_PASSED_OVER'],
  ])('%s is %s', (statement, code) => {
    expect(refused(statement)).toBe(code)
  })

  test('only what it refused for want of rights is, and what is said of what is not there because of that', () => {
    expect(refused('COPY t FROM stdin;', { state: '42P01' })).toBeNull()
    expect(refused('GRANT SELECT ON t TO b;', { state: '42704' })).toBeNull()
    expect(refused('x', { by: 'program' })).toBeNull()
    expect(refused("COMMENT ON EVENT TRIGGER e IS 'x';", { state: '42704' })).toBe('DUMP_DEFINITION_PASSED_OVER')
    expect(refused('CREATE PUBLICATION p FOR TABLE t;', { state: '42704' })).toBeNull()
    const stateless: Complaint = { by: 'server', message: 'm', about: '', statement: 'CREATE CAST (a AS b);' }
    expect(judge(stateless, 'x')).toBeNull()
  })

  test('what may follow from it is no damage; without it, it is', () => {
    const [error, rows] = [finding('RESTORE_ERROR', 'a', 'b'), finding('TABLE_ROWS_DIFFER', 't', '0 and 1')]
    expect(asConsequences([error, rows])).toEqual([error, rows])
    const needs = finding('DUMP_NEEDS_SUPERUSER', 'x', 'y')
    expect(asConsequences([error, needs, rows]).map(({ code, found }) => `${code} ${found}`)).toEqual([
      'DUMP_CONSEQUENCE b',
      'DUMP_NEEDS_SUPERUSER y',
      'DUMP_CONSEQUENCE 0 and 1',
    ])
  })

  test('many privileges are one note', () => {
    const notes = ['a', 'b', 'c'].map((on) => finding('DUMP_PRIVILEGES_PASSED_OVER', on, `GRANT ${on}`))
    expect(withPrivilegesAsOne(notes).map(({ found }) => found)).toEqual(['GRANT a (and 2 more such statements)'])
    expect(withPrivilegesAsOne(notes.slice(0, 1))).toEqual(notes.slice(0, 1))
  })
})

test('extensions that a script makes in the way of pg_dump, and no others', () => {
  const scanner = new SqlScanner()
  scanner.push(
    Buffer.from(
      `CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "My Ext"; CREATE EXTENSION hstore; CREATE EXTENSION a SCHEMA b;
       CREATE EXTENSION c VERSION '1'; CREATE EXTENSION d CASCADE; CREATE FUNCTION f() RETURNS text AS 'CREATE EXTENSION e;';`,
    ),
  )
  expect(scanner.end().extensions).toEqual([
    { name: 'uuid-ossp', schema: 'My Ext' },
    { name: 'hstore', schema: null },
    { name: 'a', schema: 'b' },
  ])
})
