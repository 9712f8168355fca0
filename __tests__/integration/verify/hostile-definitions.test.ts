import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'

import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import { parseConnection } from '../../../src/postgres/connection.js'
import { pinSettings } from '../../../src/postgres/pinned.js'
import { connect, type Session } from '../../../src/postgres/session.js'
import { restate, type Restated } from '../../../src/verify/restated/restate.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { oneLine } from '../../support/described.js'

jest.setTimeout(60_000)

/** What `lowly` wrote: as a superuser it leaves a file, as `lowly` nothing. */
const DATABASE = (canary: string): string => `
  CREATE ROLE lowly;
  CREATE SCHEMA lowly AUTHORIZATION lowly;
  SET ROLE lowly;
  CREATE FUNCTION lowly.escape(n int) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN
    BEGIN PERFORM set_config('role', 'none', true); EXCEPTION WHEN OTHERS THEN END;
    BEGIN PERFORM set_config('session_authorization', 'postgres', true); EXCEPTION WHEN OTHERS THEN END;
    BEGIN EXECUTE 'COPY (SELECT 1) TO ''${canary}'''; EXCEPTION WHEN OTHERS THEN END;
    RETURN n; END $f$;
  CREATE FUNCTION lowly.peek(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN PERFORM lowly.escape(n); RETURN n; END';
  CREATE TABLE lowly.t (id int DEFAULT 1 CHECK (id > 0), g int GENERATED ALWAYS AS (id + 1) STORED);
  CREATE INDEX i ON lowly.t (id) WHERE id > 1;
  CREATE TABLE lowly.p (id int) PARTITION BY LIST ((id + 1));
  CREATE TABLE lowly.p1 PARTITION OF lowly.p FOR VALUES IN (1);
  CREATE VIEW lowly.v AS SELECT id FROM lowly.t;
  CREATE FUNCTION lowly.f(a int DEFAULT 1) RETURNS int LANGUAGE sql RETURN a;
  RESET ROLE;`

let cluster: TestCluster
let session: Session
let copies: CatalogObject[]
let canary: string

beforeAll(async () => {
  cluster = await startCluster()
  canary = path.join(cluster.dataDirectory, 'canary')
  await cluster.createDatabase('hostile')
  await cluster.psql(DATABASE(canary), 'hostile')
  session = await connect(parseConnection({ databaseUrl: cluster.url('hostile'), environment: {} }))
  await pinSettings(session)
  copies = await readObjects(session, cluster.major)
})
afterAll(async () => {
  await session.end()
  await cluster.remove()
})

beforeEach(() => rm(canary, { force: true }))

/** What is made of a text that the source is said to have. */
async function restated(label: string, what: string, text: string): Promise<CatalogObject> {
  const { objects } = await restatedWith(label, what, text, true)
  return objects[0]!
}

function restatedWith(label: string, what: string, text: string, sameMajor: boolean): Promise<Restated> {
  const source = copies
    .filter(({ kind, name }) => `${kind} ${name}` === label)
    .map((object) =>
      object.facts[what] === undefined || what === 'arguments'
        ? { ...object, deparsed: { ...object.deparsed, [what]: text } }
        : { ...object, facts: { ...object.facts, [what]: text } },
    )
  return restate(session, source, copies, sameMajor)
}

test('the canary sings where a superuser calls what lowly wrote', async () => {
  await cluster.query('SELECT lowly.peek(1)', 'hostile')
  expect(existsSync(canary)).toBe(true)
})

test.each([
  ['column lowly.t.g', 'default', '(id + lowly.peek(1))'],
  ['index lowly.i', 'definition', 'CREATE INDEX i ON lowly.t USING btree (id) WHERE (id > lowly.peek(1))'],
  ['index lowly.i', 'definition', 'CREATE INDEX i ON lowly.t USING btree ((id + lowly.peek(1)))'],
  ['table lowly.p', 'partitionedBy', 'LIST (((id + lowly.peek(1))))'],
  ['table lowly.p1', 'partitionBound', 'FOR VALUES IN (lowly.peek(1))'],
  ['column lowly.t.id', 'default', 'lowly.peek(1)'],
  ['constraint lowly.t.t_id_check', 'definition', 'CHECK ((id > lowly.peek(1)))'],
  ['view lowly.v', 'definition', ' SELECT lowly.peek(1) AS id;'],
  ['function lowly.f(integer)', 'arguments', 'a integer DEFAULT lowly.peek(1)'],
  ['function lowly.f(integer)', 'body', 'RETURN lowly.peek(1)'],
])('the text of %s has no rights but those of lowly', async (label, what, text) => {
  const object = await restated(label, what, text)
  // Bounds are computed, which shows that it was called.
  expect(JSON.stringify(object)).toContain(what === 'partitionBound' ? 'FOR VALUES IN (1)' : 'lowly.peek')
  expect(existsSync(canary)).toBe(false)
})

test.each([
  ['view lowly.v', 'definition', 'SELECT 1 AS id; COMMIT; CREATE TABLE lowly.smuggled ()'],
  ['view lowly.v', 'definition', 'SELECT 1 AS id; ROLLBACK; CREATE TABLE lowly.smuggled ()'],
  ['column lowly.t.id', 'default', '1); COMMIT; CREATE TABLE lowly.smuggled (id int DEFAULT (1'],
  ['index lowly.i', 'definition', 'CREATE INDEX i ON lowly.t USING btree (id); COMMIT; CREATE TABLE lowly.smuggled ()'],
  ['table lowly.p', 'partitionedBy', 'LIST (id); COMMIT; CREATE TABLE lowly.smuggled ()'],
  ['function lowly.f(integer)', 'body', 'RETURN 1; COMMIT; CREATE TABLE lowly.smuggled ()'],
  ['function lowly.f(integer)', 'arguments', `a integer) RETURNS int LANGUAGE c AS 'x', 'y'; COMMIT; --`],
])('no second statement comes with the text of %s', async (label, what, text) => {
  const object = await restated(label, what, text)
  expect(JSON.stringify(object)).toContain(JSON.stringify(text))
  const [row] = await session.query<{ smuggled: string | null }>(`SELECT to_regclass('lowly.smuggled') AS smuggled`)
  expect(row?.smuggled).toBeNull()
})

test('what another major makes nothing of is told by name, and is a difference on the same major', async () => {
  const text = ' SELECT count(*) FILTER (NEVER) AS id;'
  const same = await restatedWith('view lowly.v', 'definition', text, true)
  expect(same.findings).toEqual([])
  expect(same.objects[0]?.deparsed?.definition).toBe(text)
  const other = await restatedWith('view lowly.v', 'definition', text, false)
  expect(other.findings.map(oneLine)).toEqual([
    'DEFINITION_NOT_COMPARED view lowly.v: its definition was not compared: syntax error at or near "NEVER"',
  ])
  expect(other.objects).toEqual(copies.filter(({ kind }) => kind === 'view'))
})

test('leaves nothing behind', async () => {
  expect(await readObjects(session, cluster.major)).toEqual(copies)
  const [row] = await session.query<{ state: string }>(
    'SELECT count(*)::text AS state FROM pg_namespace WHERE nspname ~ $1',
    ['^lifeboat_'],
  )
  expect(row?.state).toBe('0')
})
