import { expect, test } from '@jest/globals'
import {
  commentStatement,
  databaseScript,
  propertiesOf,
  scriptStatements,
  statementFor,
} from '../../../src/backup/database-script.js'
import { applyProperties, ofKnownRoles } from '../../../src/restore/database-properties.js'
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
  const database = {
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
      template: true,
      securityLabels: ['selinux: a:b: c'],
    },
  }
  const properties = ofKnownRoles(propertiesOf(database), (role) => role !== 'gone')
  expect(await statements(properties)).toEqual([
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
    `SECURITY LABEL FOR "selinux" ON DATABASE "new""name" IS 'a:b: c'`,
    'ALTER DATABASE "new""name" IS_TEMPLATE true',
  ])
  expect(commentStatement('app', properties.comment)).toBe(`COMMENT ON DATABASE "app" IS E'it''s "here" \\\\ there'`)
})

test('an owner that is not there is left out', () => {
  const database = { kind: 'database', name: '(this database)', owner: 'gone', facts: {} }
  const properties = ofKnownRoles(propertiesOf(database), () => false)
  expect(properties).toMatchObject({ owner: null, connectionLimit: -1, comment: null })
})

test('a script is a statement a line, whatever is in names and values', () => {
  const database = {
    kind: 'database',
    name: '(this database)',
    owner: 'two\nlines \\ :"database"',
    facts: { comment: 'one;\n\\! two :"database"', settings: ['app.x=a\n-- b'] },
  }
  expect(scriptStatements(databaseScript(database)).map((sql) => statementFor('new', sql))).toEqual([
    String.raw`ALTER DATABASE "new" OWNER TO U&"two\000Alines \\ :""database"""`,
    'ALTER DATABASE "new" CONNECTION LIMIT -1',
    'REVOKE ALL ON DATABASE "new" FROM PUBLIC',
    String.raw`REVOKE ALL ON DATABASE "new" FROM U&"two\000Alines \\ :""database"""`,
    String.raw`ALTER DATABASE "new" SET "app"."x" TO E'a\n-- b'`,
    String.raw`COMMENT ON DATABASE "new" IS E'one;\n\\! two :"database"'`,
  ])
})
