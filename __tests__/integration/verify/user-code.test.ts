import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { changingTheCopy, operate, PROVEN, summaryOf, type Alteration, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/**
 * Functions that are harmless while their tables are made. From then on each call is an error, as it is when a query is
 * planned that folds or writes out what is in an index.
 */
const TRAPS = `
  CREATE SCHEMA s;
  CREATE FUNCTION s.trap(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN a; END $$;
  CREATE FUNCTION s.inner(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + 1';
  CREATE FUNCTION s.outer(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT s.inner($1)';
  CREATE OPERATOR s.### (FUNCTION = s.trap, RIGHTARG = int);
  CREATE TABLE s.by_expression (a int, b text); CREATE INDEX ON s.by_expression ((s.trap(1) + a));
  CREATE TABLE s.by_predicate (a int, b text); CREATE INDEX ON s.by_predicate (a) WHERE a > s.trap(0);
  CREATE TABLE s.by_operator (a int, b text); CREATE INDEX ON s.by_operator ((a + (OPERATOR(s.###) 2)));
  CREATE TABLE s.by_statistics (a int, b text); CREATE STATISTICS s.st ON (s.trap(1) + a), b FROM s.by_statistics;
  CREATE TABLE s.by_body (a int, b text); CREATE INDEX ON s.by_body (s.outer(a));
  CREATE TABLE s.generated (a int, b text, g int GENERATED ALWAYS AS (a + 1) STORED);
  CREATE INDEX ON s.generated (s.trap(a)) WHERE s.trap(1) > 0;
  CREATE TABLE s.parent (a int, b text) PARTITION BY RANGE (a); CREATE INDEX ON s.parent ((s.trap(1) + a));
  CREATE TABLE s.part PARTITION OF s.parent FOR VALUES FROM (0) TO (1000);
  CREATE TABLE s.ordinary (a int, b text); CREATE INDEX ON s.ordinary (lower(b)) WHERE a > 3;
  DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY '{by_expression,by_predicate,by_operator,by_statistics,by_body,generated,parent,ordinary}'::text[] LOOP
      EXECUTE format('INSERT INTO s.%I (a, b) SELECT g, ''x'' || g FROM generate_series(1, 30) g', t);
    END LOOP; END $$;
  CREATE OR REPLACE FUNCTION s.trap(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN RAISE EXCEPTION 'the trap was run'; END $$;
  CREATE OR REPLACE FUNCTION s.outer(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT s.gone($1)';`

describe('tables whose indexes and statistics use functions of users', () => {
  let cluster: TestCluster

  beforeAll(async () => {
    cluster = await startCluster()
    await cluster.createDatabase('traps')
    // The body of s.outer names what is not there: planning would write it out, and fail.
    await cluster.psql(`SET check_function_bodies = off; ${TRAPS}`, 'traps')
  })
  afterAll(async () => {
    await cluster.remove()
    await removeTemporaryFolders()
  })

  async function backUp(database: string, given: Given, alter?: Alteration) {
    const store = await temporaryFolder()
    return operate('backup', { 'database-url': cluster.url(database), store, ...given }, alter && { alter })
  }

  test('are read without running any of them, at the source and in the copy', async () => {
    const operated = await backUp('traps', { verify: 'data' })
    expect(summaryOf(operated)).toEqual({ ...PROVEN, tier: 'data' })
    expect(operated.found).toContain('GENERATED_COLUMN_NOT_COMPARED s.generated')
    const byName = new Map(operated.report.tables.map((table) => [table.name, table]))
    expect(byName.get('s.by_statistics')).toMatchObject({ rows: 30, restoredRows: 30, outcome: 'equal' })
    expect(byName.get('s.part')).toMatchObject({ rows: 30, outcome: 'equal' })
  })

  test.each(['none', 'archive'])('are counted without running any of them, verify %s', async (verify) => {
    const { exitCode, report, said } = await backUp('traps', { verify })
    expect({ exitCode, failure: report.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(said.filter(({ message }) => message.includes('could not be read'))).toEqual([])
    expect(report.tables.map(({ rows }) => rows)).toEqual(report.tables.map(() => 30))
  })

  test.each(['by_expression', 'by_statistics', 'part'])(
    'show a change of a single value in the copy, %s',
    async (name) => {
      const change = changingTheCopy('data', `UPDATE s.${name} SET b = 'y' WHERE a = 7`)
      const { found } = await backUp('traps', { verify: 'data' }, change)
      expect(found.filter((one) => one.startsWith('TABLE_CONTENT_DIFFERS'))).toEqual([
        `TABLE_CONTENT_DIFFERS s.${name}`,
      ])
    },
  )

  test('are proven whole, where an index can be restored', async () => {
    await cluster.createDatabase('wrapped')
    await cluster.psql(
      `CREATE FUNCTION public.norm(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.upper($1) $$;
       CREATE DOMAIN public.positive AS int CHECK (VALUE > 0);
       CREATE TABLE public.people (id int PRIMARY KEY, name text, n public.positive);
       CREATE INDEX ON public.people (public.norm(name)); CREATE INDEX ON public.people ((id + 1::public.positive));
       INSERT INTO public.people VALUES (1, 'Zoë', 1), (2, E'tab\\t and \\\\ and \\n', NULL);
       CREATE MATERIALIZED VIEW public.m AS SELECT name FROM public.people; CREATE INDEX ON public.m (public.norm(name))`,
      'wrapped',
    )
    const operated = await backUp('wrapped', {})
    expect(summaryOf(operated)).toEqual(PROVEN)
    // Before 18, COPY does not read a materialized view.
    const notRead = operated.found.filter((one) => one === 'MATERIALIZED_VIEW_NOT_COMPARED public.m')
    expect(notRead).toHaveLength(cluster.major >= 18 ? 0 : 1)
  })

  test('are dumped, and named, where their rows cannot be told from others that are not dumped', async () => {
    await cluster.createDatabase('configured')
    await cluster.psql(
      `CREATE EXTENSION citext; CREATE FUNCTION public.f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
       CREATE TABLE public.one (id int); CREATE INDEX ON public.one (public.f(id)); INSERT INTO public.one VALUES (1), (9);
       CREATE TABLE public.two (id int); INSERT INTO public.two VALUES (1);
       ALTER EXTENSION citext ADD TABLE public.one; UPDATE pg_extension SET
         extconfig = ARRAY['public.one'::regclass::oid], extcondition = ARRAY['WHERE id > 7'] WHERE extname = 'citext'`,
      'configured',
    )
    const none = await backUp('configured', { verify: 'none' })
    expect({ exitCode: none.exitCode, failure: none.report.failure }).toEqual({ exitCode: 0, failure: undefined })
    const archive = await backUp('configured', { verify: 'archive' })
    expect(summaryOf(archive)).toMatchObject({ exitCode: 4, outcome: 'not-verified', failure: undefined })
    expect(archive.found).toContain('TABLE_UNREAD public.one')
    expect(archive.findings.find(({ on }) => on === 'public.one')?.found).toContain('dumps only some of its rows')
  })
})
