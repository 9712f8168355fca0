import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import path from 'node:path'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { changingTheCopy, operate, PROVEN, summaryOf, type Alteration, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** On an aged server, where an enum's labels have other oids than in a new cluster. */
const AGED = `DO $$ BEGIN FOR i IN 1..37 LOOP
  EXECUTE format('CREATE TYPE junk AS ENUM (%L)', i); DROP TYPE junk; END LOOP; END $$;`

const TABLES = `
  CREATE TYPE col AS ENUM ('red', 'green', 'blue', 'black', 'white'); CREATE DOMAIN dcol AS col;
  CREATE TABLE hp (c col, n int) PARTITION BY HASH (c);
  CREATE TABLE hp0 PARTITION OF hp FOR VALUES WITH (MODULUS 3, REMAINDER 0);
  CREATE TABLE hp1 PARTITION OF hp FOR VALUES WITH (MODULUS 3, REMAINDER 1) PARTITION BY RANGE (n);
  CREATE TABLE hp1a PARTITION OF hp1 FOR VALUES FROM (MINVALUE) TO (100);
  CREATE TABLE hp1b PARTITION OF hp1 FOR VALUES FROM (100) TO (MAXVALUE);
  CREATE TABLE hp2 (n int, c col); ALTER TABLE hp ATTACH PARTITION hp2 FOR VALUES WITH (MODULUS 3, REMAINDER 2);
  CREATE TABLE hd (c dcol, n int) PARTITION BY LIST (n); CREATE TABLE hd1 PARTITION OF hd DEFAULT PARTITION BY HASH (c);
  CREATE TABLE hd10 PARTITION OF hd1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE hd11 PARTITION OF hd1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE ha (c col[], n int) PARTITION BY HASH (c, n);
  CREATE TABLE ha0 PARTITION OF ha FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE ha1 PARTITION OF ha FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE hi (n int) PARTITION BY HASH (n);
  CREATE TABLE hi0 PARTITION OF hi FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE hi1 PARTITION OF hi FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  INSERT INTO hp SELECT (enum_range(NULL::col))[1 + g % 5], g FROM generate_series(1, 300) g;
  INSERT INTO hd SELECT (enum_range(NULL::col))[1 + g % 5], g FROM generate_series(1, 50) g;
  INSERT INTO ha SELECT ARRAY[(enum_range(NULL::col))[1 + g % 5]], g FROM generate_series(1, 50) g;
  INSERT INTO hi SELECT generate_series(1, 50);`

describe('partitions between which rows move in a restore', () => {
  let cluster: TestCluster

  beforeAll(async () => {
    cluster = await startCluster()
    await cluster.psql(AGED)
    for (const [name, tables] of [
      ['moving', TABLES],
      ['enums', TABLES.replaceAll(/^.*\bha\d?\b.*$/gm, '')],
    ] as const) {
      await cluster.createDatabase(name)
      await cluster.psql(tables, name)
    }
  })
  afterAll(async () => {
    await cluster.remove()
    await removeTemporaryFolders()
  })

  async function backUp(database: string, given: Given = {}, alter?: Alteration) {
    const store = await temporaryFolder()
    return operate('backup', { 'database-url': cluster.url(database), store, ...given }, alter && { alter })
  }

  test.each(['directory', 'custom', 'plain'])('are equal as a whole, format %s', async (format) => {
    const operated = await backUp(format === 'directory' ? 'moving' : 'enums', { format })
    expect(summaryOf(operated)).toEqual(PROVEN)
    const outcomes = operated.report.tables.map(({ name, outcome }) => `${name} ${outcome}`)
    expect(outcomes).toEqual(operated.report.tables.map(({ name }) => `${name} equal`))
    // Or this test would show nothing.
    const moved = operated.report.tables.filter(({ rows, restoredRows }) => rows !== restoredRows)
    expect(moved.map(({ name }) => name)).not.toEqual([])
    expect(moved.filter(({ name }) => name.startsWith('public.hi'))).toEqual([])
  })

  test.each(['directory', 'plain'])('are counted as a whole in an archive, format %s', async (format) => {
    expect(summaryOf(await backUp('moving', { format, verify: 'archive' }))).toEqual({ ...PROVEN, tier: 'archive' })
  })

  test.each([
    [`DELETE FROM hp WHERE n = 5`, 'TABLE_ROWS_DIFFER public.hp'],
    [`UPDATE hp SET n = -1 WHERE n = 5`, 'TABLE_CONTENT_DIFFERS public.hp'],
    [`UPDATE hd SET n = -1 WHERE n = 5`, 'TABLE_CONTENT_DIFFERS public.hd1'],
    [
      `UPDATE hi0 SET n = (SELECT max(n) FROM hi0) WHERE n = (SELECT min(n) FROM hi0)`,
      'TABLE_CONTENT_DIFFERS public.hi0',
    ],
  ])('show what differs: %s', async (sql, expected) => {
    const { found } = await backUp('enums', { verify: 'data' }, changingTheCopy('data', sql))
    expect(found.filter((one) => one.startsWith('TABLE_'))).toEqual([expected])
  })

  test.each([['-Fc'], ['-Fp']])('are equal as a whole in a dump of another tool, %s', async (format) => {
    const backup = path.join(await temporaryFolder(), 'dump')
    const database = cluster.url('moving', { via: 'socket' })
    await cluster.run('pg_dump', [format, '--load-via-partition-root', '-f', backup, '-d', database])
    const { exitCode, found } = await operate('validate', { backup, store: await temporaryFolder() })
    expect({ exitCode, found: found.filter((one) => one.startsWith('TABLE_')) }).toEqual({ exitCode: 0, found: [] })
  })
})
