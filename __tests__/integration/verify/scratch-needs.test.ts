import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { acquireScratch } from '../../../src/postgres/acquire-scratch.js'
import type { ServerSettings } from '../../../src/postgres/catalog/server-settings.js'
import type { ScratchRequest } from '../../../src/postgres/scratch.js'
import { withSession } from '../../../src/postgres/session.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { defaultInstallation } from '../../support/installations.js'
import { operate, summaryOf, PROVEN, type Operated } from '../../support/operating.js'
import { realContext } from '../../support/real-context.js'

jest.setTimeout(180_000)

const { bin, major } = defaultInstallation()

let store: string
beforeAll(async () => {
  store = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-needs-'))
})
afterAll(() => rm(store, { recursive: true, force: true }))

function backup(cluster: TestCluster, database: string, user?: string): Promise<Operated> {
  return operate('backup', {
    'database-url': cluster.url(database, user === undefined ? {} : { user }),
    'postgres-bin': bin,
    store: path.join(store, `${database}-${user ?? 'superuser'}`),
    jobs: '1',
  })
}

describe('a database that needs what its server was started with', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startCluster({
      bin,
      major,
      settings: {
        shared_preload_libraries: 'pg_stat_statements',
        timezone: 'Asia/Tokyo',
        max_locks_per_transaction: 128,
      },
    })
    await cluster.createDatabase('needy')
    await cluster.query(
      `CREATE EXTENSION pg_stat_statements; CREATE TABLE seen (at timestamptz); INSERT INTO seen VALUES ('2026-12-01 20:00Z');
      CREATE MATERIALIZED VIEW hours AS SELECT to_char(at, 'YYYY-MM-DD HH24') AS hour FROM seen;
      CREATE MATERIALIZED VIEW measured AS SELECT count(*) >= 0 AS is_so FROM pg_stat_statements;
      CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader`,
      'needy',
    )
  })
  afterAll(() => cluster.remove())

  test('is proven in a cluster that is started with the same library and time zone', async () => {
    const operated = await backup(cluster, 'needy')
    expect(summaryOf(operated)).toEqual(PROVEN)
    expect(operated.found).toEqual([])
  })

  test('is proven too where the role may not see what is preloaded', async () => {
    const operated = await backup(cluster, 'needy', 'reader')
    expect(summaryOf(operated)).toEqual(PROVEN)
    expect(operated.found).toEqual([])
  })
})

const LIBRARIES = path.join(bin, '..', 'lib')
const CRON = existsSync(path.join(LIBRARIES, 'pg_cron.so'))
if (!CRON)
  process.stderr.write(`\nNOT TESTED: pg_cron, because it is not in ${LIBRARIES} (package postgresql-${major}-cron)\n`)
const describeCron = CRON ? describe : describe.skip

describeCron('a database of pg_cron', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startCluster({
      bin,
      major,
      settings: { shared_preload_libraries: 'pg_cron', 'cron.database_name': 'scheduled' },
    })
    await cluster.createDatabase('scheduled')
    await cluster.query(
      `CREATE EXTENSION pg_cron; SELECT cron.schedule('nightly', '0 3 * * *', 'SELECT 1')`,
      'scheduled',
    )
  })
  afterAll(() => cluster.remove())

  test('is proven with its jobs, none of which runs in scratch', async () => {
    const operated = await backup(cluster, 'scheduled')
    expect(summaryOf(operated)).toEqual(PROVEN)
  })
})

describe('a throw-away cluster', () => {
  const request = (server: ServerSettings): ScratchRequest => ({
    kind: 'cluster',
    preferredFolders: [bin],
    source: {
      major,
      bootstrapRole: 'postgres',
      systemIdentifier: null,
      encoding: 'UTF8',
      localeProvider: 'c',
      collate: 'C',
      ctype: 'C',
      icuLocale: null,
      extensions: [],
      server,
    },
  })

  async function startedFor(server: ServerSettings) {
    const context = await realContext()
    const scratch = await acquireScratch(request(server), context)
    try {
      const [row] = await withSession(scratch.maintenance, { signal: context.signal }, (session) =>
        session.query<{ zone: string; locks: string; libraries: string }>(
          `SELECT current_setting('TimeZone') AS zone, current_setting('max_locks_per_transaction') AS locks,
            current_setting('shared_preload_libraries') AS libraries`,
        ),
      )
      return { ...row, without: scratch.startedWithout }
    } finally {
      await scratch.release()
      await context.workspace.clean()
    }
  }

  test('starts with what a stored set tells of its source', async () => {
    const server = {
      libraries: { shared_preload_libraries: ['auto_explain', 'passwordcheck'] },
      settings: { TimeZone: 'Europe/Madrid', max_locks_per_transaction: '2000' },
      prefixes: ['auto_explain'],
    }
    expect(await startedFor(server)).toEqual({
      zone: 'Europe/Madrid',
      locks: '2000',
      libraries: 'auto_explain',
      without: [],
    })
  })

  test('starts without settings that this machine does not know, and says so', async () => {
    const server = {
      libraries: { shared_preload_libraries: ['auto_explain'] },
      settings: { TimeZone: 'Mars/Olympus', max_locks_per_transaction: '2000' },
      prefixes: ['auto_explain'],
    }
    expect(await startedFor(server)).toEqual({
      zone: 'UTC',
      locks: '2000',
      libraries: 'auto_explain',
      without: ["it does not start with the source's TimeZone=Mars/Olympus"],
    })
  })

  test('starts without a library that is not installed, and names it', async () => {
    const server = { libraries: { shared_preload_libraries: ['absent'] }, settings: {}, prefixes: ['absent'] }
    expect((await startedFor(server)).without).toEqual([
      'the library absent, which the source preloads, is not installed here',
    ])
  })
})
