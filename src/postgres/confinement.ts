/**
 * While a database is restored by a superuser, what its ordinary roles wrote must not run as that superuser: a check, a
 * domain, a generated column or a partition key calls functions for every row, and some definitions call them already
 * when they are made. So for that time each function of an ordinary role is SECURITY DEFINER: PostgreSQL runs it with the
 * rights of its owner, and lets it neither SET ROLE nor SET SESSION AUTHORIZATION.
 *
 * That leaves expressions that reach further by themselves: a check may call a function that runs SQL text
 * (query_to_xml), one that its owner may not call (lo_export), or one of a superuser's. Such checks are taken off when
 * they are made, and are put back at the end with the rights of their owner.
 *
 * Event triggers do both, so it does not matter who restores: pg_restore, psql, or a person. Their functions are a
 * superuser's with a search path of their own.
 */
export const CONFINEMENT = 'lifeboat_confinement'

/** Functions of PostgreSQL that everyone may call, and that run SQL text, end sessions or change settings of the session. */
const REACHING_OUT =
  '^(set_config|lo_.*|lowrite|(query|cursor|table|schema|database)_to_xml.*|ts_stat|ts_rewrite|pg_(cancel|terminate)_backend|pg_.*slot.*)$'

/** The first oid that an object of a user can have. */
const FIRST_USER_OID = 16384

const MAKE_ROOM = `SET LOCAL search_path = pg_catalog, pg_temp;
CREATE SCHEMA ${CONFINEMENT};
CREATE TABLE ${CONFINEMENT}.functions (function oid PRIMARY KEY);
CREATE TABLE ${CONFINEMENT}.checks (ordinal int8 PRIMARY KEY, owner name, kind text, schema name, holder name, name name, statement text);
CREATE SEQUENCE ${CONFINEMENT}.ordinals;
CREATE TABLE ${CONFINEMENT}.silenced (name name, mode pg_catalog.text);
CREATE TABLE ${CONFINEMENT}.rehearsals (going_on boolean);`

/** Functions that can reach further than the owner of an expression that calls them. */
const REACHING_FUNCTIONS = `CREATE VIEW ${CONFINEMENT}.reaching AS SELECT p.oid, p.proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
  WHERE r.rolsuper AND p.provolatile <> 'i' AND (p.oid >= ${FIRST_USER_OID} OR p.proname ~ '${REACHING_OUT}'
    OR NOT has_function_privilege('public', p.oid, 'EXECUTE'));`

/** Whether an expression, as PostgreSQL stores it, calls one of these. */
const REACHES_OUT = `CREATE FUNCTION ${CONFINEMENT}.reaches_out(expression pg_catalog.text) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $reaches_out$
  SELECT EXISTS (
    SELECT FROM (
      SELECT m[1]::oid AS function FROM regexp_matches(expression, ':(?:funcid|opfuncid|elemfuncid) (\\d+)', 'g') m
      UNION SELECT o.oprcode FROM regexp_matches(expression, ':opno (\\d+)', 'g') m JOIN pg_operator o ON o.oid = m[1]::oid
    ) called JOIN ${CONFINEMENT}.reaching ON reaching.oid = called.function)
$reaches_out$;`

const CONFINE_FUNCTION = `CREATE FUNCTION ${CONFINEMENT}.confine_function(routine pg_catalog.oid) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $confine_function$
BEGIN
  IF EXISTS (SELECT FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
      WHERE p.oid = routine AND p.prokind IN ('f', 'w') AND NOT p.prosecdef AND NOT r.rolsuper) THEN
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', routine::regprocedure);
    INSERT INTO ${CONFINEMENT}.functions VALUES (routine) ON CONFLICT DO NOTHING;
  END IF;
END
$confine_function$;`

const CONFINE_FUNCTIONS = `CREATE FUNCTION ${CONFINEMENT}.confine_functions() RETURNS event_trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $confine_functions$
BEGIN
  PERFORM ${CONFINEMENT}.confine_function(c.objid)
    FROM pg_event_trigger_ddl_commands() c WHERE c.classid = 'pg_proc'::regclass;
END
$confine_functions$;
CREATE EVENT TRIGGER ${CONFINEMENT}_functions ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION', 'ALTER FUNCTION')
  EXECUTE FUNCTION ${CONFINEMENT}.confine_functions();`

/** A check that a table inherits goes with that of its parent. */
const HOLD_CHECKS = `CREATE FUNCTION ${CONFINEMENT}.hold_checks() RETURNS event_trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $hold_checks$
DECLARE
  k record;
  holder text;
BEGIN
  FOR k IN
    SELECT c.conname, pg_get_constraintdef(c.oid) AS definition, r.rolname, n.nspname, coalesce(t.relname, y.typname) AS name,
      CASE WHEN t.oid IS NULL THEN 'DOMAIN' ELSE 'TABLE' END AS kind
    FROM pg_event_trigger_ddl_commands() d
      JOIN pg_constraint c ON c.contype = 'c' AND c.coninhcount = 0 AND (
        (d.classid = 'pg_class'::regclass AND c.conrelid = d.objid) OR (d.classid = 'pg_type'::regclass AND c.contypid = d.objid))
      LEFT JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_type y ON y.oid = c.contypid
      JOIN pg_namespace n ON n.oid = coalesce(t.relnamespace, y.typnamespace)
      JOIN pg_roles r ON r.oid = coalesce(t.relowner, y.typowner)
    WHERE NOT r.rolsuper AND ${CONFINEMENT}.reaches_out(c.conbin::text)
  LOOP
    holder := format('%s %I.%I', k.kind, k.nspname, k.name);
    INSERT INTO ${CONFINEMENT}.checks VALUES (nextval('${CONFINEMENT}.ordinals'), k.rolname, k.kind, k.nspname, k.name, k.conname,
      format('ALTER %s ADD CONSTRAINT %I %s', holder, k.conname, k.definition));
    EXECUTE format('ALTER %s DROP CONSTRAINT %I', holder, k.conname);
  END LOOP;
END
$hold_checks$;
CREATE EVENT TRIGGER ${CONFINEMENT}_checks ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE DOMAIN', 'ALTER DOMAIN') EXECUTE FUNCTION ${CONFINEMENT}.hold_checks();`

/**
 * A check that is added to a table evaluates its rows before an event trigger can look at it. An archive's are looked at
 * before there are rows; a script's are refused by their text.
 */
const REFUSE_CHECKS = `CREATE FUNCTION ${CONFINEMENT}.refuse_checks() RETURNS event_trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $refuse_checks$
DECLARE
  asked CONSTANT text := current_query();
  named CONSTANT text[] := regexp_match(asked, '^\\s*ALTER (TABLE|DOMAIN) (?:ONLY )?((?:"(?:[^"]|"")*"|[^\\s."]+)[.](?:"(?:[^"]|"")*"|[^\\s."]+))\\s+ADD CONSTRAINT ', 'n');
  called text;
BEGIN
  IF named IS NULL OR EXISTS (SELECT FROM ${CONFINEMENT}.rehearsals) OR EXISTS (
      SELECT FROM pg_roles r LEFT JOIN pg_class t ON named[1] = 'TABLE' AND t.oid = to_regclass(named[2])
        LEFT JOIN pg_type y ON named[1] = 'DOMAIN' AND y.oid = to_regtype(named[2])
      WHERE r.rolsuper AND r.oid = coalesce(t.relowner, y.typowner)) THEN
    RETURN;
  END IF;
  SELECT proname INTO called FROM ${CONFINEMENT}.reaching
    WHERE strpos(asked, proname || '(') > 0 OR strpos(asked, proname || '"(') > 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the check calls %, which can do what the owner of % may not', called, named[2] USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$refuse_checks$;
CREATE EVENT TRIGGER ${CONFINEMENT}_refusals ON ddl_command_start
  WHEN TAG IN ('ALTER TABLE', 'ALTER DOMAIN') EXECUTE FUNCTION ${CONFINEMENT}.refuse_checks();`

/** The database's own event triggers must not run on what is done here. */
const SILENCE = `CREATE FUNCTION ${CONFINEMENT}.silence() RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $silence$
DECLARE
  e record;
BEGIN
  FOR e IN SELECT evtname, evtenabled FROM pg_event_trigger WHERE evtenabled <> 'D' AND evtname NOT IN ('${CONFINEMENT}_functions', '${CONFINEMENT}_checks', '${CONFINEMENT}_refusals') LOOP
    INSERT INTO ${CONFINEMENT}.silenced VALUES (e.evtname, CASE e.evtenabled WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END);
    EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', e.evtname);
  END LOOP;
END
$silence$;`

/**
 * Puts the checks back, each as its owner inside of a function of the owner's, and returns those that cannot be. The
 * functions must still be confined: what they queued until the end of the transaction runs as who is connected.
 */
const PUT_BACK_CHECKS = `CREATE FUNCTION ${CONFINEMENT}.put_back_checks(
    OUT about pg_catalog.text, OUT statement pg_catalog.text, OUT code pg_catalog.text, OUT message pg_catalog.text, OUT detail pg_catalog.text)
  RETURNS SETOF record LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $put_back_checks$
DECLARE
  k record;
BEGIN
  DROP EVENT TRIGGER ${CONFINEMENT}_checks;
  DROP EVENT TRIGGER ${CONFINEMENT}_refusals;
  PERFORM ${CONFINEMENT}.silence();
  FOR k IN SELECT * FROM ${CONFINEMENT}.checks ORDER BY ordinal LOOP
    BEGIN
      EXECUTE format('CREATE OR REPLACE FUNCTION ${CONFINEMENT}.put_back() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '''' AS %L',
        format('BEGIN EXECUTE %L; END', k.statement));
      EXECUTE format('ALTER FUNCTION ${CONFINEMENT}.put_back() OWNER TO %I', k.owner);
      PERFORM ${CONFINEMENT}.put_back();
    EXCEPTION WHEN OTHERS THEN
      about := format('CHECK CONSTRAINT %s %s %s', k.schema, k.holder, k.name);
      statement := k.statement;
      GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
      RETURN NEXT;
    END;
  END LOOP;
END
$put_back_checks$;`

/** Confines what will be made in a database, by a superuser. Several statements, for one transaction. */
export const CONFINE = [
  MAKE_ROOM,
  REACHING_FUNCTIONS,
  REACHES_OUT,
  CONFINE_FUNCTION,
  CONFINE_FUNCTIONS,
  HOLD_CHECKS,
  REFUSE_CHECKS,
  SILENCE,
  PUT_BACK_CHECKS,
].join('\n')

/** Puts the checks back; each row is one that could not be: about, statement, SQLSTATE, message, detail. */
export const PUT_BACK = `SELECT about, statement, code, message, nullif(detail, '') AS detail FROM ${CONFINEMENT}.put_back_checks()`

/** Gives the functions back as they were, and removes everything of the confinement. One statement. */
export const LIFT = `DO $lift$
DECLARE
  routine oid;
  statement text;
  waking text[];
BEGIN
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('client_min_messages', 'warning', true);
  DROP EVENT TRIGGER IF EXISTS ${CONFINEMENT}_checks;
  DROP EVENT TRIGGER IF EXISTS ${CONFINEMENT}_refusals;
  PERFORM ${CONFINEMENT}.silence();
  DROP EVENT TRIGGER ${CONFINEMENT}_functions;
  FOR routine IN SELECT p.oid FROM ${CONFINEMENT}.functions f JOIN pg_proc p ON p.oid = f.function LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY INVOKER', routine::regprocedure);
  END LOOP;
  waking := ARRAY(SELECT format('ALTER EVENT TRIGGER %I %s', s.name, s.mode) FROM ${CONFINEMENT}.silenced s);
  DROP SCHEMA ${CONFINEMENT} CASCADE;
  FOREACH statement IN ARRAY waking LOOP
    EXECUTE statement;
  END LOOP;
END
$lift$`

/** Confines the functions that are there already; behind `CONFINE`. */
export const CONFINE_WHAT_IS_THERE = `SELECT ${CONFINEMENT}.confine_function(oid) FROM pg_catalog.pg_proc WHERE oid >= ${FIRST_USER_OID}`

/** Between these, checks may be added that would be refused: there are no rows yet. */
export const BEGIN_REHEARSAL = `INSERT INTO ${CONFINEMENT}.rehearsals VALUES (true)`
export const END_REHEARSAL = `DELETE FROM ${CONFINEMENT}.rehearsals`
