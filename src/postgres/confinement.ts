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
 * A function that is nothing but an expression which does not reach further stays as it is: PostgreSQL puts the
 * expression in the place of the call, and an index over a function that its author forgot to mark as immutable needs
 * that.
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
CREATE TABLE ${CONFINEMENT}.reaching_defaults (function oid PRIMARY KEY);
CREATE TABLE ${CONFINEMENT}.reaching_own AS SELECT oid, proname FROM pg_proc WHERE oid < ${FIRST_USER_OID} AND provolatile <> 'i'
  AND (proname ~ '${REACHING_OUT}' OR NOT has_function_privilege('public', oid, 'EXECUTE'));
CREATE TABLE ${CONFINEMENT}.checks (ordinal int8 PRIMARY KEY, owner name, kind text, schema name, holder name, name name, statement text);
CREATE SEQUENCE ${CONFINEMENT}.ordinals;
CREATE TABLE ${CONFINEMENT}.silenced (name name, mode pg_catalog.text);
CREATE TABLE ${CONFINEMENT}.rehearsals (going_on boolean);`

/**
 * Functions that can reach further than the owner of an expression that calls them. The default of an argument counts as
 * part of the expression; an aggregate can have such a function for its transitions.
 */
const REACHING_FUNCTIONS = `CREATE VIEW ${CONFINEMENT}.reaching AS SELECT oid, proname FROM ${CONFINEMENT}.reaching_own
  UNION ALL SELECT p.oid, p.proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.oid >= ${FIRST_USER_OID}
    AND ((r.rolsuper AND p.provolatile <> 'i') OR p.prokind = 'a' OR p.oid IN (SELECT function FROM ${CONFINEMENT}.reaching_defaults));`

/** Whether an expression, as PostgreSQL stores it, calls one of these. */
const REACHES_OUT = `CREATE FUNCTION ${CONFINEMENT}.reaches_out(expression pg_catalog.text) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $reaches_out$
  SELECT EXISTS (
    SELECT FROM (
      SELECT m[1]::oid AS function FROM regexp_matches(expression, ':(?:funcid|opfuncid|elemfuncid) (\\d+)', 'g') m
      UNION SELECT o.oprcode FROM regexp_matches(expression, ':opno (\\d+)', 'g') m JOIN pg_operator o ON o.oid = m[1]::oid
    ) called JOIN ${CONFINEMENT}.reaching ON reaching.oid = called.function)
$reaches_out$;`

/**
 * A SELECT of one expression, without a comment, a relation, or a name that could be that of a function which reaches
 * further. What PostgreSQL would not put in the place of a call may be called no such.
 */
const IS_EXPRESSION = `CREATE FUNCTION ${CONFINEMENT}.is_expression(routine pg_catalog.oid) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $is_expression$
DECLARE
  f pg_proc;
  body text;
BEGIN
  SELECT * INTO f FROM pg_proc WHERE oid = routine;
  IF f.prolang <> (SELECT oid FROM pg_language WHERE lanname = 'sql') OR f.proretset OR f.proconfig IS NOT NULL THEN
    RETURN false;
  END IF;
  body := to_jsonb(f) ->> 'prosqlbody';
  IF body IS NOT NULL THEN
    RETURN body ~ ':fromlist <>' AND body !~ ':(fromlist|cteList) \\(|:commandType [^1]' AND NOT ${CONFINEMENT}.reaches_out(body);
  END IF;
  body := regexp_replace(lower(f.prosrc), '\\m(extract|substring|trim|overlay)\\s*\\([^()''"$]*\\mfrom\\M', '(', 'g');
  RETURN body ~ '^\\s*select\\s' AND body !~ '(from|into|table|u&|--|/\\*|;\\s*\\S)'
    AND NOT EXISTS (SELECT FROM ${CONFINEMENT}.reaching r WHERE strpos(body, lower(r.proname)) > 0)
    AND NOT EXISTS (SELECT FROM pg_operator o JOIN ${CONFINEMENT}.reaching r ON r.oid = o.oprcode WHERE strpos(body, o.oprname) > 0);
END
$is_expression$;`

const CONFINE_FUNCTION = `CREATE FUNCTION ${CONFINEMENT}.confine_function(routine pg_catalog.oid) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $confine_function$
DECLARE
  f record;
  is_free boolean;
BEGIN
  SELECT p.prosecdef, r.rolsuper, p.proargdefaults::text AS defaults, c.function IS NOT NULL AS is_confined INTO f
    FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner LEFT JOIN ${CONFINEMENT}.functions c ON c.function = p.oid
    WHERE p.oid = routine AND p.prokind IN ('f', 'w');
  IF NOT FOUND OR (f.prosecdef AND NOT f.is_confined) THEN
    RETURN;
  END IF;
  IF NOT f.rolsuper AND f.defaults IS NOT NULL AND ${CONFINEMENT}.reaches_out(f.defaults) THEN
    INSERT INTO ${CONFINEMENT}.reaching_defaults VALUES (routine) ON CONFLICT DO NOTHING;
  END IF;
  is_free := f.rolsuper OR ${CONFINEMENT}.is_expression(routine);
  IF NOT is_free AND NOT f.prosecdef THEN
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', routine::regprocedure);
    INSERT INTO ${CONFINEMENT}.functions VALUES (routine) ON CONFLICT DO NOTHING;
  ELSIF is_free AND f.prosecdef THEN
    DELETE FROM ${CONFINEMENT}.functions WHERE function = routine;
    EXECUTE format('ALTER FUNCTION %s SECURITY INVOKER', routine::regprocedure);
  END IF;
END
$confine_function$;`

/** What is made can change what the expression of a function that names it stands for. */
const CONFINE_FUNCTIONS = `CREATE FUNCTION ${CONFINEMENT}.confine_functions() RETURNS event_trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $confine_functions$
BEGIN
  PERFORM ${CONFINEMENT}.confine_function(c.objid)
    FROM pg_event_trigger_ddl_commands() c WHERE c.classid = 'pg_proc'::regclass;
  PERFORM ${CONFINEMENT}.confine_function(p.oid)
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.oid >= ${FIRST_USER_OID} AND l.lanname = 'sql' AND EXISTS (
      SELECT FROM pg_event_trigger_ddl_commands() c
        LEFT JOIN pg_proc f ON c.classid = 'pg_proc'::regclass AND f.oid = c.objid
        LEFT JOIN pg_operator o ON c.classid = 'pg_operator'::regclass AND o.oid = c.objid
      WHERE f.oid <> p.oid AND strpos(lower(p.prosrc), lower(coalesce(f.proname, o.oprname))) > 0);
END
$confine_functions$;
CREATE EVENT TRIGGER ${CONFINEMENT}_functions ON ddl_command_end
  WHEN TAG IN ('CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE AGGREGATE', 'ALTER AGGREGATE', 'CREATE OPERATOR', 'CREATE EXTENSION', 'ALTER EXTENSION')
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
  named CONSTANT text[] := regexp_match(asked, '^\\s*ALTER (TABLE|DOMAIN) (?:ONLY )?((?:"(?:[^"]|"")*"|[^\\s."]+)[.](?:"(?:[^"]|"")*"|[^\\s."]+))\\s+ADD CONSTRAINT (?:"(?:[^"]|"")*"|[^\\s"]+) CHECK ', 'n');
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
  IS_EXPRESSION,
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
