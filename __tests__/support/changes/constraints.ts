import { change, differs, missing, unexpected, type Change } from './change.js'

const foreignKey = (name: string, definition: string): Change =>
  differs(
    `constraint c.fk.${name}`,
    `ALTER TABLE c.fk DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} FOREIGN KEY ${definition}`,
  )
const anew = (index: string, definition: string): Change =>
  differs(`index c.${index}`, `DROP INDEX c.${index}; CREATE INDEX ${index} ON c.ix ${definition}`)

export const CONSTRAINTS: readonly Change[] = [
  // Foreign keys
  foreignKey('fk_code', '(code) REFERENCES c.ref (code) ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED'),
  foreignKey(
    'fk_code',
    '(code) REFERENCES c.ref (code) ON DELETE CASCADE ON UPDATE SET DEFAULT DEFERRABLE INITIALLY DEFERRED',
  ),
  foreignKey('fk_full', '(a, b) REFERENCES c.ref (a, b)'),
  foreignKey('fk_set', '(a, b) REFERENCES c.ref (a, b) ON DELETE SET NULL'),
  foreignKey('fk_set', '(a, b) REFERENCES c.ref (a, b) ON DELETE SET NULL (a)'),
  differs('constraint c.fk.fk_code', 'ALTER TABLE c.fk ALTER CONSTRAINT fk_code NOT DEFERRABLE'),
  differs('constraint c.fk.fk_code', 'ALTER TABLE c.fk ALTER CONSTRAINT fk_code DEFERRABLE INITIALLY IMMEDIATE'),
  differs('constraint c.fk.fk_full', 'ALTER TABLE c.fk ALTER CONSTRAINT fk_full DEFERRABLE'),
  missing('constraint c.fk.fk_full', 'ALTER TABLE c.fk DROP CONSTRAINT fk_full'),
  missing('constraint c.fk_pt.fk_pt_id', 'ALTER TABLE c.fk_pt DROP CONSTRAINT fk_pt_id'),
  unexpected('constraint c.fk.fk_more', 'ALTER TABLE c.fk ADD CONSTRAINT fk_more FOREIGN KEY (b) REFERENCES c.ref'),
  change(
    'ALTER TABLE c.fk DROP CONSTRAINT fk_full, ADD CONSTRAINT fk_full FOREIGN KEY (a, b) REFERENCES c.ref (a, b) MATCH FULL NOT VALID',
    'CONSTRAINT_NOT_VALID constraint c.fk.fk_full',
  ),
  // Triggers that enforce keys, disabled after the fact
  change(
    'ALTER TABLE c.fk DISABLE TRIGGER ALL',
    'OBJECT_DIFFERS constraint c.fk.fk_id',
    'OBJECT_DIFFERS constraint c.fk.fk_code',
    'OBJECT_DIFFERS constraint c.fk.fk_full',
    'OBJECT_DIFFERS constraint c.fk.fk_set',
  ),
  differs('constraint c.fk_pt.fk_pt_id', 'ALTER TABLE c.fk_pt1 DISABLE TRIGGER ALL'),
  change('ALTER TABLE c.uq DISABLE TRIGGER ALL', 'OBJECT_DIFFERS constraint c.uq.uq_deferrable'),
  differs(
    'constraint c.fk.fk_id',
    `DO $$ DECLARE name text; BEGIN
       SELECT t.tgname INTO name FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint
         WHERE k.conname = 'fk_id' AND t.tgrelid = 'c.ref'::regclass LIMIT 1;
       EXECUTE format('ALTER TABLE c.ref DISABLE TRIGGER %I', name); END $$`,
  ),
  differs(
    'constraint c.fk.fk_id',
    `DO $$ DECLARE name text; BEGIN
       SELECT t.tgname INTO name FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint
         WHERE k.conname = 'fk_id' AND t.tgrelid = 'c.fk'::regclass LIMIT 1;
       EXECUTE format('ALTER TABLE c.fk ENABLE REPLICA TRIGGER %I', name); END $$`,
  ),
  // Keys
  differs('constraint c.uq.uq_fill', 'ALTER INDEX c.uq_fill SET (fillfactor = 71)'),
  differs('constraint c.uq.uq_fill', 'ALTER INDEX c.uq_fill RESET (fillfactor)'),
  differs('constraint c.uq.uq_dedup', 'ALTER INDEX c.uq_dedup SET (deduplicate_items = on)'),
  differs('constraint c.t.t_pkey', 'ALTER INDEX c.t_pkey SET (fillfactor = 90)'),
  differs('constraint c.ex.ex_range', 'ALTER INDEX c.ex_range SET (buffering = on)'),
  differs('constraint c.uq.uq_nulls', 'ALTER TABLE c.uq DROP CONSTRAINT uq_nulls, ADD CONSTRAINT uq_nulls UNIQUE (b)'),
  differs(
    'constraint c.uq.uq_deferrable',
    'ALTER TABLE c.uq DROP CONSTRAINT uq_deferrable, ADD CONSTRAINT uq_deferrable UNIQUE (a)',
  ),
  differs(
    'constraint c.ref.ref_a_b_code_key',
    'ALTER TABLE c.fk DROP CONSTRAINT fk_full, DROP CONSTRAINT fk_set; ALTER TABLE c.ref DROP CONSTRAINT ref_a_b_code_key, ADD CONSTRAINT ref_a_b_code_key UNIQUE (a, b); ALTER TABLE c.fk ADD CONSTRAINT fk_full FOREIGN KEY (a, b) REFERENCES c.ref (a, b) MATCH FULL, ADD CONSTRAINT fk_set FOREIGN KEY (a, b) REFERENCES c.ref (a, b) ON DELETE SET NULL (b)',
  ),
  change(
    'ALTER TABLE c.clus DROP CONSTRAINT clus_key, ADD CONSTRAINT clus_key UNIQUE (a)',
    'OBJECT_DIFFERS constraint c.clus.clus_key',
  ),
  change(
    'ALTER TABLE c.uq DROP CONSTRAINT uq_fill; CREATE UNIQUE INDEX uq_fill ON c.uq (c) WITH (fillfactor = 70)',
    'OBJECT_MISSING constraint c.uq.uq_fill',
    'OBJECT_UNEXPECTED index c.uq_fill',
    'OBJECT_MISSING comment on index c.uq_fill',
  ),
  change(
    'ALTER TABLE c.uq RENAME CONSTRAINT uq_dedup TO uq_named',
    'OBJECT_MISSING constraint c.uq.uq_dedup',
    'OBJECT_UNEXPECTED constraint c.uq.uq_named',
  ),
  // Checks and exclusions
  differs(
    'constraint c.ck.ck_plain',
    'ALTER TABLE c.ck DROP CONSTRAINT ck_plain, ADD CONSTRAINT ck_plain CHECK (a >= 0)',
  ),
  differs(
    'constraint c.ck.ck_in',
    "ALTER TABLE c.ck DROP CONSTRAINT ck_in, ADD CONSTRAINT ck_in CHECK (v IN ('a', 'c'))",
  ),
  differs(
    'constraint c.ck.ck_no_inherit',
    'ALTER TABLE c.ck DROP CONSTRAINT ck_no_inherit, ADD CONSTRAINT ck_no_inherit CHECK (b > 0)',
  ),
  differs('constraint c.ck.ck_not_valid', 'ALTER TABLE c.ck VALIDATE CONSTRAINT ck_not_valid'),
  missing('constraint c.ck.ck_plain', 'ALTER TABLE c.ck DROP CONSTRAINT ck_plain'),
  unexpected('constraint c.ck.more', 'ALTER TABLE c.ck ADD CONSTRAINT more CHECK (a < 1000)'),
  change(
    'ALTER TABLE c.ck DROP CONSTRAINT ck_plain, ADD CONSTRAINT ck_plain CHECK (a > 0) NOT VALID',
    'CONSTRAINT_NOT_VALID constraint c.ck.ck_plain',
  ),
  differs(
    'constraint c.ex.ex_range',
    'ALTER TABLE c.ex DROP CONSTRAINT ex_range, ADD CONSTRAINT ex_range EXCLUDE USING gist (r WITH -|-)',
  ),
  differs(
    'constraint c.ex.ex_where',
    'ALTER TABLE c.ex DROP CONSTRAINT ex_where, ADD CONSTRAINT ex_where EXCLUDE USING btree (a WITH =) WHERE (a > 11)',
  ),
  missing('constraint c.ex.ex_where', 'ALTER TABLE c.ex DROP CONSTRAINT ex_where'),
  // Indexes
  change(
    'DROP INDEX c.ix_plain; CREATE INDEX ix_plain ON c.ix USING hash (a)',
    'OBJECT_DIFFERS index c.ix_plain',
    'OBJECT_MISSING comment on index c.ix_plain',
  ),
  anew('ix_desc', '(a DESC)'),
  anew('ix_partial', '(a) WHERE a > 6'),
  anew('ix_partial', '(a)'),
  anew('ix_expression', '(upper(b))'),
  anew('ix_include', '(a) INCLUDE (c)'),
  anew('ix_include', '(a, b)'),
  anew('ix_class', '(b)'),
  anew('ix_collate', '(b)'),
  differs('index c.ix_fill', 'ALTER INDEX c.ix_fill SET (fillfactor = 56)'),
  differs('index c.ix_gin', 'ALTER INDEX c.ix_gin SET (fastupdate = on)'),
  differs('index c.ix_brin', 'ALTER INDEX c.ix_brin SET (pages_per_range = 5)'),
  differs('index c.ix_statistics', 'ALTER INDEX c.ix_statistics ALTER COLUMN 1 SET STATISTICS 34'),
  differs('index c.ix_statistics', 'ALTER INDEX c.ix_statistics ALTER COLUMN 1 SET STATISTICS -1'),
  differs('index c.ix_unique', 'DROP INDEX c.ix_unique; CREATE INDEX ix_unique ON c.ix (a, b)'),
  differs(
    'index c.ix_unique',
    'DROP INDEX c.ix_unique; CREATE UNIQUE INDEX ix_unique ON c.ix (a, b) NULLS NOT DISTINCT',
  ),
  missing('index c.ix_desc', 'DROP INDEX c.ix_desc'),
  missing('index c.ix_gin', "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'c.ix_gin'::regclass"),
  unexpected('index c.more', 'CREATE INDEX more ON c.ix (c)'),
  // Statistics
  differs(
    'statistics c.st_kinds',
    "DROP STATISTICS c.st_kinds; CREATE STATISTICS c.st_kinds (ndistinct) ON a, b FROM c.ix; COMMENT ON STATISTICS c.st_kinds IS 'statistics'",
  ),
  differs(
    'statistics c.st_expression',
    'DROP STATISTICS c.st_expression; CREATE STATISTICS c.st_expression ON (a + 2), (lower(b)) FROM c.ix',
  ),
  differs('statistics c.st_target', 'ALTER STATISTICS c.st_target SET STATISTICS 45'),
  missing('statistics c.st_target', 'DROP STATISTICS c.st_target'),
  // What only newer majors have
  differs(
    'constraint c.period.period_key',
    'ALTER TABLE c.period DROP CONSTRAINT period_key, ADD CONSTRAINT period_key PRIMARY KEY (id, during)',
    18,
  ),
  differs(
    'constraint c.enforced.enforced_check',
    'ALTER TABLE c.enforced DROP CONSTRAINT enforced_check, ADD CONSTRAINT enforced_check CHECK (a > 0)',
    18,
  ),
  {
    ...change(
      'ALTER TABLE c.fk ALTER CONSTRAINT fk_full NOT ENFORCED',
      'CONSTRAINT_NOT_VALID constraint c.fk.fk_full',
      'OBJECT_DIFFERS constraint c.fk.fk_full',
    ),
    since: 18,
  },
  differs('not-null constraint c.enforced.b_given', 'ALTER TABLE c.enforced ALTER CONSTRAINT b_given INHERIT', 18),
]
