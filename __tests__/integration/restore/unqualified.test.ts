import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { installationOf } from '../../support/installations.js'
import { codesOf, RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** Functions that call others without their schema: found by the search path at the source, and not in a restore. */
const UNQUALIFIED = `
  CREATE SCHEMA util;
  ALTER DATABASE unqualified SET search_path = public, util;
  SET search_path = public, util;
  CREATE FUNCTION util.trimmed(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT btrim(t) $$;
  CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(trimmed(t)) $$;
  CREATE FUNCTION is_loud(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN shout(t) = t; END $$;
  CREATE TABLE todos (id int PRIMARY KEY, task text CHECK (is_loud(task)), same text GENERATED ALWAYS AS (shout(task)) STORED, kind varchar);
  INSERT INTO todos SELECT g, 'T' || g FROM generate_series(1, 9) g;
  CREATE TABLE parted (k text) PARTITION BY LIST (shout(k));
  CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('A');
  INSERT INTO parted VALUES ('a');
  CREATE INDEX todos_kind ON todos (shout(lower(kind))) WHERE kind IN ('a', 'b');
  CREATE INDEX todos_shout ON todos (shout(task)) WHERE shout(task) <> 'SPAM';
  CREATE STATISTICS todos_stats ON (shout(task)), id FROM todos;
  CREATE MATERIALIZED VIEW loud AS SELECT id, shout(task) AS s FROM todos;`

let source: TestCluster
let bench: RecoveryBench

beforeAll(async () => {
  source = await startCluster(installationOf(15))
  bench = await RecoveryBench.make(await temporaryFolder(), source)
  await source.createDatabase('unqualified')
  await source.psql(UNQUALIFIED, 'unqualified')
})
afterAll(async () => {
  await source.remove()
  await removeTemporaryFolders()
})

describe.each(['directory', 'plain'])('a dump in the format %s', (format) => {
  let backup: string
  beforeAll(async () => {
    backup = await bench.backUp(source.url('unqualified'), { verify: 'full', jobs: '2', format, type: format })
  })

  // vacuumdb empties the search path too, so the planner's statistics of such an index cannot be gathered: that is told.
  test('is restored with the search path of the source, and equal', async () => {
    const fresh = `fresh_${format}`
    const ran = await bench.run('restore', { 'target-url': source.url(fresh), backup, type: format, jobs: '2' })
    expect([ran.exitCode, codesOf(ran)]).toEqual([0, ['STATISTICS_MISSING', 'GENERATED_COLUMN_NOT_COMPARED']])
    expect(await source.query('SELECT count(*)::int AS n FROM loud', fresh)).toEqual([{ n: 9 }])
  })

  test('is restored by the recovery kit too', async () => {
    const script = path.join(bench.store, format, backup, 'restore.sh')
    const env = { ...source.environment(), PATH: `${source.clientBin}:${process.env.PATH}` }
    await promisify(execFile)('sh', [script, '--', `by_script_${format}`], { env })
    expect(
      await source.query(
        `SELECT count(*)::int AS n FROM pg_index WHERE indexrelid = 'todos_shout'::regclass`,
        `by_script_${format}`,
      ),
    ).toEqual([{ n: 1 }])
  })
})
