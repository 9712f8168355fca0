import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { copyDatabase, copyRoles } from '../../support/copy.js'
import { createEverything } from '../../support/databases/index.js'
import { describeDatabase, differencesIn, oneLine } from '../../support/described.js'
import { availableMajors } from '../../support/installations.js'

jest.setTimeout(180_000)

const PAIRS = [
  [15, 15],
  [17, 17],
  [18, 18],
  [14, 15],
  [15, 17],
  [15, 18],
  [14, 18],
  [16, 18],
  [17, 18],
] as const

/** Pages that were never written or only in part, which a restore writes whole. */
async function makeSparseLargeObjects(cluster: TestCluster): Promise<void> {
  await cluster.query(String.raw`SELECT lo_put(lo_create(920001), 10000, '\x01')`, 'everything')
  await cluster.query(
    String.raw`SELECT lo_put(lo_create(920002), 0, '\x0100'), lo_put(920002, 5000, '\x02')`,
    'everything',
  )
  await cluster.query(`SELECT lo_truncate(lo_open(lo_create(920003), 131072), 4097)`, 'everything')
}

const here = new Set(availableMajors().map(({ major }) => major))

describe.each(PAIRS.filter(([from, to]) => here.has(from) && here.has(to)))(
  'a database of PostgreSQL %d restored into %d',
  (from, to) => {
    let source: TestCluster
    let target: TestCluster

    beforeAll(async () => {
      ;[source, target] = await Promise.all([startCluster({ major: from }), startCluster({ major: to })])
      await createEverything(source)
      await makeSparseLargeObjects(source)
      await copyRoles(source, target)
      await copyDatabase(source, 'everything', target, 'copy')
    })
    afterAll(() => Promise.all([source.remove(), target.remove()]))

    test('is described the same, but for the materialized view that was stale', async () => {
      const original = await describeDatabase(source, 'everything')
      const all = await differencesIn(target, 'copy', original, 'record')
      const found = all.filter(({ code }) => code !== 'EXTENSION_VERSION_DIFFERS')
      expect(found.map(oneLine)).toEqual([
        'MATERIALIZED_VIEW_DIFFERS matviews.stale: 1 row as at the source, but not the same content',
      ])
    })
  },
)
