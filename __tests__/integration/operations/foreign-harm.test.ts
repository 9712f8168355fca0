import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { describeMajors } from '../../support/describe-majors.js'
import { operate, summaryOf, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)
afterAll(removeTemporaryFolders)

/** What is in the server beside the databases of the test; a dump must leave it as it is. */
const SERVER = `SELECT 'role ' || rolname || ' ' || rolsuper AS thing FROM pg_roles WHERE rolname !~ '^pg_'
  UNION ALL SELECT 'database ' || datname FROM pg_database
  UNION ALL SELECT 'member ' || member::regrole || ' of ' || roleid::regrole FROM pg_auth_members
  UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting
  UNION ALL SELECT 'system ' || name FROM pg_file_settings WHERE sourcefile ~ 'auto.conf'
  UNION ALL SELECT 'prepared ' || gid FROM pg_prepared_xacts ORDER BY 1`

const HEAD = '--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE public.t (a text);\n'
const END = '--\n-- PostgreSQL database dump complete\n--\n'

/** One statement each that a superuser could run, with what must be said of it; @ is a folder that all may write to. */
const HARMFUL: readonly (readonly [what: string, statement: string, code: string])[] = [
  ['a program, in', "COPY public.t FROM PROGRAM 'touch @/in; echo x';", 'DUMP_NEEDS_SUPERUSER'],
  ['a program, out', "COPY (SELECT 1) TO PROGRAM 'touch @/out';", 'DUMP_NEEDS_SUPERUSER'],
  ['a file, out', "COPY (SELECT 1) TO '@/file';", 'DUMP_NEEDS_SUPERUSER'],
  ['a file of the server, in', "COPY public.t FROM '/etc/hostname';", 'DUMP_NEEDS_SUPERUSER'],
  ['a large object, out', "SELECT lo_export(lo_from_bytea(0, 'x'), '@/object');", 'DUMP_NEEDS_SUPERUSER'],
  ['a setting of the server', "ALTER SYSTEM SET log_line_prefix = 'HACK';", 'DUMP_NEEDS_SUPERUSER'],
  ['a role', 'CREATE ROLE evil SUPERUSER LOGIN;', 'DUMP_ROLES_PASSED_OVER'],
  ['a setting of a role', 'ALTER ROLE postgres SET search_path = evil;', 'DUMP_ROLES_PASSED_OVER'],
  ['a password', "ALTER USER postgres PASSWORD 'known';", 'DUMP_ROLES_PASSED_OVER'],
  ['a membership', 'GRANT postgres TO app;', 'DUMP_ROLES_PASSED_OVER'],
  ['a database', 'CREATE DATABASE planted;', 'DUMP_NEEDS_SUPERUSER'],
  ['a setting of a database', 'ALTER DATABASE postgres SET search_path = evil;', ''],
  ['a function in C', "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'getpid';", 'DUMP_NEEDS_SUPERUSER'],
  [
    'an event trigger',
    'CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$; CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION e();',
    'DUMP_DEFINITION_PASSED_OVER',
  ],
  ['the role before', 'RESET SESSION AUTHORIZATION; SET ROLE postgres; CREATE ROLE evil;', ''],
  ['a program in a DO', "DO $$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch @/do'; END $$;", 'DUMP_NEEDS_SUPERUSER'],
]

describeMajors(
  'a dump of anyone',
  (installation) => {
    let source: TestCluster
    let scratch: TestCluster
    let folder: string
    let canaries: string

    beforeAll(async () => {
      ;[source, scratch] = await Promise.all([startCluster(installation), startCluster(installation)])
      folder = await temporaryFolder()
      await chmod(folder, 0o755)
      canaries = path.join(folder, 'canaries')
      await mkdir(canaries)
      await chmod(canaries, 0o777)
      await scratch.query('CREATE ROLE app')
      await source.createDatabase('shop')
      await source.psql(ORDINARY, 'shop')
    })
    afterAll(async () => {
      await Promise.all([source.remove(), scratch.remove()])
    })

    const serverState = async () => (await scratch.query(SERVER)).map(({ thing }) => String(thing))

    async function validate(name: string, text: string | null, where: 'service' | 'cluster'): Promise<Operated> {
      const file = path.join(folder, name)
      if (text !== null) await writeFile(file, text)
      return operate('validate', {
        backup: file,
        'postgres-bin': source.clientBin,
        ...(where === 'service' ? { 'scratch-url': scratch.url() } : { scratch: 'cluster' }),
      })
    }

    test.each(HARMFUL)('%s: is not run with the rights of a superuser, and is told', async (what, statement, code) => {
      const before = await serverState()
      const text = `${HEAD}${statement.replaceAll('@', canaries)}\n${END}`
      const operated = await validate('harmful.sql', text, 'service')
      expect([what, await readdir(canaries), await serverState()]).toEqual([what, [], before])
      if (code !== '') expect(operated.found.map((found) => found.split(' ')[0])).toContain(code)
      expect([0, 3, 4]).toContain(operated.exitCode)
    })

    test('all at once, in a throw-away cluster: no file appears, and the dump is not called whole', async () => {
      const text = `${HEAD}${HARMFUL.map(([, statement]) => statement.replaceAll('@', canaries)).join('\n')}\n${END}`
      const operated = await validate('harmful.sql', text, 'cluster')
      expect(await readdir(canaries)).toEqual([])
      expect(operated.exitCode).toBe(4)
    })

    describe('an ordinary dump', () => {
      test.each([
        ['a script', []],
        ['a custom archive', ['-Fc']],
        ['a tar archive', ['-Ft']],
        ['a directory archive', ['-Fd']],
      ] as const)('%s is restored and counted, and the server is left as it was', async (_what, args) => {
        const name = `shop${args[0] ?? '.sql'}`
        await source.run('pg_dump', ['-d', 'shop', '-f', path.join(folder, name), ...args])
        const before = await serverState()
        for (const where of ['service', 'cluster'] as const) {
          const operated = await validate(name, null, where)
          expect(summaryOf(operated)).toMatchObject({
            exitCode: 0,
            outcome: 'not-verified',
            weighty: [`NO_MANIFEST ${name}: another tool made it`],
            failure: undefined,
          })
          const rows = operated.report.tables.map((table) => [table.name, table.restoredRows])
          expect(rows).toEqual(
            expect.arrayContaining([
              ['public.orders', 3],
              ['private.policed', 1],
              ['public.parted_1', 1],
            ]),
          )
        }
        expect(await serverState()).toEqual(before)
      })
    })
  },
  [15],
)

/** Owners, grants, policies, extensions, large objects, identities, partitions, comments, triggers and a view. */
const ORDINARY = `
CREATE ROLE owner_of_shop; CREATE ROLE reader_of_shop;
CREATE EXTENSION pgcrypto; CREATE EXTENSION pg_stat_statements; CREATE EXTENSION citext;
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name citext UNIQUE, total numeric CHECK (total > 0));
INSERT INTO orders (name, total) VALUES ('a', 1), ('b', 2), ('c', 3);
ALTER TABLE orders OWNER TO owner_of_shop;
GRANT SELECT ON orders TO reader_of_shop; GRANT UPDATE (total) ON orders TO reader_of_shop WITH GRANT OPTION;
COMMENT ON TABLE orders IS 'what was sold';
CREATE SCHEMA private AUTHORIZATION owner_of_shop; COMMENT ON SCHEMA private IS 'hidden';
CREATE TABLE private.policed (a int); INSERT INTO private.policed VALUES (1);
ALTER TABLE private.policed OWNER TO owner_of_shop;
ALTER TABLE private.policed ENABLE ROW LEVEL SECURITY; ALTER TABLE private.policed FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON private.policed USING (a = 2);
CREATE TABLE parted (a int) PARTITION BY LIST (a); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1); INSERT INTO parted VALUES (1);
CREATE VIEW summary AS SELECT count(*) FROM orders; CREATE MATERIALIZED VIEW kept AS SELECT name FROM orders;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch();
ALTER DEFAULT PRIVILEGES FOR ROLE owner_of_shop GRANT SELECT ON TABLES TO reader_of_shop;
SELECT lo_from_bytea(0, 'large'); COMMENT ON EXTENSION citext IS 'ours';
`
