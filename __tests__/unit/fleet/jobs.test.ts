import { describe, expect, test } from '@jest/globals'

import type { Configuration } from '../../../src/config/configuration.js'
import { jobsOf, labelOf, type Job } from '../../../src/fleet/jobs.js'

const types = (...names: string[]) => names.map((name) => ({ name, timezone: 'UTC' }))
const configuration: Pick<Configuration, 'entries'> = {
  entries: [
    { name: 'masclet', types: types('daily', 'weekly') },
    { name: 'shop', types: types('daily') },
    { name: 'plain', types: [] },
  ],
}
const named = (jobs: readonly Job[]): string[] => jobs.map(({ database, type }) => `${database ?? '-'}/${type ?? '-'}`)
const oneStore = ({ name }: { name?: string }): string => `/backups/${name ?? ''}`

describe('what an operation comes to for all databases', () => {
  test('one run for each type that is named, in the order of the configuration; one where none is', () => {
    for (const operation of ['backup', 'validate', 'rotate'] as const) {
      expect(named(jobsOf(operation, configuration, oneStore))).toEqual([
        'masclet/daily',
        'masclet/weekly',
        'shop/daily',
        'plain/-',
      ])
    }
  })

  test('one type only, where it is named', () => {
    expect(named(jobsOf('backup', configuration, oneStore, { type: 'weekly' }))).toEqual(['masclet/weekly'])
    expect(jobsOf('backup', configuration, oneStore, { type: 'yearly' })).toEqual([])
  })

  test('what looks at a whole store runs once for each store', () => {
    expect(named(jobsOf('maintain', configuration, oneStore))).toEqual(['masclet/-', 'shop/-', 'plain/-'])
    const byType = ({ name }: { name?: string }, type: string) => `/backups/${name ?? ''}/${type}`
    expect(named(jobsOf('drill', configuration, byType))).toEqual([
      'masclet/daily',
      'masclet/weekly',
      'shop/-',
      'plain/-',
    ])
    expect(named(jobsOf('drill', configuration, oneStore, { type: 'daily' }))).toEqual(['masclet/daily', 'shop/daily'])
  })

  test('a file that names no databases has jobs too', () => {
    expect(jobsOf('backup', { entries: [{ types: types('daily') }] }, oneStore)).toEqual([
      { operation: 'backup', type: 'daily' },
    ])
  })

  test('their names in messages', () => {
    expect(labelOf({ operation: 'backup', database: 'shop', type: 'daily' })).toBe('shop daily')
    expect(labelOf({ operation: 'backup', type: 'daily' })).toBe('daily')
    expect(labelOf({ operation: 'maintain' })).toBe('maintain')
  })
})
