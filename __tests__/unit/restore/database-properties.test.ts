import { expect, test } from '@jest/globals'
import { applyProperties, commentStatement, propertiesFrom } from '../../../src/restore/database-properties.js'
import type { Queryable } from '../../../src/postgres/queryable.js'

/** The statements that would be run. */
async function statements(properties: Parameters<typeof applyProperties>[2]): Promise<string[]> {
  const asked: string[] = []
  const session: Queryable = {
    query: (sql) => {
      asked.push(sql)
      return Promise.resolve([])
    },
  }
  await applyProperties(session, 'new"name', properties)
  return asked
}

test('what the catalog says of a database is what is run', async () => {
  const properties = propertiesFrom(
    [
      {
        kind: 'database',
        name: '(this database)',
        owner: 'app',
        grants: ['"Odd: role": CONNECT (with grant option)', 'PUBLIC: TEMPORARY', 'app: CREATE', 'gone: CONNECT'],
        facts: {
          connectionLimit: 7,
          comment: `it's "here" \\ there`,
          settings: [
            '"Odd: role": work_mem=8MB',
            'app.url=postgres://x=y',
            'search_path="$user", public, ""',
            'TimeZone=UTC',
          ],
        },
      },
    ],
    (role) => role !== 'gone',
  )
  expect(properties).not.toBeNull()
  expect(await statements(properties!)).toEqual([
    'ALTER DATABASE "new""name" OWNER TO "app"',
    'ALTER DATABASE "new""name" CONNECTION LIMIT 7',
    'REVOKE ALL ON DATABASE "new""name" FROM PUBLIC',
    'REVOKE ALL ON DATABASE "new""name" FROM "app"',
    'GRANT CONNECT ON DATABASE "new""name" TO "Odd: role" WITH GRANT OPTION',
    'GRANT TEMPORARY ON DATABASE "new""name" TO PUBLIC',
    'GRANT CREATE ON DATABASE "new""name" TO "app"',
    `ALTER ROLE "Odd: role" IN DATABASE "new""name" SET "work_mem" TO '8MB'`,
    `ALTER DATABASE "new""name" SET "app"."url" TO 'postgres://x=y'`,
    `ALTER DATABASE "new""name" SET "search_path" TO '$user', 'public', ''`,
    `ALTER DATABASE "new""name" SET "TimeZone" TO 'UTC'`,
  ])
  expect(commentStatement('app', properties!.comment)).toBe(`COMMENT ON DATABASE "app" IS E'it''s "here" \\\\ there'`)
})

test('an owner that is not there is left out', () => {
  const objects = [{ kind: 'database', name: '(this database)', owner: 'gone', facts: {} }]
  expect(propertiesFrom(objects, () => false)).toMatchObject({ owner: null, connectionLimit: -1, comment: null })
  expect(propertiesFrom([], () => true)).toBeNull()
})
