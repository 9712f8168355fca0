import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'

import type { Manifest } from '../../../src/backup/manifest.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import { operate, PROVEN, summaryOf } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import { startWriters, type Writers } from '../../support/writers.js'

jest.setTimeout(120_000)

/** What a machine of two cores does at least, while everything else of the tests runs beside it. */
const LEAST_PER_SECOND = 40

describe('a database that is written to all the time', () => {
  let source: TestCluster
  let scratch: TestCluster
  let writers: Writers

  beforeAll(async () => {
    ;[source, scratch] = await Promise.all([startCluster(), startCluster()])
    await createFarm(source)
    writers = await startWriters(source, 'farm')
  })
  afterAll(async () => {
    await writers.stop()
    await Promise.all([source.remove(), scratch.remove()])
    await removeTemporaryFolders()
  })

  const diary = async () => Number((await source.query('SELECT count(*) FROM diary', 'farm'))[0]?.count)

  test.each(['directory', 'custom', 'plain', 'directory', 'custom', 'plain'])(
    'is proven to the last row of its snapshot, format %s',
    async (format) => {
      const before = { transactions: writers.committed(), diary: await diary(), at: performance.now() }
      const operated = await operate('backup', {
        'database-url': source.url('farm'),
        'scratch-url': scratch.url(),
        store: await temporaryFolder(),
        format,
      })
      const seconds = (performance.now() - before.at) / 1000
      expect(summaryOf(operated)).toEqual(PROVEN)

      expect((writers.committed() - before.transactions) / seconds).toBeGreaterThan(LEAST_PER_SECOND)
      // It went on before and after the snapshot: what was proven is an instant, not the end or the beginning.
      const manifest = JSON.parse(await readFile(operated.report.set!.manifestPath!, 'utf8')) as Manifest
      const { rows } = manifest.tables.find(({ name }) => name === 'diary')!
      expect(rows).toBeGreaterThan(before.diary)
      expect(rows).toBeLessThan(await diary())
      // Each transaction writes one row into either: they are of one instant.
      const measured = manifest.tables.filter(({ name, kind }) => name.startsWith('measures') && kind === 'table')
      expect(measured.reduce((sum, table) => sum + table.rows!, 0) - 501).toBe(rows! - 3)
    },
  )
})
