import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { readSequences } from '../../../src/postgres/catalog/read-sequences.js'
import { parseConnection } from '../../../src/postgres/connection.js'
import { withSession, type Session } from '../../../src/postgres/session.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'

jest.setTimeout(60_000)

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
  await cluster.createDatabase('farm')
  await cluster.psql(
    `CREATE ROLE reader LOGIN;
     CREATE SEQUENCE a_open; SELECT nextval('a_open'); GRANT SELECT ON a_open TO reader;
     CREATE SEQUENCE b_closed;
     CREATE SEQUENCE c_open START 7; GRANT SELECT ON c_open TO reader;`,
    'farm',
  )
})
afterAll(() => cluster.remove())

function asReader<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const databaseUrl = cluster.url('farm', { user: 'reader' })
  return withSession(parseConnection({ databaseUrl, environment: {} }), {}, work)
}

const COMMON = { schema: 'public', increment: '1', cycles: false }

test('a sequence that cannot be read is told by name, and the others are read', async () => {
  expect(await asReader(readSequences)).toEqual([
    { ...COMMON, name: 'a_open', lastValue: '1', isCalled: true },
    { ...COMMON, name: 'b_closed', unread: expect.stringContaining('b_closed') },
    { ...COMMON, name: 'c_open', lastValue: '7', isCalled: false },
  ])
})

test('in a transaction, which it ends, the refusal itself is thrown', async () => {
  const reading = asReader(async (session) => {
    await session.query('BEGIN')
    return readSequences(session)
  })
  await expect(reading).rejects.toMatchObject({ code: '42501', message: expect.stringContaining('b_closed') })
})
