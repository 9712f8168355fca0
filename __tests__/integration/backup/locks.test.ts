import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, PROVEN, summaryOf } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

/** Room for a thousand locks or less: enough for pg_dump, which locks each table once a job, and too little for all indexes. */
const LITTLE_ROOM = { max_connections: 20, max_locks_per_transaction: 10, autovacuum: false }
const TABLES = 250

let source: TestCluster
beforeAll(async () => {
  source = await startCluster({ settings: LITTLE_ROOM })
  await source.createDatabase('many')
  await source.psql(
    `SELECT format('CREATE TABLE t%s (a int PRIMARY KEY, b int UNIQUE, c int UNIQUE, d int UNIQUE, e int UNIQUE);
       INSERT INTO t%s VALUES (1, 1, 1, 1, 1)', g, g) FROM generate_series(1, ${TABLES}) g \\gexec`,
    'many',
  )
})
afterAll(async () => {
  await source.remove()
  await removeTemporaryFolders()
})

test('a source whose indexes need more locks than it has room for is described and proven', async () => {
  const store = await temporaryFolder()
  const operated = await operate('backup', { 'database-url': source.url('many'), store, verify: 'data', jobs: '1' })
  expect(summaryOf(operated)).toEqual({ ...PROVEN, tier: 'data' })
})
