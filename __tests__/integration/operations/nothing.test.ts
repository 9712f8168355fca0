import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { closingLines } from '../../../src/report/terminal.js'
import { problemsOf } from '../../../src/alerts/problems.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { commandLineHere } from '../../support/command-line-here.js'
import { operate, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(60_000)

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster()
  for (const name of ['app', 'hollow', 'blobs', 'herd']) await cluster.createDatabase(name)
  await cluster.psql('CREATE TABLE cows AS SELECT generate_series(1, 100) AS id; CREATE TABLE bulls (id int)', 'app')
  await cluster.psql(
    'CREATE TABLE a (id int, t text); CREATE TABLE b (LIKE a); INSERT INTO a VALUES (1); DELETE FROM a',
    'hollow',
  )
  await cluster.psql(`SELECT lo_from_bytea(0, 'milk')`, 'blobs')
})
afterAll(async () => {
  await cluster.remove()
  await removeTemporaryFolders()
})

async function run(operation: 'backup' | 'validate' | 'doctor', database: string, given: Given = {}) {
  const operated = await operate(operation, {
    ...(operation !== 'validate' && { 'database-url': cluster.url(database) }),
    'postgres-bin': `${cluster.bin}, ${cluster.clientBin}`,
    store: await temporaryFolder(),
    verify: 'archive',
    ...given,
  })
  const told = operated.findings.filter(({ code }) => code === 'NOTHING_TO_BACK_UP')
  return { ...operated, told, verdict: closingLines(operated.report)[0] }
}

test('that there is no table is told, with the databases that may be meant, in every place', async () => {
  const store = await temporaryFolder()
  const taken = await run('backup', 'postgres', { store })
  expect(taken.exitCode).toBe(0)
  expect(taken.told).toMatchObject([
    {
      severity: 'warning',
      on: 'postgres',
      found: expect.stringMatching(
        /^it holds no table; the server's other databases are "\w+" \([\d.]+ MB\), .*"app" \(/,
      ),
      advice: expect.stringContaining('database-url'),
    },
  ])
  expect(taken.verdict).toMatch(/^⚠️ .*But there is nothing in it: it holds no table; /)
  expect(problemsOf(taken.report).map(({ code, level }) => `${level} ${code}`)).toContain('warning NOTHING_TO_BACK_UP')
  const again = await run('validate', 'postgres', { store })
  expect([again.told.length, again.verdict]).toEqual([1, expect.stringContaining('But there is nothing in it')])
})

test.each<[string, string, Given, string]>([
  ['tables without rows', 'hollow', {}, 'there is no row in its 2 tables; '],
  ['every table excluded', 'app', { 'exclude-tables': 'cows, bulls' }, 'none of its 2 tables is chosen'],
  ['only an empty table chosen', 'app', { tables: 'bulls' }, 'there is no row in what is chosen, 1 of its 2 tables'],
])('of %s it is told too', async (_, database, given, words) => {
  const { told, verdict } = await run('backup', database, given)
  expect(told.map(({ found }) => found)).toEqual([expect.stringContaining(words)])
  expect(verdict).toMatch(/^⚠️/)
})

test.each<[string, string, Given]>([
  ['one table with rows', 'app', {}],
  ['nothing but large objects', 'blobs', {}],
])('of %s it is not told', async (_, database, given) => {
  const { told, verdict } = await run('backup', database, given)
  expect([told, verdict]).toEqual([[], expect.stringMatching(/^✅/)])
})

test('doctor says so beforehand', async () => {
  const { report } = await run('doctor', 'postgres')
  const line = report.diagnosis?.find(({ what }) => what === 'tables')
  expect(line).toMatchObject({ state: 'warning', found: expect.stringContaining('it holds no table') })
})

test('that eleven tables became none is told, beside each of them', async () => {
  const store = await temporaryFolder()
  await cluster.psql(
    `DO $$ BEGIN FOR i IN 1..11 LOOP EXECUTE format('CREATE TABLE t%s AS SELECT generate_series(1, 3) AS id', i); END LOOP; END $$`,
    'herd',
  )
  const first = await run('backup', 'herd', { store })
  expect(first.verdict).toMatch(/^✅/)
  await cluster.psql(`DO $$ BEGIN FOR i IN 1..11 LOOP EXECUTE format('TRUNCATE t%s', i); END LOOP; END $$`, 'herd')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const emptied = await run('backup', 'herd', { store })
  expect(emptied.findings.find(({ code }) => code === 'SET_SHRUNK')?.found).toBe(
    `it holds 0 rows in 11 tables, and manual/${first.report.id!} held 33 rows in 11 tables`,
  )
  expect(emptied.found.filter((one) => one.startsWith('TABLE_EMPTIED'))).toHaveLength(11)
  expect(emptied.verdict).toMatch(/^⚠️/)
})

test('that the tables are gone is told, and that only some rows went is not', async () => {
  const store = await temporaryFolder()
  await cluster.createDatabase('flock')
  await cluster.psql(
    'CREATE TABLE ewes AS SELECT generate_series(1, 100) AS id; CREATE TABLE rams AS TABLE ewes; CREATE TABLE lambs AS TABLE ewes',
    'flock',
  )
  await run('backup', 'flock', { store })
  await cluster.psql('DELETE FROM ewes WHERE id > 90', 'flock')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const fewer = await run('backup', 'flock', { store })
  expect([fewer.found.filter((one) => one.startsWith('SET_SHRUNK')), fewer.verdict]).toEqual([
    [],
    expect.stringMatching(/^✅/),
  ])
  await cluster.psql('DROP TABLE rams, lambs', 'flock')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const gone = await run('backup', 'flock', { store })
  expect(gone.found.filter((one) => one.startsWith('SET_SHRUNK'))).toHaveLength(1)
  expect(gone.verdict).toMatch(/^⚠️ .*But it is far less than before: it holds 90 rows in 1 table, and /)
})

test('init says so, and writes its file all the same', async () => {
  const cwd = await temporaryFolder()
  const done = await commandLineHere(['init', '--database-url', cluster.url('postgres')], { cwd, env: {} })
  expect(done.exitCode).toBe(0)
  expect(done.stderr).toMatch(/"postgres": it holds no table; the server's other databases are .*"app"/)
})
