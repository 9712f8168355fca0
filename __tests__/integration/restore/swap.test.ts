import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { OperationError } from '../../../src/errors.js'
import { parseConnection } from '../../../src/postgres/connection.js'
import { renameAtOnce } from '../../../src/restore/swap.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { realContext, type RealContext } from '../../support/real-context.js'

jest.setTimeout(120_000)

let cluster: TestCluster
let context: RealContext

beforeAll(async () => {
  cluster = await startCluster()
  context = await realContext({})
  await cluster.query('CREATE ROLE plain LOGIN CREATEDB')
})
afterAll(async () => {
  await context.workspace.clean()
  await cluster.remove()
})
beforeEach(async () => {
  await cluster.query('CREATE DATABASE live OWNER plain')
  await cluster.query('CREATE DATABASE side OWNER plain')
})
afterEach(async () => {
  for (const name of await databases()) await cluster.query(`DROP DATABASE "${name}" WITH (FORCE)`)
})

async function databases(): Promise<string[]> {
  const rows = await cluster.query(
    `SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1`,
  )
  return rows.map(({ datname }) => String(datname))
}

const target = (user = 'postgres') => ({
  maintenance: parseConnection({ databaseUrl: cluster.url('postgres', { user }), environment: {} }),
})
const SWAP = [
  { from: 'live', to: 'before' },
  { from: 'side', to: 'live' },
]

describe('renaming databases at once', () => {
  test('does all of it, with what else is to happen', async () => {
    await renameAtOnce(target(), SWAP, [`COMMENT ON DATABASE live IS 'new'`], context)
    expect(await databases()).toEqual(['before', 'live'])
  })

  test('does nothing when a part of it cannot be done', async () => {
    await expect(renameAtOnce(target(), [...SWAP, { from: 'gone', to: 'x' }], [], context)).rejects.toThrow('gone')
    expect(await databases()).toEqual(['live', 'side'])
    await expect(renameAtOnce(target(), SWAP, ['ALTER DATABASE live SET nonsense TO 1'], context)).rejects.toThrow()
    expect(await databases()).toEqual(['live', 'side'])
  })

  test('cut off in the middle, it was never begun', async () => {
    const holder = await cluster.connect()
    await holder.query('BEGIN')
    await holder.query(`ALTER DATABASE side RENAME TO held`)
    const renaming = renameAtOnce(target(), SWAP, [], context)
    const failed = expect(renaming).rejects.toThrow('lost')
    let waiting: Record<string, unknown>[] = []
    while (waiting.length === 0) {
      waiting = await cluster.query(
        `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER DATABASE "side"%'`,
      )
    }
    // The live database has its new name there already, and nobody sees it.
    expect(await databases()).toEqual(['live', 'side'])
    await cluster.query('SELECT pg_terminate_backend($1)', undefined, [waiting[0]?.pid])
    await failed
    await holder.query('ROLLBACK')
    await holder.end()
    expect(await databases()).toEqual(['live', 'side'])
  })

  test('ends who is connected, also who comes again and again', async () => {
    const over = new AbortController()
    const nuisance = async () => {
      while (!over.signal.aborted) {
        const client = await cluster.connect('live').catch(() => undefined)
        await client?.query('SELECT pg_sleep(60)').catch(() => undefined)
        await client?.end().catch(() => undefined)
      }
    }
    const nuisances = Promise.all([nuisance(), nuisance(), nuisance(), nuisance()])
    await renameAtOnce(target(), SWAP, [], context)
    expect(await databases()).toEqual(['before', 'live'])
    over.abort()
    await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('live', 'before')`)
    await nuisances
  })

  test('names who could not be ended, and changes nothing', async () => {
    const superuser = await cluster.connect('live')
    await superuser.query(`SET application_name = 'the nightly report'`)
    const refused = await renameAtOnce(target('plain'), SWAP, [], context).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OperationError)
    expect(String(refused)).toContain('the nightly report')
    expect(await databases()).toEqual(['live', 'side'])
    await superuser.end()
  })
})
