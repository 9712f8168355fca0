import { change, differs, missing, unexpected, type Change } from './change.js'

const options = (change: string): Change =>
  differs('function c.f_options(integer)', `ALTER FUNCTION c.f_options(integer) ${change}`)
const trigger = (name: string, change: string): Change => differs(`trigger c.t.${name}`, `ALTER TABLE c.t ${change}`)
const aggregate = (definition: string): Change =>
  differs('aggregate c.ag(integer)', `CREATE OR REPLACE AGGREGATE c.ag(integer) (${definition})`)

export const CODE: readonly Change[] = [
  // Functions
  options('COST 9'),
  options('ROWS 10'),
  options('PARALLEL RESTRICTED'),
  options('PARALLEL UNSAFE'),
  options('NOT LEAKPROOF'),
  options('SECURITY INVOKER'),
  options('CALLED ON NULL INPUT'),
  options('VOLATILE'),
  options('IMMUTABLE'),
  options("SET work_mem = '5MB'"),
  options('RESET work_mem'),
  options("SET lock_timeout = '1s'"),
  differs(
    'function c.f(integer,text)',
    "CREATE OR REPLACE FUNCTION c.f(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT a + 0'",
  ),
  differs(
    'function c.f(integer,text)',
    "CREATE OR REPLACE FUNCTION c.f(a integer, b text DEFAULT 'y') RETURNS integer LANGUAGE sql AS 'SELECT a'",
  ),
  differs(
    'function c.f(integer,text)',
    "CREATE OR REPLACE FUNCTION c.f(a integer DEFAULT 1, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT a'",
  ),
  differs(
    'function c.f(integer,text)',
    "CREATE OR REPLACE FUNCTION c.f(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN a; END'",
  ),
  differs(
    'function c.f_body(integer)',
    'CREATE OR REPLACE FUNCTION c.f_body(a integer) RETURNS integer LANGUAGE sql RETURN a + 2',
  ),
  differs(
    'function c.f_body(integer)',
    "CREATE OR REPLACE FUNCTION c.f_body(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a + 1'",
  ),
  differs(
    'function c.f_body(integer)',
    'DROP FUNCTION c.f_body; CREATE FUNCTION c.f_body(b integer) RETURNS integer LANGUAGE sql RETURN b + 1',
  ),
  differs(
    'function c.f_body(integer)',
    'DROP FUNCTION c.f_body; CREATE FUNCTION c.f_body(a integer) RETURNS bigint LANGUAGE sql RETURN a + 1',
  ),
  differs(
    'function c.f_out(integer)',
    "DROP FUNCTION c.f_out; CREATE FUNCTION c.f_out(a integer, OUT x integer, OUT z text) LANGUAGE sql AS 'SELECT 1, ''a'''",
  ),
  differs(
    'function c.f_table(integer)',
    "DROP FUNCTION c.f_table; CREATE FUNCTION c.f_table(a integer) RETURNS TABLE (y integer) LANGUAGE sql AS 'SELECT 1'",
  ),
  differs(
    'function c.f_table(integer)',
    "DROP FUNCTION c.f_table; CREATE FUNCTION c.f_table(a integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1'",
  ),
  differs(
    'function c.f_variadic(integer[])',
    "DROP FUNCTION c.f_variadic; CREATE FUNCTION c.f_variadic(a integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
  ),
  differs(
    'function c.f_window()',
    "DROP FUNCTION c.f_window; CREATE FUNCTION c.f_window() RETURNS bigint LANGUAGE internal AS 'window_row_number'",
  ),
  differs(
    'function c.f_c()',
    "CREATE OR REPLACE FUNCTION c.f_c() RETURNS integer LANGUAGE internal AS 'pg_postmaster_start_time'",
  ),
  differs(
    'function c.f_c()',
    "CREATE OR REPLACE FUNCTION c.f_c() RETURNS integer TRANSFORM FOR TYPE c.en LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
  ),
  differs(
    'function c.f_support(anyelement,anyelement)',
    'ALTER FUNCTION c.f_support(anyelement, anyelement) SUPPORT text_starts_with_support',
  ),
  differs(
    'procedure c.pc(integer)',
    "CREATE OR REPLACE PROCEDURE c.pc(INOUT a integer) LANGUAGE plpgsql AS 'BEGIN a := 2; END'",
  ),
  differs('procedure c.pc(integer)', 'ALTER PROCEDURE c.pc SECURITY DEFINER'),
  missing('function c.trg2()', 'DROP FUNCTION c.trg2()'),
  missing('procedure c.pc(integer)', 'DROP PROCEDURE c.pc'),
  unexpected('function c.trg2(integer)', "CREATE FUNCTION c.trg2(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
  change(
    'ALTER FUNCTION c.evt2() RENAME TO evt3',
    'OBJECT_MISSING function c.evt2()',
    'OBJECT_UNEXPECTED function c.evt3()',
  ),
  // Aggregates
  aggregate("SFUNC = c.step2, STYPE = integer, INITCOND = '0', SSPACE = 8, COMBINEFUNC = c.step, PARALLEL = SAFE"),
  aggregate("SFUNC = c.step, STYPE = integer, INITCOND = '1', SSPACE = 8, COMBINEFUNC = c.step, PARALLEL = SAFE"),
  aggregate("SFUNC = c.step, STYPE = integer, INITCOND = '0', SSPACE = 9, COMBINEFUNC = c.step, PARALLEL = SAFE"),
  aggregate("SFUNC = c.step, STYPE = integer, INITCOND = '0', SSPACE = 8, PARALLEL = SAFE"),
  aggregate("SFUNC = c.step, STYPE = integer, INITCOND = '0', SSPACE = 8, COMBINEFUNC = c.step"),
  aggregate(
    "SFUNC = c.step, STYPE = integer, INITCOND = '0', SSPACE = 8, COMBINEFUNC = c.step, PARALLEL = SAFE, SORTOP = OPERATOR(pg_catalog.<)",
  ),
  aggregate(
    "SFUNC = c.step, STYPE = integer, INITCOND = '0', SSPACE = 8, COMBINEFUNC = c.step, PARALLEL = SAFE, FINALFUNC = abs, FINALFUNC_MODIFY = READ_WRITE",
  ),
  differs(
    'aggregate c.ag_moving(integer)',
    "CREATE OR REPLACE AGGREGATE c.ag_moving(integer) (SFUNC = c.step, STYPE = integer, MSFUNC = c.step, MINVFUNC = c.step2, MSTYPE = integer, MINITCOND = '1')",
  ),
  differs(
    'aggregate c.ag_moving(integer)',
    "CREATE OR REPLACE AGGREGATE c.ag_moving(integer) (SFUNC = c.step, STYPE = integer, MSFUNC = c.step2, MINVFUNC = c.step2, MSTYPE = integer, MINITCOND = '0')",
  ),
  differs(
    'aggregate c.ag_moving(integer)',
    'CREATE OR REPLACE AGGREGATE c.ag_moving(integer) (SFUNC = c.step, STYPE = integer)',
  ),
  missing('aggregate c.ag_moving(integer)', 'DROP AGGREGATE c.ag_moving(integer)'),
  // Triggers
  trigger('tr_plain', 'DISABLE TRIGGER tr_plain'),
  trigger('tr_plain', 'ENABLE REPLICA TRIGGER tr_plain'),
  trigger('tr_plain', 'ENABLE ALWAYS TRIGGER tr_plain'),
  trigger('tr_constraint', 'DISABLE TRIGGER tr_constraint'),
  differs(
    'trigger c.t.tr_plain',
    "CREATE OR REPLACE TRIGGER tr_plain BEFORE INSERT OR UPDATE OF a ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg('y')",
  ),
  differs(
    'trigger c.t.tr_plain',
    "CREATE OR REPLACE TRIGGER tr_plain BEFORE INSERT OR UPDATE OF b ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg('x')",
  ),
  differs(
    'trigger c.t.tr_plain',
    "CREATE OR REPLACE TRIGGER tr_plain BEFORE INSERT ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg('x')",
  ),
  differs(
    'trigger c.t.tr_plain',
    "CREATE OR REPLACE TRIGGER tr_plain AFTER INSERT OR UPDATE OF a ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg('x')",
  ),
  differs(
    'trigger c.t.tr_plain',
    "CREATE OR REPLACE TRIGGER tr_plain BEFORE INSERT OR UPDATE OF a ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg2('x')",
  ),
  differs(
    'trigger c.t.tr_when',
    'CREATE OR REPLACE TRIGGER tr_when AFTER UPDATE ON c.t FOR EACH ROW WHEN (OLD.a < NEW.a) EXECUTE FUNCTION c.trg()',
  ),
  differs(
    'trigger c.t.tr_when',
    'CREATE OR REPLACE TRIGGER tr_when AFTER UPDATE ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg()',
  ),
  differs(
    'trigger c.t.tr_statement',
    'CREATE OR REPLACE TRIGGER tr_statement AFTER DELETE ON c.t REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION c.trg()',
  ),
  differs(
    'trigger c.t.tr_statement',
    'CREATE OR REPLACE TRIGGER tr_statement AFTER DELETE ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg()',
  ),
  differs(
    'trigger c.t.tr_constraint',
    'DROP TRIGGER tr_constraint ON c.t; CREATE CONSTRAINT TRIGGER tr_constraint AFTER INSERT ON c.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION c.trg()',
  ),
  missing('trigger c.v.tr_view', 'DROP TRIGGER tr_view ON c.v'),
  missing('trigger c.t.tr_when', 'DROP TRIGGER tr_when ON c.t'),
  unexpected('trigger c.t.more', 'CREATE TRIGGER more BEFORE INSERT ON c.t FOR EACH ROW EXECUTE FUNCTION c.trg()'),
  change(
    'ALTER TRIGGER tr_when ON c.t RENAME TO tr_then',
    'OBJECT_MISSING trigger c.t.tr_when',
    'OBJECT_UNEXPECTED trigger c.t.tr_then',
  ),
  differs(
    'trigger c.pt.pt_trigger',
    'ALTER TABLE ONLY c.pt DISABLE TRIGGER pt_trigger; ALTER TABLE c.pt1 DISABLE TRIGGER pt_trigger; ALTER TABLE c.pt2 DISABLE TRIGGER pt_trigger; ALTER TABLE c.ptd DISABLE TRIGGER pt_trigger',
  ),
  // Rules
  differs('rule c.t.r_off', 'ALTER TABLE c.t ENABLE RULE r_off'),
  differs('rule c.t.r_off', 'ALTER TABLE c.t ENABLE ALWAYS RULE r_off'),
  differs('rule c.t.r_also', 'ALTER TABLE c.t DISABLE RULE r_also'),
  differs(
    'rule c.t.r_also',
    'CREATE OR REPLACE RULE r_also AS ON INSERT TO c.t DO ALSO INSERT INTO c.unl VALUES (NEW.a)',
  ),
  differs(
    'rule c.t.r_also',
    'CREATE OR REPLACE RULE r_also AS ON INSERT TO c.t DO INSTEAD INSERT INTO c.unl VALUES (NEW.id)',
  ),
  differs('rule c.t.r_off', 'CREATE OR REPLACE RULE r_off AS ON DELETE TO c.t WHERE OLD.id = 6 DO INSTEAD NOTHING'),
  missing('rule c.t.r_off', 'DROP RULE r_off ON c.t'),
  // Policies
  differs('policy c.rls.p_all', 'ALTER POLICY p_all ON c.rls USING (who <> CURRENT_USER)'),
  differs('policy c.rls.p_all', 'ALTER POLICY p_all ON c.rls WITH CHECK (id > 1)'),
  differs('policy c.rls.p_sel', 'ALTER POLICY p_sel ON c.rls TO chg_policy'),
  differs('policy c.rls.p_sel', 'ALTER POLICY p_sel ON c.rls TO PUBLIC'),
  differs(
    'policy c.rls.p_sel',
    'DROP POLICY p_sel ON c.rls; CREATE POLICY p_sel ON c.rls FOR SELECT TO chg_policy, chg_owner USING (id < 10)',
  ),
  differs(
    'policy c.rls.p_ins',
    'DROP POLICY p_ins ON c.rls; CREATE POLICY p_ins ON c.rls FOR UPDATE TO chg_policy WITH CHECK (id > 1)',
  ),
  missing('policy c.rls.p_ins', 'DROP POLICY p_ins ON c.rls'),
  unexpected('policy c.rls.more', 'CREATE POLICY more ON c.rls USING (true)'),
  // Event triggers
  differs('event trigger ev_tags', 'ALTER EVENT TRIGGER ev_tags DISABLE'),
  differs('event trigger ev_tags', 'ALTER EVENT TRIGGER ev_tags ENABLE REPLICA'),
  differs('event trigger ev_off', 'ALTER EVENT TRIGGER ev_off ENABLE ALWAYS'),
  differs(
    'event trigger ev_off',
    "DROP EVENT TRIGGER ev_off; CREATE EVENT TRIGGER ev_off ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION c.evt(); ALTER EVENT TRIGGER ev_off DISABLE",
  ),
  differs(
    'event trigger ev_off',
    'DROP EVENT TRIGGER ev_off; CREATE EVENT TRIGGER ev_off ON ddl_command_start EXECUTE FUNCTION c.evt(); ALTER EVENT TRIGGER ev_off DISABLE',
  ),
  differs(
    'event trigger ev_off',
    "DROP EVENT TRIGGER ev_off; CREATE EVENT TRIGGER ev_off ON ddl_command_end WHEN TAG IN ('DROP EXTENSION') EXECUTE FUNCTION c.evt(); ALTER EVENT TRIGGER ev_off DISABLE",
  ),
  differs(
    'event trigger ev_off',
    "DROP EVENT TRIGGER ev_off; CREATE EVENT TRIGGER ev_off ON ddl_command_start WHEN TAG IN ('DROP EXTENSION') EXECUTE FUNCTION c.evt2(); ALTER EVENT TRIGGER ev_off DISABLE",
  ),
  missing('event trigger ev_off', 'DROP EVENT TRIGGER ev_off'),
]
