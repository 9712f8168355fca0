import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { compareObjects } from '../../../src/verify/difference.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { copyDatabase } from '../../support/copy.js'
import { describeMajors } from '../../support/describe-majors.js'
import { oneLine, withPinned } from '../../support/described.js'

jest.setTimeout(120_000)

/** Each partition has a key that its parent has too, under a name that a dump brings before the parent's, or after it. */
const DATABASE = `
CREATE TABLE ref (id integer PRIMARY KEY);
CREATE TABLE p (id integer, k integer, CONSTRAINT m_parents FOREIGN KEY (id) REFERENCES ref) PARTITION BY LIST (k);
CREATE TABLE p1 (extra integer, k integer, id integer); ALTER TABLE p1 DROP extra; ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (id); CREATE TABLE p21 PARTITION OF p2 DEFAULT;
ALTER TABLE p1 ADD CONSTRAINT a_own FOREIGN KEY (id) REFERENCES ref;
ALTER TABLE p21 ADD CONSTRAINT z_own FOREIGN KEY (id) REFERENCES ref;
ALTER TABLE p1 ADD CONSTRAINT other_action FOREIGN KEY (id) REFERENCES ref ON DELETE CASCADE;
ALTER TABLE p1 ADD CONSTRAINT other_column FOREIGN KEY (k) REFERENCES ref;
`

describeMajors(
  'foreign keys of partitions that their parents have too',
  ({ major }) => {
    let cluster: TestCluster
    const read = (database: string): Promise<CatalogObject[]> =>
      withPinned(cluster, database, (session) => readObjects(session, major))
    const found = async (): Promise<string[]> =>
      compareObjects(await read('postgres'), await read('copy'), { sameMajor: true, ownCluster: true }).map(oneLine)

    beforeAll(async () => {
      cluster = await startCluster({ major })
      await cluster.psql(DATABASE)
      await copyDatabase(cluster, 'postgres', cluster, 'copy')
    })
    afterAll(() => cluster.remove())

    test('are equal, one or two after a restore', async () => {
      const keys = (database: string): Promise<unknown[]> =>
        cluster.query(`SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid <> 0`, database)
      expect((await keys('copy')).length).toBeLessThan((await keys('postgres')).length)
      expect(await found()).toEqual([])
    })

    test('are missed where the parent has them no longer, as those are that say something else', async () => {
      await cluster.psql(`ALTER TABLE p DROP CONSTRAINT m_parents; ALTER TABLE p1 DROP CONSTRAINT other_action`, 'copy')
      await cluster.psql('ALTER TABLE p1 DROP CONSTRAINT other_column', 'copy')
      expect((await found()).map((line) => line.replace(/:.*$/s, '')).sort()).toEqual(
        [
          'OBJECT_MISSING constraint public.p.m_parents',
          'OBJECT_MISSING constraint public.p1.other_action',
          'OBJECT_MISSING constraint public.p1.other_column',
        ].concat(await leftOver()),
      )
    })

    /** What a restore did not merge is the partition's own again. */
    async function leftOver(): Promise<string[]> {
      const names = await cluster.query(
        `SELECT conrelid::regclass || '.' || conname AS name FROM pg_constraint WHERE contype = 'f' AND conname ~ '_own$'`,
        'copy',
      )
      return names.map(({ name }) => `OBJECT_UNEXPECTED constraint public.${String(name)}`).sort()
    }
  },
  [15, 18],
)
