import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import path from 'node:path'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** What a source had and no other server has; its catalog is made to say so, since both servers are of one installation. */
const LACKING: Record<string, { sql: string; on: string; advice: RegExp }> = {
  'a list of stop words': {
    sql: `CREATE TEXT SEARCH DICTIONARY own (TEMPLATE = simple);
      CREATE TEXT SEARCH CONFIGURATION c (COPY = simple); ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH own;
      CREATE TABLE t (b text, v tsvector GENERATED ALWAYS AS (to_tsvector('c', b)) STORED); INSERT INTO t VALUES ('cow');
      UPDATE pg_ts_dict SET dictinitoption = 'stopwords = ''nowhere''' WHERE dictname = 'own';`,
    on: 'TEXT SEARCH DICTIONARY public own postgres',
    advice: /stop words/,
  },
  'a C library': {
    sql: `CREATE FUNCTION f() RETURNS trigger LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
      UPDATE pg_proc SET probin = '$libdir/nowhere' WHERE proname = 'f';`,
    on: 'FUNCTION public f() postgres',
    advice: /C library/,
  },
  'a function of a C library': {
    sql: `CREATE FUNCTION f() RETURNS trigger LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
      UPDATE pg_proc SET prosrc = 'nowhere' WHERE proname = 'f';`,
    on: 'FUNCTION public f() postgres',
    advice: /C library/,
  },
  'a locale': {
    sql: `CREATE COLLATION german FROM "C"; CREATE TABLE t (a text COLLATE german);
      UPDATE pg_collation SET collcollate = 'xx_XX.utf8', collctype = 'xx_XX.utf8', collencoding = 6 WHERE collname = 'german';`,
    on: 'COLLATION public german postgres',
    advice: /locale/,
  },
  'a collation of the system': {
    sql: `CREATE TABLE t (a text COLLATE "ucs_basic");
      UPDATE pg_collation SET collname = 'xx_XX.utf8' WHERE collname = 'ucs_basic';`,
    on: 'TABLE public t postgres',
    advice: /locale/,
  },
  'a time zone': {
    sql: `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET timezone TO 'UTC' AS 'SELECT 1';
      UPDATE pg_proc SET proconfig = '{TimeZone=Mars/Base}' WHERE proname = 'f';`,
    on: 'FUNCTION public f() postgres',
    advice: /setting or this value|time zone/,
  },
  'a setting': {
    sql: `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem TO '1MB' AS 'SELECT 1';
      UPDATE pg_proc SET proconfig = '{shiny_mode=on}' WHERE proname = 'f';`,
    on: 'FUNCTION public f() postgres',
    advice: /setting/,
  },
}

let cluster: TestCluster
let root: string

beforeAll(async () => {
  ;[cluster, root] = await Promise.all([startCluster(), temporaryFolder()])
})
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})

function backUp(name: string, more: Record<string, string> = {}): Promise<Operated> {
  return operate('backup', {
    'database-url': cluster.url(name),
    store: path.join(root, name),
    'postgres-bin': cluster.clientBin,
    type: 'daily',
    ...more,
  })
}

test.each(Object.entries(LACKING))(
  '%s that scratch lacks is not the backup’s fault',
  async (title, { sql, on, advice }) => {
    const name = title.replaceAll(' ', '_').toLowerCase()
    await cluster.createDatabase(name)
    await cluster.psql(sql, name)
    for (const format of title === 'a C library' ? ['directory', 'plain'] : ['directory']) {
      const { report, exitCode, findings } = await backUp(name, { format, store: path.join(root, name, format) })
      const weighty = findings.filter(({ severity }) => severity === 'error' || severity === 'inconclusive')
      expect(weighty.map(({ code }) => code)).toEqual(['SCRATCH_LACKS'])
      if (format === 'directory') expect(weighty[0]!.on).toBe(on)
      expect(weighty[0]!.advice).toMatch(advice)
      expect({ exitCode, outcome: report.proof?.outcome }).toEqual({ exitCode: 4, outcome: 'not-verified' })
    }
  },
)

test('a set that was proven stays so when scratch lacks something later, and a restore takes it', async () => {
  await cluster.createDatabase('later')
  await cluster.psql(`CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';`, 'later')
  const given = { store: path.join(root, 'later'), 'postgres-bin': cluster.clientBin, type: 'daily' }
  expect((await backUp('later')).exitCode).toBe(0)
  const scratch = await startCluster()
  try {
    await scratch.query(`ALTER SYSTEM SET default_transaction_read_only = on`)
    await scratch.query('SELECT pg_reload_conf()')
    const looked = await operate('validate', { ...given, 'scratch-url': scratch.url() })
    expect(looked.exitCode).toBe(4)
  } finally {
    await scratch.remove()
  }
  const restored = await operate('restore', { ...given, 'target-url': cluster.url('later_again') })
  expect(restored.exitCode).toBe(0)
})
