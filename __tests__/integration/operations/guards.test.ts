import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import { operate, PROVEN, summaryOf, type Given, type Operated } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'
import { startTransactionPooler } from '../../support/transaction-pooler.js'

jest.setTimeout(120_000)

describe('what must not become a backup', () => {
  let source: TestCluster
  let store: string

  beforeAll(async () => {
    source = await startCluster()
    await createFarm(source)
    await source.psql(
      `CREATE ROLE backup LOGIN;
       GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup;
       GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO backup;
       GRANT SELECT ON LARGE OBJECT 4242 TO backup;
       DROP POLICY own_rows ON accounts;
       ALTER TABLE accounts DISABLE ROW LEVEL SECURITY;`,
      'farm',
    )
  })
  afterAll(() => source.remove())

  beforeEach(async () => {
    store = path.join(await temporaryFolder(), 'store')
  })
  afterEach(removeTemporaryFolders)

  const backUp = (more: Given = {}, env: Record<string, string> = {}): Promise<Operated> =>
    operate('backup', { 'database-url': source.url('farm'), store, verify: 'archive', ...more }, { env })

  const asBackup = () => source.url('farm', { user: 'backup' })

  /** What a store has besides its log: nothing must be left of a refused backup. */
  async function leftovers(): Promise<string[]> {
    const names = await readdir(store, { recursive: true }).catch(() => [])
    return names.filter((name) => !/^(log(\/.*)?|\.incoming)$/.test(name))
  }

  /** The lines of the log, of all days. */
  async function logOf(folder: string): Promise<string[]> {
    const files = await readdir(path.join(folder, 'log'))
    return Promise.all(files.sort().map((name) => readFile(path.join(folder, 'log', name), 'utf8')))
  }

  /** Refused with that code, nothing written, and the message says what, where and what next. */
  async function expectRefusal(operated: Operated, exitCode: number, ...says: RegExp[]): Promise<void> {
    expect(operated.exitCode).toBe(exitCode)
    const told = [operated.report.failure?.message ?? '', ...operated.said.map(({ message }) => message)].join('\n')
    for (const text of says) {
      expect(told).toMatch(text)
    }
    expect(operated.report.failure?.message).toMatch(/\(while .+\)\. \S.+/s)
    expect(operated.report).not.toHaveProperty('id')
    expect(await leftovers()).toEqual([])
  }

  test('the same backup without an obstacle works, as a role that may only read', async () => {
    expect(summaryOf(await backUp({ 'database-url': asBackup(), verify: 'full' }))).toMatchObject({
      exitCode: 4,
      outcome: 'not-verified',
      // Only a superuser can read the content of large objects; that is said, and not passed over.
      weighty: [expect.stringContaining('LARGE_OBJECTS_UNREADABLE')],
    })
    await source.psql('SELECT lo_unlink(4242)', 'farm')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(summaryOf(await backUp({ 'database-url': asBackup(), verify: 'full' }))).toEqual(PROVEN)
  })

  describe('a server that cannot be used', () => {
    test('a wrong password', async () => {
      const locked = await startCluster({ auth: 'scram' })
      try {
        const url = locked.url('postgres', { password: 'definitely wrong' })
        await expectRefusal(await backUp({ 'database-url': url }), 1, /password/i, /postgres@127\.0\.0\.1/)
        const operated = await backUp({ 'database-url': locked.url('postgres', { user: 'nobody' }) }, {})
        await expectRefusal(operated, 1, /password/i, /nobody/)
      } finally {
        await locked.remove()
      }
    })

    test.each([
      ['an unknown host', 'postgresql://u@no-such-host.invalid/app', /no-such-host\.invalid/],
      ['the address of a pooler', 'postgresql://u:p@aws-0-eu.pooler.supabase.com:6543/postgres', /pooler/i],
      ['no URL at all', 'mysql://u@127.0.0.1/app', /postgresql:\/\//],
    ])('%s', async (_, url, says) => {
      const operated = await backUp({ 'database-url': url })
      await expectRefusal(operated, operated.report.failure?.exitCode === 2 ? 2 : 1, says)
    })

    test('no such database, no such role', async () => {
      await expectRefusal(await backUp({ 'database-url': source.url('frm') }), 1, /frm/)
      await expectRefusal(await backUp({ 'database-url': source.url('farm', { user: 'nobody' }) }), 1, /nobody/)
    })

    test('a transaction pooler that does not look like one', async () => {
      const pooler = await startTransactionPooler({
        socket: `${source.host}/.s.PGSQL.${source.port}`,
        user: 'postgres',
        database: 'farm',
        size: 2,
      })
      try {
        const url = `postgresql://postgres@127.0.0.1:${pooler.port}/farm?sslmode=disable`
        await expectRefusal(await backUp({ 'database-url': url }), 1, /pooler/i, /direct|session/i)
      } finally {
        await pooler.close()
      }
    })
  })

  describe('a role that cannot see everything', () => {
    async function expectFindings(given: Given, ...found: string[]): Promise<void> {
      const operated = await backUp({ 'database-url': asBackup(), ...given })
      await expectRefusal(operated, 1, /Nothing was written/)
      expect(operated.found).toEqual(found)
    }

    test('one table may not be read, whether its rows are wanted or not: pg_dump locks it all the same', async () => {
      await source.psql('REVOKE SELECT ON parts FROM backup', 'farm')
      try {
        await expectFindings({}, 'TABLE_UNREADABLE public.parts')
        await expectFindings({ 'exclude-tables': 'parts' }, 'TABLE_UNREADABLE public.parts')
      } finally {
        await source.psql('GRANT SELECT ON parts TO backup', 'farm')
      }
    })

    test('a sequence may not be read, and a schema not be entered: all is told at once', async () => {
      await source.psql('REVOKE SELECT ON tickets FROM backup; CREATE SCHEMA hidden; CREATE TABLE hidden.t ()', 'farm')
      try {
        const operated = await backUp({ 'database-url': asBackup() })
        await expectRefusal(operated, 1)
        expect(operated.found).toEqual(
          expect.arrayContaining(['TABLE_UNREADABLE public.tickets', 'SCHEMA_UNREADABLE hidden']),
        )
      } finally {
        await source.psql('GRANT SELECT ON tickets TO backup; DROP SCHEMA hidden CASCADE', 'farm')
      }
    })

    test('row-level security would hide rows, also from a role that may read the table', async () => {
      await source.psql('ALTER TABLE accounts ENABLE ROW LEVEL SECURITY', 'farm')
      try {
        await expectFindings({}, 'ROW_SECURITY_ACTIVE public.accounts')
        await source.psql('ALTER ROLE backup BYPASSRLS')
        expect((await backUp({ 'database-url': asBackup() })).exitCode).toBe(0)
      } finally {
        await source.psql('ALTER ROLE backup NOBYPASSRLS; ALTER TABLE accounts DISABLE ROW LEVEL SECURITY', 'farm')
      }
    })
  })

  describe('options that cannot be meant', () => {
    test('a table that is not there, in tables and in exclude-tables', async () => {
      const operated = await backUp({ tables: 'animals, anmals', 'exclude-tables': 'prts' })
      await expectRefusal(operated, 1)
      expect(operated.found).toEqual(['TABLE_NOT_FOUND anmals', 'TABLE_NOT_FOUND prts'])
    })

    test('a policy that keeps nothing is refused before the database is asked', async () => {
      const nothing = { 'keep-last': '0', 'database-url': 'postgresql://u@no-such-host.invalid/app' }
      await expectRefusal(await backUp(nothing), 2, /keep-/)
      expect((await operate('rotate', { store, 'keep-daily': '0' })).exitCode).toBe(2)
    })

    test('an alert rule that cannot be read', async () => {
      const given = { alerts: 'critical duration > soon', 'database-url': 'postgresql://u@no-such-host.invalid/app' }
      await expectRefusal(await backUp(given), 2, /soon/, /30min/)
    })

    test('to validate and verify nothing', async () => {
      expect((await operate('validate', { store, verify: 'none' })).exitCode).toBe(2)
    })

    test('a backup that is not there', async () => {
      for (const backup of ['latest', '20200101T000000Z', './no-such.sql']) {
        const operated = await operate('validate', { store, backup })
        expect([operated.exitCode, operated.report.failure?.message]).toEqual([2, expect.stringContaining(backup)])
      }
    })
  })

  describe('a store that is not for it', () => {
    test('the store of another database', async () => {
      expect((await backUp({ series: 'another' })).exitCode).toBe(0)
      const [before, log] = [await leftovers(), await logOf(store)]
      const operated = await backUp()
      expect([operated.exitCode, operated.found]).toEqual([5, [`STORE_FOREIGN_SERIES ${store}`]])
      expect(operated.findings[0]?.found).toMatch(/another.*farm/)
      expect(await leftovers()).toEqual(before)
      expect((await operate('rotate', { store, series: 'farm' })).exitCode).toBe(5)
      expect(await logOf(store)).toEqual(log)
    })

    test('a rotation makes no store of a folder that is none', async () => {
      expect((await operate('rotate', { store })).exitCode).toBe(0)
      await expect(readdir(store)).rejects.toThrow('ENOENT')
    })

    test('a file in the place of its folder, and a folder that cannot be made', async () => {
      await writeFile(store, '')
      const file = await backUp()
      expect([file.exitCode, file.found]).toEqual([1, [`STORE_NOT_WRITABLE ${store}`]])
      const below = await backUp({ store: '/proc/no/store' })
      expect([below.exitCode, below.found]).toEqual([1, ['STORE_NOT_WRITABLE /proc/no/store']])
    })

    test('services that are not in the right state, told with what the check said', async () => {
      const services = 'echo "the queue is not empty" >&2; exit 3'
      const operated = await backUp({ services })
      await expectRefusal(operated, 1, /the queue is not empty/)
      expect(operated.found).toEqual(['SERVICES_WRONG services'])
      expect((await backUp({ services: 'true' })).exitCode).toBe(0)
    })

    test('scratch on the very server that is backed up', async () => {
      const operated = await backUp({ verify: 'full', 'scratch-url': source.url() })
      await expectRefusal(operated, 5, /the server that is backed up/)
    })
  })

  test('everything in the way is told at once', async () => {
    await mkdir(store)
    await chmod(store, 0o755)
    const operated = await backUp({ tables: 'anmals', services: 'false', store: '/proc/no/store' })
    expect(operated.found.sort()).toEqual(
      [
        'NOTHING_TO_BACK_UP farm',
        'SERVICES_WRONG services',
        'STORE_NOT_WRITABLE /proc/no/store',
        'TABLE_NOT_FOUND anmals',
      ].sort(),
    )
    expect(operated.exitCode).toBe(1)
  })
})
