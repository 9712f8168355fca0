import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, summaryOf, PROVEN, type Operated } from '../../support/operating.js'
import { ownInstallation, type OwnExtension, type OwnInstallation } from '../../support/own-installation.js'

jest.setTimeout(180_000)

const REFS: OwnExtension = {
  name: 'myrefs',
  control: { comment: `'reference data'`, default_version: `'1.1'`, relocatable: 'false', schema: 'refs' },
  scripts: {
    '1.0': `
      CREATE TABLE refs.srs (id int PRIMARY KEY, name text);
      INSERT INTO refs.srs SELECT g, 'builtin ' || g FROM generate_series(1, 40) g;
      CREATE TABLE refs.plain (id int PRIMARY KEY, v text);
      INSERT INTO refs.plain VALUES (1, 'static');
      CREATE TABLE refs.conf (k text PRIMARY KEY, v text, srs int REFERENCES refs.srs);
      CREATE SEQUENCE refs.numbers;
      CREATE SEQUENCE refs.marked_numbers;
      CREATE TYPE refs.level AS ENUM ('low', 'high');
      CREATE TYPE refs.pair AS (a int, b int);
      CREATE DOMAIN refs.positive AS int CHECK (VALUE > 0);
      CREATE VIEW refs.shown AS SELECT id, name FROM refs.srs;
      CREATE FUNCTION refs.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
      SELECT pg_catalog.pg_extension_config_dump('refs.srs', 'WHERE id > 1000');
      SELECT pg_catalog.pg_extension_config_dump('refs.conf', '');
      SELECT pg_catalog.pg_extension_config_dump('refs.marked_numbers', '');`,
    '1.0--1.1': 'CREATE FUNCTION refs.thrice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT n * 3$$;',
  },
}

/** Each a change of its own, in a database of its own, and what is said of it. */
const CHANGES: readonly { change: string; sql: string; found: string; says: RegExp }[] = [
  {
    change: 'an index on a table',
    sql: 'CREATE INDEX my_idx ON refs.conf (v)',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /index refs\.my_idx is not in the restored copy/,
  },
  {
    change: 'a check on a table',
    sql: 'ALTER TABLE refs.conf ADD CONSTRAINT my_check CHECK (length(v) < 10)',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /constraint refs\.conf\.my_check is not in/,
  },
  {
    change: 'a trigger on a table',
    sql: `CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
      CREATE TRIGGER my_trg BEFORE INSERT ON refs.conf FOR EACH ROW EXECUTE FUNCTION tf()`,
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /trigger refs\.conf\.my_trg is not in/,
  },
  {
    change: 'a policy and row-level security',
    sql: 'ALTER TABLE refs.conf ENABLE ROW LEVEL SECURITY; CREATE POLICY my_pol ON refs.conf USING (true)',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /table refs\.conf row security is gone.*policy refs\.conf\.my_pol is not in/,
  },
  {
    change: 'a rule on a view',
    sql: 'CREATE RULE my_rule AS ON INSERT TO refs.shown DO INSTEAD NOTHING',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /rule refs\.shown\.my_rule is not in/,
  },
  {
    change: 'another column',
    sql: `ALTER TABLE refs.plain ADD COLUMN mine text DEFAULT 'x'`,
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /column refs\.plain\.mine is not in/,
  },
  {
    change: 'a storage parameter and a statistics target',
    sql: 'ALTER TABLE refs.plain SET (fillfactor = 50); ALTER TABLE refs.srs ALTER name SET STATISTICS 500',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /table refs\.plain options.*fillfactor=50.*column refs\.srs\.name statistics target/,
  },
  {
    change: 'another owner',
    sql: 'ALTER TABLE refs.plain OWNER TO pg_monitor',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /table refs\.plain belongs to the owner of its extension, at the source to pg_monitor/,
  },
  {
    change: 'a comment',
    sql: `COMMENT ON TABLE refs.plain IS 'mine'`,
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /comment on table refs\.plain is not in/,
  },
  {
    change: 'a label of an enum',
    sql: `ALTER TYPE refs.level ADD VALUE 'higher'`,
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /type refs\.level labels: - higher/,
  },
  {
    change: 'an attribute of a composite type',
    sql: 'ALTER TYPE refs.pair ADD ATTRIBUTE c int',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /attribute refs\.pair\.c is not in/,
  },
  {
    change: 'a constraint of a domain',
    sql: 'ALTER DOMAIN refs.positive ADD CONSTRAINT small CHECK (VALUE < 100)',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /domain constraint refs\.positive\.small is not in/,
  },
  {
    change: 'a view replaced',
    sql: `CREATE OR REPLACE VIEW refs.shown AS SELECT id, upper(name) AS name FROM refs.srs`,
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /view refs\.shown definition/,
  },
  {
    change: 'a function replaced',
    sql: `CREATE OR REPLACE FUNCTION refs.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2 + 0'`,
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /function refs\.twice\(integer\) source is SELECT n \* 2, the source had SELECT n \* 2 \+ 0/,
  },
  {
    change: 'a function dropped from the extension and from the database',
    sql: 'ALTER EXTENSION myrefs DROP FUNCTION refs.thrice(int); DROP FUNCTION refs.thrice(int)',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /function refs\.thrice\(integer\) is in the restored copy, the source had none/,
  },
  {
    change: 'a table without rows added to the extension',
    sql: 'CREATE TABLE mine (id int); ALTER EXTENSION myrefs ADD TABLE mine',
    found: 'EXTENSION_CHANGED extension myrefs',
    says: /table public\.mine is not in the restored copy/,
  },
  {
    change: 'a row in a table that is not marked',
    sql: `INSERT INTO refs.plain VALUES (2, 'user row')`,
    found: 'EXTENSION_ROWS_NOT_DUMPED refs.plain',
    says: /2 rows that no dump holds; CREATE EXTENSION myrefs makes 1/,
  },
  {
    change: 'no row left in a table that is not marked',
    sql: 'DELETE FROM refs.plain',
    found: 'EXTENSION_ROWS_NOT_DUMPED refs.plain',
    says: /0 rows that no dump holds; CREATE EXTENSION myrefs makes 1/,
  },
  {
    change: 'a built-in row changed',
    sql: `UPDATE refs.srs SET name = 'changed builtin' WHERE id = 1; INSERT INTO refs.srs VALUES (1001, 'mine')`,
    found: 'EXTENSION_ROWS_NOT_DUMPED refs.srs',
    says: /40 rows outside of what is marked \(WHERE id > 1000\) that no dump holds: as many as .*not the same content/,
  },
  {
    change: 'a sequence moved that is not marked',
    sql: `SELECT nextval('refs.numbers'), nextval('refs.numbers')`,
    found: 'EXTENSION_ROWS_NOT_DUMPED refs.numbers',
    says: /stands at 2, which no dump holds; CREATE EXTENSION myrefs starts it at 1 \(not given out\)/,
  },
  {
    change: 'a built-in function altered',
    sql: 'ALTER FUNCTION pg_catalog.lower(text) COST 77',
    found: 'BUILT_IN_CHANGED built-in functions',
    says: /function lower\(text\) cost is 1, the source had 77/,
  },
]

/** Changes that a dump holds, or that are none. */
const HELD: readonly { change: string; sql: string }[] = [
  { change: 'the extension as it is', sql: '' },
  { change: 'rows that are marked', sql: `INSERT INTO refs.srs VALUES (1001, 'mine'); INSERT INTO refs.conf VALUES ('a', 'b', 1001)` },
  { change: 'a sequence that is marked', sql: `SELECT nextval('refs.marked_numbers')` },
  { change: 'grants', sql: 'GRANT SELECT ON refs.plain TO pg_monitor; REVOKE ALL ON FUNCTION refs.twice(int) FROM PUBLIC' },
  { change: "a table of the user's in the extension's schema", sql: 'CREATE TABLE refs.users_own (id int REFERENCES refs.srs)' },
  {
    change: 'an extension that was updated, and one that was moved',
    sql: `DROP EXTENSION myrefs; DROP SCHEMA refs CASCADE; CREATE SCHEMA refs; CREATE EXTENSION myrefs VERSION '1.0';
      ALTER EXTENSION myrefs UPDATE; CREATE EXTENSION pg_trgm; CREATE SCHEMA elsewhere; ALTER EXTENSION pg_trgm SET SCHEMA elsewhere`,
  },
]

let installation: OwnInstallation
let cluster: TestCluster
let store: string

beforeAll(async () => {
  installation = await ownInstallation([REFS])
  cluster = await startCluster({ bin: installation.bin, major: installation.major })
  store = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-members-'))
})
afterAll(async () => {
  await cluster.remove()
  await installation.remove()
  await rm(store, { recursive: true, force: true })
})

async function backup(database: string, sql: string, more: Record<string, string> = {}): Promise<Operated> {
  await cluster.createDatabase(database)
  await cluster.query(`CREATE EXTENSION myrefs; ${sql}`, database)
  return operate('backup', {
    'database-url': cluster.url(database),
    'postgres-bin': installation.bin,
    store: path.join(store, database),
    jobs: '1',
    ...more,
  })
}

describe('what no dump holds of an extension', () => {
  test.each(CHANGES.map((one, index) => ({ ...one, database: `changed_${index}` })))(
    'is told by name: $change',
    async ({ database, sql, found, says }) => {
      const operated = await backup(database, sql)
      expect(summaryOf(operated)).toEqual(PROVEN)
      const told = operated.findings.filter(({ code }) => /^(EXTENSION|BUILT_IN)_/.test(code))
      expect(told.map(({ code, on }) => `${code} ${on}`)).toEqual([found])
      expect(told[0]?.found).toMatch(says)
    },
  )

  test.each(HELD.map((one, index) => ({ ...one, database: `held_${index}` })))(
    'is not told of $change',
    async ({ database, sql }) => {
      const operated = await backup(database, sql)
      expect(summaryOf(operated)).toEqual(PROVEN)
      expect(operated.found).toEqual([])
    },
  )
})
