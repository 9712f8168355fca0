import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import path from 'node:path'
import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { readDatabase } from '../../../src/postgres/catalog/read-catalog.js'
import { compareDatabases } from '../../../src/verify/difference.js'
import { barePath, runBare } from '../../support/bare.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { oneLine, withPinned } from '../../support/described.js'
import { operate, PROVEN, summaryOf, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** A value that no log and no report may hold. */
const SECRET = 'hunter2-in-a-setting'

let source: TestCluster
let target: TestCluster
let store: string
let set: string

beforeAll(async () => {
  ;[source, target, store] = await Promise.all([startCluster(), startCluster(), temporaryFolder()])
  await source.psql(`
    CREATE ROLE "Odd: role" LOGIN;
    CREATE ROLE owner_of_all CREATEDB;
    CREATE ROLE reader;
    CREATE ROLE only_a_setting LOGIN;
    CREATE DATABASE app TEMPLATE template0`)
  await source.psql('CREATE TABLE cows AS SELECT generate_series(1, 10) AS id', 'app')
  await source.psql(`
    ALTER DATABASE app OWNER TO owner_of_all;
    ALTER DATABASE app CONNECTION LIMIT 7;
    ALTER DATABASE app IS_TEMPLATE true;
    ALTER DATABASE app SET search_path = "$user", public, "Odd; schema";
    ALTER DATABASE app SET default_transaction_read_only = on;
    ALTER DATABASE app SET app.secret = '${SECRET}';
    ALTER DATABASE app SET app.text = E'it''s\\n"two" \\\\ lines';
    ALTER ROLE only_a_setting IN DATABASE app SET work_mem = '8MB';
    ALTER ROLE "Odd: role" IN DATABASE app SET statement_timeout = '1min';
    REVOKE CONNECT ON DATABASE app FROM PUBLIC;
    GRANT CONNECT ON DATABASE app TO "Odd: role" WITH GRANT OPTION;
    GRANT CREATE ON DATABASE app TO reader;
    COMMENT ON DATABASE app IS E'herd\\n:"database"; \\\\! true'`)
  const backup = await backUp({ store })
  expect(summaryOf(backup)).toEqual(PROVEN)
  set = backup.report.set!.path
})
afterAll(async () => {
  await Promise.all([source.remove(), target.remove()])
  await removeTemporaryFolders()
})

async function backUp(given: Given) {
  const { bin, clientBin } = source
  return operate('backup', {
    'database-url': source.url('app'),
    'postgres-bin': `${bin}, ${clientBin}`,
    store: await temporaryFolder(),
    ...given,
  })
}

function restoreTo(database: string, given: Given = {}) {
  const bin = `${target.bin}, ${target.clientBin}`
  return operate('restore', { store, 'target-url': target.url(database), 'postgres-bin': bin, ...given })
}

async function described(cluster: TestCluster, database: string): Promise<CatalogObject> {
  const object = await withPinned(cluster, 'postgres', (session) => readDatabase(session, database))
  expect(object).toBeDefined()
  return object!
}

async function differing(database: string): Promise<string[]> {
  const [original, copy] = [await described(source, 'app'), await described(target, database)]
  return compareDatabases(original, copy, { sameMajor: true, unless: [] }).map(oneLine)
}

test('a scratch service proves it too, with roles that only a setting names, and is left as it was', async () => {
  const state = `SELECT array_agg(d ORDER BY d) AS d FROM (
    SELECT 'database ' || datname AS d FROM pg_database UNION ALL SELECT 'role ' || rolname FROM pg_roles) AS there`
  const before = await target.query(state)
  expect(summaryOf(await backUp({ 'scratch-url': target.url() }))).toEqual(PROVEN)
  expect(await target.query(state)).toEqual(before)
})

test('a restore into a fresh database gives it all, and another name changes nothing', async () => {
  const { exitCode, found } = await restoreTo('a"b')
  expect({ exitCode, found: found.filter((one) => !one.startsWith('ROLE_WITHOUT_PASSWORD')) }).toEqual({
    exitCode: 0,
    found: [],
  })
  expect(await differing('a"b')).toEqual([])
})

test('restore.sh gives it all', async () => {
  const coreutils = await barePath(path.join(await temporaryFolder(), 'path'))
  const ended = await runBare([path.join(set, 'restore.sh'), 'by hand'], { cluster: target, coreutils })
  expect(ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('did not take') })
  expect(await differing('by hand')).toEqual([])
  const again = await runBare([path.join(set, 'restore.sh'), 'by hand'], { cluster: target, coreutils })
  expect(again.code).toBe(5)
})

test.each([
  ['OWNER TO reader', 'OWNER_DIFFERS'],
  ['CONNECTION LIMIT 8', 'OBJECT_DIFFERS'],
  ['CONNECTION LIMIT -1', 'OBJECT_DIFFERS'],
  ['IS_TEMPLATE false', 'OBJECT_DIFFERS'],
  ['ALLOW_CONNECTIONS false', 'OBJECT_DIFFERS'],
  ["SET search_path = '$user', public", 'OBJECT_DIFFERS'],
  ["SET app.secret = 'another'", 'OBJECT_DIFFERS'],
  ['RESET app.text', 'OBJECT_DIFFERS'],
  ["SET work_mem = '8MB'", 'OBJECT_DIFFERS'],
  ['ROLE only_a_setting RESET work_mem', 'OBJECT_DIFFERS'],
  ["ROLE only_a_setting SET work_mem = '9MB'", 'OBJECT_DIFFERS'],
  ["ROLE reader SET work_mem = '8MB'", 'OBJECT_DIFFERS'],
  ['GRANT CONNECT TO PUBLIC', 'GRANTS_DIFFER'],
  ['GRANT TEMPORARY TO reader', 'GRANTS_DIFFER'],
  ['REVOKE TEMPORARY FROM PUBLIC', 'GRANTS_DIFFER'],
  ['REVOKE GRANT OPTION FOR CONNECT FROM "Odd: role"', 'GRANTS_DIFFER'],
  ['COMMENT another', 'OBJECT_DIFFERS'],
  ['COMMENT NULL', 'OBJECT_DIFFERS'],
])('a single change is found: %s', async (change, code) => {
  const copy = '"a""b"'
  const words = change.replace(/^ROLE (\S+) /, '')
  const role = /^ROLE (\S+) /.exec(change)?.[1]
  const sql =
    role !== undefined
      ? `ALTER ROLE ${role} IN DATABASE ${copy} ${words}`
      : /^(GRANT|REVOKE)/.test(change)
        ? change.replace(/ (TO|FROM) /, ` ON DATABASE ${copy} $1 `)
        : change.startsWith('COMMENT')
          ? `COMMENT ON DATABASE ${copy} IS ${change === 'COMMENT NULL' ? 'NULL' : `'another'`}`
          : `ALTER DATABASE ${copy} ${change}`
  const found = await withPinned(target, 'postgres', async (session) => {
    await session.query('BEGIN')
    await session.query(sql)
    const changed = await readDatabase(session, 'a"b')
    await session.query('ROLLBACK')
    return compareDatabases(await described(source, 'app'), changed!, { sameMajor: true, unless: [] })
  })
  expect(found.map((one) => one.code)).toContain(code)
  expect(JSON.stringify(found)).not.toContain(SECRET)
})

test('what a server does not take is told by name, and not by value', async () => {
  await source.psql(`
    UPDATE pg_db_role_setting SET setconfig = array_append(setconfig, 'setting_of_a_fork=${SECRET}') WHERE setrole = 0;
    INSERT INTO pg_shseclabel VALUES ((SELECT oid FROM pg_database WHERE datname = 'app'), 'pg_database'::regclass, 'dummy', 'x')`)
  const taken = await backUp({ store })
  expect(summaryOf(taken)).toEqual(PROVEN)
  const lost = taken.findings.filter(({ code }) => code === 'DATABASE_PROPERTY_LOST').map(({ found }) => found)
  expect(lost).toEqual([
    expect.stringMatching(/^the setting setting_of_a_fork could not be set: /),
    expect.stringMatching(/^its security label of "dummy" could not be set: /),
  ])
  expect(JSON.stringify(taken.report.proof)).not.toContain(SECRET)
  const restored = await restoreTo('again')
  expect(restored).toMatchObject({ exitCode: 0 })
  expect(restored.findings.filter(({ code }) => code === 'DATABASE_PROPERTY_LOST')).toHaveLength(2)
})

test('a database that is replaced keeps what belonged to it as a whole', async () => {
  await target.query('DROP DATABASE IF EXISTS live')
  await target.createDatabase('live')
  await target.psql(`
    ALTER DATABASE live SET work_mem = '5MB';
    ALTER ROLE reader IN DATABASE live SET work_mem = '6MB';
    REVOKE CONNECT ON DATABASE live FROM PUBLIC;
    GRANT CONNECT ON DATABASE live TO reader;
    COMMENT ON DATABASE live IS 'the live one'`)
  await target.psql('CREATE TABLE other (id int)', 'live')
  const before = await described(target, 'live')
  const replaced = await restoreTo('live', { 'restore-mode': 'replace', confirm: 'live' })
  expect({ failure: replaced.report.failure?.message, found: replaced.found }).toEqual({
    failure: undefined,
    found: [],
  })
  expect(await described(target, 'live')).toEqual(before)
})
