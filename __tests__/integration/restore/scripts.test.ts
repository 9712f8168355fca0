import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { installationOf } from '../../support/installations.js'
import { operate } from '../../support/operating.js'
import { outcomeOf, RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/**
 * Rows that are taken only when those of a later table are there, and that look like statements, commands and the words of
 * psql; views that read them; and what else a script can hold.
 */
const HOSTILE = String.raw`
  CREATE TABLE zz_lookup (k text PRIMARY KEY);
  INSERT INTO zz_lookup SELECT 'k' || g FROM generate_series(1, 9) g;
  CREATE FUNCTION known(t text) RETURNS bool LANGUAGE plpgsql STABLE AS
    $$ BEGIN RETURN EXISTS (SELECT FROM public.zz_lookup WHERE k = t); END $$;
  CREATE TABLE aa_main (note text, k text CHECK (known(k)));
  INSERT INTO aa_main SELECT n, 'k1' FROM generate_series(1, 50), unnest(ARRAY['DROP TABLE public.zz_lookup;',
    'COPY public.aa_main (note, k) FROM stdin;', E'x\n\\.\nDROP TABLE public.zz_lookup;', E'it''s "q" $$ /* --', '\! false',
    'ñ€🐄', E'psql:<stdin>:7: STATEMENT:  SELECT 1', 'SET default_table_access_method = nowhere;']) n;
  CREATE TABLE one (note text CHECK (known('k1')));
  INSERT INTO one SELECT n FROM generate_series(1, 5), unnest(ARRAY['COPY public.one (note) FROM stdin;',
    'SET default_table_access_method = nowhere;', '-- Data for Name: a; Type: TABLE DATA; ', 'DROP TABLE public.zz_lookup;']) n;
  CREATE TABLE "two
lines" (a int, b text CHECK (known(b)));
  INSERT INTO "two
lines" VALUES (1, 'k1'), (2, 'k2');
  SELECT lo_from_bytea(0, decode(repeat('ab', 40000), 'hex'));
  CREATE FUNCTION atomic() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;
  CREATE VIEW v AS SELECT 'a;b' AS x, $$COPY public.t FROM stdin;$$ AS y;
  COMMENT ON VIEW v IS E'-- Data for Name: a; Type: TABLE DATA; \n\\.\n-- Name: m; Type: EXTENSION; Schema: -; Owner: ';
  CREATE MATERIALIZED VIEW z_base AS SELECT count(*) AS s FROM aa_main;
  CREATE FUNCTION through() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT s FROM public.z_base); END $$;
  CREATE MATERIALIZED VIEW a_top AS SELECT through() AS s;
  CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no changes here'; END $$;
  CREATE EVENT TRIGGER refuse ON ddl_command_end
    WHEN TAG IN ('CREATE INDEX', 'REFRESH MATERIALIZED VIEW', 'COMMENT') EXECUTE FUNCTION refuse();`

let source: TestCluster
let scratch: TestCluster
let bench: RecoveryBench
let root: string

beforeAll(async () => {
  // The psql of 15 reads the rows of a COPY that failed as statements.
  ;[source, scratch] = await Promise.all([startCluster(installationOf(15)), startCluster(installationOf(15))])
  root = await temporaryFolder()
  bench = await RecoveryBench.make(root, source)
})
afterAll(async () => {
  await Promise.all([source.remove(), scratch.remove()])
  await removeTemporaryFolders()
})

describe('a script whose order is not that of need', () => {
  let backup: string
  beforeAll(async () => {
    await source.createDatabase('hostile')
    await source.psql(HOSTILE, 'hostile')
    backup = await bench.backUp(source.url('hostile'), {
      format: 'plain',
      verify: 'full',
      'scratch-url': scratch.url(),
    })
  })
  const counts = `SELECT (SELECT count(*) FROM aa_main)::int AS main, (SELECT count(*) FROM one)::int AS one,
    (SELECT count(*) FROM zz_lookup)::int AS lookup, (SELECT s FROM z_base)::int AS base, (SELECT s FROM a_top)::int AS top`
  const expected = [{ main: 400, one: 20, lookup: 9, base: 400, top: 400 }]

  test('is proven, and restored with views that read all rows', async () => {
    const ran = await bench.run('restore', { 'target-url': scratch.url('again'), backup })
    expect(outcomeOf(ran)).toMatchObject({ exitCode: 0, found: [] })
    expect(await scratch.query(counts, 'again')).toEqual(expected)
  })

  test('is restored by restore.sh with the same views', async () => {
    const script = path.join(bench.store, 'manual', backup, 'restore.sh')
    const env = { ...scratch.environment(), PATH: `${scratch.clientBin}:${process.env.PATH}` }
    await promisify(execFile)('sh', [script, '--', 'by_script'], { env })
    expect(await scratch.query(counts, 'by_script')).toEqual(expected)
  })
})

describe('what fails in every order', () => {
  const FAILING = `
    SET client_encoding = 'UTF8';
    CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
    CREATE MATERIALIZED VIEW m AS SELECT broken() AS a;
    CREATE OR REPLACE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'el niño cayó' USING ERRCODE = 'ZZ001', HINT = 'añade'; END $$;`
  beforeAll(async () => {
    await source.query(
      `CREATE DATABASE latin ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`.replaceAll('\n', ' '),
    )
    await source.psql(FAILING, 'latin')
  })

  test.each(['plain', 'custom', 'directory'])(
    'is told with its entry, SQLSTATE and letters, in the format %s',
    async (format) => {
      const store = path.join(root, format)
      const given = { 'database-url': source.url('latin'), store, format, 'scratch-url': scratch.url() }
      const { report, exitCode } = await bench.run('backup', given)
      const errors = (report.proof?.findings ?? []).filter(({ code }) => code === 'RESTORE_ERROR')
      expect([exitCode, errors.length]).toEqual([3, 1])
      expect(errors[0]!.on).toMatch(/MATERIALIZED VIEW DATA public m\b/)
      expect(errors[0]!.on).toMatch(format === 'plain' ? /^line \d+, / : /^MATERIALIZED/)
      expect(errors[0]!.found).toContain('el niño cayó (SQLSTATE ZZ001); hint: añade')
      expect(errors[0]!.found).toContain('statement: REFRESH MATERIALIZED VIEW public.m;')
    },
  )

  test('restore.sh shows it, and does not call the copy whole', async () => {
    const store = path.join(root, 'kit')
    const backup = await bench.backUp(source.url('latin'), { store, format: 'plain', verify: 'none' })
    const script = path.join(store, 'manual', backup, 'restore.sh')
    const env = { ...scratch.environment(), PATH: `${scratch.clientBin}:${process.env.PATH}` }
    const failed = promisify(execFile)('sh', [script, '--', 'not_whole'], { env, encoding: 'latin1' })
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/el ni.*cay[\s\S]*PostgreSQL reported errors in: script/),
    })
  })
})

describe('a script of another tool', () => {
  const LINES = `--
-- PostgreSQL database dump
--
\\restrict key
CREATE TABLE public.keep (a int);
COPY public.keep (a) FROM stdin;
1
\\.
COPY public.nowhere (a) FROM stdin;
DROP TABLE public.keep;
\\.
SELECT 1
  / 0;
COPY public.keep (a) FROM stdin;
x
\\.
SELECT nothing();
--
-- PostgreSQL database dump complete
--
`

  test.each(['\n', '\r\n'])(
    'has its errors told by its own lines, and its rows are no statements (line ends %j)',
    async (end) => {
      const file = path.join(root, `lines${end.length}.sql`)
      await writeFile(file, LINES.replaceAll('\n', end))
      const { findings, report } = await operate('validate', {
        backup: file,
        'scratch-url': scratch.url(),
        'postgres-bin': source.clientBin,
        store: path.join(root, 'none'),
      })
      const errors = findings
        .filter(({ code }) => code === 'RESTORE_ERROR')
        .map(({ on, found }) => [on, found.slice(-60)])
      // psql counts rows too, so an error of a row is told where the rows end.
      expect(errors.map(([on]) => on)).toEqual(['line 9', 'line 13', 'line 16', 'line 17'])
      expect(report.tables.find(({ name }) => name === 'public.keep')?.restoredRows).toBe(1)
    },
  )
})
