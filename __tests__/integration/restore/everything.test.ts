import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createEverything } from '../../support/databases/index.js'
import { codesOf, RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(180_000)

let source: TestCluster
let target: TestCluster
let bench: RecoveryBench

beforeAll(async () => {
  ;[source, target] = await Promise.all([startCluster(), startCluster()])
  bench = await RecoveryBench.make(await temporaryFolder(), source)
  await createEverything(source)
})
afterAll(async () => {
  await Promise.all([source.remove(), target.remove()])
  await removeTemporaryFolders()
})

/** Besides these, every kind of object and value comes back as it was. */
const EXPECTED = new Set(['MATERIALIZED_VIEW_DIFFERS', 'ROLE_WITHOUT_PASSWORD', 'FOREIGN_TABLE_DATA'])

test.each(['directory', 'custom', 'plain'])(
  'every kind of object is restored from the format %s, into a new server',
  async (format) => {
    const backup = await bench.backUp(source.url('everything'), { type: format, format })
    const fresh = await bench.run('restore', { 'target-url': target.url(format), type: format, backup })
    expect([fresh.exitCode, codesOf(fresh).filter((code) => !EXPECTED.has(code))]).toEqual([0, []])
    const replaced = await bench.run('restore', {
      'target-url': target.url(format),
      type: format,
      backup,
      'restore-mode': 'replace',
      confirm: format,
    })
    expect([replaced.exitCode, codesOf(replaced).filter((code) => !EXPECTED.has(code))]).toEqual([0, []])
  },
)

test('a copy that is not put in place goes, also when it holds a subscription', async () => {
  const type = 'rejected'
  const backup = await bench.backUp(source.url('everything'), { type })
  await target.createDatabase('living')
  const ran = await bench.run('restore', {
    'target-url': target.url('living'),
    type,
    backup,
    'restore-mode': 'replace',
    confirm: 'living',
    assertions: 'SELECT false',
  })
  expect([ran.exitCode, ran.log]).toEqual([3, expect.not.stringContaining('could not be dropped')])
  const left = await target.query(`SELECT datname FROM pg_database WHERE datname LIKE 'living%'`)
  expect(left).toEqual([{ datname: 'living' }])
})
