import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'

import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createFarm } from '../../support/databases/index.js'
import { changingTheCopy, operate, PROVEN, summaryOf, type Alteration, type Given } from '../../support/operating.js'
import { removeTemporaryFolders, temporaryFolder } from '../../support/temporary.js'

jest.setTimeout(120_000)

/** What is done to the restored copy, after which section, and all that the proof must find: codes and places. */
type Change = readonly [what: string, after: 'data' | 'post-data', sql: string, ...found: string[]]

const CHANGES: readonly Change[] = [
  ['one cell changed', 'data', "UPDATE animals SET name = 'cow' WHERE id = 77", 'TABLE_CONTENT_DIFFERS public.animals'],
  ['NULL for a text', 'data', 'UPDATE parts SET note = NULL WHERE id = 400', 'TABLE_CONTENT_DIFFERS public.parts'],
  ['one row missing', 'data', 'DELETE FROM parts WHERE id = 3', 'TABLE_ROWS_DIFFER public.parts'],
  ['one row doubled', 'data', "INSERT INTO diary VALUES ('moo')", 'TABLE_ROWS_DIFFER public.diary'],
  [
    'one row doubled for another',
    'data',
    "DELETE FROM diary WHERE said = 'baa'; INSERT INTO diary VALUES ('moo')",
    'TABLE_CONTENT_DIFFERS public.diary',
  ],
  [
    'a row in another partition',
    'data',
    "UPDATE measures SET at = at + 1 WHERE at = '2024-12-31'",
    'TABLE_ROWS_DIFFER public.measures_2024',
    'TABLE_ROWS_DIFFER public.measures_2025',
  ],
  [
    'a large object changed',
    'data',
    String.raw`SELECT lo_put(4242, 2999, '\x00')`,
    'LARGE_OBJECTS_DIFFER large objects',
  ],
  ['a sequence set back', 'data', "SELECT setval('tickets', 179)", 'SEQUENCE_BEHIND public.tickets'],
  ['an index dropped', 'post-data', 'DROP INDEX animals_name', 'OBJECT_MISSING index public.animals_name'],
  [
    'a foreign key dropped',
    'post-data',
    'ALTER TABLE parts DROP CONSTRAINT parts_animal_fkey',
    'OBJECT_MISSING constraint public.parts.parts_animal_fkey',
  ],
  [
    'a trigger dropped',
    'post-data',
    'DROP TRIGGER animals_trimmed ON animals',
    'OBJECT_MISSING trigger public.animals.animals_trimmed',
  ],
  ['a grant revoked', 'post-data', 'REVOKE SELECT ON accounts FROM farm_reader', 'GRANTS_DIFFER table public.accounts'],
  [
    'another owner, who has the privileges of one',
    'post-data',
    'ALTER VIEW heavy OWNER TO farm_writer',
    'OWNER_DIFFERS view public.heavy',
    'GRANTS_DIFFER view public.heavy',
  ],
  [
    'a policy dropped',
    'post-data',
    'DROP POLICY own_rows ON accounts',
    'OBJECT_MISSING policy public.accounts.own_rows',
  ],
  [
    'a view changed',
    'post-data',
    'CREATE OR REPLACE VIEW heavy AS SELECT id, name FROM animals WHERE weight > 351',
    'OBJECT_DIFFERS view public.heavy',
  ],
]

/** Further ones, all in one copy: everything that is wrong is told, each thing by its name. */
const ALL_AT_ONCE: readonly Change[] = [
  [
    'a foreign key not validated',
    'post-data',
    'ALTER TABLE parts DROP CONSTRAINT parts_animal_fkey; ALTER TABLE parts ADD CONSTRAINT parts_animal_fkey FOREIGN KEY (animal) REFERENCES animals NOT VALID',
    'CONSTRAINT_NOT_VALID constraint public.parts.parts_animal_fkey',
  ],
  [
    'a primary key dropped',
    'post-data',
    'ALTER TABLE parts DROP CONSTRAINT parts_pkey',
    'OBJECT_MISSING constraint public.parts.parts_pkey',
  ],
  [
    'a check dropped',
    'post-data',
    'ALTER TABLE animals DROP CONSTRAINT animals_weight_positive',
    'OBJECT_MISSING constraint public.animals.animals_weight_positive',
  ],
  [
    'a trigger disabled',
    'post-data',
    'ALTER TABLE animals DISABLE TRIGGER animals_trimmed',
    'OBJECT_DIFFERS trigger public.animals.animals_trimmed',
  ],
  [
    'a function changed',
    'post-data',
    "CREATE OR REPLACE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    'OBJECT_DIFFERS function public.touched()',
  ],
  [
    'an index on another column',
    'post-data',
    'DROP INDEX animals_name; CREATE INDEX animals_name ON animals (born)',
    'OBJECT_DIFFERS index public.animals_name',
  ],
  [
    'a grant on a column revoked',
    'post-data',
    'REVOKE UPDATE (balance) ON accounts FROM farm_writer',
    'GRANTS_DIFFER column public.accounts.balance',
  ],
  ['a grant added', 'post-data', 'GRANT SELECT ON diary TO PUBLIC', 'GRANTS_DIFFER table public.diary'],
  [
    'a policy that lets all pass',
    'post-data',
    'ALTER POLICY own_rows ON accounts USING (true)',
    'OBJECT_DIFFERS policy public.accounts.own_rows',
  ],
  [
    'row-level security off',
    'post-data',
    'ALTER TABLE accounts DISABLE ROW LEVEL SECURITY',
    'OBJECT_DIFFERS table public.accounts',
  ],
  [
    'a materialized view dropped',
    'post-data',
    'DROP MATERIALIZED VIEW herd',
    'OBJECT_MISSING materialized view public.herd',
  ],
  [
    'a default changed',
    'post-data',
    "ALTER TABLE animals ALTER mood SET DEFAULT 'wild'",
    'OBJECT_DIFFERS column public.animals.mood',
  ],
  [
    'NOT NULL dropped',
    'post-data',
    'ALTER TABLE parts ALTER animal DROP NOT NULL',
    'OBJECT_DIFFERS column public.parts.animal',
  ],
  ['a label more in an enum', 'post-data', "ALTER TYPE mood ADD VALUE 'odd'", 'OBJECT_DIFFERS type public.mood'],
  [
    'a partition detached',
    'post-data',
    'ALTER TABLE measures DETACH PARTITION measures_2025',
    'OBJECT_DIFFERS table public.measures_2025',
  ],
  [
    'a comment dropped',
    'post-data',
    'COMMENT ON TABLE animals IS NULL',
    'OBJECT_MISSING comment on table public.animals',
  ],
]

describe('a restored copy that is not as the source was', () => {
  let source: TestCluster
  let scratch: TestCluster

  beforeAll(async () => {
    ;[source, scratch] = await Promise.all([startCluster(), startCluster()])
    await createFarm(source)
  })
  afterAll(async () => {
    await Promise.all([source.remove(), scratch.remove()])
  })
  afterAll(removeTemporaryFolders)

  async function backUp(alter: Alteration | undefined, more: Given = {}) {
    const given = { 'database-url': source.url('farm'), 'scratch-url': scratch.url(), type: 'daily', ...more }
    return operate(
      'backup',
      { store: await temporaryFolder(), ...given },
      {
        ...(alter !== undefined && { alter }),
      },
    )
  }

  test('is proven while nothing was done to it', async () => {
    expect(summaryOf(await backUp(changingTheCopy('data', 'SELECT 1')))).toEqual(PROVEN)
  })

  test.each(CHANGES)('%s: the proof fails and names the place', async (_, after, sql, ...expected) => {
    const operated = await backUp(changingTheCopy(after, sql))
    expect(operated.found).toEqual(expected)
    expect(summaryOf(operated)).toMatchObject({ exitCode: 3, outcome: 'failed', failure: undefined })
    const manifest = JSON.parse(await readFile(operated.report.set!.manifestPath!, 'utf8')) as { proof: unknown }
    expect(manifest.proof).toMatchObject({ outcome: 'failed', findings: expected.map(() => expect.anything()) })
  })

  test('much at once: everything is named', async () => {
    const operated = await backUp(changingTheCopy('post-data', ALL_AT_ONCE.map(([, , sql]) => sql).join(';\n')))
    expect(operated.found).toEqual(expect.arrayContaining(ALL_AT_ONCE.flatMap(([, , , ...found]) => found)))
    expect(operated.exitCode).toBe(3)
  })

  test('the copy of a custom archive and of a script is looked at just as closely', async () => {
    const cell = "UPDATE animals SET name = 'cow' WHERE id = 77"
    const custom = await backUp(changingTheCopy('data', cell), { format: 'custom' })
    const script = await backUp(changingTheCopy('script', cell), { format: 'plain' })
    expect([custom.found, script.found]).toEqual([
      ['TABLE_CONTENT_DIFFERS public.animals'],
      ['TABLE_CONTENT_DIFFERS public.animals'],
    ])
    expect([custom.exitCode, script.exitCode]).toEqual([3, 3])
  })

  test('the tier data sees rows, and does not speak of what it does not look at', async () => {
    const rows = await backUp(changingTheCopy('data', 'DELETE FROM parts WHERE id = 3'), { verify: 'data' })
    expect([rows.exitCode, rows.found]).toEqual([3, ['TABLE_ROWS_DIFFER public.parts']])
    const index = await backUp(changingTheCopy('data', 'DROP VIEW heavy'), { verify: 'data' })
    expect(summaryOf(index)).toEqual({ ...PROVEN, tier: 'data' })
  })

  test('nothing is rotated after a backup that failed its proof, however much the policy would remove', async () => {
    const store = await temporaryFolder()
    const policy = { store, 'keep-last': '1', confirm: 'farm' }
    for (const tier of ['full', 'full', 'full', 'full']) {
      expect(await backUp(undefined, { ...policy, verify: tier, rotate: 'false' })).toMatchObject({ exitCode: 0 })
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    const before = await readdir(path.join(store, 'daily'))
    const failed = await backUp(changingTheCopy('data', 'TRUNCATE diary'), policy)
    expect(failed.report).toMatchObject({ proof: { outcome: 'failed' }, retention: [] })
    expect((await readdir(path.join(store, 'daily'))).sort()).toEqual([...before, failed.report.id].sort())

    const proven = await backUp(undefined, policy)
    expect(proven.report.retention.filter(({ keep }) => !keep)).not.toEqual([])
  })
})
