import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { configurationText, passwordVariable } from '../../../src/command-line/init-file.js'
import type { DatabaseSeen, Sight } from '../../../src/command-line/init-look.js'
import { loadConfiguration } from '../../../src/config/configuration.js'
import type { Options } from '../../../src/options.js'
import { parseConnection, type ConnectionSettings } from '../../../src/postgres/connection.js'

const WISHES = { store: '/backups/app', timezone: 'Europe/Madrid', today: '2026-11-24' }

const SETTINGS: ConnectionSettings = {
  host: 'db.example.org',
  port: 5433,
  user: 'backup',
  password: 'p@ss/word',
  database: 'masclet_imperi',
  sslMode: 'verify-full',
  sslRootCert: '/etc/ssl/root.crt',
  parameters: { connect_timeout: '7' },
}

const SEEN: DatabaseSeen = {
  name: 'masclet_imperi',
  serverVersion: '17.2',
  major: 17,
  bytes: 1_200_000_000,
  tables: [
    { name: 'public.animals', bytes: 900_000_000, rows: 3_000_000 },
    { name: 'public.parts', bytes: 100_000 },
  ],
  extensions: [{ name: 'pgcrypto', version: '1.3' }],
  programs: '17.2 in /usr/lib/postgresql/17/bin',
  scratch: '17.2',
  unreadable: [],
}

/** What a run of the type makes of the file. */
async function loaded(text: string, environment: Record<string, string> = {}, type = 'daily'): Promise<Options> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-test-'))
  try {
    await writeFile(path.join(folder, 'lifeboat.yml'), text)
    const given = { label: (name: string) => `--${name}`, values: { type } }
    const configuration = await loadConfiguration(given, environment, folder)
    return configuration.optionsFor({ operation: 'backup' })
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('what is written', () => {
  test('loads, and means what was seen', async () => {
    const text = configurationText({ settings: SETTINGS, password: 'url', database: SEEN }, WISHES)
    const options = await loaded(text, { MASCLET_IMPERI_PASSWORD: encodeURIComponent('p@ss/word') })
    expect(options).toMatchObject({ store: '/backups/app', timezone: 'Europe/Madrid', keepDaily: 7, verify: 'full' })
    expect(options.schedule).toMatch(/^\d+ 2 \* \* \*$/)
    expect(parseConnection({ databaseUrl: options.databaseUrl, environment: {} })).toEqual(SETTINGS)
    expect((await loaded(text, { MASCLET_IMPERI_PASSWORD: 'x' }, 'weekly')).keepWeekly).toBe(4)
  })

  test('has the facts as comments', () => {
    const text = configurationText({ settings: SETTINGS, password: 'url', database: SEEN }, WISHES)
    expect(text).toContain('#   PostgreSQL 17.2, 1.2 GB, 2 tables')
    expect(text).toContain('#   extensions: pgcrypto 1.3')
    expect(text).toMatch(/^# {5}public\.animals +900 MB {2}3,000,000 rows$/m)
    expect(text).toMatch(/^# {5}public\.parts +100 kB {2}never analyzed$/m)
  })

  test('holds no password, and names the variable only where the password was in the URL', async () => {
    const text = configurationText({ settings: SETTINGS, password: 'url', database: SEEN }, WISHES)
    expect(text).not.toMatch(/p@ss|p%40ss/)
    const elsewhere = { settings: SETTINGS, password: 'environment', database: SEEN } as const
    expect(passwordVariable(elsewhere)).toBeUndefined()
    expect((await loaded(configurationText(elsewhere, WISHES))).databaseUrl).toContain('//backup@db.example.org')
  })

  test('is a template where nothing could be seen, and says why', async () => {
    const trouble = { problem: 'the host name "db" cannot be resolved', advice: 'Check its spelling.' }
    const text = configurationText({ trouble }, WISHES)
    expect(text).toContain('# The database could not be looked at: the host name "db" cannot be resolved.')
    expect((await loaded(text, { DATABASE_PASSWORD: 'x' })).databaseUrl).toContain(':x@')
  })

  test('asks for a scratch server where none can be started here', async () => {
    const database: DatabaseSeen = { ...SEEN }
    delete database.scratch
    const text = configurationText({ settings: SETTINGS, database }, WISHES)
    const options = await loaded(text, { SCRATCH_URL: 'postgresql://scratch/postgres' })
    expect(options.scratchUrl).toBe('postgresql://scratch/postgres')
  })

  test('lets no name act on a terminal, or end a comment', () => {
    const database = { ...SEEN, tables: [{ name: 'public."\u001B[2J\nstore: /tmp\u009B1m"', bytes: 1 }] }
    const text = configurationText({ settings: SETTINGS, database }, WISHES)
    expect(text).not.toMatch(/(?!\n)\p{Cc}|^store: \/tmp/mu)
  })

  test('the schedule is never at the full hour, nor the same for every database', () => {
    const minutes = Array.from({ length: 50 }, (_, index) => {
      const sight = { settings: { ...SETTINGS, database: `app${index}` } }
      return Number(/schedule: "(\d+) 2/.exec(configurationText(sight, WISHES))?.[1])
    })
    expect(minutes.every((minute) => minute % 2 === 1 && minute < 60)).toBe(true)
    expect(new Set(minutes).size).toBeGreaterThan(10)
  })
})

test('whatever things are called, the file loads and means the same', async () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0'))
  const sights = fc.record({
    user: name,
    database: name.filter((text) => !/\{(database|type)\}/.test(text)),
    table: name,
    host: fc.constantFrom('db', '127.0.0.1', '::1', '/var/run/my postgresql'),
    store: name.map((text) => `/backups/${text.replaceAll(/\{(database|type)\}/g, '')}`),
  })
  await fc.assert(
    fc.asyncProperty(sights, async ({ user, database, table, host, store }) => {
      const settings: ConnectionSettings = { ...SETTINGS, user, database, host }
      delete settings.password
      const seen = { ...SEEN, name: database, tables: [{ name: table, bytes: 1 }] }
      const sight: Sight = { settings, database: seen }
      const options = await loaded(configurationText(sight, { ...WISHES, store }))
      expect(parseConnection({ databaseUrl: options.databaseUrl, environment: { HOME: '/nonexistent' } })).toEqual(
        settings,
      )
      expect(options.store).toBe(store)
    }),
    { numRuns: 60 },
  )
})
