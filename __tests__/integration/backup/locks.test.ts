import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, PROVEN, summaryOf } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

/** Room for some thousand locks: twice what pg_dump takes, and a third of what all tables and indexes together need. */
const LITTLE_ROOM = { max_connections: 20, max_locks_per_transaction: 25, autovacuum: false }
const TABLES = 250
const COLUMNS = Array.from({ length: 12 }, (_, index) => `c${index}`)

let source: TestCluster
beforeAll(async () => {
  source = await startCluster({ settings: LITTLE_ROOM })
  await source.createDatabase('many')
  await source.psql(
    `SELECT format('CREATE TABLE t%s (${COLUMNS.map((name) => `${name} int UNIQUE`).join(', ')});
       INSERT INTO t%s VALUES (${COLUMNS.map(() => 1).join(', ')})', g, g) FROM generate_series(1, ${TABLES}) g \\gexec`,
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
