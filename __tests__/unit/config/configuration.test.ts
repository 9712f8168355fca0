import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { LoadedConfiguration } from '../../../src/config/configuration.js'
import { ConfigurationError } from '../../../src/config/problems.js'
import { UsageError } from '../../../src/errors.js'
import { LoaderFolder } from '../../support/configuration.js'
import { removeTemporaryFolders } from '../../support/temporary.js'

let files: LoaderFolder

beforeEach(async () => {
  files = await LoaderFolder.make()
})

afterEach(removeTemporaryFolders)

const FLEET = `
store: /backups/{database}
timezone: Europe/Madrid
keep-daily: 3
types:
  daily: { schedule: "17 2 * * *", tables: [animals, parts], keep-daily: 7 }
  weekly: { schedule: "23 3 * * 0", keep-weekly: 4 }
databases:
  masclet:
    database-url: postgresql://backup:\${MASCLET_PASSWORD}@db/masclet_imperi
    types: { daily: { tables: [animals] } }
  shop:
    database-url: postgresql://backup:\${SHOP_PASSWORD}@db/shop
    keep-daily: 14
    types: { weekly: off, hourly: { schedule: "7 * * * *", timezone: UTC } }
`
const PASSWORDS = { MASCLET_PASSWORD: 'p1', SHOP_PASSWORD: 'p2' }

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('It threw nothing.')
}

describe('a file of several databases', () => {
  test('names each with its types, schedules and time zones', async () => {
    const { entries, file } = await files.load(FLEET)
    const daily = { name: 'daily', schedule: '17 2 * * *', timezone: 'Europe/Madrid' }
    const weekly = { name: 'weekly', schedule: '23 3 * * 0', timezone: 'Europe/Madrid' }
    expect(file).toBe(path.join(files.folder, 'lifeboat.yml'))
    expect(entries).toEqual([
      { name: 'masclet', types: [daily, weekly] },
      { name: 'shop', types: [daily, { name: 'hourly', schedule: '7 * * * *', timezone: 'UTC' }] },
    ])
  })

  test('gives a run the strongest value of each option, key by key', async () => {
    const loaded = await files.load(FLEET, { environment: PASSWORDS })
    expect(loaded.optionsFor({ database: 'masclet', type: 'daily' })).toMatchObject({
      database: 'masclet',
      type: 'daily',
      store: '/backups/masclet',
      databaseUrl: 'postgresql://backup:p1@db/masclet_imperi',
      tables: ['animals'],
      keepDaily: 7,
      schedule: '17 2 * * *',
    })
    // The database is stronger than the type at the top.
    expect(loaded.optionsFor({ database: 'shop', type: 'daily' })).toMatchObject({
      tables: ['animals', 'parts'],
      keepDaily: 14,
    })
    const manual = loaded.optionsFor({ database: 'masclet', type: 'manual' })
    expect(manual).toMatchObject({ tables: [], keepDaily: 3 })
    expect(manual.schedule).toBeUndefined()
    expect(loaded.optionsFor({ database: 'shop' }).type).toBeUndefined()
  })

  test('goes behind flags and the environment', async () => {
    const environment = { ...PASSWORDS, LIFEBOAT_TABLES: 'a', LIFEBOAT_KEEP_DAILY: '8', LIFEBOAT_STORE: '' }
    const loaded = await files.load(FLEET, { environment, flags: { tables: 'b', database: 'shop', type: 'daily' } })
    expect(loaded.optionsFor({})).toMatchObject({
      database: 'shop',
      type: 'daily',
      tables: ['b'],
      keepDaily: 8,
      store: '/backups/shop',
    })
  })

  test('asks which one is meant', async () => {
    const loaded = await files.load(FLEET)
    expect(() => loaded.optionsFor({})).toThrow(
      'The configuration names 2 databases, and none was chosen (while choosing the database). ' +
        'Say which with --database (masclet, shop), or work through all of them with --all.',
    )
    const error = thrownBy(() => loaded.optionsFor({ database: 'maslcet' }))
    expect(error).toBeInstanceOf(UsageError)
    expect(String(error)).toContain('lifeboat.yml names "masclet": did you mean that?')
    expect(() => loaded.optionsFor({ database: 'zzzzzz' })).toThrow('lifeboat.yml names masclet, shop.')
  })

  test('refuses a type that looks misspelled, and takes any other', async () => {
    const loaded = await files.load(FLEET, { environment: PASSWORDS })
    expect(() => loaded.optionsFor({ database: 'masclet', type: 'dayly' })).toThrow('Did you mean "daily"?')
    expect(loaded.optionsFor({ database: 'masclet', type: 'monthly' }).type).toBe('monthly')
    expect(loaded.optionsFor({ database: 'masclet', type: 'manual' }).type).toBe('manual')
  })

  test('has nothing left of a type that a database switches off', async () => {
    const loaded = await files.load(FLEET, { environment: PASSWORDS })
    const { keepWeekly, schedule } = loaded.optionsFor({ database: 'shop', type: 'weekly' })
    expect([keepWeekly, schedule]).toEqual([undefined, undefined])
    expect(loaded.optionsFor({ database: 'masclet', type: 'weekly' }).keepWeekly).toBe(4)
  })

  test('checks a chosen type as every other value', async () => {
    const loaded = await files.load(FLEET, { environment: PASSWORDS })
    expect(() => loaded.optionsFor({ database: 'masclet', type: '../..' })).toThrow('must be a word of small letters')
  })
})

describe('variables', () => {
  test('that are missing are told to the run that needs them, and to no other', async () => {
    const loaded = await files.load(FLEET, { environment: { MASCLET_PASSWORD: 'p1' } })
    expect(loaded.optionsFor({ database: 'masclet', type: 'daily' }).databaseUrl).toContain(':p1@')
    const error = thrownBy(() => loaded.optionsFor({ database: 'shop', type: 'daily' })) as ConfigurationError
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toContain('lifeboat.yml:13:19: "database-url": the variable SHOP_PASSWORD is not set')
    expect(error.message).not.toContain('postgresql')
  })

  test('are not asked for where something stronger is given', async () => {
    const loaded = await files.load(FLEET, { flags: { 'database-url': 'postgresql://other/db' } })
    expect(loaded.optionsFor({ database: 'shop' }).databaseUrl).toBe('postgresql://other/db')
  })

  test('are not asked for by an operation that has no use for them', async () => {
    const loaded = await files.load(FLEET)
    expect(loaded.optionsFor({ database: 'shop', operation: 'restore' }).databaseUrl).toBeUndefined()
    expect(() => loaded.optionsFor({ database: 'shop', operation: 'backup' })).toThrow('SHOP_PASSWORD')
  })

  test('may hold anything; nothing is read into them', async () => {
    const P = '$${A} ${B} {database} {type} # : \n'
    const loaded = await files.load('services: "x ${P} $${P} {type}"\ntype: daily', { environment: { P } })
    expect(loaded.optionsFor({}).services).toBe(`x ${P} \${P} daily`)
  })

  test('that every type needs at once are told when the file is read', async () => {
    await expect(files.load('types: {daily: {schedule: "${WHEN}"}}')).rejects.toThrow('the variable WHEN is not set')
    const { entries } = await files.load('types: {daily: {schedule: "${WHEN}"}}', { environment: { WHEN: '@daily' } })
    expect(entries[0]?.types[0]?.schedule).toBe('@daily')
  })

  test('with the name of a placeholder tell of it', async () => {
    const loaded = await files.load('store: "/b/${database}"\ndatabases: {a: {}}')
    expect(() => loaded.optionsFor({})).toThrow('the name itself is written {database}, without "$"')
  })
})

describe('placeholders', () => {
  test('stand in lists and mappings, too', async () => {
    const loaded = await files.load(
      'databases: {a: {copies: [{to: "/c/{database}/{type}", keep-daily: 1}], role-map: {"{type}": "{database}"}}}',
    )
    const { copies, roleMap } = loaded.optionsFor({ type: 'daily' })
    expect(copies).toEqual([{ location: '/c/a/daily', keep: { keepDaily: 1 } }])
    expect(roleMap).toEqual({ '{type}': 'a' })
  })

  test('for a type need one', async () => {
    const loaded = await files.load('store: /b/{type}')
    expect(() => loaded.optionsFor({})).toThrow('{type} stands for a type, and this run is about all of them')
    expect(loaded.optionsFor({ type: 'daily' }).store).toBe('/b/daily')
  })

  test('other braces stay as they are', async () => {
    const { services } = (await files.load('services: "awk \'{print $1}\' {databases} {{x}}"')).optionsFor({})
    expect(services).toBe("awk '{print $1}' {databases} {{x}}")
  })
})

describe('a file that names no databases', () => {
  test('describes one, whose types it may name', async () => {
    const { entries, optionsFor } = bound(await files.load('jobs: 2\ntypes: {daily: {jobs: 3}}\nseries: app'))
    expect(entries).toEqual([{ types: [{ name: 'daily', timezone: 'UTC' }] }])
    expect(optionsFor({ type: 'daily' })).toMatchObject({ jobs: 3, series: 'app', type: 'daily' })
    expect(optionsFor({}).database).toBeUndefined()
  })

  test('may say its only type and when that is due', async () => {
    const loaded = await files.load('type: daily\nschedule: "17 2 * * *"')
    expect(loaded.entries).toEqual([{ types: [{ name: 'daily', schedule: '17 2 * * *', timezone: 'UTC' }] }])
    expect(loaded.optionsFor({}).type).toBe('daily')
  })

  test('has no database to choose', async () => {
    const loaded = await files.load('jobs: 2')
    expect(() => loaded.optionsFor({ database: 'a' })).toThrow('lifeboat.yml names no databases')
  })
})

/** The members as they can be handed on. */
function bound(loaded: LoadedConfiguration): Pick<LoadedConfiguration, 'entries' | 'optionsFor'> {
  return { entries: loaded.entries, optionsFor: (choice) => loaded.optionsFor(choice) }
}

test('a single database needs not be chosen', async () => {
  expect((await files.load('databases: {a: }')).optionsFor({}).database).toBe('a')
})

test('common options are those of the run and of the top, with the placeholders left', async () => {
  const loaded = await files.load(FLEET, { flags: { all: 'true', parallel: '4' } })
  expect(loaded.commonOptions()).toMatchObject({
    all: true,
    parallel: 4,
    store: '/backups/{database}',
    timezone: 'Europe/Madrid',
    keepDaily: 3,
    tables: [],
  })
  await expect(files.load('webhook-url: ${W}').then((all) => all.commonOptions())).rejects.toThrow('variable W')
  expect((await files.load('database-url: ${W}')).commonOptions({ operation: 'watch' }).databaseUrl).toBeUndefined()
})

test('common options do not need what every database says otherwise', async () => {
  const text = 'services: "${S}"\nstore: /b/{database}\ndatabases: {a: {services: x}, b: {services: y}}'
  expect((await files.load(text)).commonOptions().services).toBeUndefined()
  await expect(files.load(text.replace('{services: y}', '{}')).then((all) => all.commonOptions())).rejects.toThrow(
    'variable S is not set',
  )
})

test('aliases stand for what they name', async () => {
  const text =
    'store: /b/{database}\ndatabases:\n  a: &one\n    jobs: 3\n    types: {daily: {keep-daily: 9}}\n  b: *one\n'
  expect((await files.load(text)).optionsFor({ database: 'b', type: 'daily' })).toMatchObject({ jobs: 3, keepDaily: 9 })
})

test('every option may be written as the reference shows it', async () => {
  const text =
    'time-limit: 1.5h\nmissed-runs: skip\nkeep-within: 14d\nmax-age: {daily: 26h}\nalerts: {critical: {size: "> 1GB"}}'
  expect((await files.load(text)).optionsFor({})).toMatchObject({
    timeLimit: 5_400_000,
    missedRuns: 'skip',
    keepWithin: '14d',
    maxAge: { byType: { daily: 93_600_000 } },
    alerts: ['critical size > 1GB'],
    parallel: 2,
    all: false,
  })
})

describe('the file', () => {
  test('need not be there', async () => {
    const loaded = await files.loadWhatIsThere({ flags: { store: '/b' } })
    expect(loaded.entries).toEqual([{ types: [] }])
    expect(loaded.file).toBeUndefined()
    expect(loaded.optionsFor({}).store).toBe('/b')
    expect(() => loaded.optionsFor({ database: 'a' })).toThrow('there is no lifeboat.yml')
  })

  test('may be empty', async () => {
    for (const text of ['', '# nothing\n', '---\n', '\uFEFF', '~']) {
      expect((await files.load(text)).entries).toEqual([{ types: [] }])
    }
    expect((await files.load('\uFEFFstore: /bom')).optionsFor({}).store).toBe('/bom')
  })

  test('is the one that is named, and then must be there', async () => {
    await mkdir(path.join(files.folder, 'etc'))
    await files.write('etc/other.yml', 'store: /other')
    await files.write('lifeboat.yml', 'store: /default')
    const named = await files.loadWhatIsThere({ environment: { LIFEBOAT_CONFIG: 'etc/other.yml' } })
    expect(named.optionsFor({}).store).toBe('/other')
    expect(named.file).toBe(path.join(files.folder, 'etc/other.yml'))
    await expect(files.loadWhatIsThere({ flags: { config: 'none.yml' } })).rejects.toThrow(
      'The file is not there (while reading the configuration file none.yml)',
    )
  })

  test('must be text', async () => {
    await files.write('lifeboat.yml', Buffer.from([0x73, 0x3a, 0x20, 0xff, 0xfe]))
    await expect(files.loadWhatIsThere()).rejects.toThrow('It is not UTF-8 text')
    await expect(files.loadWhatIsThere({ flags: { config: '.' } })).rejects.toThrow('cannot be read')
    await files.write('lifeboat.yml', new Uint8Array(5 * 1024 * 1024))
    await expect(files.loadWhatIsThere()).rejects.toThrow('more than a configuration has')
  })
})

describe('values in files of their own', () => {
  test('are read without the line ends at their end', async () => {
    await files.write('url', 'postgresql://u:p w@h/d\n\r\n')
    await files.write('keys', 'a\nb\n')
    const environment = { LIFEBOAT_DATABASE_URL_FILE: 'url', LIFEBOAT_TABLES_FILE: path.join(files.folder, 'keys') }
    const options = (await files.load('database-url: postgresql://weaker', { environment })).optionsFor({})
    expect(options).toMatchObject({ databaseUrl: 'postgresql://u:p w@h/d', tables: ['a', 'b'] })
  })

  test('are named as they were given when they do not fit', async () => {
    await files.write('jobs', 'many')
    await expect(files.loadWhatIsThere({ environment: { LIFEBOAT_JOBS_FILE: 'jobs' } })).rejects.toThrow(
      'The variable LIFEBOAT_JOBS_FILE: must be a whole number',
    )
  })

  test('must be there, and the only ones', async () => {
    await files.write('secret', 'x')
    const environment = { LIFEBOAT_WEBHOOK_SECRET_FILE: 'none', LIFEBOAT_SERIES_FILE: 'secret', LIFEBOAT_SERIES: 'y' }
    await expect(files.loadWhatIsThere({ environment })).rejects.toThrow(
      'the variable LIFEBOAT_WEBHOOK_SECRET_FILE names none, which is not there\n' +
        '  the variable LIFEBOAT_SERIES and the variable LIFEBOAT_SERIES_FILE are both given; leave one of them out',
    )
  })

  test('an option that ends in -file is itself', async () => {
    await files.write('name', '/x.prom')
    const direct = await files.loadWhatIsThere({ environment: { LIFEBOAT_METRICS_FILE: 'name' } })
    expect(direct.optionsFor({}).metricsFile).toBe('name')
    const indirect = await files.loadWhatIsThere({ environment: { LIFEBOAT_METRICS_FILE_FILE: 'name' } })
    expect(indirect.optionsFor({}).metricsFile).toBe('/x.prom')
  })
})
