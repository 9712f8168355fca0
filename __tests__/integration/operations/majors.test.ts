import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createEverything } from '../../support/databases/index.js'
import { describeMajors } from '../../support/describe-majors.js'
import { installationOf } from '../../support/installations.js'
import { operate, PROVEN, summaryOf, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

afterAll(removeTemporaryFolders)

async function backUp(source: TestCluster, database: string, more: Given = {}) {
  const given = { 'database-url': source.url(database), 'postgres-bin': `${source.bin}, ${source.clientBin}` }
  return operate('backup', { ...given, store: await temporaryFolder(), ...more })
}

describeMajors(
  'every kind of object and value there is',
  ({ major, bin, clientBin }) => {
    let source: TestCluster
    beforeAll(async () => {
      source = await startCluster({ major })
      await createEverything(source)
    })
    afterAll(() => source.remove())

    test('is proven in a throw-away cluster of the same major', async () => {
      const operated = await backUp(source, 'everything')
      expect(summaryOf(operated)).toEqual(PROVEN)
      expect(operated.report.proof?.scratch?.serverVersion).toMatch(new RegExp(`^${major}\\b`))
      expect(operated.found.includes('TOOLS_OTHER_MAJOR pg_dump')).toBe(bin !== clientBin)
    })
  },
  [14, 16, 17, 18],
)

describeMajors(
  'a source of PostgreSQL 15, restored into another major,',
  ({ major }) => {
    let source: TestCluster
    let scratch: TestCluster
    beforeAll(async () => {
      ;[source, scratch] = await Promise.all([startCluster(installationOf(15)), startCluster({ major })])
      await createEverything(source)
    })
    afterAll(async () => {
      await Promise.all([source.remove(), scratch.remove()])
    })

    test('is proven, and the report names both versions', async () => {
      const operated = await backUp(source, 'everything', {
        'scratch-url': scratch.url(),
        'postgres-bin': [source.bin, scratch.clientBin].join(', '),
      })
      expect(summaryOf(operated)).toEqual(PROVEN)
      const note = operated.findings.find(({ code }) => code === 'SCRATCH_MAJOR_DIFFERS')
      expect(note?.found).toMatch(new RegExp(`PostgreSQL 15\\.\\d+, scratch is ${major}`))
    })
  },
  [18],
)
