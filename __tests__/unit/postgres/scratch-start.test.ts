import { describe, expect, test } from '@jest/globals'

import type { ServerSettings } from '../../../src/postgres/catalog/server-settings.js'
import { librarySettings } from '../../../src/postgres/scratch-libraries.js'
import { waysToStart } from '../../../src/postgres/scratch-start.js'

const AVAILABLE = new Set(['plpgsql', 'pg_cron', 'pgaudit', 'pg_stat_statements', 'auto_explain', 'pglogical'])

function server(more: Partial<ServerSettings> = {}): ServerSettings {
  return { libraries: {}, settings: {}, prefixes: [], ...more }
}

describe('the libraries of a throw-away cluster', () => {
  test('are those that the source preloads and one of its extensions needs', () => {
    const { settings, missing } = librarySettings(
      {
        extensions: [{ name: 'pg_stat_statements' }, { name: 'hstore' }],
        server: server({
          libraries: { shared_preload_libraries: ['passwordcheck', 'pg_stat_statements', 'auto_explain'] },
        }),
      },
      AVAILABLE,
      'scratch',
    )
    expect(settings.shared_preload_libraries).toBe('pg_stat_statements')
    expect(settings.max_worker_processes).toBeUndefined()
    expect(missing).toEqual([])
  })

  test('are those whose settings databases, roles and functions have, each where the source names it', () => {
    const { settings } = librarySettings(
      {
        server: server({
          libraries: { shared_preload_libraries: ['pg_cron', 'pgaudit'], session_preload_libraries: ['auto_explain'] },
          prefixes: ['auto_explain', 'cron', 'myapp'],
        }),
      },
      AVAILABLE,
      'scratch',
    )
    expect(settings).toMatchObject({ shared_preload_libraries: 'pg_cron', session_preload_libraries: 'auto_explain' })
  })

  test('do no work of their own, and know the database that is restored into', () => {
    const needs = {
      extensions: [{ name: 'pg_cron' }],
      server: server({ libraries: { shared_preload_libraries: ['pg_cron'] } }),
    }
    expect(librarySettings(needs, AVAILABLE, 'lifeboat_scratch_1').settings).toMatchObject({
      shared_preload_libraries: 'pg_cron',
      'cron.database_name': 'lifeboat_scratch_1',
      'cron.launch_active_jobs': 'off',
      max_worker_processes: '0',
    })
  })

  test.each([
    ['a set that does not tell', undefined],
    ['a role that may not read them', server()],
  ])('are those that extensions are known to need, with %s', (_what, told) => {
    const needs = { extensions: [{ name: 'pgaudit' }, { name: 'pg_trgm' }], server: told }
    expect(librarySettings(needs, AVAILABLE, 'scratch').settings.shared_preload_libraries).toBe('pgaudit')
  })

  test('are named where they are not installed', () => {
    const needs = {
      extensions: [{ name: 'timescaledb' }],
      server: server({ libraries: { shared_preload_libraries: ['timescaledb'] } }),
    }
    expect(librarySettings(needs, AVAILABLE, 'scratch')).toEqual({ settings: {}, missing: ['timescaledb'] })
  })
})

describe('the ways to start a throw-away cluster', () => {
  const place = { socketFolder: '/x/socket', programs: '/nowhere/bin' }

  test('are one where the source tells nothing', () => {
    expect(waysToStart(place, {}, 'scratch').map(({ name }) => name)).toEqual(['as it is'])
  })

  test("have the source's settings first, and end without", () => {
    const settings = { TimeZone: 'Asia/Tokyo', max_locks_per_transaction: '5000' }
    const [first, second, last] = waysToStart(place, { server: server({ settings }) }, 'scratch')
    expect(first.settings).toMatchObject(settings)
    expect(first.without).toEqual([])
    expect(second?.settings).toMatchObject({ TimeZone: 'UTC', max_locks_per_transaction: '5000' })
    expect(second?.without).toEqual(["it does not start with the source's TimeZone=Asia/Tokyo"])
    expect(last?.settings).toMatchObject({ TimeZone: 'UTC', max_locks_per_transaction: '1024' })
    expect(last?.without).toEqual([expect.stringContaining('does not start with the source')])
  })

  test.each([
    ['two transactions that lock every relation of the source', 200_000, '8000'],
    ['as many locks as always', 300, '1024'],
    ['as many locks as at the source', 10, '3000', '3000'],
  ])('have room for %s', (_what, relations, expected, own = '64') => {
    const told = server({ settings: { max_locks_per_transaction: own }, relations })
    const [{ settings: started }] = waysToStart(place, { server: told }, 'scratch')
    expect(started).toMatchObject({ max_locks_per_transaction: expected, max_connections: '50' })
  })

  test('keep what makes a cluster quick and ours, whatever the source has', () => {
    const settings = { fsync: 'on', listen_addresses: '*', max_locks_per_transaction: '64' }
    const [{ settings: started }] = waysToStart(place, { server: server({ settings }) }, 'scratch')
    expect(started).toMatchObject({ fsync: 'off', listen_addresses: '', max_locks_per_transaction: '1024' })
  })
})
