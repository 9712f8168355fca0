import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import path from 'node:path'
import type pg from 'pg'

import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import { pinSettings } from '../../../src/postgres/pinned.js'
import { compareObjects } from '../../../src/verify/difference.js'
import { restate } from '../../../src/verify/restated/restate.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { copyDatabase, copyRoles } from '../../support/copy.js'
import { insideTransaction, oneLine, queryable, withPinned } from '../../support/described.js'
import { availableMajors } from '../../support/installations.js'

jest.setTimeout(120_000)

const DATABASE = path.join(import.meta.dirname, '..', '..', 'support', 'databases', 'definitions.sql')

const PAIRS = [
  [15, 15],
  [17, 17],
  [18, 18],
  [15, 18],
] as const

/** What is done to the copy, and on which objects exactly it must be found. */
type Change = readonly [what: string, statements: string, ...on: string[]]

const CHANGES: readonly Change[] = [
  [
    'another literal in a check',
    `ALTER TABLE lib.t DROP CONSTRAINT t_s_check, ADD CONSTRAINT t_s_check CHECK (s IN ('a','c'))`,
    'constraint lib.child.t_s_check',
    'constraint lib.t.t_s_check',
  ],
  [
    'AND for OR in a check',
    `ALTER TABLE lib.t DROP CONSTRAINT named,
      ADD CONSTRAINT named CHECK (s NOT IN ('q','r') AND n > 2) NO INHERIT`,
    'constraint lib.t.named',
  ],
  [
    'another check of a partitioned table',
    `ALTER TABLE lib.par DROP CONSTRAINT par_s_check, ADD CONSTRAINT par_s_check CHECK (s IN ('b','a'))`,
    'constraint lib.par.par_s_check',
    'constraint lib.par_f.par_s_check',
    'constraint lib.par_t.par_s_check',
  ],
  [
    'a check of a column named as a keyword',
    `ALTER TABLE lib."select" DROP CONSTRAINT select_table_check,
      ADD CONSTRAINT select_table_check CHECK ("table" IN ('a','B'))`,
    'constraint lib.select.select_table_check',
  ],
  [
    'another predicate of an exclusion',
    `ALTER TABLE lib.t DROP CONSTRAINT t_lower_excl,
      ADD CONSTRAINT t_lower_excl EXCLUDE USING btree (lower(s) WITH =) WHERE (s IN ('x','z'))`,
    'constraint lib.t.t_lower_excl',
  ],
  [
    'another action of a foreign key',
    `ALTER TABLE lib.keys DROP CONSTRAINT keys_end_fkey,
      ADD CONSTRAINT keys_end_fkey FOREIGN KEY ("end") REFERENCES lib.keys(a) ON DELETE CASCADE`,
    'constraint lib.keys.keys_end_fkey',
  ],
  [
    'another predicate of an index',
    `DROP INDEX lib.t_id_idx; CREATE INDEX t_id_idx ON lib.t(id) WHERE s NOT IN ('x','y')`,
    'index lib.t_id_idx',
  ],
  [
    'another expression of an index',
    `DROP INDEX lib.t_expr_lower_idx; CREATE INDEX t_expr_lower_idx ON lib.t((s IN ('x','y')), upper(s))`,
    'index lib.t_expr_lower_idx',
  ],
  [
    'an index that is unique no longer',
    `DROP INDEX lib.u; CREATE INDEX u ON lib.t(id) WHERE s IN ('x','y') AND k IN ('a','b')`,
    'index lib.u',
  ],
  [
    'another predicate beside a function of whole rows',
    `DROP INDEX lib.t_whole_idx; CREATE INDEX t_whole_idx ON lib.t(lib.whole(t.*)) WHERE s IN ('a','c')`,
    'index lib.t_whole_idx',
  ],
  [
    'another predicate of an index of a partitioned table',
    `DROP INDEX lib.par_a_idx; CREATE INDEX par_a_idx ON lib.par(a) WHERE s IN ('b','c')`,
    'index lib.par_a_idx',
    'index lib.par_f_a_idx',
    'index lib.par_t_a_idx',
  ],
  [
    'another expression of statistics',
    `DROP STATISTICS lib.st; SET ROLE lib_owner;
      CREATE STATISTICS lib.st ON (s IN ('x','z')), id, n FROM lib.t; RESET ROLE`,
    'statistics lib.st',
  ],
  [
    'another condition of a view',
    `CREATE OR REPLACE VIEW lib.v AS SELECT * FROM lib.t WHERE s IN ('b','a')`,
    'view lib.v',
  ],
  [
    'two columns of a view swapped by a list of aliases',
    'CREATE OR REPLACE VIEW lib.pair AS SELECT z.one, z.two FROM lib.f2() AS z(two, one)',
    'view lib.pair',
  ],
  [
    'two columns of a view swapped',
    'CREATE OR REPLACE VIEW lib.fb AS SELECT f2.b AS a, f2.a AS b FROM lib.f2() AS f2(a, b)',
    'view lib.fb',
  ],
  ['another row of VALUES', `CREATE OR REPLACE VIEW lib.vv(x, y) AS VALUES (1,'a'),(2,'c')`, 'view lib.vv'],
  [
    'another literal in an arm of a UNION',
    `CREATE OR REPLACE VIEW lib.un2 AS
      SELECT q.kind FROM (SELECT s::text AS kind FROM lib.t UNION ALL SELECT 'some') q`,
    'view lib.un2',
  ],
  [
    'a NULL that became a number',
    `CREATE OR REPLACE VIEW lib.un3 AS
      WITH q AS (SELECT id FROM lib.t UNION ALL SELECT 0 FROM lib.t) SELECT id FROM q`,
    'view lib.un3',
  ],
  [
    'UNION for UNION ALL in a recursive query',
    `CREATE OR REPLACE VIEW lib.deep AS
      WITH RECURSIVE w(n) AS (SELECT 1 UNION SELECT n + 1 FROM w WHERE n < 3)
      SELECT n, CASE WHEN n IN (1, 2) THEN 'few' END AS how, (SELECT null UNION SELECT 'x' LIMIT 1) AS word FROM w`,
    'view lib.deep',
  ],
  [
    'a view named as a keyword',
    `CREATE OR REPLACE VIEW lib."order" AS SELECT * FROM lib.t WHERE s NOT IN ('a')`,
    'view lib.order',
  ],
  [
    'another condition of a materialized view',
    `DROP MATERIALIZED VIEW lib.mv; SET ROLE lib_owner; CREATE MATERIALIZED VIEW lib.mv AS
      SELECT q.id FROM (SELECT id FROM lib.t UNION ALL SELECT null) q WHERE q.id IN (1,3); RESET ROLE`,
    'materialized view lib.mv',
  ],
  ['another USING of a policy', `ALTER POLICY p ON lib.t USING (s IN ('a'))`, 'policy lib.t.p'],
  ['another WITH CHECK of a policy', `ALTER POLICY p ON lib.t WITH CHECK (s IN ('c','e'))`, 'policy lib.t.p'],
  [
    'another WHEN of a trigger',
    `DROP TRIGGER tr ON lib.t;
      CREATE TRIGGER tr BEFORE UPDATE ON lib.t FOR EACH ROW WHEN (old.s IN ('a','b')) EXECUTE FUNCTION lib.tg()`,
    'trigger lib.t.tr',
  ],
  [
    'another event of a trigger',
    `DROP TRIGGER tr ON lib.t;
      CREATE TRIGGER tr BEFORE INSERT ON lib.t FOR EACH ROW WHEN (new.s IN ('a','b')) EXECUTE FUNCTION lib.tg()`,
    'trigger lib.t.tr',
  ],
  [
    'another condition in a rule',
    `CREATE OR REPLACE RULE r AS ON UPDATE TO lib.v WHERE new.s IN ('a','b')
      DO INSTEAD UPDATE lib.t SET n = new.n WHERE id = old.id AND s IN ('a','z')`,
    'rule lib.v.r',
  ],
  ['another default of a domain', `ALTER DOMAIN lib.dom SET DEFAULT ('b'::varchar(3)::text)`, 'type lib.dom'],
  [
    'another check of a domain',
    `ALTER DOMAIN lib.dom DROP CONSTRAINT dom_check; ALTER DOMAIN lib.dom ADD CONSTRAINT dom_check CHECK (value IN ('a','z'))`,
    'domain constraint lib.dom.dom_check',
  ],
  [
    'another default of a column',
    `ALTER TABLE ONLY lib.t ALTER e SET DEFAULT ('c'::varchar = ANY (ARRAY['a','b']::varchar[]))`,
    'column lib.t.e',
  ],
  [
    'another expression of a generated column',
    `ALTER TABLE lib.keys DROP COLUMN g; ALTER TABLE lib.keys
      ADD COLUMN g text GENERATED ALWAYS AS (CASE WHEN v IN ('x','z') THEN 'in' ELSE 'out' END) STORED`,
    'column lib.keys.g',
  ],
  [
    'another body of a function',
    `CREATE OR REPLACE FUNCTION lib.sr(s varchar) RETURNS boolean LANGUAGE sql RETURN s IN ('a','c')`,
    'function lib.sr(character varying)',
  ],
  [
    'another default of an argument',
    `CREATE OR REPLACE PROCEDURE lib.sp(s varchar DEFAULT ('z'::varchar(3)::text)) LANGUAGE plpgsql AS 'begin end'`,
    'procedure lib.sp(character varying)',
  ],
  [
    'both of a function with an atomic body',
    `CREATE OR REPLACE FUNCTION lib.sf(s varchar DEFAULT ('b'::varchar(3)::text), OUT r boolean) LANGUAGE sql
      BEGIN ATOMIC SELECT s NOT IN ('a','b'); END`,
    'function lib.sf(character varying)',
  ],
  [
    'another filter of a publication',
    `ALTER PUBLICATION pub SET TABLE lib.lst1 WHERE (s = ANY (ARRAY['a','c'])), lib."select" WHERE ("table" = 'a')`,
    'publication pub',
  ],
  [
    'another key of a partitioned table',
    `DROP TABLE lib.plain_key; SET ROLE lib_owner;
      CREATE TABLE lib.plain_key (s varchar(10)) PARTITION BY LIST ((s IN ('a','c'))); RESET ROLE`,
    'table lib.plain_key',
  ],
  [
    'other bounds of a partition',
    `ALTER TABLE lib.lst DETACH PARTITION lib.lst1; ALTER TABLE lib.lst ATTACH PARTITION lib.lst1 FOR VALUES IN ('a','c')`,
    'table lib.lst1',
  ],
  [
    'other bounds of a partition by ranges',
    `ALTER TABLE lib.rng DETACH PARTITION lib.rng1; ALTER TABLE lib.rng
      ATTACH PARTITION lib.rng1 FOR VALUES FROM ('2024-01-01', minvalue) TO ('2025-01-02', maxvalue)`,
    'table lib.rng1',
  ],
  [
    'another locale of a collation',
    `DROP COLLATION lib.co; SET ROLE lib_owner; CREATE COLLATION lib.co (provider = icu, locale = 'es'); RESET ROLE`,
    'collation lib.co',
  ],
]

const here = new Set(availableMajors().map(({ major }) => major))

describe.each(PAIRS.filter(([from, to]) => here.has(from) && here.has(to)))(
  'definitions of PostgreSQL %d restored into %d',
  (from, to) => {
    let source: TestCluster
    let target: TestCluster
    let client: pg.Client
    let originals: CatalogObject[]

    beforeAll(async () => {
      source = await startCluster({ major: from })
      target = from === to ? source : await startCluster({ major: to })
      await source.createDatabase('definitions')
      await source.psql({ file: DATABASE }, 'definitions')
      if (source !== target) await copyRoles(source, target)
      await copyDatabase(source, 'definitions', target, 'copy')
      originals = await withPinned(source, 'definitions', (session) => readObjects(session, from))
      client = await target.connect('copy')
      await pinSettings(queryable(client))
    })
    afterAll(async () => {
      await client.end()
      await source.remove()
      await target.remove()
    })

    async function found(statements: string): Promise<string[]> {
      const session = insideTransaction(queryable(client))
      await client.query('BEGIN')
      try {
        await client.query(statements)
        const copies = await readObjects(session, to)
        const { objects, findings } = await restate(session, originals, copies, from === to)
        const differ = compareObjects(objects, copies, { sameMajor: from === to, restated: true, ownCluster: true })
        return [...findings, ...differ].map(oneLine)
      } finally {
        await client.query('ROLLBACK')
      }
    }

    test('are printed in other words, and are equal', async () => {
      const copies = new Map((await readObjects(queryable(client), to)).map((one) => [`${one.kind} ${one.name}`, one]))
      const reworded = originals.filter(({ kind, name, facts, deparsed }) => {
        const copy = copies.get(`${kind} ${name}`)
        return JSON.stringify({ facts, deparsed }) !== JSON.stringify({ facts: copy?.facts, deparsed: copy?.deparsed })
      })
      expect(reworded.length).toBeGreaterThan(30)
      expect(await found('')).toEqual([])
    })

    test.each(from === 15 ? CHANGES : CHANGES.filter((_, index) => index % 4 === 0))(
      'show %s',
      async (_, statements, ...on) => {
        const lines = await found(statements)
        const places = lines.map((line) => line.replace(/:.*$/s, ''))
        expect(places.sort()).toEqual(on.map((one) => `OBJECT_DIFFERS ${one}`).sort())
      },
    )
  },
)
