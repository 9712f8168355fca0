import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { parseConnection } from '../../../src/postgres/connection.js'
import { libpqEnvironment } from '../../../src/postgres/libpq-environment.js'
import { findPrograms } from '../../../src/postgres/programs.js'
import { restoreSection } from '../../../src/restore/section.js'
import { barePath, runBare } from '../../support/bare.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, summaryOf } from '../../support/operating.js'
import { ALL_WELL, outcomeOf, RecoveryBench } from '../../support/recovery.js'
import { withRealContext } from '../../support/take-set.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

/** What no dump can know: each of these needs, by a function, what the archive's order or a job may bring later. */
const HIDDEN = `
  CREATE TABLE z_lookup (k text PRIMARY KEY);
  INSERT INTO z_lookup SELECT 'k' || n FROM generate_series(1, 50) n;
  CREATE FUNCTION known(t text) RETURNS bool LANGUAGE plpgsql STABLE AS
    $$BEGIN RETURN EXISTS (SELECT FROM public.z_lookup WHERE k = t); END$$;
  CREATE TABLE m_chain (k text CHECK (known(k)));
  INSERT INTO m_chain VALUES ('k3'), ('k4');
  CREATE FUNCTION chained(t text) RETURNS bool LANGUAGE plpgsql STABLE AS
    $$BEGIN RETURN EXISTS (SELECT FROM public.m_chain WHERE k = t); END$$;
  CREATE TABLE a_first (id int PRIMARY KEY, k text CHECK (chained(k)));
  INSERT INTO a_first VALUES (1, 'k3');
  COMMENT ON INDEX a_first_pkey IS 'first';
  CREATE DOMAIN known_key AS text CHECK (known(VALUE));
  CREATE TABLE b_domain (k known_key);
  INSERT INTO b_domain VALUES ('k5');
  CREATE TABLE c_rows (i int, k text);
  INSERT INTO c_rows SELECT n, 'k' || n FROM generate_series(1, 20) n;
  CREATE MATERIALIZED VIEW z_base AS SELECT sum(i) AS s FROM c_rows;
  CREATE FUNCTION base_sum() RETURNS bigint LANGUAGE plpgsql STABLE AS
    $$BEGIN RETURN (SELECT s FROM public.z_base); END$$;
  CREATE MATERIALIZED VIEW b_top AS SELECT base_sum() AS s;
  CREATE FUNCTION top_sum(i int) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS
    $$BEGIN RETURN i + (SELECT s FROM public.b_top); END$$;
  CREATE MATERIALIZED VIEW a_upmost AS SELECT top_sum(1) AS s;
  CREATE UNIQUE INDEX c_by_sum ON c_rows (top_sum(i));
  COMMENT ON INDEX c_by_sum IS 'by a view';
  CREATE TABLE noted (what text);
  CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO public.noted VALUES (tg_tag); END$$;
  CREATE EVENT TRIGGER noting ON ddl_command_end EXECUTE FUNCTION note();
`

let cluster: TestCluster
let root: string

beforeAll(async () => {
  ;[cluster, root] = await Promise.all([startCluster(), temporaryFolder()])
  await cluster.createDatabase('hidden')
  await cluster.psql(HIDDEN, 'hidden')
})
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})

describe('what needs other rows that no dump knows of', () => {
  test.each(['directory', 'custom'])(
    'is proven and restored whatever the jobs, and by the kit, format %s',
    async (format) => {
      const folder = path.join(root, format)
      await cp(await temporaryFolder(), folder, { recursive: true })
      const bench = await RecoveryBench.make(folder, cluster)
      const id = await bench.backUp(cluster.url('hidden'), { verify: 'full', format, jobs: 4, type: 'daily' })
      for (const jobs of [1, 2, 3, 4]) {
        const ran = await bench.run('restore', { 'target-url': cluster.url(`${format}_${jobs}`), jobs })
        expect(outcomeOf(ran)).toEqual(ALL_WELL)
      }
      const coreutils = await barePath(path.join(folder, 'path'))
      for (const jobs of ['1', '3']) {
        const name = `kit_${format}_${jobs}`
        const args = [path.join(bench.store, 'daily', id, 'restore.sh'), '--jobs', jobs, name]
        const ended = await runBare(args, { cluster, coreutils })
        expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('once more what failed') })
        expect(
          await cluster.query('SELECT a.s, count(*)::int AS noted FROM a_upmost a, noted GROUP BY 1', name),
        ).toEqual([])
        expect(await cluster.query(`SELECT obj_description('c_by_sum'::regclass) AS c`, name)).toEqual([
          { c: 'by a view' },
        ])
      }
    },
  )

  test.each([['-Fc'], ['-Fc', '--inserts'], ['-Ft']])(
    'is restored from a dump of another tool: pg_dump %s %s',
    async (...args) => {
      const file = path.join(root, `foreign${args.join('')}`)
      await cluster.run('pg_dump', [...args, '-d', 'hidden', '-f', file])
      const operated = await operate('validate', {
        backup: file,
        store: path.join(root, 'no-store'),
        'scratch-url': cluster.url('postgres'),
      })
      expect(summaryOf(operated).weighty).toEqual([expect.stringMatching(/^NO_MANIFEST /)])
    },
  )
})

/** As with tables of an extension: they are there with their foreign keys before they have rows. */
describe('tables that have foreign keys before they have rows', () => {
  test.each([1, 3])('get their rows, in a circle too, with %d jobs', async (jobs) => {
    const source = `keys_${jobs}`
    const tables = `CREATE TABLE z_srs (id int PRIMARY KEY); CREATE TABLE m_layer (id int PRIMARY KEY, s int REFERENCES z_srs);
      CREATE TABLE a_feature (id int PRIMARY KEY, l int REFERENCES m_layer);
      CREATE TABLE c_one (id int PRIMARY KEY, o int); CREATE TABLE c_two (id int PRIMARY KEY, o int REFERENCES c_one);
      ALTER TABLE c_one ADD FOREIGN KEY (o) REFERENCES c_two;`
    await cluster.createDatabase(source)
    await cluster.psql(
      `${tables} INSERT INTO z_srs VALUES (1); INSERT INTO m_layer VALUES (2, 1); INSERT INTO a_feature VALUES (3, 2);
      INSERT INTO c_one VALUES (1, NULL); INSERT INTO c_two VALUES (1, 1); UPDATE c_one SET o = 1;`,
      source,
    )
    const archive = path.join(root, `${source}.dump`)
    await cluster.run('pg_dump', ['-Fc', '-d', source, '-f', archive])
    const copy = `copy_of_${source}`
    await cluster.createDatabase(copy)
    await cluster.psql(tables, copy)
    const findings = await withRealContext(async (context) => {
      const { environment, processes } = context
      const settings = parseConnection({ databaseUrl: cluster.url(copy), environment: {} })
      const programs = await findPrograms({
        serverMajor: cluster.major,
        preferredFolders: [cluster.clientBin],
        environment,
        processes,
      })
      const target = { programs, environment: await libpqEnvironment(settings, context), database: copy }
      return restoreSection(target, { section: 'data', archive, jobs }, context)
    })
    expect(findings).toEqual([])
    const rows = 'SELECT (SELECT l FROM a_feature) AS l, (SELECT o FROM c_one) AS one, (SELECT o FROM c_two) AS two'
    expect(await cluster.query(rows, copy)).toEqual([{ l: 2, one: 1, two: 1 }])
  })
})

describe('what really cannot be restored', () => {
  test('is told with its entry, statement, SQLSTATE, detail and hint', async () => {
    await cluster.createDatabase('broken')
    await cluster.psql(
      `CREATE TABLE nm (k text PRIMARY KEY, v text); INSERT INTO nm VALUES ('a', 'b');
       CREATE FUNCTION low(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN
         IF current_database() <> 'broken' THEN
           RAISE EXCEPTION 'not here' USING ERRCODE = 'P0042', DETAIL = 'a detail', HINT = 'a hint';
         END IF; RETURN t; END$$;
       CREATE TABLE t (id int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'x'); CREATE INDEX t_low ON t (low(b));
       COMMENT ON INDEX t_low IS 'lost';`,
      'broken',
    )
    const operated = await operate('backup', {
      'database-url': cluster.url('broken'),
      store: path.join(root, 'broken'),
      'postgres-bin': cluster.clientBin,
      type: 'daily',
      jobs: '4',
    })
    expect(operated.exitCode).toBe(3)
    const errors = operated.findings.filter(({ code }) => code === 'RESTORE_ERROR')
    expect(errors.map(({ on }) => on)).toEqual(['INDEX public t_low postgres', 'COMMENT public INDEX t_low postgres'])
    expect(errors[0]!.found).toMatch(
      /^not here \(SQLSTATE P0042\); detail: a detail; hint: a hint; context: PL\/pgSQL function public\.low\(text\) line .*; statement: CREATE INDEX t_low ON public\.t /,
    )
  })
})

describe('rows and sequences that change when indexes, views and triggers are restored', () => {
  test('are found', async () => {
    await cluster.createDatabase('changing')
    await cluster.psql(
      `CREATE TABLE log (n int); CREATE SEQUENCE ticket;
       CREATE FUNCTION logged() RETURNS bigint LANGUAGE plpgsql VOLATILE AS
         $$BEGIN INSERT INTO public.log VALUES (1); RETURN nextval('public.ticket'); END$$;
       CREATE MATERIALIZED VIEW v AS SELECT logged() AS n;`,
      'changing',
    )
    const given = {
      'database-url': cluster.url('changing'),
      store: path.join(root, 'changing'),
      'postgres-bin': cluster.clientBin,
      type: 'daily',
    }
    const full = await operate('backup', given)
    expect(full.found).toEqual(expect.arrayContaining(['TABLE_ROWS_DIFFER public.log', 'SEQUENCE_AHEAD public.ticket']))
    expect(full.exitCode).toBe(3)
    // Views are not filled at this tier, and so nothing is changed.
    expect(summaryOf(await operate('backup', { ...given, verify: 'data' }))).toMatchObject({
      exitCode: 0,
      tier: 'data',
    })
  })
})
