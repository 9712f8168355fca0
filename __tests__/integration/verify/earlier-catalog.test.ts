import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type pg from 'pg'

import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import { readStoredCatalog } from '../../../src/postgres/catalog/stored.js'
import { pinSettings } from '../../../src/postgres/pinned.js'
import { diffSchemas } from '../../../src/records/anomalies/schema-diff.js'
import { compareObjects } from '../../../src/verify/difference.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createChanges } from '../../support/databases/index.js'
import { queryable } from '../../support/described.js'

jest.setTimeout(60_000)

/** What the version before this form wrote of changes.sql, on 15. */
const STORED = fileURLToPath(new URL('../../fixtures/catalog-1.json', import.meta.url))
const major = 15

let cluster: TestCluster
let client: pg.Client
let source: CatalogObject[]

beforeAll(async () => {
  cluster = await startCluster({ major })
  await createChanges(cluster)
  client = await cluster.connect('changes')
  await pinSettings(queryable(client))
  source = (await readStoredCatalog(STORED)).objects
})
afterAll(async () => {
  await client.end()
  await cluster.remove()
})

async function foundAfter(statements: string): Promise<{ proof: string[]; schema: string[] }> {
  await client.query('BEGIN')
  try {
    await client.query(statements)
    await client.query("SET LOCAL search_path = ''")
    const objects = await readObjects(queryable(client), major)
    const findings = compareObjects(source, objects, { sameMajor: true, ownCluster: true })
    const changes = diffSchemas({ major, objects: source }, { major, objects })
    return {
      proof: findings.map(({ code, on }) => `${code} ${on}`),
      schema: changes.map(({ sign, kind, name }) => `${sign} ${kind} ${name}`),
    }
  } finally {
    await client.query('ROLLBACK')
  }
}

test('a catalog of the earlier form is equal to what it describes', async () => {
  expect(await foundAfter('')).toEqual({ proof: [], schema: [] })
})

test('what it describes is compared', async () => {
  expect(await foundAfter('DROP INDEX c.ix_desc')).toEqual({
    proof: ['OBJECT_MISSING index c.ix_desc'],
    schema: ['- index c.ix_desc'],
  })
  expect((await foundAfter("ALTER SERVER sv OPTIONS (SET host 'other')")).proof).toEqual(['OBJECT_DIFFERS server sv'])
  expect((await foundAfter('ALTER LARGE OBJECT 4001 OWNER TO chg_other')).proof).toEqual([
    'OBJECT_MISSING large objects owned by chg_owner (chg_owner: SELECT, chg_owner: UPDATE)',
    'OBJECT_UNEXPECTED large objects owned by chg_other (chg_other: SELECT, chg_other: UPDATE)',
  ])
  expect((await foundAfter('ALTER ROLE chg_owner LOGIN')).proof).toEqual(['OBJECT_DIFFERS role chg_owner'])
})

test.each([
  'ALTER INDEX c.uq_fill SET (fillfactor = 71)',
  "ALTER FOREIGN DATA WRAPPER w OPTIONS (SET primary_key 'no')",
  'ALTER SUBSCRIPTION sub SET (binary = true)',
  "COMMENT ON ROLE chg_owner IS 'another'",
  'ALTER ROLE chg_grandgroup CREATEDB',
  'GRANT SET ON PARAMETER log_statement TO chg_other',
  'ALTER TABLE c.ordered DROP one, ADD one integer',
  `ALTER USER MAPPING FOR chg_mapped SERVER sv OPTIONS (SET "user" 'other')`,
  "COMMENT ON TYPE c._en IS 'array'",
  'SELECT lo_unlink(4003), lo_create(4004)',
])('what it says nothing of is no difference: %s', async (statements) => {
  expect((await foundAfter(statements)).proof).toEqual([])
})
