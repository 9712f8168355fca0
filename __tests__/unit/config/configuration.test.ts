import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadConfiguration, type LoadedConfiguration } from '../../../src/config/configuration.js'
import { ConfigurationError } from '../../../src/config/problems.js'
import { UsageError } from '../../../src/errors.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lifeboat-config-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

interface Told {
  flags?: Record<string, unknown>
  environment?: Record<string, string>
}

/** The configuration of a file with this text. */
async function load(text: string, { flags = {}, environment = {} }: Told = {}): Promise<LoadedConfiguration> {
  await writeFile(path.join(folder, 'lifeboat.yml'), text)
  return loadConfiguration({ label: (name) => `--${name}`, values: flags }, environment, folder)
}

/** The places and messages of what is wrong with a file: `2:1 "stoer" is …`. */
async function problemsOf(text: string, told: Told = {}): Promise<string[]> {
  const error = await load(text, told).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return (error as ConfigurationError).problems.map(({ place, message }) =>
    place === undefined ? message : `${place.line}:${place.column} ${message}`,
  )
}

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
    database-url: postgresql://backup@db/shop
    keep-daily: 14
    types: { weekly: off, hourly: { schedule: "7 * * * *", timezone: UTC } }
`

describe('a file of several databases', () => {
  test('names each with its types, schedules and time zones', async () => {
    const { entries, file } = await load(FLEET)
    const daily = { name: 'daily', schedule: '17 2 * * *', timezone: 'Europe/Madrid' }
    expect(file).toBe(path.join(folder, 'lifeboat.yml'))
    expect(entries).toEqual([
      { name: 'masclet', types: [daily, { name: 'weekly', schedule: '23 3 * * 0', timezone: 'Europe/Madrid' }] },
      { name: 'shop', types: [daily, { name: 'hourly', schedule: '7 * * * *', timezone: 'UTC' }] },
    ])
  })

  test('gives a run the strongest value of each option, key by key', async () => {
    const loaded = await load(FLEET, { environment: { MASCLET_PASSWORD: 'p#1 {type}' } })
    expect(loaded.optionsFor({ database: 'masclet', type: 'daily' })).toMatchObject({
      database: 'masclet',
      type: 'daily',
      store: '/backups/masclet',
      databaseUrl: 'postgresql://backup:p#1 {type}@db/masclet_imperi',
      tables: ['animals'],
      keepDaily: 7,
      schedule: '17 2 * * *',
    })
    expect(loaded.optionsFor({ database: 'shop', type: 'daily' })).toMatchObject({
      tables: ['animals', 'parts'],
      keepDaily: 14,
    })
    expect(loaded.optionsFor({ database: 'masclet', type: 'manual' })).toMatchObject({ tables: [], keepDaily: 3 })
  })
})

test('errors are usage errors', async () => {
  await expect(load('stoer: x')).rejects.toThrow(UsageError)
  expect(await problemsOf('stoer: x\njobs: many\n')).toEqual([
    '1:1 "stoer" is not known here; did you mean "store"?',
    '2:7 "jobs" must be a whole number',
  ])
})
