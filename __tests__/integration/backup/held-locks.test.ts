import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import path from 'node:path'
import pg from 'pg'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { operate, PROVEN, summaryOf, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

describe('a table that somebody holds', () => {
  let cluster: TestCluster
  let folder: string

  beforeAll(async () => {
    cluster = await startCluster({ settings: { max_prepared_transactions: '5' } })
    await cluster.createDatabase('shop')
    await cluster.psql(
      'CREATE TABLE orders (a int); INSERT INTO orders VALUES (1); CREATE TABLE free AS SELECT 1 AS a',
      'shop',
    )
  })
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterAll(async () => {
    await cluster.remove()
    await removeTemporaryFolders()
  })

  const backup = (given: Given = {}) =>
    operate('backup', {
      'database-url': cluster.url('shop'),
      store: path.join(folder, 'store'),
      scratch: 'cluster',
      'lock-timeout': '2s',
      ...given,
    })

  /** Does work while a migration is open: a session that altered the table, and did nothing since. */
  async function whileHeld<T>(end: string, work: () => Promise<T>): Promise<T> {
    const client = new pg.Client(cluster.url('shop'))
    await client.connect()
    try {
      await client.query("SET application_name = 'a migration'")
      await client.query('BEGIN; ALTER TABLE orders ADD COLUMN b int')
      if (end !== '') await client.query(end)
      return await work()
    } finally {
      await client.query(end === '' ? 'ROLLBACK' : "ROLLBACK PREPARED 'forgotten'")
      await client.end()
    }
  }

  test('by a migration is waited for as long as lock-timeout says, and who holds it is named', async () => {
    const { report, exitCode } = await whileHeld('', () => backup())
    expect(exitCode).toBe(1)
    expect(report.failure?.message).toMatch(
      /2\.0 s \(lock-timeout\).*public\.orders, by process \d+ \(a migration, idle in transaction/,
    )
  })

  test('by a prepared transaction that was forgotten: its name', async () => {
    const { report } = await whileHeld("PREPARE TRANSACTION 'forgotten'", () => backup())
    expect(report.failure?.message).toMatch(/public\.orders, by the prepared transaction "forgotten"/)
  })

  test('while it waits, it says for whom', async () => {
    const client = new pg.Client(cluster.url('shop'))
    await client.connect()
    await client.query('BEGIN; LOCK TABLE orders')
    const operated = operate(
      'backup',
      { 'database-url': cluster.url('shop'), store: path.join(folder, 'store'), verify: 'none', 'lock-timeout': '60s' },
      {
        alter: (context) => ({
          ...context,
          logger: {
            ...context.logger,
            info: (message: string) => {
              context.logger.info(message)
              if (message.includes('public.orders')) void client.query('COMMIT')
            },
          },
        }),
      },
    )
    const { exitCode, said } = await operated
    await client.end()
    expect(exitCode).toBe(0)
    expect(said.map(({ message }) => message).join('\n')).toMatch(
      /Waiting up to 1 min \(lock-timeout\) for a lock on public\.orders, which is held by process \d+/,
    )
  })

  test('holds up neither doctor nor init, and afterwards the backup is proven', async () => {
    const given = { 'database-url': cluster.url('shop'), store: path.join(folder, 'store'), scratch: 'cluster' }
    const looked = await whileHeld('', () => operate('doctor', given))
    expect(looked.report.diagnosis?.some(({ what }) => what === 'connection')).toBe(true)
    expect(summaryOf(await backup())).toEqual(PROVEN)
  })
})
