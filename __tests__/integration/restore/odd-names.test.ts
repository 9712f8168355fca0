import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { RecoveryBench } from '../../support/recovery.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

const run = promisify(execFile)

/** What libpq would take for a connection string, a shell for something else, or a program for an option. */
const NAMES = [
  'a=b',
  'postgres://u@h/x',
  'dbname=x host=nowhere',
  "--version it's \\ 'quoted'",
  'new\nline $(id) `id` "🐄" %2F',
]

let source: TestCluster
let target: TestCluster

beforeAll(async () => {
  ;[source, target] = await Promise.all([startCluster(), startCluster()])
})
afterAll(async () => {
  await Promise.all([source.remove(), target.remove()])
  await removeTemporaryFolders()
})

test.each(NAMES)('a database called %j is backed up, proven, and restored in each way', async (name) => {
  const bench = await RecoveryBench.make(await temporaryFolder(), source)
  await source.createDatabase(name)
  await source.query('CREATE TABLE t AS SELECT generate_series(1, 5) AS g; CREATE INDEX ON t (g)', name)
  const backup = await bench.backUp(source.url(name), { verify: 'full' })
  const count = async (): Promise<unknown> => (await target.query('SELECT count(*)::int AS n FROM t', name))[0]?.n

  const fresh = await bench.run('restore', { 'target-url': target.url(name), backup })
  expect([fresh.exitCode, await count()]).toEqual([0, 5])
  await target.query('DELETE FROM t WHERE g = 1', name)
  const replace = { 'target-url': target.url(name), backup, 'restore-mode': 'replace', confirm: name }
  expect([(await bench.run('restore', replace)).exitCode, await count()]).toEqual([0, 5])
  await target.query('DROP TABLE t', name)
  const add = { 'target-url': target.url(name), backup, 'restore-mode': 'add', tables: 'public.t', confirm: name }
  expect([(await bench.run('restore', add)).exitCode, await count()]).toEqual([0, 5])

  await target.query(`DROP DATABASE "${name.replaceAll('"', '""')}"`)
  const script = path.join(bench.store, 'manual', backup, 'restore.sh')
  const url = new URL(target.url('postgres'))
  const env = {
    PATH: `${target.clientBin}:${process.env.PATH}`,
    PGHOST: url.searchParams.get('host') ?? url.hostname,
    PGPORT: url.port,
    PGUSER: url.username,
  }
  await run('sh', [script, '--', name], { env })
  expect(await count()).toBe(5)
})
