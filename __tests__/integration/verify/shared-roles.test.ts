import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'

import { parseConnection } from '../../../src/postgres/connection.js'
import type { Scratch } from '../../../src/postgres/scratch.js'
import { SharedRoles } from '../../../src/verify/shared-roles.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { realContext, type RealContext } from '../../support/real-context.js'

jest.setTimeout(60_000)

let server: TestCluster
let context: RealContext
let scratch: Scratch
beforeAll(async () => {
  server = await startCluster()
  await server.query('CREATE ROLE already_there LOGIN')
})
afterAll(() => server.remove())
beforeEach(async () => {
  context = await realContext()
  const maintenance = parseConnection({ databaseUrl: server.url(), environment: {}, label: 'scratch-url' })
  scratch = { kind: 'service', maintenance } as Scratch
})
afterEach(() => context.workspace.clean())

const roles = async (): Promise<string[]> => {
  const rows = await server.query(
    "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres' ORDER BY 1",
  )
  return rows.map(({ rolname }) => rolname as string)
}
const plain = (...names: string[]) => names.map((name) => ({ name, isSuperuser: false }))

test('a role that two proofs need stays until both are over; what was there before stays for ever', async () => {
  const first = await SharedRoles.use(scratch, context)
  await first.make(plain('app', 'already_there'))
  const second = await SharedRoles.use(scratch, context)
  await second.make(plain('app', 'other'))
  await first.release()
  expect(await roles()).toEqual(['already_there', 'app', 'other'])
  await second.release()
  expect(await roles()).toEqual(['already_there'])
  expect(context.logger.said).toEqual([])
})

test('many that make the same roles at once do not stumble over each other', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => SharedRoles.use(scratch, context)))
  await Promise.all(all.map((one) => one.make(plain('app', 'other'))))
  await Promise.all(all.map((one) => one.release()))
  expect(await roles()).toEqual(['already_there'])
})

test('one that another proof made as an ordinary role becomes a superuser where a set needs that', async () => {
  const first = await SharedRoles.use(scratch, context)
  await first.make(plain('app', 'already_there'))
  await first.make([
    { name: 'app', isSuperuser: true },
    { name: 'already_there', isSuperuser: true },
  ])
  const rows = await server.query(
    "SELECT rolname, rolsuper FROM pg_roles WHERE rolname IN ('app', 'already_there') ORDER BY 1",
  )
  expect(rows).toEqual([
    { rolname: 'already_there', rolsuper: false },
    { rolname: 'app', rolsuper: true },
  ])
  await first.release()
})

test('what a run that was killed had made goes with the last of those that come after it', async () => {
  const killed = await SharedRoles.use(scratch, context)
  await killed.make(plain('left_behind'))
  await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $1', 'postgres', ['client backend']) // prettier-ignore
  const next = await SharedRoles.use(scratch, context)
  expect(await roles()).toContain('left_behind')
  await next.release()
  expect(await roles()).toEqual(['already_there'])
  await killed.release()
})
