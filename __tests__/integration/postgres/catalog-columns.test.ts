import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import { DECISIONS, type Decision } from '../../support/catalog-columns.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { describeMajors } from '../../support/describe-majors.js'

jest.setTimeout(60_000)

/** All that a description of a server of this major asks, in one text. */
async function questions(major: number): Promise<string> {
  const asked: string[] = []
  await readObjects(
    {
      query: <T>(sql: string): Promise<T[]> => {
        asked.push(sql)
        return Promise.resolve((sql.startsWith('SELECT rolsuper') ? [{ superuser: true }] : []) as T[])
      },
    },
    major,
  )
  return asked.join('\n')
}

function words(text: string | undefined): string[] {
  return text?.split(/\s+/).filter((word) => word !== '') ?? []
}

function decided({ compared, printed = {}, not = {} }: Decision): string[] {
  return [compared, ...Object.values(printed), ...Object.values(not)].flatMap(words)
}

describeMajors(
  'the description',
  ({ major }) => {
    let cluster: TestCluster
    let catalogs: Map<string, string[]>

    beforeAll(async () => {
      cluster = await startCluster({ major })
      const rows = await cluster.query(
        `SELECT c.relname::text AS catalog, array_agg(a.attname::text ORDER BY a.attnum) AS columns
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
         WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' GROUP BY 1`,
      )
      catalogs = new Map(rows.map(({ catalog, columns }) => [catalog as string, columns as string[]]))
    })
    afterAll(() => cluster.remove())

    test('has a decision for every column of every catalog', () => {
      const undecided = [...catalogs].flatMap(([catalog, columns]) => {
        const decision = DECISIONS[catalog]
        if (typeof decision === 'string') return []
        const known = new Set(decision === undefined ? [] : decided(decision))
        return columns.filter((column) => !known.has(column)).map((column) => `${catalog}.${column}`)
      })
      expect(undecided).toEqual([])
      expect(catalogs.size).toBeGreaterThan(55)
    })

    test('asks for what is said to be compared', async () => {
      const sql = new Set((await questions(major)).split(/\W+/))
      const unasked = Object.entries(DECISIONS).flatMap(([catalog, decision]) => {
        if (typeof decision === 'string') return []
        const columns = words(decision.compared).filter((column) => catalogs.get(catalog)?.includes(column))
        const functions = Object.keys(decision.printed ?? {}).filter(() => catalogs.has(catalog))
        return [...columns, ...functions].filter((word) => !sql.has(word)).map((word) => `${catalog}: ${word}`)
      })
      expect(unasked).toEqual([])
    })
  },
  [15, 17, 18],
)

test('no column is decided twice', () => {
  const twice = Object.entries(DECISIONS).flatMap(([catalog, decision]) => {
    const columns = typeof decision === 'string' ? [] : decided(decision)
    return columns.filter((column, index) => columns.indexOf(column) !== index).map((column) => `${catalog}.${column}`)
  })
  expect(twice).toEqual([])
})
