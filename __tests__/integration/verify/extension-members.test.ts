import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { readBuiltIns, readRewrittenBuiltIns } from '../../../src/postgres/catalog/built-ins.js'
import { readMemberRows } from '../../../src/postgres/catalog/member-rows.js'
import { readMembers } from '../../../src/postgres/catalog/members.js'
import type { Undumpable } from '../../../src/postgres/catalog/model.js'
import type { RowSource } from '../../../src/postgres/queryable.js'
import { compareBuiltIns, compareMemberRows, compareMembers } from '../../../src/verify/difference.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { withPinned } from '../../support/described.js'
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
    found: 'EXTENSION_ROWS_NOT_DUMPED extension myrefs',
    says: /refs\.plain has 2 rows, CREATE EXTENSION makes 1/,
  },
  {
    change: 'no row left in a table that is not marked',
    sql: 'DELETE FROM refs.plain',
    found: 'EXTENSION_ROWS_NOT_DUMPED extension myrefs',
    says: /refs\.plain has 0 rows, CREATE EXTENSION makes 1/,
  },
  {
    change: 'a built-in row changed',
    sql: `UPDATE refs.srs SET name = 'changed builtin' WHERE id = 1; INSERT INTO refs.srs VALUES (1001, 'mine')`,
    found: 'EXTENSION_ROWS_NOT_DUMPED extension myrefs',
    says: /refs\.srs has 40 rows outside of what is marked \(WHERE id > 1000\), as .* makes, but not the same content/,
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
  {
    change: 'rows that are marked',
    sql: `INSERT INTO refs.srs VALUES (1001, 'mine'); INSERT INTO refs.conf VALUES ('a', 'b', 1001)`,
  },
  {
    change: 'grants',
    sql: 'GRANT SELECT ON refs.plain TO pg_monitor; REVOKE ALL ON FUNCTION refs.twice(int) FROM PUBLIC',
  },
  {
    change: "a table of the user's in the extension's schema",
    sql: 'CREATE TABLE refs.users_own (id int REFERENCES refs.srs)',
  },
  {
    change: 'an extension that was updated, and one that was moved',
    sql: `DROP EXTENSION myrefs; DROP SCHEMA IF EXISTS refs CASCADE; CREATE SCHEMA refs; CREATE EXTENSION myrefs VERSION '1.0';
      ALTER EXTENSION myrefs UPDATE; CREATE EXTENSION pg_trgm; CREATE SCHEMA elsewhere; ALTER EXTENSION pg_trgm SET SCHEMA elsewhere`,
  },
]

const OF_MYREFS = new Set(['myrefs'])

let installation: OwnInstallation
let cluster: TestCluster
let store: string
let fresh: Undumpable

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

async function databaseWith(name: string, sql: string): Promise<string> {
  await cluster.createDatabase(name)
  await cluster.query(sql, name)
  return name
}

async function describeUndumpable(session: RowSource): Promise<Undumpable> {
  return {
    members: await readMembers(session, cluster.major),
    rows: await readMemberRows(session, 'record'),
    builtIns: await readRewrittenBuiltIns(session, cluster.major),
  }
}

/** What is said of a database that was changed, in a transaction that is rolled back, beside one that just got the extension. */
async function told(database: string, sql: string): Promise<{ code: string; on: string; found: string }[]> {
  const changed = await inTransaction(database, async (session) => {
    await session.query(`SET LOCAL search_path = public; ${sql}; SET LOCAL search_path = ''`)
    return describeUndumpable(session)
  })
  const names = changed.builtIns.map(({ name }) => name)
  const builtIns = await withPinned(cluster, 'fresh', (session) => readBuiltIns(session, cluster.major, names))
  return [
    ...compareMembers(changed.members, fresh.members, OF_MYREFS, { sameMajor: true }),
    ...compareMemberRows(changed.rows, fresh.rows, OF_MYREFS, 'compared'),
    ...compareBuiltIns(changed.builtIns, builtIns),
  ]
}

function inTransaction<T>(database: string, work: (session: RowSource) => Promise<T>): Promise<T> {
  return withPinned(cluster, database, async (session) => {
    await session.query('BEGIN')
    try {
      return await work(session)
    } finally {
      await session.query('ROLLBACK')
    }
  })
}

describe('what no dump holds of an extension', () => {
  beforeAll(async () => {
    await databaseWith('changed', 'CREATE EXTENSION myrefs')
    await databaseWith('fresh', 'CREATE EXTENSION myrefs')
    fresh = await inTransaction('fresh', describeUndumpable)
  })

  test.each(CHANGES)('is told by name: $change', async ({ sql, found, says }) => {
    const [first, ...others] = await told('changed', sql)
    expect(`${first?.code ?? ''} ${first?.on ?? ''}`).toBe(found)
    expect(first?.found).toMatch(says)
    expect(others).toEqual([])
  })

  test('is told where a column of the user is in a table that is not marked, with its values', async () => {
    const findings = await told('changed', `ALTER TABLE refs.plain ADD COLUMN mine text DEFAULT 'x'`)
    expect(findings.map(({ code }) => code)).toEqual(['EXTENSION_CHANGED', 'EXTENSION_ROWS_NOT_DUMPED'])
    expect(findings[0]?.found).toMatch(/column refs\.plain\.mine is not in the restored copy/)
  })

  const SPY = `SET LOCAL test.may_run = 'on';
    CREATE FUNCTION public.spy(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
      $$BEGIN IF current_setting('test.may_run') <> 'on' THEN RAISE EXCEPTION 'a user''s function was run'; END IF; RETURN n; END$$;`

  test('is told without running what an owner put into an index of a table that is not marked', async () => {
    const index = 'CREATE INDEX my_idx ON refs.plain ((id + public.spy(1)))'
    const findings = await told(
      'changed',
      `${SPY} INSERT INTO refs.plain VALUES (2, 'mine'); ${index}; SET LOCAL test.may_run = 'off'`,
    )
    expect(findings.map(({ code, found }) => `${code} ${found}`)).toEqual([
      expect.stringMatching(/^EXTENSION_CHANGED index refs\.my_idx/),
      'EXTENSION_ROWS_NOT_DUMPED refs.plain has 2 rows, CREATE EXTENSION makes 1',
    ])
  })

  test('is not compared where a query would run that of a table of which some rows are marked', async () => {
    const index = 'CREATE INDEX my_idx ON refs.srs ((id + public.spy(1)))'
    const findings = await told('changed', `${SPY} ${index}; SET LOCAL test.may_run = 'off'`)
    expect(findings.map(({ code }) => code)).toEqual(['EXTENSION_CHANGED', 'EXTENSION_NOT_COMPARED'])
    expect(findings[1]?.found).toMatch(/^refs\.srs was not read: an index or statistics over it/)
  })

  test.each(HELD)('is not told of $change', async ({ sql }) => {
    expect(await told('changed', sql)).toEqual([])
  })

  // Sequences are outside of transactions, so this comes last.
  test('is told of a sequence that moved, if it is not marked', async () => {
    const [one, ...others] = await told('changed', `SELECT nextval('refs.numbers'), nextval('refs.marked_numbers')`)
    expect(one?.found).toBe('refs.numbers stands at 1, CREATE EXTENSION starts it at 1 (not given out)')
    expect(others).toEqual([])
  })
})

describe('a backup of a database with an extension', () => {
  const CHANGED = `CREATE EXTENSION myrefs; INSERT INTO refs.srs VALUES (1001, 'mine');
    INSERT INTO refs.conf VALUES ('a', 'b', 1001); CREATE INDEX my_idx ON refs.conf (v);
    INSERT INTO refs.plain VALUES (2, 'user row'); ALTER FUNCTION pg_catalog.lower(text) COST 77`

  function backup(database: string, more: Record<string, string> = {}): Promise<Operated> {
    return operate('backup', {
      'database-url': cluster.url(database),
      'postgres-bin': installation.bin,
      store: path.join(store, database),
      jobs: '1',
      ...more,
    })
  }

  function undumpedIn({ findings }: Operated): string[] {
    return findings.filter(({ code }) => /^(EXTENSION|BUILT_IN)/.test(code)).map(({ code, on }) => `${code} ${on}`)
  }

  const ALL = [
    'EXTENSION_ROWS_NOT_DUMPED extension myrefs',
    'EXTENSION_CHANGED extension myrefs',
    'BUILT_IN_CHANGED built-in functions',
  ]

  test('is proven, and the proof and every later one tell what is not in it', async () => {
    await databaseWith('whole', CHANGED)
    const operated = await backup('whole')
    expect(summaryOf(operated)).toEqual(PROVEN)
    expect(undumpedIn(operated)).toEqual(ALL)
    const later = await operate('validate', {
      'postgres-bin': installation.bin,
      store: path.join(store, 'whole'),
      backup: 'latest',
      jobs: '1',
    })
    expect(summaryOf(later)).toEqual(PROVEN)
    expect(undumpedIn(later)).toEqual(ALL)
  })

  test('tells of rows in the tier data too, which compares rows', async () => {
    await databaseWith('rows', CHANGED)
    const operated = await backup('rows', { verify: 'data', format: 'custom' })
    expect(operated.report.proof?.outcome).toBe('proven')
    expect(undumpedIn(operated)).toEqual(['EXTENSION_ROWS_NOT_DUMPED extension myrefs'])
  })

  test('fails where a table with rows is in an extension that does not make it', async () => {
    await databaseWith(
      'lost',
      'CREATE EXTENSION myrefs; CREATE TABLE mine (id int); INSERT INTO mine VALUES (1); ALTER EXTENSION myrefs ADD TABLE mine',
    )
    const operated = await backup('lost', { format: 'plain' })
    expect(operated.exitCode).toBe(3)
    expect(operated.report.proof?.findings.map(({ code, found }) => `${code} ${found}`)).toEqual([
      'EXTENSION_TABLE_NOT_DUMPED public.mine has 1 row, and CREATE EXTENSION makes no such table',
      'EXTENSION_CHANGED table public.mine is not in the restored copy',
    ])
  })

  test('is taken and proven by a role that may not read all of the extension, which is said', async () => {
    await databaseWith('limited', 'CREATE EXTENSION myrefs; CREATE TABLE own (id int)')
    await cluster.query(
      'CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA refs TO reader; GRANT SELECT ON refs.srs, refs.conf, refs.marked_numbers, own TO reader',
      'limited',
    )
    const operated = await backup('limited', { 'database-url': cluster.url('limited', { user: 'reader' }) })
    expect(summaryOf(operated)).toEqual(PROVEN)
    const [unread, ...others] = operated.findings.filter(({ code }) => code.startsWith('EXTENSION'))
    expect(unread?.code).toBe('EXTENSION_NOT_COMPARED')
    expect(unread?.found).toMatch(/refs\.numbers was not read: .*; refs\.plain was not read: permission denied/)
    expect(others).toEqual([])
  })

  test('is held against the version of the extension that the source has, where scratch makes another one', async () => {
    await databaseWith(
      'older',
      `CREATE SCHEMA refs; CREATE EXTENSION myrefs VERSION '1.0'; CREATE INDEX my_idx ON refs.conf (v)`,
    )
    const operated = await backup('older')
    expect(summaryOf(operated)).toEqual(PROVEN)
    expect(undumpedIn(operated)).toEqual([
      'EXTENSION_VERSION_DIFFERS myrefs',
      'EXTENSION_VERSION_DIFFERS extension myrefs',
      'EXTENSION_CHANGED extension myrefs',
    ])
    const changed = operated.findings.find(({ code }) => code === 'EXTENSION_CHANGED')
    expect(changed?.found).toBe('index refs.my_idx is not in the restored copy')
  })
})
