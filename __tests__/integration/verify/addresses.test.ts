import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { changingTheCopy, operate, PROVEN, summaryOf, type Alteration } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** Addresses of what is there, and of what is gone: some of these numbers are of something else in the copy. */
const TABLES = `
  CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
  CREATE TYPE pair AS (r regclass, n int); CREATE DOMAIN dreg AS regclass;
  CREATE TABLE there (a int); CREATE TABLE gone (a int); CREATE ROLE gone;
  CREATE TABLE kept (id int, c regclass, t regtype, d dreg, p regprocedure, l regrole, s regclass[], x pair);
  INSERT INTO kept VALUES (1, 'there', 'pair', 'there', 'f(int)', 'gone', '{there,gone}', ROW('gone', 3)),
    (2, 'gone', 'int', 'gone', 'now()', 'postgres', '{gone}', ROW('there', 4)), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  CREATE TABLE copied (c regclass, id int); CREATE INDEX ON copied (public.f(id));
  CREATE TABLE exact (o oid); INSERT INTO exact SELECT oid FROM pg_class WHERE relname = 'gone';
  CREATE TABLE live (c regclass, q regcollation); INSERT INTO live VALUES ('there', '"C"'), ('pg_class', NULL);
  DROP TABLE gone; DROP ROLE gone;
  INSERT INTO kept (id, c) SELECT g, g::oid::regclass FROM generate_series(16384, 16500) g
    WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = g);
  INSERT INTO copied SELECT c, id FROM kept;`

describe('values that are addresses in the catalog', () => {
  let cluster: TestCluster

  beforeAll(async () => {
    cluster = await startCluster()
    await cluster.createDatabase('addresses')
    await cluster.psql(TABLES, 'addresses')
  })
  afterAll(async () => {
    await cluster.remove()
    await removeTemporaryFolders()
  })

  async function backUp(alter?: Alteration) {
    const given = { 'database-url': cluster.url('addresses'), store: await temporaryFolder(), verify: 'data' }
    return operate('backup', given, alter && { alter })
  }

  test('are equal where what they said is gone and the number is of something else in the copy', async () => {
    let printed = ''
    const look = changingTheCopy('data', 'SELECT 1')
    const operated = await backUp((context) => {
      const inner = look(context)
      return {
        ...inner,
        processes: {
          ...inner.processes,
          run: async (command) => {
            const finished = await inner.processes.run(command)
            if (command.args.includes('--section=data')) {
              const { stdout } = await inner.processes.run({
                ...command,
                program: command.program.replace('pg_restore', 'psql'),
                args: ['-XAtc', `SELECT count(*) FROM kept WHERE c::text ~ '[a-z]' AND id > 2`],
                stdout: 'collect',
              })
              printed = stdout.trim()
            }
            return finished
          },
        },
      }
    })
    expect(summaryOf(operated)).toEqual({ ...PROVEN, tier: 'data' })
    expect(operated.report.tables.filter(({ outcome }) => outcome !== 'equal')).toEqual([])
    // Or this test would show nothing: the source has a bare number in each of these rows.
    expect(Number(printed)).toBeGreaterThan(0)
  })

  test.each([
    [`UPDATE kept SET c = 'pg_class' WHERE id = 2`, 'TABLE_CONTENT_DIFFERS public.kept'],
    [`UPDATE kept SET c = 'kept' WHERE id = 1`, 'TABLE_CONTENT_DIFFERS public.kept'],
    [`UPDATE kept SET id = -id WHERE id = 16400`, 'TABLE_CONTENT_DIFFERS public.kept'],
    [`UPDATE kept SET x = ROW('there', 5) WHERE id = 2`, 'TABLE_CONTENT_DIFFERS public.kept'],
    [`UPDATE copied SET c = 'kept' WHERE id = 1`, 'TABLE_CONTENT_DIFFERS public.copied'],
    [`UPDATE exact SET o = o::int8 + 1`, 'TABLE_CONTENT_DIFFERS public.exact'],
    [`UPDATE live SET c = 'kept' WHERE c = 'there'::regclass`, 'TABLE_CONTENT_DIFFERS public.live'],
  ])('show what differs: %s', async (sql, expected) => {
    const { found } = await backUp(changingTheCopy('data', sql))
    expect(found.filter((one) => one.startsWith('TABLE_'))).toEqual([expected])
  })
})
