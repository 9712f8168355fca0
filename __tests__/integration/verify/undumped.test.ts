import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { readObjects } from '../../../src/postgres/catalog/read-catalog.js'
import { compareObjects, undumpedFindings } from '../../../src/verify/difference.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { copyDatabase } from '../../support/copy.js'
import { describeMajors } from '../../support/describe-majors.js'
import { oneLine, withPinned } from '../../support/described.js'

jest.setTimeout(120_000)

const COMMENTS = [
  'TABLE ref',
  'COLUMN ref.id',
  'TYPE ref',
  'TYPE _ref',
  'CONSTRAINT p_fk ON p',
  'CONSTRAINT p_fk ON p1',
  'CONSTRAINT p_check ON p',
  'CONSTRAINT p_check ON p1',
  'CONSTRAINT p1_pkey ON p1',
  'INDEX p1_pkey',
  'INDEX p1_id_idx',
  'COLUMN p1.id',
  'CONSTRAINT par_check ON chi',
  'CONSTRAINT par_check ON chi_local',
  'TYPE e',
  'TYPE _e',
  'TYPE comp',
  'TYPE _comp',
  'COLUMN comp.x',
  'TYPE rg',
  'TYPE rg_multirange',
  'FUNCTION rg(int, int)',
  'DOMAIN dom',
  'TYPE _dom',
  'CONSTRAINT dom_check ON DOMAIN dom',
  'VIEW v',
  'TYPE v',
  'RULE "_RETURN" ON v',
  'RULE "_RETURN" ON mv',
  'INDEX mv_x',
  'TRIGGER tr ON p',
  'TRIGGER tr ON p1',
  'TRIGGER tr ON p2',
  'TRIGGER ctr ON ref',
  'CONSTRAINT ctr ON ref',
  'FUNCTION hstore(text, text)',
  'EXTENSION hstore',
  'OPERATOR === (int, int)',
  'OPERATOR ===== (int, int)',
  'FUNCTION pg_catalog.made_here()',
  'LARGE OBJECT 5',
  'SUBSCRIPTION sub',
  'SUBSCRIPTION sub_gone',
  'INDEX invalid',
]

const DATABASE = `
CREATE EXTENSION hstore;
CREATE ROLE gone; CREATE ROLE stays; CREATE ROLE system_owner;
CREATE TABLE ref (id int PRIMARY KEY);
CREATE TABLE p (id int CONSTRAINT p_fk REFERENCES ref, k int NOT NULL, CONSTRAINT p_check CHECK (k > 0), PRIMARY KEY (k)) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE INDEX ON p (id);
CREATE TABLE par (a int CONSTRAINT par_check CHECK (a > 0));
CREATE TABLE chi () INHERITS (par);
CREATE TABLE chi_local (CONSTRAINT par_check CHECK (a > 0)) INHERITS (par);
CREATE TYPE e AS ENUM ('a'); CREATE TYPE comp AS (x int); CREATE TYPE rg AS RANGE (subtype = int4);
CREATE DOMAIN dom AS int CONSTRAINT dom_check CHECK (VALUE > 0);
CREATE VIEW v AS SELECT 1 AS x; CREATE MATERIALIZED VIEW mv AS SELECT 1 AS x; CREATE INDEX mv_x ON mv (x);
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION trg();
ALTER TABLE p2 DISABLE TRIGGER tr;
CREATE CONSTRAINT TRIGGER ctr AFTER INSERT ON ref FOR EACH ROW EXECUTE FUNCTION trg();
CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int, COMMUTATOR = =====);
CREATE FUNCTION pg_catalog.made_here() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT lo_create(5);
CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION q WITH (connect = false, slot_name = NONE);
CREATE SUBSCRIPTION sub_gone CONNECTION 'dbname=x' PUBLICATION q WITH (connect = false, slot_name = NONE);
CREATE INDEX invalid ON ref (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'invalid'::regclass;
${COMMENTS.map((on) => `COMMENT ON ${on} IS 'of ours';`).join('\n')}
DROP SUBSCRIPTION sub_gone;

-- What outlives what it describes
INSERT INTO pg_description SELECT 999999, c, 0, 'orphan' FROM unnest('{pg_class,pg_proc,pg_constraint,pg_user_mapping}'::regclass[]) c;
INSERT INTO pg_description VALUES (999998, 999999, 0, 'of no kind'), ('ref'::regclass, 'pg_class'::regclass, 77, 'of no column');
INSERT INTO pg_seclabel VALUES (999999, 'pg_class'::regclass, 0, 'provider', 'orphan');
CREATE TABLE dead (a int); CREATE PUBLICATION pub FOR TABLE ref, dead;
UPDATE pg_publication_rel SET prrelid = 999999 WHERE prrelid = 'dead'::regclass;
CREATE POLICY of_roles ON ref TO gone, stays USING (true);
GRANT gone TO stays;
GRANT EXECUTE ON FUNCTION hstore(text, text) TO gone;
UPDATE pg_init_privs SET initprivs = (SELECT proacl FROM pg_proc WHERE oid = 'hstore(text,text)'::regprocedure) WHERE false;
INSERT INTO pg_init_privs SELECT oid, 'pg_proc'::regclass, 0, 'e', proacl FROM pg_proc WHERE oid = 'hstore(text,text)'::regprocedure;
INSERT INTO pg_default_acl SELECT 999999, r.oid, 0, 'r', ARRAY[makeaclitem(r.oid, r.oid, 'SELECT', false)] FROM pg_roles r WHERE r.rolname = 'gone';
CREATE FUNCTION was_member() RETURNS int LANGUAGE sql AS 'SELECT 1';
INSERT INTO pg_depend VALUES ('pg_proc'::regclass, 'was_member()'::regprocedure, 0, 'pg_extension'::regclass, 999999, 0, 'e');

-- Members of every kind of an extension, which it brings itself
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER member_trigger ON sql_drop EXECUTE FUNCTION on_ddl();
CREATE TYPE member_type AS (member_attribute int);
CREATE TABLE member_table (id int PRIMARY KEY);
CREATE FOREIGN DATA WRAPPER member_wrapper;
CREATE COLLATION member_collation (LOCALE = 'C');
ALTER EXTENSION hstore ADD EVENT TRIGGER member_trigger; ALTER EXTENSION hstore ADD FUNCTION on_ddl();
ALTER EXTENSION hstore ADD TYPE member_type; ALTER EXTENSION hstore ADD TABLE member_table;
ALTER EXTENSION hstore ADD FOREIGN DATA WRAPPER member_wrapper; ALTER EXTENSION hstore ADD COLLATION member_collation;

-- What no dump holds
ALTER FUNCTION pg_catalog.lo_export(oid, text) OWNER TO system_owner;
REVOKE ALL ON FUNCTION pg_catalog.lo_export(oid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.lo_export(oid, text) TO system_owner WITH GRANT OPTION;
CREATE TABLE uses (id int REFERENCES ref); ALTER TABLE uses DISABLE TRIGGER ALL;
CREATE TABLE late (a int, CONSTRAINT kept CHECK (a > 0)); CREATE TABLE late_child () INHERITS (late);
CREATE TABLE late_grandchild () INHERITS (late_child);
CREATE TABLE late_local (a int, CONSTRAINT kept CHECK (a > 0), CONSTRAINT positive CHECK (a > 0)); CREATE TABLE late_below () INHERITS (late_local);
ALTER TABLE late ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;
ALTER TABLE late_local INHERIT late;
ALTER TABLE late_child VALIDATE CONSTRAINT positive;
CREATE TABLE late_newer () INHERITS (late);
CREATE TABLE parted (a int) PARTITION BY LIST (a); CREATE TABLE parted1 PARTITION OF parted FOR VALUES IN (1);
ALTER TABLE parted ADD CONSTRAINT parted_check CHECK (a > 0) NOT VALID; ALTER TABLE parted1 VALIDATE CONSTRAINT parted_check;
CREATE TABLE excluding (a text, EXCLUDE (lower(a) WITH =));
ALTER INDEX excluding_lower_excl ALTER COLUMN 1 SET STATISTICS 77;
`

/** Once its rows are dumped no more: pg_dump itself fails on default privileges of a role that is gone. */
const DROP_ROLE = `
DELETE FROM pg_shdepend WHERE refobjid = 'gone'::regrole;
DELETE FROM pg_authid WHERE rolname = 'gone';`

describeMajors(
  'what no dump holds',
  ({ major }) => {
    let cluster: TestCluster
    let source: CatalogObject[]
    let copy: CatalogObject[]
    const read = (database: string): Promise<CatalogObject[]> =>
      withPinned(cluster, database, (session) => readObjects(session, major))

    beforeAll(async () => {
      cluster = await startCluster({ major })
      await cluster.psql(DATABASE)
      await cluster.query(`DELETE FROM pg_default_acl; ${DROP_ROLE}`)
      await copyDatabase(cluster, 'postgres', cluster, 'copy')
      await cluster.query(
        `INSERT INTO pg_default_acl SELECT 999999, 999999, 0, 'r', ARRAY[makeaclitem(10, 10, 'SELECT', false)]`,
      )
      source = await read('postgres')
      copy = await read('copy')
    })
    afterAll(() => cluster.remove())

    test('is no difference of a restored copy', () => {
      const found = compareObjects(source, copy, { sameMajor: true, ownCluster: true })
      expect(found.map(oneLine)).toEqual([])
    })

    test('are no members of extensions', () => {
      expect(source.filter(({ name }) => /member_|on_ddl/.test(name))).toEqual([])
      expect(source.map(({ name }) => name)).toContain('public.was_member()')
    })

    test('is told once, by name', () => {
      const told = new Map(undumpedFindings(source).map(({ code, found }) => [code, found]))
      expect([...told.keys()].sort()).toEqual(['COMMENTS_NOT_DUMPED', 'NOT_DUMPED', 'SYSTEM_OWNERS_NOT_DUMPED'])
      expect(told.get('NOT_DUMPED')?.split('; ').sort()).toEqual([
        'a table that is gone in publication pub',
        'function pg_catalog.made_here(), which is in a schema of the system',
        'index public.invalid, which is not valid',
        'that check positive of public.late_child is validated, unlike that of its parent',
        'that check positive of public.late_grandchild is validated, unlike that of its parent',
        'that check positive of public.late_newer is validated, unlike that of its parent',
        'that triggers which enforce constraints of public.uses are disabled',
        'the statistics target of column 1 of index public.excluding_lower_excl',
      ])
      expect(told.get('SYSTEM_OWNERS_NOT_DUMPED')).toContain('lo_export')
    })

    test('are the comments that pg_dump passes over, and those alone', () => {
      const names = source.filter(({ facts }) => facts.reason === 'comment').map(({ name }) => name)
      expect(names.sort()).toEqual(
        [
          'comment on an object of an unknown kind that is gone',
          'comment on an object of pg_class that is gone',
          'comment on an object of pg_constraint that is gone',
          'comment on an object of pg_proc that is gone',
          'comment on an object of pg_subscription that is gone',
          'comment on an object of pg_user_mapping that is gone',
          'comment on function pg_catalog.made_here()',
          'comment on function public.rg(integer,integer)',
          'comment on index public.invalid',
          'comment on operator public.=====(integer,integer)',
          'comment on rule "_RETURN" on public.mv',
          'comment on rule "_RETURN" on public.v',
          'comment on table constraint ctr on public.ref',
          'comment on table constraint p_check on public.p1',
          'comment on table constraint p_fk on public.p1',
          'comment on table constraint par_check on public.chi',
          'comment on trigger tr on public.p1',
          'comment on type public.comp[]',
          'comment on type public.dom[]',
          'comment on type public.e[]',
          'comment on type public.ref',
          'comment on type public.ref[]',
          'comment on type public.rg_multirange',
          'comment on type public.v',
          'security label of provider on an object of pg_class that is gone',
        ].sort(),
      )
      const compared = copy.filter(({ kind }) => kind === 'comment').length
      expect(source.filter(({ kind }) => kind === 'comment')).toHaveLength(compared)
      expect(compared).toBeGreaterThan(15)
    })

    test('is not in its copy', () => {
      expect(undumpedFindings(copy).map(oneLine)).toEqual([])
    })
  },
  [15, 18],
)
