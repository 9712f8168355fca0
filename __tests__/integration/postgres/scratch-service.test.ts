import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { CouldNotVerifyError, GuardError } from '../../../src/errors.js'
import { ownerHere } from '../../../src/platform/owner.js'
import { acquireScratch } from '../../../src/postgres/acquire-scratch.js'
import type { ScratchRequest } from '../../../src/postgres/scratch.js'
import { withSession } from '../../../src/postgres/session.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { realContext, type RealContext } from '../../support/real-context.js'

jest.setTimeout(120_000)

let service: TestCluster
let context: RealContext
beforeAll(async () => {
  service = await startCluster({ auth: 'scram' })
})
afterAll(() => service.remove())
beforeEach(async () => {
  context = await realContext()
})
afterEach(() => context.workspace.clean())

const request = (more: Partial<ScratchRequest> = {}): ScratchRequest => ({
  kind: 'auto',
  url: service.url(),
  preferredFolders: [service.clientBin],
  source: {
    major: service.major,
    bootstrapRole: 'somebody',
    systemIdentifier: '1',
    encoding: 'UTF8',
    localeProvider: 'c',
    collate: 'C.UTF-8',
    ctype: 'C.UTF-8',
    icuLocale: null,
  },
  ...more,
})

async function databases(): Promise<string[]> {
  const rows = await service.query('SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname')
  return rows.map(({ datname }) => datname as string)
}

/** All that a scratch could have changed on a server besides its own databases. */
async function outside(): Promise<unknown> {
  return [
    await service.query('SELECT rolname FROM pg_roles ORDER BY 1'),
    await service.query('SELECT name, setting FROM pg_file_settings ORDER BY seqno'),
    await service.query('SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting'),
  ]
}

describe('a scratch service', () => {
  test('is used through databases of ours alone, which are gone afterwards', async () => {
    await service.createDatabase('precious')
    const before = await outside()
    const scratch = await acquireScratch(request(), context)
    expect(scratch).toMatchObject({ kind: 'service', major: service.major, superuser: true })
    expect(await databases()).toEqual(['postgres', 'precious'])
    const [one, two] = [await scratch.createDatabase(), await scratch.createDatabase()]
    expect(one.name).toMatch(/^lifeboat_scratch_[0-9a-f]{12}$/)
    expect(await databases()).toEqual([one.name, two.name, 'postgres', 'precious'].sort())
    await withSession(one.settings, {}, async (session) => {
      expect(await session.query('SELECT current_database() AS name, current_setting($1) AS jit', ['jit'])).toEqual([
        { name: one.name, jit: 'off' },
      ])
      // An open session does not keep the database.
      await scratch.release()
      await scratch.release()
    })
    expect(await databases()).toEqual(['postgres', 'precious'])
    expect(await outside()).toEqual(before)
    expect(context.logger.said.filter(({ level }) => level === 'warning')).toEqual([])
  })

  test('it is cleaned up after an interruption too', async () => {
    const scratch = await acquireScratch(request(), context)
    await scratch.createDatabase()
    context.interrupt()
    await scratch.release()
    expect(await databases()).toEqual(['postgres', 'precious'])
  })

  test('what a killed run left is dropped, what may be in use stays', async () => {
    const here = ownerHere('proving a backup', new Date())
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000).toISOString()
    const notes = {
      lifeboat_scratch_dead: { ...here, started: '1' },
      lifeboat_scratch_alive: here,
      lifeboat_scratch_elsewhere: { ...here, host: 'another-host' },
      lifeboat_scratch_elsewhere_old: { ...here, host: 'another-host', since: yesterday },
      lifeboat_scratch_unknown: 'no note of ours',
      not_lifeboat_scratch: { ...here, started: '1' },
    }
    for (const [name, note] of Object.entries(notes)) {
      await service.createDatabase(name)
      await service.query(`COMMENT ON DATABASE ${name} IS '${JSON.stringify(note)}'`)
    }
    const scratch = await acquireScratch(request(), context)
    await scratch.release()
    expect(await databases()).toEqual([
      'lifeboat_scratch_alive',
      'lifeboat_scratch_elsewhere',
      'lifeboat_scratch_unknown',
      'not_lifeboat_scratch',
      'postgres',
      'precious',
    ])
    for (const name of Object.keys(notes)) await service.query(`DROP DATABASE IF EXISTS ${name}`)
  })

  test('the server that is backed up is refused', async () => {
    const [row] = await service.query('SELECT system_identifier::text AS id FROM pg_control_system()')
    const { source } = request()
    const refused = acquireScratch(request({ source: { ...source, systemIdentifier: row?.id as string } }), context)
    await expect(refused).rejects.toThrow(GuardError)
    await expect(refused).rejects.toMatchObject({ exitCode: 5 })
  })

  test('a role that may not create databases is no use', async () => {
    await service.query("CREATE ROLE plain LOGIN PASSWORD 'pw'")
    const url = service.url('postgres', { user: 'plain', password: 'pw' })
    await expect(acquireScratch(request({ url }), context)).rejects.toThrow(/may not create databases/)
  })

  test('a role that only creates databases is enough, and it is known that it is no superuser', async () => {
    await service.query("CREATE ROLE maker LOGIN CREATEDB PASSWORD 'pw'")
    const url = service.url('postgres', { user: 'maker', password: 'pw' })
    const scratch = await acquireScratch(request({ url }), context)
    expect(scratch.superuser).toBe(false)
    await scratch.createDatabase()
    await scratch.release()
    expect(await databases()).toEqual(['postgres', 'precious'])
  })

  test('the variables of the source do not reach it', async () => {
    const other = await realContext({ ...process.env, PGPASSWORD: 'of the source', PGOPTIONS: '-c role=nonesuch' })
    const url = `postgresql://postgres@127.0.0.1:${service.port}/postgres`
    const failing = acquireScratch(request({ url }), other)
    await expect(failing).rejects.toThrow(CouldNotVerifyError)
    await expect(failing).rejects.toThrow(/asks for the password/)
    await other.workspace.clean()
  })

  test('a wrong password says so, and that nothing was verified, without showing it', async () => {
    const url = `postgresql://postgres:wrong-secret@127.0.0.1:${service.port}/postgres`
    const error: unknown = await acquireScratch(request({ url }), context).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(CouldNotVerifyError)
    expect(error).toMatchObject({ exitCode: 4 })
    expect(String(error)).toContain('password for user "postgres" was rejected')
    expect(String(error)).not.toContain('wrong-secret')
  })

  test('service without a URL is a mistake that is named', async () => {
    const failing = acquireScratch(request({ kind: 'service', url: undefined }), context)
    await expect(failing).rejects.toThrow(/scratch-url is not given/)
  })

  test('a service that only just starts is waited for', async () => {
    await service.stop()
    const acquiring = acquireScratch(request(), context)
    await new Promise((resolve) => setTimeout(resolve, 400))
    await service.start()
    await (await acquiring).release()
    expect(context.logger.said.some(({ message }) => message.startsWith('Waiting for the scratch server'))).toBe(true)
  })
})
