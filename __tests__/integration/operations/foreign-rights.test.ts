import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { ownerHere } from '../../../src/platform/owner.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { describeMajors } from '../../support/describe-majors.js'
import { operate, summaryOf, type Given, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** What an application may well have: everything of it must go through without the rights of a superuser. */
const ORDINARY = `
  CREATE SCHEMA ext; CREATE SCHEMA sales AUTHORIZATION fr_app;
  CREATE EXTENSION "uuid-ossp" WITH SCHEMA ext; CREATE EXTENSION pgcrypto; CREATE EXTENSION pg_stat_statements WITH SCHEMA ext;
  CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ref uuid DEFAULT ext.uuid_generate_v4(),
    amount int CHECK (amount > 0), twice int GENERATED ALWAYS AS (amount * 2) STORED);
  INSERT INTO sales.orders (amount) SELECT g FROM generate_series(1, 40) g;
  ALTER TABLE sales.orders OWNER TO fr_app; ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY; ALTER TABLE sales.orders FORCE ROW LEVEL SECURITY;
  CREATE POLICY few ON sales.orders TO fr_reader USING (amount < 10);
  GRANT USAGE ON SCHEMA sales TO fr_reader; GRANT SELECT ON sales.orders TO fr_reader WITH GRANT OPTION;
  SET ROLE fr_reader; GRANT SELECT ON sales.orders TO fr_other; RESET ROLE;
  COMMENT ON TABLE sales.orders IS 'orders'; COMMENT ON EXTENSION pgcrypto IS 'another comment';
  CREATE TABLE public.logs (at date, what text) PARTITION BY RANGE (at);
  CREATE TABLE public.logs_1 PARTITION OF public.logs FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
  CREATE TABLE public.logs_2 PARTITION OF public.logs FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
  INSERT INTO public.logs SELECT date '2026-01-01' + g, 'x' FROM generate_series(0, 300) g; CREATE INDEX ON public.logs (at);
  ALTER TABLE public.logs_1 OWNER TO fr_other;
  CREATE MATERIALIZED VIEW sales.sums AS SELECT count(*) AS n, sum(amount) AS s FROM sales.orders;
  CREATE FUNCTION sales.stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
  ALTER FUNCTION sales.stamp() OWNER TO fr_app; CREATE TRIGGER stamp BEFORE INSERT ON sales.orders FOR EACH ROW EXECUTE FUNCTION sales.stamp();
  CREATE TABLE sales.lines (orders int REFERENCES sales.orders, n numeric DEFAULT 1); INSERT INTO sales.lines SELECT g FROM generate_series(1, 5) g;
  ALTER TABLE sales.lines OWNER TO fr_other;
  ALTER DEFAULT PRIVILEGES FOR ROLE fr_app IN SCHEMA sales GRANT SELECT ON TABLES TO fr_reader;
  SELECT lo_from_bytea(7001, 'large'); ALTER LARGE OBJECT 7001 OWNER TO fr_app; COMMENT ON LARGE OBJECT 7001 IS 'one';
  CREATE DOMAIN sales.positive AS int CHECK (value > 0); CREATE TYPE sales.mood AS ENUM ('sad', 'glad');
  CREATE STATISTICS sales.correlated ON amount, ref FROM sales.orders; CREATE PUBLICATION lines FOR TABLE sales.lines;
  REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO fr_app;
  REVOKE EXECUTE ON FUNCTION ext.pg_stat_statements_reset FROM PUBLIC;`

/** Behind its name, what the statement would have done to the machine or the server. */
const HOSTILE = (canary: string) => [
  `COPY public.t FROM PROGRAM 'touch ${canary}-from';`,
  `COPY (SELECT 1) TO PROGRAM 'touch ${canary}-to';`,
  `COPY (SELECT 1) TO '${canary}-file';`,
  `ALTER SYSTEM SET log_line_prefix = 'HACK';`,
  'CREATE DATABASE fr_planted;',
  `CREATE FUNCTION public.c() RETURNS int LANGUAGE c AS '${canary}.so', 'c';`,
  `SELECT pg_catalog.lo_export(1, '${canary}-lo');`,
  'SET SESSION_REPLICATION_ROLE = replica;',
  `DO $$ BEGIN EXECUTE 'CREATE ROLE fr_evil_do SUPERUSER'; END $$;`,
  `DO $$ BEGIN EXECUTE 'ALTER ROLE fr_kept SUPERUSER'; END $$;`,
  'SET ROLE fr_kept;',
]

const ROLES = [
  'CREATE ROLE fr_evil SUPERUSER LOGIN;',
  'ALTER ROLE fr_kept SET search_path = evil;',
  'GRANT pg_execute_server_program TO fr_evil;',
]

const FORMS: [name: string, file: string, args: string[]][] = [
  ['script', 'plain.sql', []],
  ['custom archive', 'custom.dump', ['-Fc']],
  ['script of --clean', 'clean.sql', ['--clean']],
  ['script of --clean --if-exists', 'clean-if.sql', ['--clean', '--if-exists']],
  ['script of --use-set-session-authorization', 'session.sql', ['--use-set-session-authorization']],
  ['script of INSERTs', 'inserts.sql', ['--inserts']],
  ['directory', 'directory', ['-Fd', '-j2']],
  ['tar', 'dump.tar', ['-Ft']],
]

describeMajors(
  'a dump of another tool, which is restored without the rights of a superuser,',
  (installation) => {
    const { major } = installation
    let source: TestCluster
    let scratch: TestCluster
    let folder: string

    beforeAll(async () => {
      const settings = { shared_preload_libraries: 'pg_stat_statements', max_prepared_transactions: 4 }
      ;[source, scratch] = await Promise.all([
        startCluster({ ...installation, settings }),
        startCluster({ ...installation, auth: 'scram', settings }),
      ])
      folder = await mkdtemp(path.join(await temporaryFolder(), 'rights-'))
      await source.query('CREATE ROLE fr_app; CREATE ROLE fr_reader; CREATE ROLE fr_other')
      // One of them is somebody's already.
      await scratch.query('CREATE ROLE fr_kept; CREATE ROLE fr_other')
      await scratch.createDatabase('fr_bystander')
      await source.createDatabase('ordinary')
      await source.query(ORDINARY, 'ordinary')
    })
    afterAll(async () => {
      await Promise.all([source.remove(), scratch.remove()])
      await removeTemporaryFolders()
    })

    const validate = (file: string, more: Given = {}): Promise<Operated> =>
      operate('validate', {
        backup: file,
        store: path.join(folder, 'no-store'),
        'postgres-bin': installation.clientBin,
        'scratch-url': scratch.url(),
        ...more,
      })

    async function dump(name: string, ...args: string[]): Promise<string> {
      const file = path.join(folder, name)
      await source.run('pg_dump', ['-d', 'ordinary', '-f', file, ...args])
      return file
    }

    async function script(name: string, statements: readonly string[]): Promise<string> {
      const file = path.join(folder, name)
      const lines = ['-- PostgreSQL database dump', 'CREATE TABLE public.t (a text);', ...statements]
      await writeFile(file, [...lines, '-- PostgreSQL database dump complete', ''].join('\n'))
      return file
    }

    /** Everything of the server that a script could have changed. */
    async function server(): Promise<unknown[]> {
      const [roles] = await scratch.query('SELECT json_agg(r ORDER BY oid)::text AS all FROM pg_roles r')
      const [members] = await scratch.query('SELECT json_agg(m)::text AS all FROM pg_auth_members m')
      const [databases] = await scratch.query('SELECT json_agg(datname ORDER BY oid)::text AS all FROM pg_database')
      const [kept] = await scratch.query('SELECT count(*)::int AS all FROM pg_db_role_setting')
      const automatic = await readFile(path.join(scratch.dataDirectory, 'postgresql.auto.conf'), 'utf8')
      return [roles, members, databases, kept, automatic]
    }

    const rowsOf = ({ report }: Operated) =>
      Object.fromEntries(report.tables.map(({ name, restoredRows }) => [name, restoredRows]))

    test.each(major === 18 ? FORMS.slice(0, 2) : FORMS)(
      'ordinary, as a %s: it is restored as a whole, and the server is as before',
      async (_, name, args) => {
        const before = await server()
        const operated = await validate(await dump(name, ...args))
        expect(summaryOf(operated)).toMatchObject({
          exitCode: 0,
          outcome: 'not-verified',
          weighty: [expect.stringMatching(/^NO_MANIFEST /)],
          failure: undefined,
        })
        expect(rowsOf(operated)).toEqual({
          'public.logs_1': 181,
          'public.logs_2': 120,
          'sales.lines': 5,
          'sales.orders': 40,
        })
        expect(operated.found.filter((found) => /PASSED_OVER|SCRATCH_CHANGED/.test(found))).toHaveLength(1)
        expect(operated.found).toContainEqual(expect.stringMatching(/^DUMP_PRIVILEGES_PASSED_OVER /))
        expect(await server()).toEqual(before)
      },
    )

    test('ordinary, into a throw-away cluster', async () => {
      const operated = await validate(await dump('own.dump', '-Fc'), { scratch: 'cluster', 'scratch-url': '' })
      expect(summaryOf(operated)).toMatchObject({ exitCode: 0, weighty: [expect.stringMatching(/^NO_MANIFEST /)] })
      expect(rowsOf(operated)).toMatchObject({ 'sales.orders': 40, 'public.logs_1': 181 })
    })

    test('hostile: nothing of it happens, and each statement is told', async () => {
      const canary = path.join(scratch.host, 'canary')
      const before = await server()
      const statements = HOSTILE(canary)
      const operated = await validate(await script('hostile.sql', [...ROLES, ...statements]))
      expect(summaryOf(operated)).toMatchObject({ exitCode: 4, outcome: 'not-verified', failure: undefined })
      expect((await readdir(scratch.host)).filter((name) => name.startsWith('canary'))).toEqual([])
      expect(await server()).toEqual(before)
      const refused = operated.findings.filter(({ code }) => code === 'DUMP_NEEDS_SUPERUSER').map(({ found }) => found)
      expect(refused).toHaveLength(statements.length)
      for (const [index, statement] of statements.entries()) {
        expect(refused[index]).toContain(`(SQLSTATE 42501)`)
        expect(refused[index]).toContain(statement.split(/['$]/)[0])
      }
      const [passedOver] = operated.findings.filter(({ code }) => code === 'DUMP_ROLES_PASSED_OVER')
      expect(passedOver?.found).toBe(ROLES.join(' '))
    })

    test('hostile, as an archive: nothing of it happens', async () => {
      const canary = path.join(scratch.host, 'canary')
      await source.createDatabase('hostile')
      await source.query(
        `CREATE TABLE rows (a int); INSERT INTO rows VALUES (1);
         CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f(); COMMENT ON EVENT TRIGGER e IS 'e';
         CREATE FUNCTION act() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
           IF current_database() LIKE 'lifeboat%' THEN COPY (SELECT 1) TO PROGRAM 'touch ${canary}-index'; END IF; RETURN 1; END $$;
         CREATE FUNCTION run() RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN public.act(); END';
         CREATE INDEX ON rows ((a + run()))`,
        'hostile',
      )
      const file = path.join(folder, 'hostile.dump')
      await source.run('pg_dump', ['-d', 'hostile', '-f', file, '-Fc'])
      const before = await server()
      const operated = await validate(file)
      expect(summaryOf(operated)).toMatchObject({ exitCode: 4, outcome: 'not-verified', failure: undefined })
      const refused = operated.findings.filter(({ code }) => code === 'DUMP_NEEDS_SUPERUSER')
      expect(refused.map(({ on }) => on)).toEqual([expect.stringMatching(/^INDEX public rows_expr_idx/)])
      expect(operated.found.filter((found) => found.startsWith('DUMP_DEFINITION_PASSED_OVER'))).toEqual([
        expect.stringContaining(' EVENT TRIGGER - e'),
        expect.stringContaining(' COMMENT - EVENT TRIGGER e'),
      ])
      expect((await readdir(scratch.host)).filter((name) => name.startsWith('canary'))).toEqual([])
      expect(await server()).toEqual(before)
    })

    test('that changes its own role, prepares a transaction and locks its table: all the same it is counted', async () => {
      const before = await server()
      const operated = await validate(
        await script('self.sql', [
          'INSERT INTO public.t VALUES (1);',
          `DO $$ BEGIN EXECUTE 'ALTER ROLE CURRENT_USER PASSWORD ''other'''; EXECUTE 'ALTER ROLE CURRENT_USER SET default_transaction_isolation = serializable'; END $$;`,
          'BEGIN;',
          'LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE;',
          `PREPARE TRANSACTION 'fr''left';`,
        ]),
      )
      expect(summaryOf(operated)).toMatchObject({ exitCode: 0, weighty: [expect.stringMatching(/^NO_MANIFEST /)] })
      expect(operated.found).toContain("SCRATCH_TRANSACTION_UNDONE fr'left")
      expect(rowsOf(operated)).toEqual({ 'public.t': 1 })
      expect(await server()).toEqual(before)
    })

    test('many privileges that are not its to give: one note; and more of what fails than is told is still told', async () => {
      const many = Array.from({ length: 55 }, (_, at) => `fr_many_${at}`)
      await source.createDatabase('many')
      await source.query(
        `CREATE TABLE t (a int); INSERT INTO t VALUES (1);
         ${many.map((role) => `CREATE ROLE ${role}; ALTER DEFAULT PRIVILEGES FOR ROLE ${role} GRANT SELECT ON TABLES TO fr_app;`).join('\n')}`,
        'many',
      )
      for (const args of [[], ['-Fc']]) {
        const file = path.join(folder, `many${args.length}`)
        await source.run('pg_dump', ['-d', 'many', '-f', file, ...args])
        const operated = await validate(file)
        expect(summaryOf(operated)).toMatchObject({ exitCode: 0, weighty: [expect.stringMatching(/^NO_MANIFEST /)] })
        const notes = operated.findings.filter(({ code }) => code === 'DUMP_PRIVILEGES_PASSED_OVER')
        expect(notes.map(({ found }) => found)).toEqual([expect.stringContaining('(and 54 more such statements)')])
      }
      const wrong = await script('wrong.sql', [
        ...many.map((role) => `SELECT ${role};`),
        'CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f();',
      ])
      const operated = await validate(wrong)
      expect(operated.exitCode).toBe(3)
      expect(operated.findings.map(({ found }) => found)).toContain('6 more errors like these were reported')
    })

    test('what may follow from a statement that was not run is no damage: it is told', async () => {
      const operated = await validate(
        await script('follows.sql', [
          "CREATE FUNCTION public.c(int) RETURNS int LANGUAGE c AS 'no-such', 'c';",
          'CREATE VIEW public.v AS SELECT public.c(1);',
        ]),
      )
      expect(operated.exitCode).toBe(4)
      expect(operated.found.map((found) => found.split(' ')[0])).toEqual(
        expect.arrayContaining(['DUMP_NEEDS_SUPERUSER', 'DUMP_CONSEQUENCE']),
      )
    })

    test('an extension that opens connections is made, and what it does is not for the dump', async () => {
      const operated = await validate(
        await script('dblink.sql', [
          'CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA public;',
          'CREATE VIEW public.v AS SELECT public.dblink_get_connections();',
          `SELECT public.dblink_connect('c', 'host=127.0.0.1');`,
        ]),
      )
      const refused = operated.findings.filter(({ code }) => code === 'DUMP_NEEDS_SUPERUSER')
      expect(refused.map(({ on, found }) => `${on}: ${found}`)).toEqual([
        expect.stringContaining('permission denied for function dblink_connect'),
      ])
    })

    test('something that appears on the server meanwhile is told, and never dropped', async () => {
      const trigger = await script('slow.sql', ['SELECT pg_catalog.pg_sleep(1);'])
      const [operated] = await Promise.all([
        validate(trigger),
        appears("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_catalog.pg_sleep%'").then(() =>
          scratch.query(
            'CREATE ROLE fr_other_sessions; GRANT fr_kept TO fr_other_sessions; ALTER ROLE fr_kept SET work_mem = 100',
          ),
        ),
      ])
      expect(operated.found.filter((found) => found.startsWith('SCRATCH_CHANGED'))).toEqual([
        'SCRATCH_CHANGED role fr_other_sessions',
        'SCRATCH_CHANGED membership of fr_other_sessions in fr_kept',
        'SCRATCH_CHANGED setting work_mem of role fr_kept',
      ])
      expect(await scratch.query("SELECT rolname FROM pg_roles WHERE rolname = 'fr_other_sessions'")).toHaveLength(1)
      await scratch.query('DROP ROLE fr_other_sessions; ALTER ROLE fr_kept RESET work_mem')
    })

    /** Waits until a query has a row. */
    async function appears(query: string): Promise<void> {
      while ((await scratch.query(`${query} AND pid <> pg_backend_pid()`)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }

    test('by a scratch role that is no superuser: what the dump left on the server is told', async () => {
      await scratch.query("CREATE ROLE fr_maker LOGIN CREATEDB CREATEROLE PASSWORD 'secret'")
      const url = scratch.url('postgres', { user: 'fr_maker', password: 'secret' })
      const file = await script('maker.sql', ['CREATE DATABASE fr_planted;', 'CREATE ROLE fr_made;'])
      const operated = await validate(file, { 'scratch-url': url })
      expect(summaryOf(operated)).toMatchObject({ exitCode: 0, weighty: [expect.stringMatching(/^NO_MANIFEST /)] })
      expect(operated.found.filter((found) => found.startsWith('SCRATCH_CHANGED'))).toEqual(
        expect.arrayContaining(['SCRATCH_CHANGED role fr_made', 'SCRATCH_CHANGED database fr_planted']),
      )
      await scratch.query('DROP DATABASE fr_planted')
      await scratch.query('DROP ROLE fr_made; DROP ROLE fr_maker')
    })

    test('on a server that lets in its superuser alone, it is not restored: exit code 4, and nothing is left', async () => {
      const file = path.join(scratch.dataDirectory, 'pg_hba.conf')
      const rules = await readFile(file, 'utf8')
      const before = await server()
      await writeFile(file, 'host all postgres 127.0.0.1/32 scram-sha-256\nlocal all postgres scram-sha-256\n')
      await scratch.query('SELECT pg_reload_conf()')
      const operated = await validate(await script('alone.sql', []))
      await writeFile(file, rules)
      await scratch.query('SELECT pg_reload_conf()')
      expect(summaryOf(operated)).toMatchObject({ exitCode: 4, outcome: 'not-verified' })
      expect(operated.found).toContain('SCRATCH_UNAVAILABLE scratch')
      expect(await server()).toEqual(before)
    })

    test('a role that a killed run left is dropped by the next one', async () => {
      const ended = { ...ownerHere('restoring a dump', new Date()), boot: 'another boot of this machine' }
      const note = JSON.stringify(ended)
      await scratch.query(`CREATE ROLE lifeboat_restorer_left; COMMENT ON ROLE lifeboat_restorer_left IS '${note}'`)
      await scratch.query('CREATE ROLE lifeboat_restorer_strange')
      await validate(await script('next.sql', []))
      expect(await scratch.query("SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'lifeboat')")).toEqual([
        { rolname: 'lifeboat_restorer_strange' },
      ])
    })
  },
  [15, 18],
)
