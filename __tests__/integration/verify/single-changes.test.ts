import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type pg from 'pg'

import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import { pinSettings } from '../../../src/postgres/pinned.js'
import { CHANGES, type Change } from '../../support/changes/index.js'
import { tryChanges } from '../../support/changes/try-changes.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { copyDatabase } from '../../support/copy.js'
import { createChanges } from '../../support/databases/index.js'
import { describeMajors } from '../../support/describe-majors.js'
import { queryable, withPinned } from '../../support/described.js'

jest.setTimeout(120_000)

test('there are at least 250 single changes that must be found', () => {
  const all = Object.values(CHANGES).flat()
  expect(all.filter(({ found }) => found.length > 0).length).toBeGreaterThan(250)
  const statements = all.map((change) => change.statements)
  expect(statements.filter((one, index) => statements.indexOf(one) !== index)).toEqual([])
})

describeMajors(
  'a restored copy that one change was made to',
  ({ major }) => {
    let cluster: TestCluster
    let client: pg.Client
    let results: Map<Change, string[]>

    beforeAll(async () => {
      cluster = await startCluster({ major })
      await createChanges(cluster)
      await copyDatabase(cluster, 'changes', cluster, 'copy')
      const source = await withPinned(cluster, 'changes', (session) => readObjects(session, major))
      client = await cluster.connect('copy')
      await pinSettings(queryable(client))
      const changes = Object.values(CHANGES).flat()
      results = await tryChanges({ client, major, source }, [
        { statements: '', found: [] },
        ...changes.filter(({ since = 0 }) => since <= major),
      ])
    })
    afterAll(async () => {
      await client.end()
      await cluster.remove()
    })

    test('is equal while nothing was done to it', () => {
      expect([...results][0]?.[1]).toEqual([])
    })

    describe.each(Object.entries(CHANGES))('%s', (_, changes) => {
      test.each(
        changes.filter(({ since = 0 }) => since <= major).map((change) => [change.statements, change] as const),
      )('%s', (_statements, change) => {
        expect([...(results.get(change) ?? ['it was not tried'])].sort()).toEqual([...change.found].sort())
      })
    })
  },
  [15, 18],
)
